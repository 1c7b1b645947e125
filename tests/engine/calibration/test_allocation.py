"""Which operation gets which part of what was measured."""

from dataclasses import replace

import pytest

from docksim.engine.calibration.allocation import allocate
from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.store import Access, computing


def test_updates_of_containerds_database_wait_for_each_other(dataset):
    found = demands(dataset)
    start = found[Key("start")]
    plain = allocate(found)
    shares = allocate(found | {Key("start"): replace(start, committing=0.003, flushing=0.004)})
    updates = shares["containerd.create_task"].locked
    assert (updates.lock, updates.times) == ("containerd.metadata", 3)
    assert updates.seconds == pytest.approx(0.003)
    # They are a part of what the start waited for anyway.
    name = "runtime.runc.create"
    assert shares[name].wait == pytest.approx(plain[name].wait - 0.003)


def test_what_dockerd_computes_with_the_networks_store_locked_counts_once(dataset):
    found = demands(dataset)
    accesses = [Access(0.001, 0.0002), Access(0.002, 0.0010)]  # a read, and a write that flushes
    steps = {
        "start": ("dockerd.containers_start", "network.host.allocate", "network.host.join"),
        "rm --force": (
            "dockerd.containers_delete", "containerd.delete", "network.host.release"
        ),
    }  # fmt: skip
    for operation in steps:
        key = Key(operation)
        cpu = dict(found[key].cpu) | {"dockerd": 0.010}
        found[key] = replace(found[key], cpu=cpu, accesses=accesses, opened=0.005)
    shares = allocate(found)
    for operation, names in steps.items():
        parts = [shares[name] for name in names]
        stored = sum(computing(part.stored) for part in parts)
        assert stored == pytest.approx(0.0004)
        assert sum(part.cpu for part in parts) + stored == pytest.approx(0.010), operation


def test_what_each_container_that_runs_besides_adds_is_found(dataset):
    found = demands(dataset)
    for operation in ("start", "rm --force"):
        plain = found[Key(operation)]
        cpu = {"dockerd": plain.cpu["dockerd"] + 0.001, "shim": plain.cpu["shim"] + 0.003}
        found[Key(operation, running=10)] = replace(plain, cpu=dict(plain.cpu) | cpu)
    shares = allocate(found)
    assert shares["dockerd.containers_start"].per_item == pytest.approx(0.0001)
    assert shares["containerd.create_task"].per_item == pytest.approx(0.0003)
    assert shares["containerd.delete_task"].per_item == pytest.approx(0.0004)


def test_what_containerd_and_its_shims_take_more_beside_a_network_is_chance(dataset):
    found = demands(dataset)
    for operation, share in (("start", "namespace"), ("rm --force", "release")):
        key = Key(operation, "none")
        name, expected = f"network.none.{share}", found[key]
        before = allocate(found)[name]
        more = {each: expected.cpu[each] + 0.020 for each in ("containerd", "shim")}
        found[key] = replace(expected, cpu=dict(expected.cpu) | more)
        after = allocate(found)[name]
        assert after.cpu == pytest.approx(before.cpu)
        assert after.background == pytest.approx(before.background)


def test_what_a_networks_removal_has_no_room_for_goes_on_while_it_waits(dataset):
    found = demands(dataset)
    plain, key = found[Key("rm --force")], Key("rm --force", "none")
    more = {"dockerd": plain.cpu["dockerd"] + 0.010}
    found[key] = replace(plain, cpu=dict(plain.cpu) | more, busy=plain.busy + 0.010)
    crammed = allocate(found)["network.none.release"]
    assert crammed.cpu == pytest.approx(0.0, abs=1e-9)
    assert crammed.beside == pytest.approx(0.010)
    found[key] = replace(found[key], latency=plain.latency + 0.010)
    roomy = allocate(found)["network.none.release"]
    assert roomy.cpu == pytest.approx(0.010, rel=0.05)
    assert roomy.beside == pytest.approx(0.0, abs=0.0005)
    assert crammed.background == roomy.background == pytest.approx(0.0)
