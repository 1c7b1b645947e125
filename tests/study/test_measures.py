from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from docksim.study.measure_names import Failed
from docksim.study.measures import bottleneck, latencies, measure_commands, measure_components
from docksim.study.slo import Slo, Verdict
from tests.study.factory import queue_records

NAN = float("nan")


def records_of(rows, window=(10.0, 110.0), components=None):
    columns = ["command", "arrived", "first_byte", "ended", "outcome"]
    commands = pd.DataFrame(rows, columns=columns)
    commands.insert(0, "number", range(len(rows)))
    made_up = queue_records(count=20)
    return replace(
        made_up,
        commands=commands,
        window=window,
        components=made_up.components if components is None else components,
    )


def test_counts_are_of_the_commands_that_arrived_after_the_warm_up():
    records = records_of(
        [
            ("rm", 5.0, NAN, 20.0, "ok"),  # arrived during the warm-up
            ("rm", 20.0, NAN, 21.0, "ok"),
            ("rm", 30.0, NAN, 30.5, "conflict"),
            ("rm", 31.0, NAN, 31.5, "conflict"),
            ("rm", 32.0, NAN, 42.0, "timeout"),
            ("rm", 109.0, NAN, NAN, "in progress"),
        ]
    )
    rm = measure_commands([records])["rm"]
    assert (rm.count, rm.ok, rm.failed, rm.in_progress) == (5, 1, 3, 1)
    assert rm.errors == {"conflict": 2, "timeout": 1}


def test_latency_is_of_those_that_ended_ok():
    records = records_of(
        [
            ("ps", 5.0, NAN, 105.0, "ok"),
            ("ps", 20.0, NAN, 21.0, "ok"),
            ("ps", 30.0, NAN, 33.0, "ok"),
            ("ps", 40.0, NAN, 99.0, "timeout"),
            ("ps", 50.0, NAN, NAN, "in progress"),
        ]
    )
    ps = measure_commands([records])["ps"]
    assert ps.latency_s["mean"].value == 2.0
    assert ps.latency_s["p50"].value == 2.0
    assert ps.latency_s["max"].value == 3.0
    assert latencies(records, "ps").tolist() == [1.0, 3.0]


def test_throughput_counts_what_ended_ok_inside_the_window():
    records = records_of(
        [
            ("ps", 5.0, NAN, 12.0, "ok"),  # arrived before the window, ended in it
            ("ps", 20.0, NAN, 21.0, "ok"),
            ("ps", 30.0, NAN, 31.0, "conflict"),
        ]
    )
    # two in 100 s
    assert measure_commands([records])["ps"].throughput_per_s.value == pytest.approx(0.02)


def test_each_replication_gives_one_value_to_an_estimate():
    fast = records_of([("ps", 20.0, NAN, 21.0, "ok"), ("ps", 30.0, NAN, 31.0, "ok")])
    slow = records_of([("ps", 20.0, NAN, 25.0, "ok")])
    none = records_of([("rm", 20.0, NAN, 25.0, "ok")])
    mean = measure_commands([fast, slow, none])["ps"].latency_s["mean"]
    # not the mean of all three latencies, which is 7/3
    assert mean.value == 3.0
    assert mean.replications == 2


def test_quantiles_are_those_of_numpy():
    took = np.random.default_rng(3).exponential(1.0, 500)
    records = records_of([("ps", 20.0, NAN, 20.0 + seconds, "ok") for seconds in took])
    found = measure_commands([records])["ps"]
    for name, p in {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}.items():
        assert found.latency_s[name].value == pytest.approx(np.quantile(took, p))
    assert found.flagged == ("p99",)  # five beyond it


def test_a_stream_has_a_time_to_its_first_byte():
    records = records_of(
        [("logs", 20.0, 20.5, 29.0, "ok"), ("ps", 20.0, NAN, 21.0, "ok")],
    )
    found = measure_commands([records])
    assert found["logs"].first_byte_s["mean"].value == pytest.approx(0.5)
    assert found["ps"].first_byte_s == {}


def test_a_command_that_only_failed_has_no_latency():
    found = measure_commands([records_of([("rmi", 20.0, NAN, 20.1, "conflict")])])["rmi"]
    assert not any(one.known for one in found.latency_s.values())
    assert found.flagged == ()


def test_an_unstable_command_has_counts_but_no_latency():
    records = records_of([("ps", 20.0, NAN, 21.0, "ok")])
    found = measure_commands([records], frozenset({"ps"}))["ps"]
    assert found.ok == 1
    assert not found.stable
    assert not found.latency_s["mean"].known


def test_components_come_busiest_first_and_the_bottleneck_is_a_resource():
    found = measure_components([queue_records(count=50)])
    assert [one.utilisation.value for one in found.values()] == sorted(
        (one.utilisation.value for one in found.values()), reverse=True
    )
    busiest = next(iter(found.values()))
    assert busiest.kind == "process"
    named = bottleneck(found)
    assert named is not None
    assert named.name == "host cores"


def test_no_component_is_the_bottleneck_of_an_idle_host():
    idle = queue_records(count=50).components.assign(utilisation=0.0)
    records = records_of([("ps", 20.0, NAN, 21.0, "ok")], components=idle)
    assert bottleneck(measure_components([records])) is None


def test_a_window_of_no_length_measures_nothing():
    empty = pd.DataFrame([])
    records = records_of([("ps", 10.0, NAN, 10.0, "ok")], window=(10.0, 10.0), components=empty)
    assert measure_components([records]) == {}
    assert not measure_commands([records])["ps"].throughput_per_s.known


def test_a_share_that_was_never_seen_to_fail_is_known_as_far_as_commands_tell():
    failed = Failed("failed", None)
    # 0 of 300: the exact 95 % interval ends at 1 - 0.025^(1/300) (Clopper & Pearson).
    found = failed.estimate([0.0, 0.0, 0.0], [100, 100, 100])
    assert (found.low, found.high) == (0.0, pytest.approx(0.01222, rel=1e-3))
    every = failed.estimate([1.0, 1.0], [10, 10])
    assert (every.low, every.high) == (pytest.approx(0.8316, rel=1e-3), 1.0)
    some = failed.estimate([0.1, 0.2, 0.3], [10, 10, 10])
    assert some.low < 0.1 < 0.2 < some.high


def test_an_objective_on_failures_needs_a_sample_that_can_show_it():
    slo = Slo(Failed("failed", None), "<=", 0.001)
    few, many = (slo.measure.estimate([0.0] * 4, [size] * 4) for size in (100, 10_000))
    assert slo.judge(few) is Verdict.UNDECIDED
    assert slo.judge(many) is Verdict.MET
