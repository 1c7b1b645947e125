"""Sensitivity: indices of a function that are known, and of a queue that are plain."""

import numpy as np
import pytest

import docksim as ds
from docksim.scenario import ScenarioError
from docksim.study import sensitivity as module
from tests.theory.hosts import mmc_host

HOST = mmc_host(rate=1, service=0.1, servers=4, duration=30)


def problem(count):
    names = [f"x{i}" for i in range(count)]
    return {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}


def ishigami(rows):
    x = np.pi * (2.0 * rows - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_ishigamis_function_are_the_known_ones():
    rows = module._sample(problem(3), "sobol", 2048, 1)
    found = module._analyse(problem(3), "sobol", rows, ishigami(rows), 1).set_index("input")
    # Saltelli et al., Global Sensitivity Analysis: The Primer, a = 7, b = 0.1.
    assert found["first"].tolist() == pytest.approx([0.314, 0.442, 0.0], abs=0.04)
    assert found["total"].tolist() == pytest.approx([0.558, 0.442, 0.244], abs=0.04)
    assert (found["total_half_width"] > 0).all()


def test_morris_tells_the_strong_from_the_idle():
    rows = module._sample(problem(3), "morris", 80, 1)
    values = 10.0 * rows[:, 0] + rows[:, 1]
    found = module._analyse(problem(3), "morris", rows, values, 1).set_index("input")
    assert found["mu_star"].tolist() == pytest.approx([10.0, 1.0, 0.0], abs=1e-9)


@pytest.fixture(scope="module")
def queue():
    factors = {"host.cpu_speed": (0.5, 2.0), "registry.rtt": ("1 ms", "90 ms")}
    return ds.sensitivity(
        HOST, measure="ps.mean", factors=factors, points=8, replications=1, jobs=1
    )


def test_a_queue_depends_on_its_servers_speed_and_not_on_the_registry(queue):
    found = queue.indices.set_index("input")["total"]
    assert found["host.cpu_speed"] > 0.7
    assert found["registry.rtt"] == pytest.approx(0.0, abs=1e-6)


def test_the_tornado_is_the_measure_at_both_ends(queue):
    first, last = queue.swings
    assert (first.input.name, last.input.name) == ("host.cpu_speed", "registry.rtt")
    assert first.low.value / first.high.value == pytest.approx(4.0, rel=0.1)
    assert last.span == 0.0
    assert queue.plot.tornado().get_xlabel() == "ps.mean (s)"


def test_the_profiles_own_uncertainty_may_be_varied():
    text = """
    [profile]
    base = "measured"
    [[workload]]
    kind = "closed"
    clients = 1
    cycle = [{ command = "ps" }]
    [run]
    commands = 20
    """
    host = ds.loads(text)
    found = ds.sensitivity(
        host, measure="ps.mean", calibrated=True, method="morris", points=8, replications=1, jobs=1
    )
    assert found.swings[0].input.name == "dockerd.containers_json"
    assert found.swings[0].input.low < 1.0 < found.swings[0].input.high


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"factors": {}}, "nothing to vary"),
        ({"factors": {"host.cores": (4, 2)}}, "a lower end below the higher"),
        ({"factors": {"host.core": (1, 2)}}, "core"),
        ({"measure": "ps.p"}, "unknown measure"),
        ({"points": 12}, "a power of two"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_runs(options, told):
    given = {"measure": "ps.mean", "factors": {"host.cores": (1, 2)}} | options
    with pytest.raises(ScenarioError, match=told):
        ds.sensitivity(HOST, **given)
