"""Containers from creation to removal: refusals, exits, memory."""

from __future__ import annotations

import pytest

from docksim.system.container import State
from tests.helpers import PRESENT, Bench, Call, scenario, without_cost
from tests.system.daemon.hosts import SOON, VARIANTS, free, listed

# Removal


@VARIANTS
def test_a_second_rm_meets_a_conflict_and_a_later_one_nothing(variant: str) -> None:
    given = scenario(flow={"variant": variant}, network={"driver": "bridge"})
    bench = Bench(given)
    made = bench.send("run")
    first = bench.send("rm", at=5.0, on=made, force=True)
    second = bench.send("rm", at=5.02, on=made, force=True)
    later = bench.send("rm", at=10.0, on=made, force=True)
    bench.run()
    outcomes = [first.outcome, second.outcome, later.outcome]
    assert outcomes == ["ok", "conflict", "no such container"]


@VARIANTS
@pytest.mark.parametrize("command", ["start", "stop", "kill", "logs", "inspect", "rm"])
def test_what_is_gone_is_not_found(variant: str, command: str) -> None:
    bench = free(variant)
    made = bench.send("create")
    bench.send("rm", at=1.0, on=made)
    call = bench.send(command, at=2.0, on=made)
    nobody = bench.send(command, at=3.0)
    bench.run()
    assert call.outcome == nobody.outcome == "no such container"


@VARIANTS
def test_a_container_that_cannot_be_removed_yet_can_be_later(variant: str) -> None:
    bench = free(variant, kind={"exit_time": "1 s"})
    made = bench.send("run")
    if variant == "engine":
        assert bench.send("rm", at=2.0, on=made) is bench.calls[1]
    bench.send("stop", at=5.0, on=made)
    last = bench.send("rm", at=10.0, on=made)
    bench.run()
    assert last.outcome == "ok"
    assert listed(bench) == 0


# Start, and who comes in between


@VARIANTS
def test_what_is_created_and_started_runs(variant: str) -> None:
    bench = free(variant)
    made = bench.send("create")
    start, again = bench.send("start", at=1.0, on=made), bench.send("start", at=2.0, on=made)
    bench.run()
    assert start.outcome == again.outcome == "ok"
    assert made.container.running


@VARIANTS
def test_a_stopped_container_runs_again(variant: str) -> None:
    bench = free(variant, kind={"lifetime": "2 s", "memory": "1 MB"})
    made = bench.send("run")
    bench.send("start", at=10.0, on=made)
    bench.run(until=11.0)
    assert made.container.running
    bench.run()
    assert made.container.state is State.EXITED
    assert bench.system.host.memory.used == 0


@VARIANTS
def test_two_starts_start_it_once(variant: str) -> None:
    bench = Bench(
        scenario(flow={"variant": variant}, containers=[{"name": "default", "memory": "1 MB"}])
    )
    made = bench.send("create")
    starts = [bench.send("start", at=1.0 + 0.01 * i, on=made) for i in range(3)]
    bench.run()
    assert [call.outcome for call in starts] == ["ok"] * 3
    assert bench.system.host.memory.used == 1e6
    executed = [
        message
        for call in starts
        for _, _, message in bench.arrows(call)
        if message.startswith("exec the") or message.endswith("exec the container process")
    ]
    assert len(executed) == 1


@VARIANTS
@pytest.mark.parametrize("command", ["rm", "stop", "kill", "inspect"])
def test_others_wait_until_a_start_is_over(variant: str, command: str) -> None:
    bench = Bench(scenario(flow={"variant": variant}))
    made = bench.send("create")
    start = bench.send("start", at=1.0, on=made)
    call = bench.send(command, at=1.05, on=made)
    bench.run()
    assert start.outcome == "ok"
    assert call.ended > start.ended - 0.02
    refused = variant == "engine" and command == "rm"  # it runs by then
    assert call.outcome == ("conflict" if refused else "ok")


@VARIANTS
def test_what_is_being_removed_cannot_be_started(variant: str) -> None:
    bench = Bench(scenario(flow={"variant": variant}))
    made = bench.send("create")
    remove = bench.send("rm", at=1.0, on=made)
    start = bench.send("start", at=1.005, on=made)
    bench.run()
    assert remove.outcome == "ok"
    assert start.outcome in ("conflict", "no such container")
    assert listed(bench) == 0


# Exits


@VARIANTS
def test_a_container_ends_by_itself_after_its_lifetime(variant: str) -> None:
    bench = free(variant, kind={"lifetime": "4 s", "memory": "10 MB", "cpu": 0.5})
    made = bench.send("run")
    bench.run(until=3.9)
    assert made.container.running
    assert bench.system.host.memory.used == 10e6
    bench.run(until=4.1)
    assert made.container.state is State.EXITED
    assert bench.system.host.memory.used == 0


@VARIANTS
def test_attached_a_run_ends_with_its_container(variant: str) -> None:
    bench = free(variant, kind={"lifetime": "4 s"})
    attached = bench.send("run", attach=True)
    bench.run()
    assert attached.outcome == "ok"
    assert attached.latency == pytest.approx(4, abs=SOON)


@VARIANTS
def test_attached_to_what_another_stops(variant: str) -> None:
    bench = free(variant)
    attached = bench.send("run", attach=True)
    bench.run(until=1.0)
    bench.send("stop", at=4.0, on=bench.containers()[0])
    bench.run()
    assert attached.outcome == "ok"
    assert attached.ended == pytest.approx(5.0, abs=SOON)


@VARIANTS
@pytest.mark.parametrize("attach", [True, False])
def test_a_container_run_with_rm_is_gone_when_it_ends(variant: str, attach: bool) -> None:
    bench = free(variant, kind={"lifetime": "4 s"})
    call = bench.send("run", attach=attach, remove=True)
    bench.run(until=3.9)
    assert listed(bench) == 1
    bench.run()
    assert listed(bench) == 0
    assert call.latency == pytest.approx(4 if attach else 0, abs=SOON)
    assert len(bench.system.images) == 1


@VARIANTS
def test_a_container_run_with_rm_is_gone_when_it_is_stopped(variant: str) -> None:
    bench = free(variant)
    made = bench.send("run", remove=True)
    stop = bench.send("stop", at=5.0, on=made)
    bench.run()
    assert stop.outcome == "ok"
    assert listed(bench) == 0


@VARIANTS
def test_a_container_that_ends_before_its_start_is_over(variant: str) -> None:
    bench = Bench(
        scenario(flow={"variant": variant}, containers=[{"name": "default", "lifetime": "1 us"}])
    )
    call = bench.send("run", attach=True, remove=True)
    bench.run()
    assert call.outcome == "ok"
    assert listed(bench) == 0


# Memory


def short_of_memory(variant: str) -> Bench:
    kind = {"memory": "60 MB"}
    return free(variant, kind=kind, host={"memory": "100 MB"})


@VARIANTS
def test_without_memory_for_its_process_a_run_fails(variant: str) -> None:
    bench = short_of_memory(variant)
    first, second = bench.send("run"), bench.send("run", at=1.0)
    bench.run()
    assert (first.outcome, second.outcome) == ("ok", "out of memory")
    assert bench.system.host.memory.used == 60e6


@VARIANTS
def test_memory_is_there_again_when_another_has_ended(variant: str) -> None:
    bench = short_of_memory(variant)
    first = bench.send("run")
    bench.send("run", at=1.0)
    bench.send("rm", at=2.0, on=first, force=True)
    third = bench.send("run", at=3.0)
    bench.run()
    assert third.outcome == "ok"


def test_a_failed_run_leaves_nothing_in_the_diagram() -> None:
    bench = short_of_memory("diagram")
    bench.send("run")
    bench.send("run", at=1.0)
    bench.run()
    assert listed(bench) == 1


@pytest.mark.parametrize("remove", [False, True])
def test_in_the_engine_a_failed_run_leaves_what_it_created_unless_it_was_to_go(
    remove: bool,
) -> None:
    bench = short_of_memory("engine")
    bench.send("run")
    failed = bench.send("run", at=1.0, remove=remove)
    bench.run()
    assert failed.outcome == "out of memory"
    assert len(bench.containers("created")) == (0 if remove else 1)
    if not remove:
        later = bench.send("rm", at=1.0, on=failed)
        bench.run()
        assert later.outcome == "ok"
        assert listed(bench) == 1


@VARIANTS
def test_a_failed_start_gives_its_endpoint_back(variant: str) -> None:
    bench = short_of_memory(variant)
    bench.send("run")
    failed = bench.send("run", at=1.0)
    bench.run()
    messages = [message for _, _, message in bench.arrows(failed)]
    assert messages.count("allocate network configuration") == 1
    assert messages.count("release network configuration") == 1


def test_traits_follow_the_number_of_the_command_that_creates() -> None:
    """Common random numbers: whatever else happens, container n behaves as container n."""

    def obstinate(others: int) -> list[bool]:
        kind = {"name": "default", "ignores_sigterm": 0.5}
        bench = Bench(without_cost(scenario(containers=[kind], images=[PRESENT])))
        made: list[Call] = [bench.send("run") for _ in range(20)]
        stops = [bench.send("stop", at=5.0, on=call) for call in made]
        for _ in range(others):
            bench.send("ps", at=1.0)
        bench.run()
        return [call.latency > 1 for call in stops]

    assert obstinate(0) == obstinate(10)
    assert 3 < sum(obstinate(0)) < 17
