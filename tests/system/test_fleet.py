"""Fleets: what hosts that pull at once take from one registry, from mirrors, from each other."""

import numpy as np
import pytest

from docksim.simulation import simulate_once
from tests.helpers import scenario, without_cost, without_variance

MB = 1e6
SIZE = 100 * MB
UPLINK = 1000 * MB  # bytes a second
LINK = 100 * MB


def fleet(hosts, source="registry", **more):
    """Hosts that pull one layer, where only bytes take time."""
    layer = {"compressed": f"{SIZE} B", "uncompressed": "1 B"}
    given = scenario(
        host={"link": f"{LINK} B/s", "disk_bandwidth": "1000 TB/s"},
        registry={"bandwidth": f"{UPLINK} B/s", "stream_rate": "1000 TB/s", "rtt": "0 s"},
        fleet={"hosts": hosts, "source": source} | more,
        images=[{"name": "release", "layers": [layer]}],
        workload=[
            {"kind": "batch", "count": 1, "mix": [{"command": "pull", "image": "release"}]}
        ],
    )  # fmt: skip
    return without_cost(without_variance(given))


def run(given, **more):
    return simulate_once(given, **more)


def times(given):
    commands = run(given).commands
    assert (commands["outcome"] == "ok").all()
    return (commands["ended"] - commands["arrived"]).to_numpy()


def sent(records, station):
    """Bytes that passed a station."""
    row = records.components.set_index("component").loc[station]
    return row["utilisation"] * row["capacity"] * (records.window[1] - records.window[0])


def test_few_hosts_are_limited_by_their_links():
    assert times(fleet(3)) == pytest.approx(SIZE / LINK)


def test_many_hosts_are_limited_by_the_registry():
    assert times(fleet(40)) == pytest.approx(40 * SIZE / UPLINK)


def test_a_fleet_of_one_is_a_host_alone():
    alone = fleet(1).model_copy(update={"fleet": None})
    assert times(fleet(1)) == pytest.approx(times(alone))


def test_every_host_has_its_own_commands():
    commands = run(fleet(5)).commands
    assert sorted(commands["host"]) == list(range(5))
    alone = fleet(1).model_copy(update={"fleet": None})
    assert "host" not in run(alone).commands


@pytest.mark.parametrize("hosts", [20, 60])
def test_a_mirror_fetches_a_layer_once_for_its_rack(hosts):
    given = fleet(hosts, "mirrors", rack=20, mirror_bandwidth=f"{UPLINK} B/s")
    records = run(given)
    racks = hosts // 20
    assert sent(records, "registry.uplink") == pytest.approx(racks * SIZE)
    # All mirrors fetch at once; then each sends to its twenty hosts.
    fetched, passed_on = racks * SIZE / UPLINK, 20 * SIZE / UPLINK
    ended = records.commands["ended"]
    assert ended.max() == pytest.approx(fetched + passed_on)


def test_a_warm_mirror_asks_for_nothing():
    given = fleet(20, "mirrors", rack=20, mirror_bandwidth=f"{UPLINK} B/s", warm=True)
    assert sent(run(given), "registry.uplink") == 0.0
    assert times(given) == pytest.approx(20 * SIZE / UPLINK)


@pytest.mark.parametrize("hosts", [1, 2, 50])
def test_peers_all_get_everything_and_the_registry_sends_every_piece(hosts):
    records = run(fleet(hosts, "peers"))
    assert (records.commands["outcome"] == "ok").all()
    assert sent(records, "host.link") == pytest.approx(SIZE)
    assert sent(records, "registry.uplink") >= SIZE * (1 - 1e-9)


def test_no_peer_is_faster_than_its_link():
    assert times(fleet(50, "peers")).min() >= SIZE / LINK * (1 - 1e-9)


def test_peers_spare_the_registry():
    hosts = 100
    registry = run(fleet(hosts, "peers"))
    assert sent(registry, "registry.uplink") < 0.5 * hosts * SIZE
    assert times(fleet(hosts, "peers")).max() < 0.5 * times(fleet(hosts)).max()


def test_peers_hardly_take_longer_when_they_are_more():
    few, many = (times(fleet(hosts, "peers")).max() for hosts in (32, 256))
    assert many < 2 * few


def test_hosts_begin_within_the_spread_at_random():
    commands = run(fleet(50, spread="10 s")).commands
    begun = commands["arrived"].to_numpy()
    assert begun.min() >= 0.0
    assert begun.max() <= 10.0
    assert np.unique(begun).size == 50
    assert begun.std() == pytest.approx(10 / 12**0.5, rel=0.3)


def test_hosts_meet_different_demands_and_arrivals():
    given = scenario(
        fleet={"hosts": 2},
        workload=[{"kind": "open", "rate": "5 /s", "mix": [{"command": "ps"}]}],
        run={"duration": "20 s"},
    )
    own = [each for _, each in run(given).commands.groupby("host")]
    first, second = (set(each["arrived"]) for each in own)
    assert first
    assert second
    assert not first & second
    latencies = [(each["ended"] - each["arrived"]).iloc[0] for each in own]
    assert latencies[0] != latencies[1]


@pytest.mark.parametrize("source", ["registry", "mirrors", "peers"])
def test_the_same_seed_gives_the_same_fleet(source):
    given = fleet(30, source)
    assert run(given).commands.equals(run(given).commands)


def test_peers_that_give_up_stop_no_others():
    given = fleet(30, "peers")
    (workload,) = given.workload
    impatient = workload.model_copy(update={"timeout": 0.9})
    commands = run(given.model_copy(update={"workload": (impatient,)})).commands
    assert set(commands["outcome"]) == {"timeout"}
    assert commands["ended"].max() == pytest.approx(0.9)
