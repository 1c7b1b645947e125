"""Stopping and killing: SIGTERM, SIGKILL, how long each is waited for, and giving up."""

from __future__ import annotations

from typing import Any

import pytest

from docksim.system.container import State
from tests.helpers import Bench, scenario
from tests.system.daemon.hosts import SOON, VARIANTS, free, listed

# Stop


@VARIANTS
@pytest.mark.parametrize(
    ("kind", "timeout", "seconds"),
    [
        ({}, None, 0),
        ({"exit_time": "3 s"}, None, 3),
        ({"exit_time": "30 s"}, None, 10),
        ({"ignores_sigterm": 1.0}, None, 10),
        ({"ignores_sigterm": 1.0}, "2 s", 2),
        ({"ignores_sigterm": 1.0, "stop_timeout": "4 s"}, None, 4),
        ({"ignores_sigterm": 1.0, "stop_timeout": "4 s"}, "0 s", 0),
        ({"exit_time": "3 s", "stop_timeout": "1 s"}, None, 1),
    ],
)
def test_stop_takes_until_the_exit_or_the_timeout(
    variant: str, kind: dict[str, Any], timeout: str | None, seconds: float
) -> None:
    bench = free(variant, kind=kind)
    made = bench.send("run")
    keys = {} if timeout is None else {"timeout": timeout}
    stop = bench.send("stop", at=5.0, on=made, **keys)
    bench.run()
    assert stop.outcome == "ok"
    assert stop.latency == pytest.approx(seconds, abs=SOON)
    assert made.container.state is State.EXITED


@VARIANTS
def test_an_unkillable_container_fails_to_stop_after_24_seconds_and_stays(variant: str) -> None:
    bench = free(variant, kind={"unkillable": 1.0})
    made = bench.send("run")
    stop = bench.send("stop", at=5.0, on=made)
    bench.run()
    assert stop.outcome == "cannot kill container"
    assert stop.latency == pytest.approx(24, abs=SOON)
    assert made.container.state is State.RUNNING
    assert listed(bench) == 1


@VARIANTS
@pytest.mark.parametrize(("command", "keys"), [("rm", {"force": True}), ("kill", {})])
def test_an_unkillable_container_fails_to_die_after_12_seconds_and_stays(
    variant: str, command: str, keys: dict[str, Any]
) -> None:
    bench = free(variant, kind={"unkillable": 1.0})
    made = bench.send("run")
    calls = [bench.send(command, at=at, on=made, **keys) for at in (5.0, 50.0)]
    bench.run()
    for call in calls:
        assert call.outcome == "cannot kill container"
        assert call.latency == pytest.approx(12, abs=SOON)
    assert made.container.running
    assert listed(bench) == 1


def test_a_graceful_rm_of_an_unkillable_container_fails_as_a_stop_does() -> None:
    bench = free("diagram", kind={"unkillable": 1.0})
    made = bench.send("run")
    call = bench.send("rm", at=5.0, on=made)
    bench.run()
    assert call.outcome == "cannot kill container"
    assert call.latency == pytest.approx(24, abs=SOON)
    assert listed(bench) == 1


@VARIANTS
def test_stopping_what_has_stopped_does_nothing(variant: str) -> None:
    bench = free(variant, kind={"lifetime": "1 s"})
    made = bench.send("run")
    stop = bench.send("stop", at=5.0, on=made)
    bench.run()
    assert (stop.outcome, stop.latency) == ("ok", pytest.approx(0, abs=SOON))


@VARIANTS
@pytest.mark.parametrize("second", ["stop", "rm"])
def test_two_who_stop_one_container_both_see_it_stopped(variant: str, second: str) -> None:
    bench = free(variant, kind={"exit_time": "6 s"})
    made = bench.send("run")
    first = bench.send("stop", at=5.0, on=made)
    keys = {"force": True} if second == "rm" else {}
    other = bench.send(second, at=7.0, on=made, **keys)
    bench.run()
    assert first.outcome == other.outcome == "ok"
    assert other.latency <= 4 + SOON
    assert listed(bench) == (0 if second == "rm" else 1)


@VARIANTS
def test_force_does_not_wait_for_another_ones_patience(variant: str) -> None:
    bench = free(variant, kind={"ignores_sigterm": 1.0})
    made = bench.send("run")
    stop = bench.send("stop", at=5.0, on=made, timeout="60 s")
    call = bench.send("rm", at=7.0, on=made, force=True)
    bench.run()
    assert stop.outcome == call.outcome == "ok"
    assert call.latency == pytest.approx(0, abs=SOON)
    assert stop.ended == pytest.approx(7.0, abs=SOON)


# Kill


@VARIANTS
def test_kill_is_seen_through_and_a_mere_sigterm_is_not(variant: str) -> None:
    bench = free(variant, kind={"exit_time": "3 s"})
    runs = [bench.send("run") for _ in range(2)]
    kill = bench.send("kill", at=5.0, on=runs[0])
    signal = bench.send("kill", at=5.0, on=runs[1], signal="TERM")
    bench.run(until=7.0)
    assert kill.latency == signal.latency == pytest.approx(0, abs=SOON)
    assert not runs[0].container.running
    assert runs[1].container.running
    bench.run()
    assert not runs[1].container.running


@VARIANTS
def test_what_does_not_run_cannot_be_killed(variant: str) -> None:
    bench = free(variant)
    made = bench.send("create")
    kill = bench.send("kill", at=5.0, on=made)
    bench.run()
    assert kill.outcome == "conflict"


def test_kill_sends_no_sigterm() -> None:
    bench = Bench(scenario())
    made = bench.send("run")
    kill = bench.send("kill", at=5.0, on=made)
    bench.run()
    messages = [message for _, _, message in bench.arrows(kill)]
    assert "send SIGKILL" in messages
    assert "send SIGTERM" not in messages
