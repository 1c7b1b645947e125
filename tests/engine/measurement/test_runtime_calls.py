"""The timing wrapper's log is read call by call."""

import pytest

from docksim.engine.measurement.runtime_calls import runtime_calls

LOG = """\
100.000000 100.040000 0 --root /r --log l create --bundle b id
0m0.001s 0m0.002s
0m0.010s 0m0.020s
101.000000 101.005000 1 --root /r delete id
0m0.001s 0m0.002s
1m0.003s 0m0.001s
"""


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "runtime.log"
    file.write_text(LOG)
    return file


def test_calls_have_their_times_and_what_they_executed_took(log):
    calls = runtime_calls(log, 99.0)
    assert calls["call"].tolist() == ["create", "delete"]
    assert calls["began"].tolist() == pytest.approx([1.0, 2.0])
    assert (calls["ended"] - calls["began"]).tolist() == pytest.approx([0.040, 0.005])
    assert calls["code"].tolist() == [0, 1]
    assert calls["cpu"].tolist() == pytest.approx([0.030, 60.004])


def test_what_ended_before_is_not_of_this_block(log):
    assert runtime_calls(log, 100.5)["call"].tolist() == ["delete"]
