"""What must hold of a host whatever it has been through."""

from __future__ import annotations

from collections import Counter

import pytest

from docksim.scenario.scenario import Scenario
from docksim.system.container import State
from docksim.system.daemon.layers import chains_of
from docksim.system.wiring import System


def check_limits(system: System, given: Scenario) -> None:
    """At any time: nothing is used beyond what is there, nor given back twice."""
    host = system.host
    assert 0 <= host.memory.used <= host.memory.capacity
    assert -1e-3 <= host.space.used <= host.space.capacity
    slots = given.daemon.max_concurrent_downloads
    if slots:
        assert system._puller.slots.held <= slots


def check_nothing_is_held(system: System, given: Scenario) -> None:
    """When all has come to rest: only what is still there takes anything."""
    _check_locks(system)
    _check_pulls(system)
    _check_containers(system)
    _check_disk(system, given)
    _check_stations(system)


def _check_locks(system: System) -> None:
    locks = [system._puller.slots, *system.host.locks.values()]
    locks += [container.lock for container in system.table]
    for lock in locks:
        assert (lock.name, lock.held, lock.waiting) == (lock.name, 0, 0)


def _check_pulls(system: System) -> None:
    assert len(system._puller._downloads) == 0
    assert len(system._puller._registrations) == 0


def _check_containers(system: System) -> None:
    """Memory and cores belong to processes that run, and these to containers on the list."""
    containers = list(system.table)
    running = [container for container in containers if container.running]
    assert system.table.running == len(running)
    assert State.REMOVED not in {container.state for container in containers}
    for container in containers:
        assert not container.removing
        assert not container.attended
        assert not container.claimed
        assert container.running or not container.occupations
        if container.running:
            assert not container.exited.triggered
            assert not container.stopped.triggered
    memory = sum(container.kind.memory for container in running)
    assert system.host.memory.used == pytest.approx(memory, abs=1e-3)


def _check_disk(system: System, given: Scenario) -> None:
    """The disk holds the layers of the images that have a name or a container, and vfs's copies."""
    images = system.images
    by_name = {image.name: image for image in given.images}
    users = Counter(container.image.name for container in system.table)
    assert +images._users == users
    assert images._untagged <= set(users)
    assert not images._untagged & images._images
    kept = [by_name[name] for name in images._images | images._untagged]
    claims = Counter(chain for image in kept for chain in chains_of(image))
    assert +images._layers._claims == claims
    assert set(images._layers._sizes) == set(claims)
    copies = 0.0
    if given.storage.driver == "vfs":
        copies = sum(container.image.uncompressed for container in system.table)
    layers = sum(images._layers._sizes.values())
    assert system.host.space.used == pytest.approx(layers + copies, abs=1e-3)


def _check_stations(system: System) -> None:
    """Whoever came has gone, and what waited has waited for itself: Little's law, exactly."""
    for name, (kind, station) in system.stations().items():
        totals = station.totals()
        assert (name, totals.departures) == (name, totals.started)
        if kind in ("lock", "slots", "station"):
            assert totals.queue_area >= totals.wait_sum - 1e-6
            if totals.arrivals == totals.departures:
                assert totals.queue_area == pytest.approx(totals.wait_sum, abs=1e-6)
