"""A made-up engine, and the dataset that a measurement of it would give."""

from dataclasses import replace

import numpy as np
import pandas as pd

from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.loads import Sample
from docksim.engine.measurement.plan import Plan
from tests.engine.measurement.test_loads import POINT

CLIENT = 0.001
REFERENCE = 0.0005
CYCLES = 60

# Core-seconds by component, and s of waiting, of which some in kernel sleeps that are serialised.
COSTS = {
    "create": {"dockerd": 0.008, "kernel": 0.001, "wait": 0.002, "grace period": 0.001},
    "start": {
        "dockerd": 0.010, "containerd": 0.008, "shim": 0.018, "runc": 0.014, "init": 0.020,
        "kernel": 0.002, "wait": 0.020, "cgroup": 0.010,
    },
    "rm --force": {
        "dockerd": 0.012, "containerd": 0.006, "shim": 0.010, "runc": 0.012, "kernel": 0.003,
        "wait": 0.010, "grace period": 0.001,
    },
    "stop": {"dockerd": 0.010, "shim": 0.010, "runc": 0.012, "kernel": 0.002},
    "rm": {"dockerd": 0.004, "kernel": 0.001, "wait": 0.001},
    "ps": {"dockerd": 0.001},
    "images": {"dockerd": 0.001},
    "inspect": {"dockerd": 0.001},
}  # fmt: skip
EXTRA = {
    "host": {},
    "none": {"start": {"hook": 0.040, "reexec": 0.030, "wait": 0.005}},
    "bridge": {
        "start": {
            "hook": 0.045,
            "reexec": 0.030,
            "dockerd": 0.004,
            "wait": 0.030,
            "rcu_barrier": 0.018,
        },
        "rm --force": {"dockerd": 0.010, "wait": 0.030, "rcu_barrier": 0.016},
    },
}
SLEEPS = ("cgroup", "rcu_barrier", "grace period", "sync", "unmount")
COUNTS = {}  # of sleeps by reason, where there is more than one
FLUSHES = {}  # calls of fsync by operation
OPENING = 0.5  # part of dockerd's time in a start, before anything is executed
AFTER = 0.002  # core-seconds after a removal by force, by the kernel
AFTERWARDS = {}  # core-seconds of dockerd's after the reply, by operation
LISTED = 0.0001
ALLOCATED = 10_000.0  # bytes an operation, and as much for each container that is listed
HELD = {"start": 0.002, "rm --force": 0.001}  # s of waiting under a file's lock, in one stretch


def costs(operation, network):
    found = dict(COSTS[operation])
    for name, seconds in EXTRA[network].get(operation, {}).items():
        found[name] = found.get(name, 0.0) + seconds
    return found


def cpu_of(operation, network):
    return {n: s for n, s in costs(operation, network).items() if n not in ("wait", *SLEEPS)}


def latency(operation, network):
    wait = costs(operation, network).get("wait", 0.0)
    return sum(cpu_of(operation, network).values()) + wait + CLIENT


def rows_of(operation, network, number, listed):
    """What the scheduler would have seen: by table."""
    of = {"number": number, "operation": operation}
    cpu = cpu_of(operation, network) | {"client": CLIENT}
    cpu["dockerd"] += listed
    busy = sum(cpu.values()) - CLIENT
    rest = costs(operation, network).get("wait", 0.0) + CLIENT
    tables = {
        "cpu": [of | {"phase": "reply", "component": c, "cpu": s} for c, s in cpu.items()],
        "occupancy": [
            of | {"phase": "reply", "cores": cores, "seconds": s}
            for cores, s in ((1, busy), (0, rest))
        ],
        "sleeps": [
            of
            | {"phase": "reply", "component": "x", "reason": r}
            | {"count": COUNTS.get(r, 1), "seconds": s}
            for r, s in costs(operation, network).items()
            if r in SLEEPS
        ],
    }
    calls = FLUSHES.get(operation, 0)
    tables["flushes"] = (
        [of | {"phase": "reply", "component": "dockerd", "count": calls}] if calls else []
    )
    tables["allocated"] = [of | {"bytes": ALLOCATED * (1 + listed / LISTED)}]
    held = HELD.get(operation, 0.0)
    tables["held"] = [of | {"began": 0.001, "ended": 0.001 + held}] if held else []
    after = AFTER if operation == "rm --force" else 0.0
    for component, spent in (("kernel", after), ("dockerd", AFTERWARDS.get(operation, 0.0))):
        tables["cpu"].append(of | {"phase": "after", "component": component, "cpu": spent})
    if operation == "start":
        opening = OPENING * cpu["dockerd"]
        tables["cpu"].append(of | {"phase": "opening", "component": "dockerd", "cpu": opening})
        tables["occupancy"].append(of | {"phase": "opening", "cores": 1, "seconds": opening})
    return tables


def add_block(
    dataset,
    operations,
    network,
    behaviour,
    containers=0,
    reference=REFERENCE,
    felt=None,
    memory=(0.0, 0),
    failing=(),
):
    """Of an engine that is slower by `felt` than it mostly is, or by as much as the reference."""
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
    names = ("cpu", "occupancy", "sleeps", "flushes", "held", "allocated")
    tables = {name: [] for name in names}
    slowness = reference / REFERENCE if felt is None else felt
    name = f"{point.name}-{reference / REFERENCE:g}"
    with dataset.writing(name) as writer:
        for number, operation in enumerate(CYCLES * operations):
            # The container that is looked at is listed too.
            listed = LISTED * (containers + 1) * (operation == "ps")
            took = rng.gamma(100.0, 0.01) * (latency(operation, network) + listed)
            busy = sum(cpu_of(operation, network).values()) + listed
            took += (slowness - 1.0) * busy
            error = "no" if operation in failing else ""
            writer.note(Sample(0, number, operation, Answer(0.0, 0.0, took, 200, error)))
            for table, rows in rows_of(operation, network, number, listed).items():
                for row in rows:
                    slow = row.get("component") != "client" and row.get("cores") != 0
                    for key in {"cpu", "seconds"} & set(row):
                        row[key] *= slowness if slow and table != "sleeps" else 1.0
                tables[table] += rows
        frames = {table: pd.DataFrame(rows) for table, rows in tables.items()}
        allocated, collections = memory
        writer.finish(
            point,
            frames,
            block=name,
            throughput=1.0,
            reference=reference,
            allocated=allocated,
            collections=collections,
        )


def add_brisk_block(dataset, took, accounts, containers=0, cycles=10, memory=(0.0, 0)):
    """Of a cycle without pauses: s that each of its operations took, and core-seconds of all
    cycles by account."""
    pace = {"brisk": True, "cycles": cycles, "warm_up": 0, "set": "pace"}
    point = replace(POINT, operations=tuple(took), containers=containers, **pace)
    with dataset.writing(point.name) as writer:
        for number, (operation, seconds) in enumerate(cycles * list(took.items())):
            writer.note(Sample(0, number, operation, Answer(0.0, 0.0, seconds, 200, "")))
        table = pd.DataFrame(accounts.items(), columns=["component", "cpu"])
        allocated, collections = memory
        writer.finish(
            point,
            {"block_cpu": table},
            block=point.name,
            throughput=1.0,
            elapsed=cycles * sum(took.values()),
            reference=REFERENCE,
            allocated=allocated,
            collections=collections,
        )


def made(folder):
    dataset = Dataset(folder)
    document = {"set": "s", "operations": ["ps"], "load": {"kind": "closed"}}
    engine = {"ServerVersion": "made up", "KernelVersion": "6", "Driver": "overlay2"}
    engine |= {"CgroupVersion": "1", "MemTotal": 8_000_000_000}
    versions = {"runc": "runc 1.1.5", "containerd": "containerd 1.6.20"}
    facts = {"cores": 2, "date": "2026-11-24", "processor": "none", "engine": engine}
    facts["versions"] = versions
    dataset.begin(Plan.model_validate({"name": "made", "point": [document]}), facts)
    lives = [{"callers": 1, "cpu": 0.030}, {"callers": 4, "cpu": 0.033}]
    dataset.add_to_manifest(container_lives=lives)
    return dataset


def probed(seconds, **conditions):
    return [{"callers": 1, "busy": 0, "seconds": s} | conditions for s in seconds]


def add_light_load(dataset):
    for network in EXTRA:
        add_block(dataset, ("create", "start", "rm --force"), network, "ignores")
    add_block(dataset, ("create", "start", "stop", "rm"), "host", "honours")
    for containers in (0, 50):
        add_block(dataset, ("ps", "images", "inspect"), "host", "ignores", containers)
