import json
import math

import pytest

from docksim.study.results import Results
from tests.study.factory import queue_results

ESTIMATE = {"value", "low", "high"}


def test_json_has_an_estimate_with_its_interval_for_every_measure():
    content = queue_results(failing=0.1).to_json()
    assert set(content["commands"]) == {"logs", "ps", "run"}
    for one in content["commands"].values():
        assert set(one["latency_s"]) == {"mean", "p50", "p90", "p95", "p99", "max"}
        for measured in (one["throughput_per_s"], *one["latency_s"].values()):
            assert set(measured) == ESTIMATE
            assert measured["low"] < measured["value"] < measured["high"]
        assert set(one["errors"]) == {"conflict"}
        assert one["count"] == one["ok"] + one["errors"]["conflict"] + one["in_progress"]
    for one in content["components"].values():
        assert {"utilisation", "mean_queue", "mean_wait_s"} <= set(one)
    assert content["bottleneck"] == "host cores"
    assert content["stable"] is True
    assert (content["seed"], content["replications"]) == (7, 5)


def test_json_of_one_replication_has_no_limits():
    content = queue_results(replications=1).to_json()
    for one in content["commands"].values():
        assert one["latency_s"]["mean"]["low"] is None
        assert one["latency_s"]["mean"]["high"] is None
        assert one["latency_s"]["mean"]["value"] > 0


@pytest.mark.parametrize("rate", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("replications", [1, 3])
def test_json_is_strict_whatever_is_unknown(rate, replications):
    content = queue_results(replications, rate=rate, count=40).to_json()
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_an_unstable_command_has_nulls_for_latencies():
    content = queue_results(rate=2.0).to_json()
    assert content["stable"] is False
    assert content["stability"]["verdict"] == "unstable"
    for one in content["commands"].values():
        assert one["stable"] is False
        assert one["latency_s"]["mean"] == {"value": None, "low": None, "high": None}
        assert one["throughput_per_s"]["value"] > 0


def test_the_summary_says_what_the_json_says():
    results = queue_results()
    summary, content = results.summary(), results.to_json()
    for name, one in content["commands"].items():
        assert summary.loc[name, "count"] == one["count"]
        assert summary.loc[name, "p95_s"] == one["latency_s"]["p95"]["value"]
        assert summary.loc[name, "p95_s_high"] == one["latency_s"]["p95"]["high"]
    components = results.component_summary()
    assert list(components.index) == list(content["components"])
    assert math.isnan(components.loc["netns lock", "mean_wait_s"])


def test_tidy_tables_hold_every_replication():
    results = queue_results(replications=3, count=100)
    assert len(results.commands) == 300
    assert results.commands.groupby("replication")["number"].count().to_dict() == dict.fromkeys(
        range(3), 100
    )
    assert set(results.backlog.columns) == {"replication", "time", "in_system"}
    assert "replication" not in results.records[0].commands


def test_work_in_progress_is_summed_over_replications():
    results = queue_results(rate=2.0, count=100)
    under_way = sum(one.in_progress for one in results.command_measures.values())
    assert results.in_progress == under_way > 0


def test_results_of_nothing_are_refused():
    with pytest.raises(ValueError, match="records"):
        Results(queue_results().scenario, ())
