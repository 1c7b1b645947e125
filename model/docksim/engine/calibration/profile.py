"""A profile out of a light-load dataset: the shipped one, with what was measured in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from docksim.des.distributions import Lognormal
from docksim.des.distributions.notation import written
from docksim.engine.calibration.allocation import Share, allocate
from docksim.engine.calibration.demands import Demand, Key, demands
from docksim.engine.calibration.fitting import Fit, fit
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.profiles import DEFAULT, read_profile

SEED = 20_10_24
MOST_VARIABLE = 2.0
"""Coefficient of variation that a part is given at the most."""

LEAST_VARIABLE = 0.01

PLAIN = "host"
"""The network that costs nothing of its own."""

NEGLIGIBLE = 1e-7
"""Seconds that are none."""

WITHIN: Mapping[str, tuple[str, ...]] = {
    "dockerd": ("checkpoint", "reply", "containers_reply", "images_reply"),
    "containerd": (
        "create", "create_task", "reply", "start", "running", "stop", "delete_task", "delete",
    ),
    "shim": ("start", "start_task", "report", "signal", "exited", "delete_task"),
    "runtime.runc": ("set_up", "started"),
    "storage.overlay2": ("lookup", "image_list"),
    "network.host": ("allocate", "namespace", "release"),
}  # fmt: skip
"""Operations that were measured together with others, which stand for them."""


@dataclass(frozen=True)
class Calibration:
    """A profile's document, and the fits that it rests on."""

    document: dict[str, Any]
    fits: dict[Key, Fit]


def calibrate(dataset: Dataset, name: str) -> Calibration:
    """Raises EngineError when the dataset lacks a measurement."""
    found = demands(dataset)
    rng = np.random.default_rng(SEED)
    fits = {key: fit(demand.latency.tolist(), rng) for key, demand in found.items()}
    shares = allocate(found)
    facts = dataset.manifest["facts"]
    source = f"engine {facts['engine']['ServerVersion']}, {facts['date']}, one client"
    _, base = read_profile(DEFAULT, Path())
    operations = base["profile"]["operations"]
    for path, share in shares.items():
        component, _, operation = path.rpartition(".")
        weights = [other.weight for other in shares.values() if other.of == share.of]
        operations[component][operation] = _steps(
            share, fits[share.of], _variability(share, found, weights), source
        )
    for component, names in WITHIN.items():
        for operation in names:
            operations[component][operation] = [
                {"source": f"{source}: measured within what its request costs as a whole"}
            ]
    about = {"name": name, "description": _description(dataset, facts)}
    sections = {key: base[key] for key in ("daemon", "registry") if key in base}
    host = base.get("host", {}) | {"cores": facts["cores"]}
    return Calibration(about | {"host": host} | sections | {"operations": operations}, fits)


def _steps(share: Share, fitted: Fit, cv: float, source: str) -> list[dict[str, Any]]:
    step: dict[str, Any] = {
        "source": (
            f"{source}: {share.of[0]}, network {share.of[1]}; n = {fitted.samples}, "
            f"{type(fitted.law).__name__} of its latency, KS {fitted.ks:.3f}"
            + (f", AIC {fitted.aic:.0f}" if fitted.aic is not None else "")
            + f", median {_interval(fitted.median)}, p95 {_interval(fitted.p95)}"
        )
    }
    for key, mean in (("cpu", share.cpu), ("wait", share.wait)):
        if mean > NEGLIGIBLE:
            step[key] = _law(mean, cv)
    if share.threads > 1.0 and share.cpu > NEGLIGIBLE:
        step["threads"] = round(share.threads, 3)
    if share.per_item > NEGLIGIBLE:
        step["cpu_per_item"] = _rounded(share.per_item)
    steps = [step]
    if share.background > NEGLIGIBLE:
        goes_on = {"cpu": _law(share.background, cv), "background": True}
        steps.append(goes_on | {"source": f"{source}: CPU time after the reply"})
    return steps


def _variability(share: Share, found: Mapping[Key, Demand], weights: list[float]) -> float:
    """Coefficient of variation of each part of an operation.

    Parts are drawn independently: each is more variable than the whole, so that their sum is as
    variable as what was measured. A network's parts add what the host's own do not have.
    """
    operation, network, _, _ = share.of
    demand = found[share.of]
    variance = float(demand.latency.var())
    if network != PLAIN:
        plain = found.get((operation, PLAIN, share.of[2], share.of[3]))
        variance -= float(plain.latency.var()) if plain else 0.0
    together = float(np.linalg.norm(weights)) * demand.engine_time
    if variance <= 0.0 or together == 0.0:
        return LEAST_VARIABLE
    return float(np.clip(np.sqrt(variance) / together, LEAST_VARIABLE, MOST_VARIABLE))


def _law(mean: float, cv: float) -> dict[str, str]:
    law = Lognormal.from_mean_cv(mean, cv)
    return {"distribution": "lognormal", "median": _rounded(law.median), "p95": _rounded(law.p95)}


def _rounded(seconds: float) -> str:
    """To four digits, which is more than is known."""
    return written(float(f"{seconds:.4g}"), "s")


def _interval(interval: tuple[float, float]) -> str:
    return "–".join(f"{1e3 * end:.3g}" for end in interval) + " ms"


def _description(dataset: Dataset, facts: Mapping[str, Any]) -> str:
    engine = facts["engine"]
    return (
        f"Measured on {facts['date']} on {facts['processor']}, {facts['cores']} cores, kernel "
        f"{engine['KernelVersion']}, engine {engine['ServerVersion']}, {engine['Driver']}, cgroup "
        f"v{engine['CgroupVersion']}; dataset sha256 {dataset.hash()[:16]}. Light load only. What "
        "is not said to be of this engine is as in the provisional profile."
    )
