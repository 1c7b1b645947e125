"""The registry's pull limit: 429 when it is used up, not retried, and over with the window."""

from __future__ import annotations

import pytest

from docksim.system.outcomes import TooManyRequests
from docksim.system.registry.rate_limit import RateLimit
from tests.helpers import PRESENT, THREE_LAYERS, Bench, scenario, without_cost


def test_no_more_than_the_limit_in_any_window() -> None:
    limit = RateLimit(2, 60.0)
    limit.charge(0.0)
    limit.charge(50.0)
    with pytest.raises(TooManyRequests):
        limit.charge(59.9)
    limit.charge(60.0)
    with pytest.raises(TooManyRequests):
        limit.charge(100.0)
    limit.charge(110.0)


def test_without_a_limit_all_may_pull() -> None:
    limit = RateLimit(None, 60.0)
    for _ in range(1000):
        limit.charge(0.0)


def limited(pulls: int) -> Bench:
    registry = {"rate_limit": pulls, "rate_window": "60 s"}
    images = [PRESENT, THREE_LAYERS | {"name": "absent"}]
    return Bench(without_cost(scenario(images=images, registry=registry)))


def test_a_pull_above_the_limit_fails_at_once_and_is_not_retried() -> None:
    bench = limited(2)
    calls = [bench.send("pull", at=float(at)) for at in (0, 10, 20, 61, 65)]
    bench.run()
    outcomes = [call.outcome for call in calls]
    assert outcomes == ["ok", "ok", "too many requests", "ok", "too many requests"]
    refused = calls[2]
    assert refused.latency < 1.0
    hops = bench.hops(refused, branch=None)
    assert (hops["message"] == "query image manifest").sum() == 1


def test_a_run_counts_as_a_pull_only_when_its_image_is_absent() -> None:
    bench = limited(1)
    calls = [bench.send("run", at=float(at), image="app") for at in range(3)]
    first = bench.send("run", at=10.0, image="absent")
    second = bench.send("pull", at=20.0)
    bench.run()
    assert [call.outcome for call in calls] == ["ok"] * 3
    assert (first.outcome, second.outcome) == ("ok", "too many requests")


def test_a_refused_run_leaves_nothing() -> None:
    bench = limited(1)
    bench.send("pull")
    call = bench.send("run", at=10.0, image="absent")
    used = 25e6
    bench.run()
    assert call.outcome == "too many requests"
    assert len(bench.system.table) == 0
    assert bench.system.host.space.used == pytest.approx(used)
