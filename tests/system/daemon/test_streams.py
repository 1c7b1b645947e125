"""Logs and events: the first byte long before the last, and streams that end when they should."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import MB, Bench, Call, scenario, with_cost, without_cost

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])
LOG = 1 * MB  # bytes/s that decoding and showing a log take


def talking(variant: str = "diagram", **kind: Any) -> Bench:
    """A host on which only decoding logs takes time: 1 s a MB."""
    kinds = [{"name": "default", **kind}]
    given = without_cost(scenario(flow={"variant": variant}, containers=kinds))
    return Bench(with_cost(given, "dockerd.decode_log", throughput=LOG))


@VARIANTS
def test_the_first_byte_comes_long_before_the_last(variant: str) -> None:
    kind = {"name": "default", "log_size": "50 MB"}
    bench = Bench(scenario(flow={"variant": variant}, containers=[kind]))
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made)
    bench.run()
    assert 0 < call.first_byte < 0.1
    assert call.latency > 50 * MB / 13.2e6


@VARIANTS
def test_only_logs_and_events_have_a_first_byte(variant: str) -> None:
    bench = Bench(scenario(flow={"variant": variant}))
    calls = [bench.send("run"), bench.send("ps"), bench.send("images")]
    bench.run()
    assert all(call.first_byte != call.first_byte for call in calls)


@VARIANTS
def test_logs_take_as_long_as_there_is_to_decode(variant: str) -> None:
    bench = talking(variant, log_size="3 MB")
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made)
    bench.run()
    assert call.latency == pytest.approx(3.0, rel=1e-3)


def test_logs_grow_while_the_container_runs_and_no_longer() -> None:
    bench = talking(log_rate="10 kB/s", lifetime="100 s")
    made = bench.send("run")
    early, late, later = (bench.send("logs", at=at, on=made) for at in (50.0, 200.0, 300.0))
    bench.run()
    assert early.latency == pytest.approx(0.5, rel=0.1)
    assert late.latency == pytest.approx(1.0, rel=1e-3)
    assert later.latency == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("size", ["1 MB", "1 GB"])
def test_a_tail_costs_its_lines_whatever_the_log(size: str) -> None:
    bench = talking(log_size=size, log_line="200 B")
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made, tail=1000)
    bench.run()
    assert call.latency == pytest.approx(0.2, rel=1e-3)


@VARIANTS
@pytest.mark.parametrize(("size", "took"), [("0 B", 0.0), ("1 MB", 0.5 + 1.0)])
def test_a_log_without_a_line_is_not_decoded(variant: str, size: str, took: float) -> None:
    kinds = [{"name": "default", "log_size": size}]
    given = without_cost(scenario(flow={"variant": variant}, containers=kinds))
    costs = {"cpu": 0.5, "throughput": LOG}
    bench = Bench(with_cost(given, "dockerd.decode_log", **costs))
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made)
    bench.run()
    assert call.latency == pytest.approx(took, rel=1e-3, abs=1e-6)


def test_a_tail_is_no_longer_than_the_log() -> None:
    bench = talking(log_size="1 MB")
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made, tail=10**9)
    bench.run()
    assert call.latency == pytest.approx(1.0, rel=1e-3)


def test_since_sends_what_is_recent_and_scans_the_rest() -> None:
    kinds = [{"name": "default", "log_rate": "10 kB/s"}]
    given = without_cost(scenario(containers=kinds, host={"cores": 64}))
    given = with_cost(given, "dockerd.decode_log", throughput=LOG)
    given = with_cost(given, "dockerd.scan_log", throughput=10 * LOG)
    bench = Bench(given)
    made = bench.send("run")
    call = bench.send("logs", at=1000.0, on=made, since="100 s")
    bench.run()
    assert call.first_byte == pytest.approx(9.0 / 10, rel=1e-3)
    assert call.latency == pytest.approx(9.0 / 10 + 1.0, rel=1e-3)


def test_of_a_container_that_ended_long_ago_nothing_is_recent() -> None:
    bench = talking(log_rate="10 kB/s", lifetime="100 s")
    made = bench.send("run")
    call = bench.send("logs", at=1000.0, on=made, since="50 s")
    half = bench.send("logs", at=2000.0, on=made, since="1950 s")  # its last 50 s
    bench.run()
    assert call.latency == pytest.approx(1 * MB / 500e6)  # the disk's time to scan past it
    assert half.latency == pytest.approx(0.5, rel=1e-2)


@VARIANTS
def test_what_a_container_wrote_at_its_start_is_recent_when_the_start_is(variant: str) -> None:
    bench = talking(variant, log_size="2 MB")
    made = bench.send("run")
    call = bench.send("logs", at=5.0, on=made, since="1 min")
    bench.run()
    assert call.latency == pytest.approx(2.0, rel=1e-3)


# Following


@VARIANTS
def test_following_ends_with_the_container(variant: str) -> None:
    bench = talking(variant, lifetime="60 s")
    made = bench.send("run")
    call = bench.send("logs", at=10.0, on=made, follow=True)
    bench.run()
    assert call.outcome == "ok"
    assert call.ended == pytest.approx(60.0, abs=1e-3)
    assert call.first_byte == pytest.approx(0.0, abs=1e-3)


@VARIANTS
def test_following_ends_after_its_duration(variant: str) -> None:
    bench = talking(variant)
    made = bench.send("run")
    call = bench.send("logs", at=10.0, on=made, follow=True, duration="7 s")
    bench.run()
    assert call.ended == pytest.approx(17.0, abs=1e-3)


def test_following_what_has_ended_ends_at_once() -> None:
    bench = talking(lifetime="1 s")
    made = bench.send("run")
    call = bench.send("logs", at=10.0, on=made, follow=True)
    bench.run()
    assert call.latency == pytest.approx(0.0, abs=1e-3)


def test_following_uses_the_cores_while_it_lasts() -> None:
    kinds = [{"name": "default", "log_rate": "6.6 MB/s"}]
    used = []
    for follow in (False, True):
        bench = Bench(scenario(containers=kinds, host={"cores": 4}), trace=False)
        made = bench.send("run")
        bench.send("logs", at=1.0, on=made, tail=0, **({"follow": True} if follow else {}))
        bench.run(until=101.0)
        used.append(bench.system.host.cpu.totals().busy)
    assert used[1] - used[0] == pytest.approx(100 * 6.6 / 13.2, rel=0.05)


# Events


def events(bench: Bench, at: float, seconds: float) -> Call:
    return bench.send("events", at=at, duration=f"{seconds} s")


def shown(bench: Bench, call: Call) -> list[float]:
    """When something was shown."""
    hops = bench.hops(call)
    return list(hops[(hops["message"] == "event") & (hops["target"] == "user")]["end"])


@VARIANTS
def test_events_end_after_their_duration(variant: str) -> None:
    bench = Bench(without_cost(scenario(flow={"variant": variant})))
    call = events(bench, 1.0, 30.0)
    bench.run()
    assert call.latency == pytest.approx(30.0)
    assert call.first_byte != call.first_byte


@VARIANTS
def test_events_are_shown_as_they_happen(variant: str) -> None:
    bench = Bench(without_cost(scenario(flow={"variant": variant})))
    call = events(bench, 0.0, 100.0)
    made = bench.send("run", at=10.0)
    bench.send("stop", at=20.0, on=made)
    bench.send("rm", at=30.0, on=made)
    bench.send("run", at=150.0)
    bench.run()
    assert call.command.first_byte == pytest.approx(10.0)
    assert set(shown(bench, call)) == {10.0, 20.0, 30.0}


def test_an_event_that_happens_while_another_is_sent_is_sent_next() -> None:
    given = with_cost(without_cost(scenario()), "dockerd.event", wait=1.0)
    bench = Bench(given)
    call = events(bench, 0.0, 100.0)
    bench.send("create", at=10.0)
    bench.send("create", at=10.5)
    bench.run()
    assert shown(bench, call) == pytest.approx([11.0, 12.0])


def test_all_who_listen_hear_of_an_event() -> None:
    bench = Bench(without_cost(scenario()))
    calls = [events(bench, 0.0, 20.0) for _ in range(3)]
    bench.send("create", at=10.0)
    bench.run()
    assert [shown(bench, call) for call in calls] == [[10.0]] * 3
