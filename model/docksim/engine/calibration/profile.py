"""A profile out of a light-load dataset: the shipped one, with what was measured in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from docksim.des.distributions.notation import written
from docksim.engine.calibration.allocation import allocate
from docksim.engine.calibration.caches import caches
from docksim.engine.calibration.collector import collector
from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.efficiency import parallel_efficiency
from docksim.engine.calibration.fitting import Fit, fit
from docksim.engine.calibration.laws import rounded
from docksim.engine.calibration.probed import busy_delays, idle
from docksim.engine.calibration.pulls import pull_operations
from docksim.engine.calibration.reference import elasticity_of, reference_of
from docksim.engine.calibration.slices import time_slice
from docksim.engine.calibration.steps import steps_of
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.profiles import PROVISIONAL, read_profile
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

SEED = 20_10_24
PLAIN = "host"
"""The network that costs nothing of its own."""

BUSY_DELAYS: Mapping[str, str] = {
    "busy_flush": "spaced_flush",
    "busy_next_flush": "flush",
    "busy_grace_period": "unmount",
    "busy_unmount": "overlay_unmount",
    "busy_barrier": "barrier",
    "busy_wakeup": "wakeup",
}
"""The host's delays, and the micro-probe that tells each."""

WITHIN: Mapping[str, tuple[str, ...]] = {
    "dockerd": ("checkpoint", "reply", "containers_reply", "images_reply"),
    "containerd": (
        "create", "reply", "start", "running", "stop",
    ),
    "shim": ("start_task", "report", "signal", "exited"),
    "runtime.runc": ("start", "started"),
    "storage.overlay2": ("lookup", "image_list", "list_images", "unmount"),
}  # fmt: skip
"""Operations that were measured together with others, which stand for them."""

WITHIN_LOGS: Mapping[str, tuple[str, ...]] = {
    "dockerd": ("stream",),
    "containerd": ("logs", "log_data"),
    "shim": ("logs", "forward_logs"),
    "storage.overlay2": ("read_log", "log_data"),
}
"""The same, where logs were measured."""


@dataclass(frozen=True)
class Calibration:
    """A profile's document, and the fits that it rests on."""

    document: dict[str, Any]
    fits: dict[Key, Fit]


def calibrate(dataset: Dataset, name: str) -> Calibration:
    """Raises EngineError when the dataset lacks a measurement."""
    found_collector = collector(dataset)
    found = demands(dataset)
    rng = np.random.default_rng(SEED)
    fits = {key: fit(demand.latency.tolist(), rng) for key, demand in found.items()}
    displacing = caches(dataset, found)
    shares = allocate(found, displacing.refill if displacing else 0.0)
    facts = dataset.manifest["facts"]
    source = f"engine {facts['engine']['ServerVersion']}, {facts['date']}, one client"
    _, base = read_profile(PROVISIONAL, Path())
    operations = base["profile"]["operations"]
    flushes = idle(dataset, "flush")
    usual = {probe: float(np.mean(idle(dataset, probe) or [0.0])) for probe in ("flush", "barrier")}
    for path, share in shares.items():
        component, _, operation = path.rpartition(".")
        operations[component][operation] = steps_of(share, fits[share.of], source, usual, rng)
    logged = any(key.operation == "logs" for key in found)
    within = [*WITHIN.items(), *(WITHIN_LOGS.items() if logged else ())]
    for component, names in within:
        for operation in names:
            operations[component][operation] = [
                {"source": f"{source}: measured within what its request costs as a whole"}
            ]
    client = next((each.client for key, each in found.items() if key.operation == "rmi"), 0.0)
    for component, steps in pull_operations(dataset, source, rng, client).items():
        operations[component] |= steps
    sections = {key: dict(base[key]) for key in ("daemon", "registry") if key in base}
    if found_collector:
        sections["daemon"]["collector"] = found_collector.written(source)
    if displacing:
        sections["daemon"]["caches"] = displacing.written(source)
    host = base.get("host", {}) | {
        "cores": facts["cores"],
        "memory": written(float(facts["engine"]["MemTotal"]), "B"),
        "source": f"{source}; busy_*: micro-probes of single sections; parallel_efficiency: whole "
        "lives of containers by the low-level runtime, less what the machine takes for itself; "
        "these and the daemon's collector.slice (two requests at once) are the only figures "
        "obtained under concurrency; disk_size, disk_bandwidth, link: assumptions",
        "parallel_efficiency": parallel_efficiency(dataset),
        "slice": rounded(time_slice(facts["cores"])),
        "reference": rounded(reference_of(dataset)),
        **({"reference_work": facts["reference_work"]} if "reference_work" in facts else {}),
        "reference_elasticity": round(elasticity_of(dataset), 3),
    }
    if flushes:
        host["flush"] = RandomQuantity(SECONDS).write(fit(flushes, rng).law)
    delays = {key: busy_delays(dataset, probe) for key, probe in BUSY_DELAYS.items()}
    host |= {key: delay for key, delay in delays.items() if delay}
    about = {"name": name, "description": _description(dataset, facts), "host": host}
    return Calibration(about | sections | {"operations": operations}, fits)


def _description(dataset: Dataset, facts: Mapping[str, Any]) -> str:
    engine, versions = facts["engine"], facts["versions"]
    return (
        f"Measured on {facts['date']} on {facts['processor']}, {facts['cores']} cores, kernel "
        f"{engine['KernelVersion']}, engine {engine['ServerVersion']}, {engine['Driver']}, cgroup "
        f"v{engine['CgroupVersion']}; {versions['runc']}, {versions['containerd']}; dataset sha256 "
        f"{dataset.hash()[:16]}. Light load only. What is not said to be of this engine is as in "
        "the provisional profile."
    )
