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
        Comparison,
        DemandCurve,
        Results,
        Sensitivity,
        StudyResults,
        Validation,
        WarmUp,
        bottleneck,
        capacity,
        compare,
        demand_curve,
        replicate,
        sensitivity,
        simulate,
        study,
        validation,
        warm_up,
    )
    from docksim.scenario import Scenario, ScenarioError, load, loads, vary

__all__ = [
    "Bottleneck",
    "Capacity",
    "Comparison",
    "DemandCurve",
    "Results",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "StudyResults",
    "Validation",
    "WarmUp",
    "bottleneck",
    "capacity",
    "compare",
    "demand_curve",
    "load",
    "loads",
    "replicate",
    "sensitivity",
    "simulate",
    "study",
    "validation",
    "vary",
    "warm_up",
]

_HOME = {
    "Bottleneck": "docksim.report.interactive",
    "Capacity": "docksim.report.interactive",
    "Comparison": "docksim.report.interactive",
    "DemandCurve": "docksim.report.interactive",
    "Results": "docksim.report.interactive",
    "Scenario": "docksim.scenario",
    "ScenarioError": "docksim.scenario",
    "Sensitivity": "docksim.report.interactive",
    "StudyResults": "docksim.report.interactive",
    "Validation": "docksim.report.interactive",
    "WarmUp": "docksim.report.interactive",
    "bottleneck": "docksim.report.interactive",
    "capacity": "docksim.report.interactive",
    "compare": "docksim.report.interactive",
    "demand_curve": "docksim.report.interactive",
    "load": "docksim.scenario",
    "loads": "docksim.scenario",
    "replicate": "docksim.report.interactive",
    "sensitivity": "docksim.report.interactive",
    "simulate": "docksim.report.interactive",
    "study": "docksim.report.interactive",
    "validation": "docksim.report.interactive",
    "vary": "docksim.scenario",
    "warm_up": "docksim.report.interactive",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "study":  # the package itself, which can be called
        return import_module("docksim.study")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
