"""Capacity searches on hosts that are M/M/c queues, against the exact answer."""

import json
from math import log

import pytest

from docksim.scenario import ScenarioError
from docksim.study.capacity import UNSTABLE, capacity
from docksim.study.demand import demand_curve
from docksim.study.search import MoreIs
from tests.helpers import scenario
from tests.theory.formulas import mmc_wait
from tests.theory.hosts import mmc_host

SERVICE = 0.1


@pytest.mark.slow
def test_the_largest_rate_of_an_mm1_queue_is_bracketed():
    # The sojourn of M/M/1 is exponential with the rate μ - λ.
    host = mmc_host(rate=4, service=SERVICE, servers=1, duration=220)
    found = capacity(
        host, slo="ps.p95 <= 1 s", vary="workload.rate", budget=16, tolerance=0.1, jobs=1
    )
    exact = 1 / SERVICE - log(20) / 1.0
    assert found.bracket.holds < exact < found.bracket.fails
    assert found.bracket.fails < 1.4 * found.bracket.holds
    assert found.bracket.more_is is MoreIs.WORSE


def smallest(rate, bound):
    """The fewest servers with a mean sojourn within the bound, by Erlang's formula."""
    servers = int(rate * SERVICE) + 1
    while SERVICE + mmc_wait(rate, SERVICE, servers) > bound:
        servers += 1
    return servers


@pytest.fixture(scope="module")
def cores():
    host = mmc_host(rate=25, service=SERVICE, servers=2, duration=120)
    return capacity(host, slo="ps.mean <= 150 ms", vary="host.cores", budget=16, jobs=1)


def test_the_fewest_servers_of_an_mmc_queue_are_found(cores):
    exact = smallest(25, 0.150)
    assert (cores.bracket.holds, cores.bracket.fails) == (exact, exact - 1)
    assert cores.bracket.more_is is MoreIs.BETTER


def test_an_unstable_value_fails_and_is_given_no_latency(cores):
    unstable = [one for one in cores.candidates if one.reason == UNSTABLE]
    assert {one.value for one in unstable} >= {2}
    assert not any(one.evidence[0].measured.known for one in unstable)


def test_the_table_and_the_json_hold_the_evidence(cores):
    table = cores.table()
    assert list(table["value"]) == sorted(table["value"])
    assert set(table["verdict"]) <= {"met", "not met", "undecided"}
    at = table.set_index("value").loc[cores.bracket.holds]
    assert at["low"] < at["measured"] < at["high"] <= at["bound"] == 0.15
    content = json.loads(json.dumps(cores.to_json(), allow_nan=False))
    assert content["holds"] == cores.bracket.holds
    assert len(content["candidates"]) == len(cores.candidates)
    assert sum(one["replications"] for one in content["candidates"]) == content["replications"]


def test_all_objectives_must_hold_at_once():
    # The utilisation is λ / (c μ): half of it at 10 /s, long before p95 reaches a minute.
    host = mmc_host(rate=5, service=SERVICE, servers=2, duration=120)
    found = capacity(
        host,
        slo=["ps.p95 <= 1 min", "host.cpu.utilisation <= 50 %"],
        vary="workload.rate",
        budget=8,
        tolerance=0.1,
        jobs=1,
    )
    assert found.bracket.holds < 10 < found.bracket.fails
    assert found.bracket.fails < 16


def test_the_same_seed_gives_the_same_answer():
    host = mmc_host(rate=5, service=SERVICE, servers=1, duration=40)
    runs = [
        capacity(host, slo="ps.mean <= 300 ms", vary="workload.rate", budget=4, seed=s, jobs=1)
        for s in (3, 3, 4)
    ]
    assert runs[0].to_json() == runs[1].to_json() != runs[2].to_json()


def test_a_demand_curve_has_an_answer_for_each_level():
    host = mmc_host(rate=5, service=SERVICE, servers=1, duration=120)
    curve = demand_curve(
        host,
        per="workload.rate",
        levels=["30 /s", "15 /s"],
        slo="ps.mean <= 190 ms",
        vary="host.cores",
        budget=16,
        jobs=1,
    )
    assert curve.levels == (15, 30)
    assert list(curve.table()["holds"]) == [smallest(15, 0.19), smallest(30, 0.19)]


def test_what_does_not_fit_the_host_fails():
    layers = [{"compressed": "10 MB", "uncompressed": "25 MB"}]
    host = scenario(
        host={"disk_size": "1 GB"},
        images=[{"name": "app", "layers": layers, "present": True}],
        workload=[{"kind": "open", "rate": "5 /s", "mix": [{"command": "ps"}]}],
        run={"duration": "20 s"},
    )
    found = capacity(host, slo="ps.mean <= 10 s", vary="host.disk_size", jobs=1, budget=4)
    assert found.bracket.fails is None or found.bracket.fails <= 25e6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": "5 /s", "high": "4 /s"}, "--low, --high: from 5 /s to 4 /s"),
        ({"low": "5"}, "has no unit"),
        ({"budget": 1}, "--budget: 1 found"),
        ({"tolerance": -0.1}, "--tolerance: found -0.1"),
        ({"slo": []}, "--slo: no objective"),
        ({"vary": "host.coers"}, 'did you mean "cores"?'),
        ({"slo": "ps.p99 <= 0 s"}, "can never hold"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_runs(options, message, monkeypatch):
    monkeypatch.setattr("docksim.study.capacity.run", lambda *_, **__: pytest.fail("it ran"))
    host = mmc_host(rate=5, service=SERVICE, servers=1, duration=60)
    with pytest.raises(ScenarioError) as caught:
        capacity(host, **{"slo": "ps.p99 <= 1 s", "vary": "workload.rate", **options})
    assert message in str(caught.value)


def test_a_search_goes_on_from_what_it_has_kept(tmp_path):
    host = mmc_host(rate=5, service=SERVICE, servers=1, duration=60)
    options = {"slo": "ps.mean <= 300 ms", "vary": "workload.rate", "budget": 8, "tolerance": 0.2}
    first = capacity(host, **options, jobs=1, store=tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.json")}
    assert len(kept) >= first.replications
    for file in list(kept)[::3]:
        file.unlink()
    again = capacity(host, **options, jobs=1, store=tmp_path)
    assert again.to_json() == first.to_json()
    now = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.json")}
    assert now.keys() == kept.keys()
    assert sum(now[file] != written for file, written in kept.items()) == len(list(kept)[::3])
