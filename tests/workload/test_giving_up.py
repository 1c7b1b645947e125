"""Clients that give up: what is called off, what is carried through, and who is not bothered."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from tests.helpers import MB, ONE_LAYER, Run, scenario, without_cost

PULL = {"command": "pull"}


def impatient(at: float, action: dict[str, Any], timeout: str = "1 s") -> dict[str, Any]:
    return patient(at, action) | {"name": "impatient", "timeout": timeout}


def patient(at: float, action: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "batch", "name": "patient", "count": 1, "start": f"{at} s", "mix": [action]}


def finish(*workload: dict[str, Any], **sections: Any) -> Run:
    """All of it, to the end of whatever the daemon goes on with."""
    sections.setdefault("images", [ONE_LAYER])
    sections.setdefault("registry", {"stream_rate": "1 MB/s"})
    run = Run(without_cost(scenario(workload=list(workload), **sections)))
    run.to_the_end()
    return run


def outcomes(run: Run) -> dict[str, str]:
    frame = run.log.records.frame()
    return dict(zip(frame["workload"], frame["outcome"], strict=True))


def test_a_pull_that_nobody_waits_for_is_called_off() -> None:
    run = finish(impatient(0.0, PULL))
    assert outcomes(run) == {"impatient": "timeout"}
    assert len(run.system.images) == 0
    assert run.system.host.space.used == 0
    assert run.system.host.link.totals().busy == pytest.approx(1 * MB)
    assert run.system._puller.slots.held == 0
    assert run.env.now < 10.0 + 1e-6


def test_a_pull_that_another_waits_for_goes_on() -> None:
    run = finish(impatient(0.0, PULL), patient(0.5, PULL))
    assert outcomes(run) == {"impatient": "timeout", "patient": "ok"}
    frame = run.log.records.frame().set_index("workload")
    assert frame["ended"]["patient"] == pytest.approx(10.05, abs=0.02)
    assert run.system.host.link.totals().busy == pytest.approx(10 * MB)


def test_who_comes_after_all_have_left_starts_from_the_beginning() -> None:
    run = finish(impatient(0.0, PULL), patient(2.0, PULL))
    assert outcomes(run) == {"impatient": "timeout", "patient": "ok"}
    assert run.system.host.link.totals().busy == pytest.approx(11 * MB)


def test_a_pull_called_off_while_it_waits_for_a_slot_leaves_the_queue() -> None:
    images = [ONE_LAYER, ONE_LAYER | {"name": "other"}]
    run = finish(
        patient(0.0, {"command": "pull", "image": "app"}),
        impatient(0.5, {"command": "pull", "image": "other"}),
        images=images,
        daemon={"max_concurrent_downloads": 1},
    )
    assert outcomes(run) == {"impatient": "timeout", "patient": "ok"}
    assert run.system.host.link.totals().busy == pytest.approx(10 * MB)
    assert (run.system._puller.slots.held, run.system._puller.slots.waiting) == (0, 0)


def test_a_pull_called_off_between_two_tries_gives_its_slot_back() -> None:
    run = finish(
        impatient(0.0, PULL, timeout="30 s"),
        registry={"reset_share": 1.0},
    )
    assert outcomes(run) == {"impatient": "timeout"}
    assert run.system._puller.slots.held == 0
    assert run.system.host.space.used == 0


@pytest.mark.parametrize("variant", ["diagram", "engine"])
def test_a_run_whose_pull_takes_too_long_creates_nothing(variant: str) -> None:
    run = finish(impatient(0.0, {"command": "run"}), flow={"variant": variant})
    assert outcomes(run) == {"impatient": "timeout"}
    assert len(run.system.table) == 0
    assert len(run.system.images) == 0


@pytest.mark.parametrize("variant", ["diagram", "engine"])
def test_what_the_daemon_has_begun_it_carries_through(variant: str) -> None:
    kinds = [{"name": "default", "ignores_sigterm": 1.0, "running": 1}]
    images = [ONE_LAYER | {"present": True}]
    stop = {"command": "stop"}
    run = finish(impatient(0.0, stop), flow={"variant": variant}, containers=kinds, images=images)
    assert outcomes(run) == {"impatient": "timeout"}
    assert run.system.table.running == 0
    assert run.env.now >= 10.0


def test_who_no_longer_follows_a_log_uses_no_cores() -> None:
    kinds = [{"name": "default", "log_rate": "1 MB/s", "running": 1}]
    images = [ONE_LAYER | {"present": True}]
    follow = {"command": "logs", "follow": True}
    plan = scenario(
        workload=[impatient(0.0, follow)], containers=kinds, images=images, host={"cores": 4}
    )
    run = Run(plan)
    run.env.run(until=101.0)
    alone = 101.0 * 1 / 13.2  # copying the log
    assert run.system.host.cpu.totals().busy == pytest.approx(alone, abs=0.3)
    assert outcomes(run) == {"impatient": "timeout"}


def test_an_attached_client_that_leaves_does_not_end_its_container() -> None:
    attached = {"command": "run", "attach": True}
    run = finish(impatient(0.0, attached), images=[ONE_LAYER | {"present": True}])
    assert outcomes(run) == {"impatient": "timeout"}
    assert run.system.table.running == 1
    assert run.env.peek() == inf
