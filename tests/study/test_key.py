import pytest

from docksim.scenario import ScenarioError
from docksim.study.key import find_key
from tests.helpers import scenario

HOST = scenario(
    host={"cores": 4, "link": "1 Gbit/s"},
    workload=[
        {"kind": "open", "name": "a", "rate": "2 /s", "mix": [{"command": "ps"}]},
        {"kind": "closed", "name": "b", "clients": 3, "cycle": [{"command": "ps", "weight": 0.5}]},
    ],
    run={"duration": "10 s"},
)


@pytest.mark.parametrize(
    ("path", "value", "text", "is_whole"),
    [
        ("host.cores", 4, "4", True),
        ("host.link", 1.25e8, "1 Gbit/s", False),
        ("workload.0.rate", 2, "2 /s", False),
        ("workload[0].rate", 2, "2 /s", False),
        ("workload.a.rate", 2, "2 /s", False),
        ("workload.b.clients", 3, "3", True),
        ("workload.b.cycle.weight", 0.5, "0.5", False),
    ],
)
def test_a_key_knows_its_value_and_writes_it(path, value, text, is_whole):
    key = find_key(HOST, path)
    assert (key.value, key.is_whole) == (value, is_whole)
    assert key.parse(key.text(value)) == value
    changed = key.at(2 * value)
    assert find_key(changed, path).value == 2 * value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("host.coers", 'did you mean "cores"?'),
        ("host", "a table"),
        ("storage.driver", '"overlay2"'),
        ("workload.0.timeout", "no value in this scenario"),
        ("workload.2.rate", "there is no workload[2]"),
        ("workload.rate", 'unknown entry "rate"'),
        ("host.cores.x", "has no key"),
    ],
)
def test_what_is_no_number_is_one_clear_message(path, message):
    with pytest.raises(ScenarioError) as caught:
        find_key(HOST, path)
    assert str(caught.value).startswith("--vary")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("host.cores", "2.5", "whole numbers"),
        ("host.cores", "many", "no number"),
        ("host.cores", "0", "host.cores"),
        ("workload.a.rate", "5", "has no unit"),
        ("workload.a.rate", "5 s", "is not a rate"),
    ],
)
def test_a_value_that_the_key_cannot_take_is_refused(path, value, message):
    with pytest.raises(ScenarioError, match=message):
        find_key(HOST, path).parse(value)


def test_a_key_says_which_values_are_possible():
    key = find_key(HOST, "host.cores")
    assert key.allows(1)
    assert not key.allows(0)
