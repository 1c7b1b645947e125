"""docksim: a discrete-event performance model of the Docker command path.

    import docksim as ds

    scenario = ds.load("scenario.toml")
    results = ds.replicate(scenario, replications=10)
    results.summary()
    results.plot.latency()

Names are loaded when they are first used (PEP 562), so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docksim.report.interactive import (
        Bottleneck,
        Capacity,
        DemandCurve,
        Results,
        bottleneck,
        capacity,
        demand_curve,
        replicate,
        simulate,
    )
    from docksim.scenario import Scenario, ScenarioError, load, loads, vary

__all__ = [
    "Bottleneck",
    "Capacity",
    "DemandCurve",
    "Results",
    "Scenario",
    "ScenarioError",
    "bottleneck",
    "capacity",
    "demand_curve",
    "load",
    "loads",
    "replicate",
    "simulate",
    "vary",
]

_HOME = {
    "Bottleneck": "docksim.report.interactive",
    "Capacity": "docksim.report.interactive",
    "DemandCurve": "docksim.report.interactive",
    "Results": "docksim.report.interactive",
    "Scenario": "docksim.scenario",
    "ScenarioError": "docksim.scenario",
    "bottleneck": "docksim.report.interactive",
    "capacity": "docksim.report.interactive",
    "demand_curve": "docksim.report.interactive",
    "load": "docksim.scenario",
    "loads": "docksim.scenario",
    "replicate": "docksim.report.interactive",
    "simulate": "docksim.report.interactive",
    "vary": "docksim.scenario",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
