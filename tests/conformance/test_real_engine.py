"""The model's order of things and its refusals, against an engine that runs."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.runner import Runner
from docksim.engine.measurement.target import PrivateTarget
from docksim.engine.private import PrivateEngine
from tests.helpers import PRESENT, Bench, scenario

pytestmark = pytest.mark.engine

CYCLES = 3
PLAN = {
    "name": "order",
    "repetitions": 1,
    "image": [{"name": "small", "size": "200 kB"}],
    "point": [
        {
            "set": "order",
            "operations": ["create", "start", "rm --force"],
            "load": {"kind": "closed"},
            "network": "bridge",
            "cycles": CYCLES,
            "warm_up": 0,
            "accounting": True,
        },
        {
            "set": "calls",
            "operations": ["create", "start", "rm --force"],
            "load": {"kind": "closed"},
            "cycles": CYCLES,
            "warm_up": 0,
            "timed_runtime": True,
        },
        {
            "set": "refusals",
            "operations": ["create", "start", "rm", "rm --force", "rm", "start"],
            "load": {"kind": "closed"},
            "cycles": 1,
            "warm_up": 0,
        },
    ],
}

# What a container's event stands for, in the words of the model's messages.
MESSAGE_OF = {
    "create": "create the read-write layer",
    "connect": "allocate network configuration",
    "start": "exec the container process",
    "kill": "send signal",
    "die": "exit event",
    "disconnect": "release network configuration",
    "destroy": "delete the read-write layer",
}
STATUS_OF = {"ok": (201, 204), "conflict": (409,), "no such container": (404,)}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("order")
    found = Dataset(folder / "data")
    # pytest's own folders are too deep for sockets.
    with TemporaryDirectory(prefix="docksim-") as home:
        engine = PrivateEngine(Path(home) / "engine")
        engine.up()
        try:
            runner = Runner(Plan.model_validate(PLAN), PrivateTarget(engine), found)
            asyncio.run(runner.run(lambda *_: None))
        finally:
            engine.down()
    return found


def cycle_in_the_model(*commands):
    """The messages of these commands on one container, whoever sends them, and the outcomes."""
    bench = Bench(scenario(flow={"variant": "engine"}, images=[PRESENT]))
    first = bench.send("create")
    for number, (command, keys) in enumerate(commands, 1):
        bench.send(command, at=10.0 * number, on=first, **keys)
    bench.run()
    hops = pd.concat([bench.hops(call, branch=None) for call in bench.calls])
    return hops.sort_values("start", kind="stable"), [call.outcome for call in bench.calls]


def test_events_come_in_the_order_of_the_models_messages(dataset):
    hops, _ = cycle_in_the_model(("start", {}), ("rm", {"force": True}))
    wanted = set(MESSAGE_OF.values())
    modelled = [message for message in hops["message"] if message in wanted]
    events = dataset.table("events").sort_values("at")
    events = events[events["action"].isin(MESSAGE_OF)]
    assert events["id"].nunique() == CYCLES
    for _, of_one in events.groupby("id"):
        assert [MESSAGE_OF[action] for action in of_one["action"]] == modelled


def test_the_low_level_runtime_is_called_as_in_the_model(dataset):
    calls = dataset.table("runtime").sort_values("began")["call"].tolist()
    # The shim asks once more for a deletion when it cleans up.
    assert [call for call in calls if call != "delete"] == CYCLES * ["create", "start", "kill"]
    assert calls.count("delete") >= CYCLES
    hops, _ = cycle_in_the_model(("start", {}), ("rm", {"force": True}))
    of_runc = {
        "create container process": "create",
        "exec the container process": "start",
        "send signal": "kill",
        "delete container": "delete",
    }
    called = hops[hops["target"] == "runc"]["message"].map(of_runc).dropna().tolist()
    assert called == ["create", "start", "kill", "delete"]


def test_refusals_are_the_same(dataset):
    force = {"force": True}
    _, outcomes = cycle_in_the_model(
        ("start", {}), ("rm", {}), ("rm", force), ("rm", {}), ("start", {})
    )
    samples = dataset.table("samples")
    refusals = samples[samples["block"].str.startswith("refusals")].sort_values("issued")
    assert len(outcomes) == len(refusals)
    for outcome, status in zip(outcomes, refusals["status"], strict=True):
        assert status in STATUS_OF[outcome]
