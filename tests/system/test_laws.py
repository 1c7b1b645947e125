"""Operational laws at every station of the full model, under load.

Little's law: customers that wait = their rate × their wait. Utilisation law: what is busy = rate ×
demand, with the demands added up by hand from the profile along the diagrams.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from docksim.scenario.scenario import Scenario
from docksim.simulation import Records, simulate_once
from tests.helpers import MB, Run, scenario, with_cost, without_variance
from tests.system import paths
from tests.theory.replications import half_width

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])
REPLICATIONS = 8
CYCLES = 60
LOCKS = (
    "containerd.bolt",
    "kernel.cgroup",
    "kernel.mount",
    "kernel.netns",
    "kernel.rtnl",
    "dockerd.libnetwork",
)


def cycles(variant: str, clients: int, commands: int, **sections: Any) -> Scenario:
    """Clients that run and remove containers."""
    remove = {"command": "rm", "force": variant == "engine"}
    closed = {"kind": "closed", "clients": clients, "cycle": [{"command": "run"}, remove]}
    return scenario(
        flow={"variant": variant}, workload=[closed], run={"commands": commands}, **sections
    )


@cache
def loaded(variant: str) -> list[Records]:
    given = cycles(variant, clients=6, commands=2 * CYCLES, host={"cores": 4})
    return [simulate_once(given, replication=i) for i in range(REPLICATIONS)]


def busy(records: Records, component: str) -> float:
    """Server-seconds that a component worked, all in all."""
    row = records.components.set_index("component").loc[component]
    return row["utilisation"] * row["capacity"] * (records.window[1] - records.window[0])


def assert_law(values: list[float], expected: float, precision: float) -> None:
    width = half_width(values)
    assert width <= precision * expected
    assert abs(float(np.mean(values)) - expected) <= width


def demanded(given: Scenario, records: Records, demand: Callable[..., float]) -> float:
    """What the commands that a run has seen demand on average, all in all."""
    counts = records.commands["command"].value_counts()
    priced = {"run": paths.run(given), "rm": paths.removal(given)}
    return sum(counts[command] * demand(given, path) for command, path in priced.items())


@VARIANTS
def test_cores_do_what_the_commands_demand(variant: str) -> None:
    given = cycles(variant, 1, 2)
    shares = [
        busy(records, "host.cpu") / demanded(given, records, paths.cpu)
        for records in loaded(variant)
    ]
    assert_law(shares, 1.0, precision=0.05)


@VARIANTS
def test_the_journal_is_asked_for_each_flush(variant: str) -> None:
    given = cycles(variant, 1, 2)
    for records in loaded(variant):
        visits = records.components.set_index("component").loc["host.journal", "visits"]
        assert visits == demanded(given, records, paths.flushes)


@VARIANTS
def test_the_components_together_use_what_the_cores_have_done(variant: str) -> None:
    for records in loaded(variant):
        parts = records.components[records.components["kind"] == "process"]["component"]
        together = sum(busy(records, component) for component in parts)
        assert together == pytest.approx(busy(records, "host.cpu"))


@VARIANTS
def test_locks_are_held_at_least_as_long_as_their_work_takes_alone(variant: str) -> None:
    given = cycles(variant, 1, 2)
    for lock in LOCKS:
        shares = [
            busy(records, lock)
            / demanded(given, records, lambda given, path, lock=lock: paths.held(given, path, lock))
            for records in loaded(variant)
        ]
        assert np.mean(shares) >= 1.0 - half_width(shares), lock


@VARIANTS
def test_without_contention_and_variance_every_station_does_exactly_its_demand(
    variant: str,
) -> None:
    given = without_variance(cycles(variant, 1, 20))
    records = simulate_once(given)
    cycle = paths.run(given) + paths.removal(given)
    assert busy(records, "host.cpu") == pytest.approx(10 * paths.cpu(given, cycle))
    for lock in LOCKS:
        assert busy(records, lock) == pytest.approx(10 * paths.held(given, cycle, lock)), lock
    endpoint = paths.path(given, "{network}.allocate")
    expected = 10 * paths.seconds(given, endpoint)
    assert busy(records, "network.endpoint_lock.bridge") == pytest.approx(expected)
    queues = records.components["mean_queue"]
    assert queues.abs().max() == pytest.approx(0.0, abs=1e-9)


@VARIANTS
def test_littles_law_holds_at_every_station_once_all_have_gone(variant: str) -> None:
    commands = [
        {"command": "run", "container": "job", "remove": True},
        {"command": "ps", "all": True},
        {"command": "images"},
        {"command": "pull", "image": "other"},
        {"command": "rmi", "image": "other"},
        {"command": "logs", "target": "random"},
        {"command": "rm", "target": "random", "force": True},
    ]
    layers = [{"compressed": "5 MB"}, {"compressed": "2 MB"}]
    given = scenario(
        flow={"variant": variant},
        images=[
            {"name": "app", "layers": layers, "present": True},
            {"name": "other", "layers": layers},
        ],
        containers=[{"name": "job", "lifetime": "2 s", "log_size": "100 kB", "ports": 1}],
        daemon={"max_concurrent_downloads": 1},
        registry={"servers": 1},
        workload=[{"kind": "open", "rate": "12 /s", "mix": commands}],
        run={"commands": 500},
    )
    # Slow enough that requests queue for it, whatever the profile says.
    run = Run(with_cost(given, "registry.service", wait=0.05))
    run.to_the_end()
    waited = set()
    for name, (_, station) in run.system.stations().items():
        totals = station.totals()
        assert totals.arrivals == totals.started == totals.departures, name
        assert totals.queue_area == pytest.approx(totals.wait_sum, abs=1e-6), name
        if totals.wait_sum > 1e-6:
            waited.add(name)
    assert {
        "host.cpu",
        "host.journal",
        "dockerd.download_slots",
        "registry.servers",
        "dockerd.layer_store",
        "network.endpoint_lock.bridge",
        "kernel.rtnl",
        "kernel.netns",
        "containerd.bolt",
    } <= waited


def test_link_and_disk_move_what_is_pulled() -> None:
    images = [
        {
            "name": f"image {i}",
            "layers": [{"compressed": "4 MB", "uncompressed": "9 MB"}] * (i + 1),
        }
        for i in range(4)
    ]
    cycle = [
        {"command": command, "image": image["name"]}
        for image in images
        for command in ("pull", "rmi")
    ]
    given = scenario(
        images=images,
        workload=[{"kind": "closed", "clients": 1, "cycle": cycle}],
        run={"commands": 40},
    )
    records = simulate_once(given)
    layers = 5 * (1 + 2 + 3 + 4)
    assert busy(records, "host.link") == pytest.approx(layers * 4 * MB)
    assert busy(records, "host.disk") == pytest.approx(layers * 13 * MB)


def test_the_registrys_servers_work_as_long_as_requests_take() -> None:
    images = [{"name": "app", "layers": [{"compressed": "1 MB"}]}]
    cycle = [{"command": "pull"}, {"command": "rmi"}]
    given = scenario(
        images=images,
        workload=[{"kind": "closed", "clients": 1, "cycle": cycle}],
        run={"commands": 60},
    )
    per_request = [
        busy(simulate_once(given, replication=i), "registry.servers") / 60 for i in range(6)
    ]
    assert_law(per_request, paths.steps(given, "registry.service")[0].wait.mean, precision=0.2)


# More of anything never makes it slower


def mean_latency(given: Scenario, replication: int) -> float:
    commands = simulate_once(given, replication=replication).commands
    assert (commands["outcome"] == "ok").all()
    return float((commands["ended"] - commands["arrived"]).mean())


def crowd(**sections: Any) -> Scenario:
    """Runs and removals that come at random."""
    remove = {"command": "rm", "target": "oldest", "force": True, "weight": 0.5}
    mix = [{"command": "run"}, {"command": "ps"}, {"command": "images"}, remove]
    return scenario(
        containers=[{"name": "default", "running": 60}],
        workload=[{"kind": "open", "rate": "8 /s", "mix": mix}],
        run={"commands": 150},
        **sections,
    )


def pulls(**sections: Any) -> Scenario:
    """Many different images pulled at once."""
    images = [
        {"name": f"image {i}", "layers": [{"compressed": f"{3 + i + k} MB"} for k in range(4)]}
        for i in range(8)
    ]
    mix = [{"command": "pull", "image": image["name"]} for image in images]
    return scenario(
        images=images,
        workload=[{"kind": "open", "rate": "4 /s", "mix": mix}],
        run={"commands": 30},
        **sections,
    )


MORE = {
    "cores": (crowd, {"host": {"cores": 2}}, {"host": {"cores": 4}}),
    "many cores": (crowd, {"host": {"cores": 4}}, {"host": {"cores": 8}}),
    "cores of the engine": (
        lambda **sections: crowd(flow={"variant": "engine"}, **sections),
        {"host": {"cores": 2}},
        {"host": {"cores": 4}},
    ),
    "speed": (crowd, {"host": {"cpu_speed": 1.0}}, {"host": {"cpu_speed": 2.0}}),
    "networks": (crowd, {"network": {"networks": 1}}, {"network": {"networks": 2}}),
    "slots": (
        pulls,
        {"daemon": {"max_concurrent_downloads": 1}},
        {"daemon": {"max_concurrent_downloads": 2}},
    ),
    "many slots": (
        pulls,
        {"daemon": {"max_concurrent_downloads": 3}},
        {"daemon": {"max_concurrent_downloads": 6}},
    ),
    "link": (pulls, {"host": {"link": "100 Mbit/s"}}, {"host": {"link": "200 Mbit/s"}}),
    "stream rate": (
        pulls,
        {"registry": {"stream_rate": "10 MB/s"}},
        {"registry": {"stream_rate": "20 MB/s"}},
    ),
    "disk": (
        pulls,
        {"host": {"disk_bandwidth": "60 MB/s"}},
        {"host": {"disk_bandwidth": "120 MB/s"}},
    ),
    "registry servers": (pulls, {"registry": {"servers": 1}}, {"registry": {"servers": 2}}),
}


@pytest.mark.parametrize("what", MORE)
def test_twice_as_much_never_slows_the_mean(what: str) -> None:
    load, some, twice = MORE[what]
    gains = [
        mean_latency(load(**some), replication) - mean_latency(load(**twice), replication)
        for replication in range(4)
    ]
    assert float(np.mean(gains)) >= -half_width(gains)
    assert float(np.mean(gains)) >= -1e-3
