"""Predictions are compared with what was measured, and errors summed up as they are."""

from importlib import resources

import numpy as np
import pandas as pd
import pytest

from docksim.engine.validation.regimes import capacity_of, regime
from docksim.engine.validation.replications import speeds
from docksim.engine.validation.scenarios import REQUESTS, Clients, is_covered, scenario_of
from docksim.engine.validation.summary import summarise
from docksim.report.validation import sheet
from docksim.simulation import simulate_once
from tests.engine.measurement.test_loads import POINT

CLIENT = dict.fromkeys(REQUESTS, 0.001)


def row(measure, error, spread=0.0, **changes):
    return {
        "set": "cycles",
        "point": "one",
        "regime": "knee",
        "operation": "start",
        "measure": measure,
        "error": error,
        "spread": spread,
        "load": "closed",
        "clients": 2,
        "measured": 1.0,
        "predicted": 1.0 + error,
    } | changes


def figures(*rows):
    return summarise(pd.DataFrame(rows))["overall"]


def test_errors_count_by_their_size_whatever_their_sign():
    found = figures(row("p50", 0.3), row("p50", -0.1), row("p50", -0.2), row("throughput", -0.04))
    assert found["mdape_p50"] == pytest.approx(0.2)
    assert found["mape_p50"] == pytest.approx(0.2)
    uneven = figures(row("p50", 0.4), row("p50", -0.1), row("p50", -0.1))
    assert (uneven["mape_p50"], uneven["mdape_p50"]) == pytest.approx((0.2, 0.1))
    assert found["mdape_throughput"] == pytest.approx(0.04)
    assert found["share_within_10"] == pytest.approx(0.5)


def test_where_the_engine_itself_is_more_variable_that_is_the_bound():
    assert figures(row("p50", 0.15, spread=0.05))["share_within_10"] == 0.0
    assert figures(row("p50", 0.15, spread=0.16))["share_within_10"] == 1.0


def test_how_much_that_allows_is_told_besides():
    found = figures(row("p50", 0.15, spread=0.16), row("p95", 0.25, spread=0.3))
    assert (found["share_within_10"], found["p95_within_20"]) == (1.0, 1.0)
    strictly = {"share_within_10": 0.0, "p95_within_20": 0.0, "p99_within_20": None}
    assert found["strictly"] == strictly


def test_a_quantile_that_no_sample_carries_has_no_figure():
    found = figures(row("p50", 0.1), row("p95", 0.25))
    assert (found["p95_within_20"], found["p99_within_20"]) == (0.0, None)


def test_the_worst_point_is_named():
    found = figures(row("p50", 0.1), row("p50", -0.6, point="two"), row("p95", 3.0))
    assert (found["worst"]["point"], found["worst"]["error"]) == ("two", -0.6)


def test_where_no_median_is_carried_there_is_no_worst_point():
    rows = pd.DataFrame([row("mean", 0.1, set="brief"), row("p50", 0.2)])
    found = summarise(rows)
    assert found["brief / knee"]["worst"] is None
    assert found["brief / knee"]["mdape_p50"] is None
    assert found["knee"]["worst"]["error"] == 0.2
    assert "brief / knee" in str(sheet(found))


def test_what_could_not_be_predicted_is_no_worst_point_and_is_within_no_bound():
    found = figures(row("p50", np.nan), row("p50", 0.05, point="two"))
    assert found["worst"]["point"] == "two"
    assert found["share_within_10"] == 0.5


def test_loads_without_a_regime_count_with_their_set():
    found = summarise(pd.DataFrame([row("p50", 0.1, regime=""), row("p50", 0.2)]))
    assert {name: each["points"] for name, each in found.items()} == {
        "cycles / –": 1, "cycles / knee": 1, "knee": 1, "overall": 1,
    }  # fmt: skip


def test_sets_and_regimes_are_told_apart():
    rows = [
        row("p50", 0.1),
        row("p50", 0.2, regime="light", point="two"),
        row("p50", 0.3, set="open", point="three"),
    ]
    found = summarise(pd.DataFrame(rows))
    assert {name: each["points"] for name, each in found.items()} == {
        "cycles / knee": 1, "cycles / light": 1, "open / knee": 1, "light": 1, "knee": 2,
        "overall": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("clients", "cores", "expected"),
    [(1, 2, "light"), (2, 2, "knee"), (4, 2, "knee"), (5, 2, "saturation"), (3, 4, "light")],
)
def test_regimes_of_closed_loads_go_by_clients_a_core(clients, cores, expected):
    assert regime({"load": "closed", "clients": clients}, cores) == expected


@pytest.mark.parametrize(("beside", "expected"), [(1, "knee"), (3, "knee"), (4, "saturation")])
def test_clients_of_what_goes_on_beside_a_load_count_for_its_regime(beside, expected):
    block = {"load": "closed", "clients": 1, "beside": {"clients": beside}}
    assert regime(block, 2) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(0.3, "light"), (0.6, "knee"), (0.8, "knee"), (0.9, "saturation")]
)
def test_regimes_of_open_loads_go_by_their_share_of_the_capacity(share, expected):
    assert regime({"load": "open", "of_capacity": share}, 2) == expected


@pytest.mark.parametrize(
    ("rate", "expected"), [(3.0, "light"), (8.0, "knee"), (9.0, "saturation"), (20.0, "saturation")]
)
def test_regimes_of_a_rate_go_by_its_share_of_what_closed_clients_get_done(rate, expected):
    block = vars(POINT) | {"load": "open", "rate": rate}
    closed = [
        vars(POINT) | {"throughput": 8.0},
        vars(POINT) | {"throughput": 10.0, "clients": 4},
        vars(POINT) | {"throughput": 90.0, "network": "bridge"},
        vars(POINT) | {"throughput": 90.0, "operations": ("ps",)},
        vars(POINT) | {"throughput": 90.0, "accounting": True},
    ]
    assert regime(block, 2, capacity_of(block, closed)) == expected


def test_a_rate_has_no_regime_where_no_closed_load_tells_the_capacity():
    block = vars(POINT) | {"load": "open", "rate": 3.0, "throughput": 3.0}
    assert capacity_of(block, [block]) == 0.0
    assert regime(block, 2) == ""


def test_a_machine_is_as_much_faster_as_its_mirror_image_is_slower():
    drawn = np.log([speeds(0.1, number) for number in range(200)])
    assert drawn.sum(axis=1) == pytest.approx([drawn[0].sum()] * 200)
    assert drawn.std() == pytest.approx(0.1, rel=0.1)


def test_a_reference_that_tells_all_leaves_the_machine_as_fast_as_it_says():
    assert speeds(0.0, 7) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"load": "open"}, True),
        ({"behaviour": "delays"}, True),
        ({"accounting": True}, False),
        ({"brisk": True}, False),
        ({"operations": ("pull", "rmi")}, True),
        ({"operations": ("logs", "kill")}, True),
        ({"behaviour": "mixed"}, True),
        ({"behaviour": "mixed", "load": "open"}, False),
        ({"behaviour": "mixed", "operations": ("pull", "run", "rm")}, False),
        ({"timed_runtime": True}, False),
    ],
)
def test_only_loads_that_can_be_simulated_are(changes, covered):
    assert is_covered(vars(POINT) | changes) == covered


@pytest.fixture
def profile(tmp_path):
    file = tmp_path / "own.toml"
    text = resources.files("docksim.scenario.data").joinpath("provisional-profile.toml").read_text()
    file.write_text(text.replace("[host]", '[host]\nreference = "500 us"', 1))
    return file


def simulated(profile, **changes):
    block = vars(POINT) | {"point": "one", "reference": 0.0005} | changes
    return simulate_once(scenario_of(block, profile, Clients(CLIENT))).commands


@pytest.mark.parametrize(
    ("load", "cycles"),
    [
        ({"load": "closed", "clients": 4}, 15),
        ({"load": "open", "rate": 5.0}, 15),
        ({"load": "batch", "clients": 6}, 6),
    ],
)
def test_a_load_is_simulated_with_the_counts_that_were_measured(profile, load, cycles):
    commands = simulated(profile, **load)
    assert (commands["outcome"] == "ok").all()
    assert len(commands) == 3 * cycles
    counts = commands["command"].value_counts()
    assert counts["create"] >= counts["start"] >= counts["rm"] >= cycles - 4


def test_a_batch_comes_at_once(profile):
    commands = simulated(profile, load="batch", clients=6)
    assert (commands.loc[commands["command"] == "create", "arrived"] == 0.0).all()


def stops(profile, **load):
    """Sorted: how many stops took no time to speak of, about half a second, and the timeout."""
    operations = ("create", "start", "stop", "rm")
    commands = simulated(profile, behaviour="mixed", operations=operations, **load)
    own = commands[commands["command"] == "stop"]
    latency = (own["ended"] - own["arrived"]).sort_values().to_numpy()
    return [sum((latency > low) & (latency < high)) for low, high in ((0, 0.4), (0.4, 0.9), (1, 2))]


@pytest.mark.parametrize("clients", [2, 3, 16])
def test_of_a_mixed_batch_a_third_each_ignores_honours_and_delays_sigterm(profile, clients):
    ignores, honours, delays = (len(range(first, clients, 3)) for first in range(3))
    assert stops(profile, load="batch", clients=clients) == [honours, delays, ignores]


def test_a_client_of_a_mixed_load_makes_one_kind_of_container_after_the_other(profile):
    load = {"load": "closed", "clients": 1, "cycles": 9, "warm_up": 0}
    assert stops(profile, **load) == [3, 3, 3]


def test_a_mix_of_all_commands_is_about_each_clients_own_image_and_container(profile):
    operations = ("pull", "run", "ps", "inspect", "logs", "images", "kill", "rm", "rmi")
    commands = simulated(profile, operations=operations, load="closed", clients=3, cycles=9)
    assert (commands["outcome"] == "ok").all()
    names = [operation.split()[0] for operation in operations]
    assert set(commands["command"]) == set(names)
    assert set(commands["image"]) - {""} == {"image-0", "image-1", "image-2"}
    for _, own in commands.groupby("workload"):
        assert own.sort_values("number")["command"].tolist()[: len(names)] == names


def test_what_is_looked_at_without_being_made_stands_there(profile):
    looking = {"operations": ("ps", "inspect"), "containers": 3}
    commands = simulated(profile, **looking)
    assert (commands["outcome"] == "ok").all()


def test_a_slower_machine_is_simulated_as_a_slower_one(profile):
    usual, slow = simulated(profile), simulated(profile, reference=0.00075)
    ratio = slow["ended"].max() / usual["ended"].max()
    assert 1.2 < ratio < 1.5  # CPU time takes half as long again, waiting as long as ever


def test_the_load_generator_reads_each_container_of_a_list(profile):
    block = vars(POINT) | {"point": "one", "reference": 0.0005}
    block |= {"operations": ("ps",), "containers": 50}

    def latency(**clients):
        commands = simulate_once(scenario_of(block, profile, Clients(CLIENT, **clients))).commands
        return (commands["ended"] - commands["arrived"]).mean()

    assert latency(per_item=0.01) - latency() == pytest.approx(0.5, rel=0.05)


def test_what_the_load_generator_does_beside_a_request_is_no_part_of_its_latency(profile):
    block = vars(POINT) | {"point": "one", "reference": 0.0005, "operations": ("ps", "images")}
    beside = 0.02

    def told(**clients):
        """Seconds by command, and core-seconds for each list of containers."""
        own = Clients(CLIENT, think=0.1, **clients)
        records = simulate_once(scenario_of(block, profile, own))
        commands, cpu = records.commands, records.components.set_index("component").loc["host.cpu"]
        latency = (commands["ended"] - commands["arrived"]).groupby(commands["command"]).median()
        begin, end = records.window
        lists = (commands["command"] == "ps").sum()
        return latency.to_dict(), cpu["utilisation"] * cpu["capacity"] * (end - begin) / lists

    latency, spent = told()
    later, more = told(beside={"ps": beside, "images": 0.0})
    assert later == pytest.approx(latency, rel=0.01)
    assert more - spent == pytest.approx(beside, rel=0.1)
