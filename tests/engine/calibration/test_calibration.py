"""What a made-up engine demands has to come out of its measurements again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tomli_w

from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.profile import calibrate
from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.loads import Sample
from docksim.engine.measurement.plan import Plan
from docksim.engine.validation.scenarios import scenario_of
from docksim.scenario.quantities import SECONDS
from docksim.simulation import simulate_once
from tests.engine.measurement.test_loads import POINT

CLIENT = 0.001
CYCLES = 60

# Of each operation: dockerd, runtime, containers, kernel (core-s), and waiting (s).
COSTS = {
    "create": (0.008, 0.0, 0.0, 0.001, 0.002),
    "start": (0.010, 0.050, 0.020, 0.002, 0.010),
    "rm --force": (0.012, 0.036, 0.0, 0.003, 0.0),
    "stop": (0.010, 0.036, 0.0, 0.002, 0.0),
    "rm": (0.004, 0.0, 0.0, 0.001, 0.001),
    "ps": (0.001, 0.0, 0.0, 0.0, 0.0),
    "images": (0.001, 0.0, 0.0, 0.0, 0.0),
    "inspect": (0.001, 0.0, 0.0, 0.0, 0.0),
}
EXTRA = {
    "host": {},
    "none": {"start": (0.050, 0.040, 0.0, 0.0, 0.0)},
    "bridge": {
        "start": (0.055, 0.045, 0.0, 0.0, 0.005),
        "rm --force": (0.010, 0.0, 0.0, 0.005, 0.030),
    },
}
COMPONENTS = ("dockerd", "runtime", "containers", "rest")


def costs(operation, network):
    extra = EXTRA[network].get(operation, (0.0,) * 5)
    return [a + b for a, b in zip(COSTS[operation], extra, strict=True)]


def latency(operation, network):
    return sum(costs(operation, network)) + CLIENT


def add_block(dataset, operations, network, behaviour, containers=0):
    rng = np.random.default_rng(len(operations) + containers)
    point = replace(
        POINT,
        set="light",
        operations=operations,
        network=network,
        behaviour=behaviour,
        containers=containers,
        accounting=True,
        warm_up=0,
    )
    rows = []
    with dataset.writing(point.name) as writer:
        for cycle in range(CYCLES):
            for operation in operations:
                factor = rng.gamma(100.0, 0.01)
                *cpu, _ = costs(operation, network)
                took = factor * latency(operation, network) + 0.0001 * containers * (
                    operation == "ps"
                )
                writer.note(Sample(0, cycle, operation, Answer(0.0, 0.0, took, 200, "")))
                taken = dict(zip(COMPONENTS, cpu, strict=True)) | {"client": CLIENT}
                taken["dockerd"] += 0.0001 * containers * (operation == "ps")
                number = len(rows)
                rows += [
                    {"phase": phase, "component": component, "number": number,
                     "operation": operation, "cpu": seconds if phase == "reply" else 0.0}
                    for phase in ("reply", "after")
                    for component, seconds in taken.items()
                ]  # fmt: skip
        writer.finish(point, {"cpu": pd.DataFrame(rows)}, block=point.name, throughput=1.0)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    made = Dataset(tmp_path_factory.mktemp("made") / "data")
    document = {"set": "s", "operations": ["ps"], "load": {"kind": "closed"}}
    engine = {"ServerVersion": "made up", "KernelVersion": "6", "Driver": "overlay2"}
    facts = {"cores": 2, "date": "2026-11-24", "processor": "none", "engine": engine}
    engine["CgroupVersion"] = "1"
    made.begin(Plan.model_validate({"name": "made", "point": [document]}), facts)
    for network in EXTRA:
        add_block(made, ("create", "start", "rm --force"), network, "ignores")
    add_block(made, ("create", "start", "stop", "rm"), "host", "honours")
    for containers in (0, 50):
        add_block(made, ("ps", "images", "inspect"), "host", "ignores", containers)
    return made


@pytest.fixture(scope="module")
def profile(dataset, tmp_path_factory):
    file = tmp_path_factory.mktemp("profile") / "made.toml"
    file.write_text(tomli_w.dumps(calibrate(dataset, "made").document))
    return file


def test_demands_are_what_the_accounts_say(dataset):
    found = demands(dataset)["start", "bridge", "ignores", 0]
    dockerd, runtime, containers, kernel, wait = costs("start", "bridge")
    assert found.cpu == pytest.approx(
        {"dockerd": dockerd, "runtime": runtime, "containers": containers, "rest": kernel}
    )
    assert found.wait == pytest.approx(wait, abs=0.005)
    assert found.threads == 1.0


@pytest.mark.parametrize("network", EXTRA)
def test_a_client_alone_meets_the_latencies_that_were_measured(profile, network):
    operations = ("create", "start", "rm --force")
    block = vars(replace(POINT, operations=operations, network=network, cycles=300, warm_up=0))
    scenario = scenario_of(block | {"point": "alone"}, profile, CLIENT)
    commands = simulate_once(scenario).commands
    took = commands["ended"] - commands["arrived"]
    for operation in operations:
        own = took[commands["command"] == operation.split()[0]]
        assert own.mean() == pytest.approx(latency(operation, network), rel=0.04)
        # As variable as the measured one, though it is the sum of independent parts.
        assert own.std() / own.mean() == pytest.approx(0.1, rel=0.35)


def test_each_containers_cost_in_a_listing_is_found(dataset):
    steps = calibrate(dataset, "made").document["operations"]["dockerd"]["containers_json"]
    assert SECONDS.parse(steps[0]["cpu_per_item"]) == pytest.approx(1e-4, rel=0.01)


def test_a_number_says_where_it_comes_from(dataset):
    (step,) = calibrate(dataset, "made").document["operations"]["dockerd"]["containers_create"]
    for word in ("made up", "2026-11-24", "one client", "create", "n = 60", "KS", "p95"):
        assert word in step["source"]


def test_the_profile_names_machine_versions_and_data(dataset):
    description = calibrate(dataset, "made").document["description"]
    for word in ("2026-11-24", "2 cores", "overlay2", dataset.hash()[:16]):
        assert word in description


def test_what_the_dataset_lacks_is_named(tmp_path, dataset):
    few = Dataset(tmp_path / "few")
    few.begin(Plan.model_validate(dataset.manifest["plan"]), dataset.manifest["facts"])
    add_block(few, ("create", "start", "rm --force"), "host", "ignores")
    with pytest.raises(EngineError, match="lacks"):
        calibrate(few, "few")
