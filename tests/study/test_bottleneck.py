"""The curve of a closed network against exact mean value analysis, and of an open queue."""

import json
from math import inf

import pytest

from docksim.scenario import ScenarioError
from docksim.study.bottleneck import bottleneck
from tests.helpers import scenario
from tests.theory.formulas import Centre, mean_value_analysis
from tests.theory.hosts import DEVICE, closed_host, mmc_host

CPU, CORES, DISK, THINK = 0.5, 2, 0.3, 2.0


@pytest.fixture(scope="module")
def closed():
    host = closed_host(clients=4, think=THINK, cpu=CPU, cores=CORES, device=DISK, duration=1020.0)
    return bottleneck(host, levels=[1, 4, 16], replications=8, jobs=1)


def exact(clients):
    centres = [Centre(CPU, CORES), Centre(DISK), Centre(THINK, inf)]
    return mean_value_analysis(centres, clients)


def assert_close(measured, truth):
    """Within twice the half-width of the interval, which is narrow."""
    assert measured.half_width < 0.1 * truth
    assert abs(measured.value - truth) <= 2 * measured.half_width


def test_the_simulated_curve_is_that_of_mean_value_analysis(closed):
    for level in closed.levels:
        throughput, residence = exact(int(level.value))
        assert_close(level.throughput, throughput)
        assert_close(level.latency, sum(residence[:2]))


def test_demands_follow_from_the_utilisation_law(closed):
    demands = {one.component: one for one in closed.demands}
    assert_close(demands["host.cpu"].demand, CPU)
    assert_close(demands[DEVICE].demand, DISK)
    assert closed.demanded_most == DEVICE


def test_bounds_are_those_of_the_demands(closed):
    bounds = closed.bounds
    assert bounds.think == THINK
    assert bounds.total == pytest.approx(CPU + DISK, rel=0.1)
    assert bounds.saturation == pytest.approx(1 / DISK, rel=0.1)
    assert bounds.knee == pytest.approx((CPU + DISK + THINK) / DISK, rel=0.1)
    for level in closed.levels:
        assert level.throughput_bound == bounds.closed_throughput(level.value)
        # Among several 95 % intervals one may miss by a hair: twice the width is 99.9 %.
        found = level.throughput
        assert found.value - 2 * found.half_width <= level.throughput_bound


def test_the_component_that_is_demanded_most_saturates(closed):
    assert closed.saturating.value == 16
    assert closed.saturating.bottleneck == DEVICE


def test_tables_and_json_hold_the_curve(closed):
    table = closed.table()
    assert list(table["workload[0].clients"]) == [1, 4, 16]
    least = 2 * table["throughput_per_s_low"] - table["throughput_per_s"]  # 99.9 %
    assert (least <= table["throughput_bound_per_s"]).all()
    assert list(closed.demand_table()["component"])[:2] == [DEVICE, "host.cpu"]
    content = json.loads(json.dumps(closed.to_json(), allow_nan=False))
    assert content["demanded_most"] == DEVICE
    assert [level["value"] for level in content["levels"]] == [1, 4, 16]


def test_an_open_load_is_followed_into_saturation():
    host = mmc_host(rate=5, service=0.1, servers=2, duration=120)
    found = bottleneck(host, replications=4, jobs=1)
    assert found.bounds.saturation == pytest.approx(20, rel=0.1)
    assert found.levels[0].value < 5 < 20 < found.levels[-1].value
    assert found.levels[0].stable
    assert not found.levels[-1].stable
    assert not found.levels[-1].latency.known
    assert found.levels[-1].throughput.value == pytest.approx(20, rel=0.1)


def test_what_other_workloads_take_is_not_there_for_the_varied_one():
    given = mmc_host(rate=5, service=0.1, servers=2, duration=220)
    first = given.workload[0]
    other = first.model_copy(update={"name": "other", "rate": 8.0})
    host = given.model_copy(update={"workload": (first, other)})
    found = bottleneck(host, vary="workload.0.rate", levels=["2 /s"], replications=4, jobs=1)
    cpu = found.demands[0]
    assert cpu.taken == pytest.approx(0.4, rel=0.1)
    assert found.bounds.saturation == pytest.approx(12, rel=0.2)


def test_what_containers_burn_is_no_demand_of_commands():
    burning = [{"name": "job", "cpu": 1.0, "lifetime": "5 s"}]
    run = {"command": "run", "container": "job", "remove": True}
    found, idle = (
        bottleneck(
            scenario(
                host={"cores": 4},
                containers=[{**burning[0], "cpu": cpu}],
                workload=[{"kind": "open", "rate": "0.2 /s", "mix": [run]}],
                run={"duration": "2 min"},
            ),
            levels=["0.2 /s"],
            replications=2,
            jobs=1,
        )
        for cpu in (1.0, 0.0)
    )
    demand = {one.component: one.demand.value for one in found.demands}["host.cpu"]
    without = {one.component: one.demand.value for one in idle.demands}["host.cpu"]
    assert demand == pytest.approx(without, rel=0.25)
    assert demand < 1.0 < 5.0


@pytest.mark.parametrize("path", ["host.cores", "workload.0.mix.0.weight"])
def test_only_a_load_can_be_varied(path):
    host = mmc_host(rate=5, service=0.1, servers=2, duration=120)
    with pytest.raises(ScenarioError, match=r"this is no load; allowed: workload\[0\].rate"):
        bottleneck(host, vary=path)


def test_a_scenario_without_a_load_is_refused():
    with pytest.raises(ScenarioError, match="no workload of this scenario has a rate or clients"):
        bottleneck(scenario())
