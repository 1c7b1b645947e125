import math

import pytest

from docksim.scenario import ScenarioError
from docksim.study.estimates import Estimate
from docksim.study.slo import Verdict, parse_slo
from tests.helpers import scenario
from tests.study.factory import queue_records

HOST = scenario(
    workload=[{"kind": "batch", "count": 1, "mix": [{"command": "run"}, {"command": "ps"}]}]
)


@pytest.mark.parametrize(
    ("text", "bound", "written"),
    [
        ("run.p99 <= 2 s", 2.0, "run.p99 <= 2 s"),
        ("run.p99.9≤1500 ms", 1.5, "run.p99.9 <= 1.5 s"),
        ("throughput >= 30 /min", 0.5, "throughput >= 0.5 /s"),
        ("host.cpu.utilisation <= 80 %", 0.8, "host.cpu.utilisation <= 80 %"),
        ("host.cpu.utilisation <= 0.8", 0.8, "host.cpu.utilisation <= 80 %"),
        ("run.failed <= 0.1 %", 0.001, "run.failed <= 0.1 %"),
        ("kernel.rtnl.mean_queue <= 3", 3.0, "kernel.rtnl.mean_queue <= 3"),
        ("kernel.rtnl.mean_wait <= 5 ms", 0.005, "kernel.rtnl.mean_wait <= 5 ms"),
    ],
)
def test_a_bound_has_the_unit_of_its_measure(text, bound, written):
    slo = parse_slo(text, HOST)
    assert slo.bound == pytest.approx(bound)
    assert str(slo) == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run.p99", "this is no objective"),
        ("run.p99 < 2 s", "this is no objective"),
        ("run.p99 == 2 s", "this is no objective"),
        ("run.p99 <= 2", "has no unit"),
        ("run.p99 <= 2 MB", "is not a duration"),
        ("run.p99 <= -2 s", "is negative"),
        ("throughput >= 5 s", "is not a rate of events"),
        ("run.failed <= many", "is not a share"),
        ("run.failed <= nan", "is not a share"),
        ("run.p99 <= 0 s", "can never hold"),
        ("host.cpu.utilisation >= 101 %", "can never hold"),
        ("run.failed <= -1 %", "can never hold"),
        ("run.failed <= 100 %", "holds whatever happens"),
        ("throughput >= 0 /s", "holds whatever happens"),
        ("runs.p99 <= 2 s", 'did you mean "run.p99"?'),
        ("run.p999 <= 2 s", 'unknown measure "run.p999"'),
        ("run.utilisation <= 5 %", 'unknown measure "run.utilisation"'),
        ("rm.p99 <= 2 s", "of all commands or of ps, run;"),
        ("host.cpu.utilization <= 5 %", 'did you mean "host.cpu.utilisation"?'),
    ],
)
def test_what_makes_no_sense_is_one_clear_message(text, message):
    with pytest.raises(ScenarioError) as caught:
        parse_slo(text, HOST)
    assert str(caught.value).startswith(f'--slo "{text}": ')
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "low", "high", "verdict"),
    [
        ("run.p99 <= 2 s", 1.0, 2.0, Verdict.MET),
        ("run.p99 <= 2 s", 1.9, 2.1, Verdict.UNDECIDED),
        ("run.p99 <= 2 s", 2.1, 2.2, Verdict.NOT_MET),
        ("throughput >= 5 /s", 5.0, 6.0, Verdict.MET),
        ("throughput >= 5 /s", 4.0, 6.0, Verdict.UNDECIDED),
        ("throughput >= 5 /s", 4.0, 4.9, Verdict.NOT_MET),
        ("run.failed <= 1 %", 0.0, 0.0, Verdict.MET),
    ],
)
def test_the_whole_interval_must_lie_on_one_side(text, low, high, verdict):
    assert parse_slo(text, HOST).judge(Estimate((low + high) / 2, low, high, 5)) is verdict


def test_without_an_interval_nothing_is_decided():
    slo = parse_slo("run.p99 <= 2 s", HOST)
    assert slo.judge(Estimate(1.0)) is Verdict.UNDECIDED
    assert slo.judge(Estimate(math.nan, replications=0)) is Verdict.UNDECIDED


def value(name, records):
    return parse_slo(name, HOST).measure.of(records)


def test_measures_are_those_of_the_records():
    records = queue_records(names=("run", "ps"), failing=0.2, warm_up=100.0)
    start, end = records.window
    table = records.commands
    counted = table[(table["arrived"] >= start) & (table["command"] == "run")]
    done = counted[counted["outcome"] == "ok"]
    took = (done["ended"] - done["arrived"]).to_numpy()
    assert value("run.mean <= 1 s", records) == pytest.approx(took.mean())
    assert value("run.max <= 1 s", records) == took.max()
    assert value("run.p50 <= 1 s", records) == pytest.approx(sorted(took)[len(took) // 2], rel=0.01)
    ended = counted[counted["outcome"] != "in progress"]
    assert value("run.failed <= 1 %", records) == pytest.approx(1 - len(done) / len(ended))
    ok = table[(table["outcome"] == "ok") & (table["ended"] >= start)]
    assert value("throughput >= 1 /s", records) == pytest.approx(len(ok) / (end - start))


def test_a_measure_of_what_did_not_happen_is_not_a_number():
    records = queue_records(names=("ps",), count=50)
    assert math.isnan(value("run.p99 <= 1 s", records))
    assert math.isnan(value("run.failed <= 1 %", records))
    assert value("run.throughput >= 1 /s", records) == 0.0


def test_a_quantile_is_carried_by_samples_that_are_large_enough():
    measure = parse_slo("ps.p99 <= 1 s", HOST).measure
    small = [queue_records(names=("ps",), count=50, replication=i) for i in range(4)]
    large = [queue_records(names=("ps",), count=1000, replication=i) for i in range(4)]
    assert not measure.is_carried_by(small)
    assert measure.is_carried_by(large)
