"""What a made-up engine demands has to come out of its measurements again."""

from dataclasses import replace

import numpy as np
import pytest
import tomli_w

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.profile import calibrate
from docksim.engine.calibration.slices import time_slice
from docksim.engine.calibration.store import HANDLE
from docksim.engine.errors import EngineError
from docksim.engine.validation.scenarios import Clients, scenario_of
from docksim.scenario.profile import Fit
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity
from docksim.simulation import simulate_once
from tests.engine.calibration import made as made_up
from tests.engine.calibration.made import (
    CLIENT,
    CYCLES,
    EXTRA,
    HELD,
    REFERENCE,
    add_block,
    add_brisk_block,
    costs,
    cpu_of,
    latency,
    made,
)
from tests.engine.measurement.test_loads import POINT


@pytest.fixture(scope="module")
def profile(dataset, tmp_path_factory):
    file = tmp_path_factory.mktemp("profile") / "made.toml"
    file.write_text(tomli_w.dumps(calibrate(dataset, "made").document))
    return file


def test_demands_are_what_the_scheduler_saw(dataset):
    found = demands(dataset)[Key("start", "bridge")]
    assert {c: s for c, s in found.cpu.items() if s} == pytest.approx(cpu_of("start", "bridge"))
    assert found.wait == pytest.approx(costs("start", "bridge")["wait"], abs=0.01)
    assert found.threads == pytest.approx(1.0)
    assert found.locked("cgroup") == pytest.approx(0.010)


def test_a_latency_has_room_for_the_waiting_that_is_told_apart(tmp_path, monkeypatch):
    """Where CPU time and waiting are longer than the latency, some of the first comes after it."""
    cycle = ("create", "start", "rm --force")
    monkeypatch.setattr(made_up, "latency", lambda *of: 0.8 * latency(*of))
    found = made(tmp_path / "short")
    add_block(found, cycle, "host", "ignores")
    short = demands(found)[Key("start")]
    told_apart = HELD["start"] + costs("start", "host")["cgroup"]
    assert short.wait == pytest.approx(told_apart, abs=0.001)
    lacking = sum(cpu_of("start", "host").values()) - short.total
    assert lacking > 0.001
    assert sum(short.after.values()) == pytest.approx(lacking)


def test_the_client_takes_as_long_for_one_answer_however_many_containers_there_are(tmp_path):
    """0.4 ms once instead of 0.1 ms is an accident; a list of more takes longer by right."""
    found = made(tmp_path / "clients")
    add_block(found, ("create", "start", "rm --force"), "host", "ignores")
    clients = {0: 0.4e-3, 50: 0.1e-3, 150: 0.1e-3}
    for containers, seconds in clients.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(made_up, "CLIENT", seconds)
            add_block(found, ("ps", "images", "inspect"), "host", "ignores", containers)
    seen = demands(found)
    for containers, seconds in clients.items():
        for operation in ("images", "inspect"):
            key = Key(operation, behaviour="ignores", containers=containers)
            assert seen[key].client == pytest.approx(0.1e-3, rel=0.02)
        assert seen[key._replace(operation="ps")].client == pytest.approx(seconds, rel=0.02)


def test_a_moment_at_which_the_machine_was_slow_is_told_from_a_dear_operation(tmp_path):
    found = made(tmp_path / "drifting")
    cycle = ("create", "start", "rm --force")
    for network in ("none", "bridge"):
        add_block(found, cycle, network, "ignores")
    add_block(found, cycle, "host", "ignores", reference=1.5 * REFERENCE)
    slow = demands(found)[Key("start")]
    assert slow.total == pytest.approx(sum(cpu_of("start", "host").values()))
    assert slow.latency.mean() == pytest.approx(latency("start", "host"), rel=0.05)


RUNTIME = ("containerd", "shim", "runc", "init")


def test_without_pauses_accounts_tell_what_a_cycle_takes_and_latencies_what_each_of_it_does(
    tmp_path,
):
    """Of dockerd nine tenths of what each operation's latency says, of the runtime as much as that;
    of the kernel, which no account has, as of both together."""
    found = made(tmp_path / "brisk")
    quicker = {"create": 0.6, "start": 1.1, "rm --force": 0.8}
    add_block(found, tuple(quicker), "host", "ignores")
    apart = {each: HELD.get(each, 0.0) + costs(each, "host").get("cgroup", 0.0) for each in quicker}

    def work(*components):
        return sum(
            factor * cpu_of(operation, "host").get(component, 0.0)
            for operation, factor in quicker.items()
            for component in components
        )

    cycles = 10
    taken = {
        "dockerd": 0.9 * work("dockerd") * cycles,
        "runtime": 0.7 * work(*RUNTIME) * cycles,
        "containers": 0.3 * work(*RUNTIME) * cycles,
        "client": 0.5 * CLIENT * len(quicker) * cycles,
        "rest": 9.0,
    }
    took = {
        operation: quicker[operation] * (latency(operation, "host") - CLIENT - apart[operation])
        + apart[operation]
        + 0.5 * CLIENT
        for operation in quicker
    }
    add_brisk_block(found, took, taken, cycles=cycles)
    whole = (0.9 * work("dockerd") + work(*RUNTIME)) / work("dockerd", *RUNTIME)
    demanded = demands(found)
    for operation, factor in quicker.items():
        brisk, paused = demanded[Key(operation)], cpu_of(operation, "host")
        scale = {"dockerd": 0.9, "kernel": whole} | dict.fromkeys(RUNTIME, 1.0)
        expected = {each: scale[each] * factor * paused.get(each, 0.0) for each in scale}
        assert {each: brisk.cpu[each] for each in scale} == pytest.approx(expected)


def test_serialised_sleeps_become_waiting_under_their_lock(dataset):
    operations = calibrate(dataset, "made").document["operations"]
    set_up = operations["runtime.runc"]["set_up"]
    assert [step.get("lock") for step in set_up] == [None, "kernel.cgroup"]
    assert set_up[1]["lasts"] == 2.0, "who is moved soon after another waits for no grace period"
    (barrier,) = (s for s in operations["network.bridge"]["namespace"] if "lock" in s)
    assert (barrier["lock"], barrier["inner_lock"]) == ("dockerd.netlink", "kernel.rcu_barrier")
    assert RandomQuantity(SECONDS).parse(barrier["wait"]).mean == pytest.approx(0.018, rel=0.01)


def test_what_dockerd_executes_itself_is_in_its_session_beside_its_goroutines(dataset):
    operations = calibrate(dataset, "made").document["operations"]
    by_runtime, by_daemon = operations["network.none"]["namespace"]
    assert (by_runtime["group"], by_daemon["group"]) == ("containerd", "dockerd")
    assert "quantum" not in by_daemon
    assert operations["dockerd"]["containers_start"][0]["quantum"] == "15 ms"
    for step, cpu in ((by_runtime, 0.040), (by_daemon, 0.030)):
        assert RandomQuantity(SECONDS).parse(step["cpu"]).mean == pytest.approx(cpu, rel=0.01)


def test_what_goes_on_after_a_reply_is_done_by_the_kernel(dataset):
    operations = calibrate(dataset, "made").document["operations"]
    steps = [step for one in operations.values() for each in one.values() for step in each]
    later = [step for step in steps if step.get("background") and "cpu" in step]
    assert later
    assert {step["group"] for step in later} == {"kernel"}


def test_network_devices_are_made_and_deleted_out_of_turn(dataset):
    """In system calls, for which no goroutine waits; accesses to the store are in turn."""
    operations = calibrate(dataset, "made").document["operations"]
    for network in ("host", "none", "bridge"):
        for operation in ("allocate", "join", "release"):
            for step in operations[f"network.{network}"][operation]:
                assert ("quantum" in step) == ("retry" in step)


def test_brief_requests_wait_for_slices_of_the_measured_machines_scheduler(dataset):
    document = calibrate(dataset, "made").document
    cores = dataset.manifest["facts"]["cores"]
    assert SECONDS.parse(document["host"]["slice"]) == pytest.approx(time_slice(cores))
    daemon = document["operations"]["dockerd"]
    brief = {name for name, steps in daemon.items() if any(step.get("brief") for step in steps)}
    assert {"containers_json", "images_json", "containers_inspect"} <= brief
    assert not brief & {"containers_create", "containers_start", "containers_delete"}


def test_each_access_to_the_networks_store_is_under_its_handles_mutex_and_polls_the_file(dataset):
    operations = calibrate(dataset, "made").document["operations"]
    for network in ("host", "none", "bridge"):
        for operation, held in (("allocate", 0.002), ("release", 0.001)):
            steps = operations[f"network.{network}"][operation]
            (step,) = (each for each in steps if each.get("retry") == "50 ms")
            assert step["lock"] == ("dockerd.bridge_store" if network == "bridge" else HANDLE)
            assert step["inner_lock"] == "dockerd.network_file"
            assert RandomQuantity(SECONDS).parse(step["wait"]).mean == pytest.approx(held, rel=0.01)


def test_each_process_works_in_its_own_scheduling_group(dataset):
    operations = calibrate(dataset, "made").document["operations"]
    assert operations["dockerd"]["containers_start"][0]["group"] == "dockerd"
    assert operations["shim"]["start"][0]["group"] == "containerd"
    assert operations["runtime.runc"]["set_up"][0]["group"] == "containers"


def test_what_goes_on_after_the_reply_is_in_the_background(dataset):
    steps = calibrate(dataset, "made").document["operations"]["runtime.runc"]["delete"]
    assert [step.get("background", False) for step in steps] == [False, True]


def test_cores_slow_each_other_as_the_runtime_alone_shows(dataset):
    host = calibrate(dataset, "made").document["host"]
    assert host["parallel_efficiency"] == pytest.approx(30 / 33, abs=1e-3)


@pytest.mark.parametrize("network", EXTRA)
def test_a_client_alone_meets_the_latencies_that_were_measured(profile, network):
    operations = ("create", "start", "rm --force")
    block = vars(replace(POINT, operations=operations, network=network, cycles=300, warm_up=0))
    scenario = scenario_of(
        block | {"point": "alone", "reference": REFERENCE},
        profile,
        Clients(dict.fromkeys(operations, CLIENT)),
    )
    commands = simulate_once(scenario).commands
    took = commands["ended"] - commands["arrived"]
    for operation in operations:
        own = took[commands["command"] == operation.split()[0]]
        assert own.mean() == pytest.approx(latency(operation, network), rel=0.04)
        # As variable as the measured one, though it is the sum of independent parts.
        assert own.std() / own.mean() == pytest.approx(0.1, rel=0.35)


def test_each_containers_cost_in_a_listing_is_found(dataset):
    steps = calibrate(dataset, "made").document["operations"]["dockerd"]["containers_json"]
    assert RandomQuantity(SECONDS).parse(steps[0]["cpu_per_item"]).mean == pytest.approx(
        1e-4, rel=0.01
    )
    # The shortest list has one, whose cost is not the list's own.
    assert RandomQuantity(SECONDS).parse(steps[0]["cpu"]).mean == pytest.approx(1e-3, rel=0.02)


def test_what_has_ended_is_removed_in_one_way_however_it_ended(tmp_path):
    found = made(tmp_path / "ended")
    for behaviour in ("honours", "ignores"):
        add_block(found, ("create", "start", "stop", "rm"), "host", behaviour)
    both = demands(found)
    assert len(both[Key("rm", behaviour="honours")].latency) == 2 * CYCLES
    assert len(both[Key("stop", behaviour="honours")].latency) == CYCLES


def test_a_number_says_where_it_comes_from_and_how_surely(dataset):
    (step,) = calibrate(dataset, "made").document["operations"]["dockerd"]["containers_create"]
    for word in ("made up", "2026-11-24", "one client"):
        assert word in step["source"]
    known = Fit.model_validate(step["fit"])
    assert known.samples == CYCLES
    assert known.ks < 0.1
    assert known.median[0] < latency("create", "host") < known.median[1]
    assert known.median[1] < known.p95[0] < known.p95[1]


def test_the_profile_names_machine_versions_and_data(dataset):
    document = calibrate(dataset, "made").document
    for word in ("2026-11-24", "2 cores", "overlay2", "runc 1.1.5", dataset.hash()[:16]):
        assert word in document["description"]
    host = document["host"]
    assert host["memory"] == "8 GB"
    for word in ("2026-11-24", "busy_*: micro-probes", "collector.slice", "assumptions"):
        assert word in host["source"]


def test_what_the_dataset_lacks_is_named(tmp_path):
    few = made(tmp_path / "few")
    add_block(few, ("create", "start", "rm --force"), "host", "ignores")
    with pytest.raises(EngineError, match="lacks"):
        calibrate(few, "few")


def test_an_operation_that_always_failed_is_as_if_it_were_not_measured(tmp_path):
    failing = made(tmp_path / "failing")
    for network in EXTRA:
        add_block(failing, ("create", "start", "rm --force"), network, "ignores")
    cycle = ("create", "start", "stop", "rm")
    add_block(failing, cycle, "host", "honours", failing=("stop",))
    assert {key.operation for key in demands(failing)} == {"create", "start", "rm --force", "rm"}
    with pytest.raises(EngineError, match="lacks stop"):
        calibrate(failing, "failing")


def test_rare_outliers_make_an_operation_neither_longer_nor_more_variable():
    latency = np.append(np.linspace(0.9, 1.1, 98), [50.0, 60.0])
    demand = Demand(latency, cpu={}, after={}, busy=0.0, client=0.0)
    assert demand.engine_time == pytest.approx(1.0, rel=0.01)
    assert demand.spread == pytest.approx(np.linspace(0.9, 1.1, 98).std(), rel=0.1)


def test_a_listing_varies_by_its_containers_when_longer_ones_vary_more(dataset):
    (step, *_) = calibrate(dataset, "made").document["operations"]["dockerd"]["containers_json"]
    law = RandomQuantity(SECONDS).parse(step["cpu_per_item"])
    # The long one varies by a tenth of the 7 ms that it takes, of which 2 are those of the short.
    spread = (law.quantile(0.95) - law.quantile(0.05)) / 3.29
    assert spread / law.mean == pytest.approx(0.7 / 5.0, rel=0.2)
