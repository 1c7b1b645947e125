"""Records and results made up from queueing formulas, without running the model."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd

from docksim.simulation import Records
from docksim.study.results import Results

COMMANDS = ("run", "ps", "logs")


def queue_records(
    *,
    rate: float = 0.5,
    service: float = 1.0,
    count: int = 2000,
    replication: int = 0,
    warm_up: float = 0.0,
    names: tuple[str, ...] = COMMANDS,
    failing: float = 0.0,
) -> Records:
    """An M/M/1 queue by Lindley's recursion: arrivals a second, mean service in seconds."""
    rng = np.random.default_rng([7, replication])
    arrived = np.cumsum(rng.exponential(1 / rate, count))
    services = rng.exponential(service, count)
    ended = departures(arrived, services)
    end = float(arrived[-1])
    done = ended <= end
    failed = done & (rng.random(count) < failing)
    kinds = rng.choice(names, count)
    commands = pd.DataFrame(
        {
            "number": np.arange(count),
            "workload": "open",
            "command": kinds,
            "image": "",
            "container": -1,
            "arrived": arrived,
            "first_byte": np.where(kinds == "logs", arrived + (ended - arrived) / 2, np.nan),
            "ended": np.where(done, ended, np.nan),
            "outcome": np.where(done, np.where(failed, "conflict", "ok"), "in progress"),
        }
    )
    waits = ended - arrived - services
    return Records(
        scenario="a queue",
        commands=commands,
        hops=hops_of_a_pull(),
        components=components(min(1.0, rate * service), waits.mean() * rate, waits.mean(), count),
        window=(warm_up, end),
        offered=rate,
        in_progress=int((~done).sum()),
        backlog=backlog(commands, warm_up, end),
        seed=7,
        replication=replication,
    )


def departures(arrived: np.ndarray, services: np.ndarray) -> np.ndarray:
    """When a single first-come-first-served server lets each of them go."""
    ended = np.empty_like(arrived)
    free = 0.0
    for number, (time, work) in enumerate(zip(arrived, services, strict=True)):
        free = max(free, time) + work
        ended[number] = free
    return ended


def backlog(commands: pd.DataFrame, start: float, end: float) -> pd.DataFrame:
    times = np.linspace(start, end, 100)
    arrived = np.sort(commands["arrived"])
    ended = np.sort(commands["ended"].dropna())
    number = np.searchsorted(arrived, times, "right") - np.searchsorted(ended, times, "right")
    return pd.DataFrame({"time": times, "in_system": number})


def components(busy: float, queue: float, wait: float, visits: int) -> pd.DataFrame:
    rows = [
        ("host cores", "cpu", 2.0, busy, queue, wait, visits, 0.5),
        ("disk", "disk", 2e8, busy / 3, queue / 4, wait / 4, visits, 0.5),
        ("registry link", "link", 1.25e8, busy / 5, 0.0, 0.0, visits, 0.1),
        ("download slots", "slots", 3.0, busy / 2, queue / 9, wait / 9, visits, 0.1),
        ("containerd bolt writer", "lock", 1.0, busy / 6, 0.02, 0.001, visits, 0.2),
        ("netns lock", "lock", 1.0, 0.0, 0.0, math.nan, 0, 0.0),
        ("dockerd", "process", math.inf, busy * 1.5, 0.0, 0.0, visits, 0.5),
    ]
    columns = [
        "component", "kind", "capacity", "utilisation",
        "mean_queue", "mean_wait", "visits", "throughput",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def hops_of_a_pull(number: int = 3) -> pd.DataFrame:
    """One pull of two layers, the second longer than the first; times in seconds."""
    rows = [
        (0, "user", "CLI", "docker pull IMAGE", "call", 1.000, 1.002, 0.0),
        (0, "CLI", "dockerd", "POST /images/create", "call", 1.002, 1.004, 0.001),
        (0, "dockerd", "registry", "query image manifest", "call", 1.004, 1.104, 0.0),
        (0, "registry", "dockerd", "layer descriptors", "reply", 1.104, 1.154, 0.0),
        (1, "dockerd", "registry", "download layer", "call", 1.154, 1.204, 0.0),
        (1, "registry", "dockerd", "layer data", "reply", 1.204, 1.404, 0.05),
        (1, "dockerd", "storage", "store layer", "call", 1.404, 1.804, 0.0),
        (2, "dockerd", "registry", "download layer", "call", 1.154, 1.254, 0.0),
        (2, "registry", "dockerd", "layer data", "reply", 1.254, 1.754, 0.0),
        (2, "dockerd", "storage", "store layer", "call", 1.804, 2.304, 0.0),
        (0, "dockerd", "CLI", "download complete", "reply", 2.304, 2.306, 0.0),
        (0, "CLI", "user", "pull succeeded", "reply", 2.306, 2.308, 0.0),
    ]
    columns = ["branch", "source", "target", "message", "kind", "start", "end", "waited"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "number", number)
    return table


def hops_of_a_removal(number: int = 9) -> pd.DataFrame:
    """The middle of an rm, with work inside the shim."""
    rows = [
        (0, "user", "CLI", "docker rm CONTAINER", "call", 0.0, 0.001, 0.0),
        (0, "CLI", "dockerd", "DELETE /containers/ID", "call", 0.001, 0.002, 0.0),
        (0, "dockerd", "containerd", "stop container", "call", 0.002, 0.003, 0.0),
        (0, "containerd", "shim", "send SIGTERM", "call", 0.003, 0.004, 0.0),
        (0, "shim", "shim", "wait for the process to exit", "work", 0.004, 10.004, 0.0),
        (0, "shim", "shim", "send SIGKILL", "work", 10.004, 10.005, 0.0),
        (0, "shim", "containerd", "container process exited", "reply", 10.005, 10.006, 0.0),
        (0, "containerd", "dockerd", "container deleted", "reply", 10.006, 10.007, 0.0),
        (0, "dockerd", "CLI", "deletion confirmed", "reply", 10.007, 10.008, 0.0),
        (0, "CLI", "user", "deleted", "reply", 10.008, 10.009, 0.0),
    ]
    columns = ["branch", "source", "target", "message", "kind", "start", "end", "waited"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "number", number)
    return table


def queue_results(replications: int = 5, name: str = "a queue", **parameters: object) -> Results:
    scenario = SimpleNamespace(name=name, to_toml=lambda: f'name = "{name}"\n')
    records = tuple(
        queue_records(replication=replication, **parameters)  # type: ignore[arg-type]
        for replication in range(replications)
    )
    return Results(scenario, records)  # type: ignore[arg-type]


def records_of_a_pull() -> Records:
    return records_of_one("pull", hops_of_a_pull())


def records_of_a_removal() -> Records:
    return records_of_one("rm", hops_of_a_removal())


def records_of_one(command: str, hops: pd.DataFrame) -> Records:
    """The records of a run in which a single command was issued, and traced."""
    row = {
        "number": int(hops["number"].iloc[0]),
        "command": command,
        "arrived": hops["start"].min(),
        "ended": hops["end"].max(),
        "outcome": "ok",
    }
    return replace(queue_records(count=20), commands=pd.DataFrame([row]), hops=hops)
