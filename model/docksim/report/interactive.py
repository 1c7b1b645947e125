"""Answers that draw and show themselves, for notebooks and the Python prompt.

`import docksim` hands out its names from here. Answers belong to the study layer, which must not
know how they are drawn; so this module tells them, once, when it is imported.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docksim.report.bar import with_bar
from docksim.report.validated import Validation, validation
from docksim.study import bottleneck as bottlenecks
from docksim.study import capacity as capacities
from docksim.study import compare as comparisons
from docksim.study import conduct, demand
from docksim.study import replicate as replications
from docksim.study import sensitivity as sensitivities
from docksim.study import warm_up as warm_ups
from docksim.study.bottleneck import Bottleneck
from docksim.study.capacity import Capacity
from docksim.study.compare import Comparison
from docksim.study.demand import DemandCurve
from docksim.study.design.document import Picture
from docksim.study.experiment.outcome import StudyResults
from docksim.study.results import Results
from docksim.study.sensitivity import Sensitivity
from docksim.study.warm_up import WarmUp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Bottleneck",
    "Capacity",
    "Comparison",
    "DemandCurve",
    "Plots",
    "Results",
    "Sensitivity",
    "StudyResults",
    "Validation",
    "WarmUp",
    "bottleneck",
    "capacity",
    "compare",
    "demand_curve",
    "replicate",
    "sensitivity",
    "simulate",
    "study",
    "validation",
    "warm_up",
]


bottleneck = with_bar(bottlenecks.bottleneck)
capacity = with_bar(capacities.capacity)
compare = with_bar(comparisons.compare)
demand_curve = with_bar(demand.demand_curve)
replicate = with_bar(replications.replicate)
sensitivity = with_bar(sensitivities.sensitivity)
simulate = with_bar(replications.simulate)
study = with_bar(conduct.study)
warm_up = with_bar(warm_ups.warm_up)


class Plots:
    """The figures of some results; each draws on `ax` or on new axes, and returns them."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def latency(self, ax: Axes | None = None) -> Axes:
        """p50 to p99 of every command with their 95 % intervals."""
        from docksim.report.figures import latency

        return latency(self._results, ax)

    def latency_distribution(self, ax: Axes | None = None) -> Axes:
        """The share of commands done within a time."""
        from docksim.report.figures import latency_distribution

        return latency_distribution(self._results, ax)

    def utilisation(self, ax: Axes | None = None) -> Axes:
        """How busy every component is, busiest first."""
        from docksim.report.figures import utilisation

        return utilisation(self._results, ax)

    def in_system(self, ax: Axes | None = None) -> Axes:
        """How many commands are in the system over time."""
        from docksim.report.figures import in_system

        return in_system(self._results, ax)

    def latency_over_time(self, ax: Axes | None = None, command: str | None = None) -> Axes:
        """p50 and p95 in the course of the run, with the warm-up shaded."""
        from docksim.report.figures import latency_over_time

        return latency_over_time(self._results, ax, command)

    def queues(self, ax: Axes | None = None) -> Axes:
        """How many wait where over time, in the first replication; needs `trace=True`."""
        from docksim.report.figures import queues

        return queues(self._results, ax)

    def pull_layers(self, number: int | None = None, ax: Axes | None = None) -> Axes:
        """One pull by layer, of the first replication; needs `trace=True`.

        The first that ended ok, or the number-th that ended. Raises TraceError when there is none.
        """
        from docksim.report.figures import pull_layers
        from docksim.report.traces.hops import trace_of

        return pull_layers(trace_of(self._results.records[0], "pull", number), ax)

    def timeline(self, command: str, number: int | None = None, ax: Axes | None = None) -> Axes:
        """One command by component, of the first replication; needs `trace=True`.

        The first that ended ok, or the number-th that ended. Raises TraceError when there is none.
        """
        from docksim.report.figures import timeline
        from docksim.report.traces.hops import trace_of

        return timeline(trace_of(self._results.records[0], command, number), ax)


class CapacityPlots:
    """The figure of a capacity search."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity

    def candidates(self, objective: int = 0, ax: Axes | None = None) -> Axes:
        """What was measured at every value tried, with the bound and the bracket."""
        from docksim.report.figures import candidates

        return candidates(self._capacity, objective, ax)


class DemandPlots:
    """The figure of a demand curve."""

    def __init__(self, curve: DemandCurve) -> None:
        self._curve = curve

    def curve(self, ax: Axes | None = None) -> Axes:
        """The bracket at each level."""
        from docksim.report.figures import demand_curve

        return demand_curve(self._curve, ax)


class BottleneckPlots:
    """The figures of a load next to its bounds."""

    def __init__(self, found: Bottleneck) -> None:
        self._found = found

    def throughput(self, ax: Axes | None = None) -> Axes:
        """Commands done a second over load."""
        from docksim.report.figures import throughput_bounds

        return throughput_bounds(self._found, ax)

    def latency(self, ax: Axes | None = None) -> Axes:
        """Mean latency over load."""
        from docksim.report.figures import latency_bounds

        return latency_bounds(self._found, ax)

    def utilisation(self, ax: Axes | None = None) -> Axes:
        """How busy the components are over load."""
        from docksim.report.figures import utilisation_over_load

        return utilisation_over_load(self._found, ax)


class StudyPlots:
    """The figures of a study."""

    def __init__(self, results: StudyResults) -> None:
        self._results = results

    def response(
        self,
        measure: str,
        x: str,
        by: str | None = None,
        at: dict[str, Any] | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """A measure over the levels of factor `x`, a line for each of `by`; `at` as the levels of
        the other factors."""
        from docksim.report.figures import response

        return response(self._results, Picture(measure=measure, x=x, by=by, at=at or {}), ax)

    def heat_map(
        self,
        measure: str,
        x: str,
        by: str,
        at: dict[str, Any] | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """A measure over the levels of two factors."""
        from docksim.report.figures import heat_map

        picture = Picture(measure=measure, x=x, by=by, at=at or {}, kind="heat map")
        return heat_map(self._results, picture, ax)


class SensitivityPlots:
    """The figure of a sensitivity analysis."""

    def __init__(self, found: Sensitivity) -> None:
        self._found = found

    def tornado(self, ax: Axes | None = None) -> Axes:
        """How far each input moves the measure."""
        from docksim.report.figures import tornado

        return tornado(self._found, ax)


class WarmUpPlots:
    """The figure of a warm-up."""

    def __init__(self, found: WarmUp) -> None:
        self._found = found

    def latency(self, ax: Axes | None = None) -> Axes:
        """Mean latency over time, with the warm-up shaded."""
        from docksim.report.figures import warm_up

        return warm_up(self._found, ax)


class ValidationPlots:
    """The figure of predictions held against measurements."""

    def __init__(self, found: Validation) -> None:
        self._found = found

    def predicted_against_measured(self, measure: str = "p50", ax: Axes | None = None) -> Axes:
        """One measure of every operation at every point, with both intervals."""
        from docksim.report.figures import predicted_against_measured

        return predicted_against_measured(self._found.errors, measure, ax)


def _html(results: Results) -> str:
    from docksim.report.tables import sheets

    return "".join(sheet.html() for sheet in sheets(results))


def _capacity_html(found: Capacity) -> str:
    from docksim.report.capacity import answer, sheet

    return f"<p>{escape(answer(found))}</p>{sheet(found).html()}"


def _demand_html(curve: DemandCurve) -> str:
    from docksim.report.demand import sheet

    return sheet(curve).html()


def _bottleneck_html(found: Bottleneck) -> str:
    from docksim.report.bottleneck import answer, sheets

    return f"<p>{escape(answer(found))}</p>" + "".join(sheet.html() for sheet in sheets(found))


def _study_html(results: StudyResults) -> str:
    from docksim.report.study import answer, sheets

    tables = "".join(sheet.html() for sheet in sheets(results))
    return f"<p>{escape(answer(results))}</p>{tables}"


def _validation_html(found: Validation) -> str:
    from docksim.report.validation import sheet

    return sheet(found.summary).html()


def _comparison_html(found: Comparison) -> str:
    from docksim.report.compare import answer, sheets

    tables = "".join(sheet.html() for sheet in sheets(found))
    return f"<p>{escape(answer(found))}</p>{tables}"


def _sensitivity_html(found: Sensitivity) -> str:
    from docksim.report.sensitivity import answer, sheet

    return f"<p>{escape(answer(found))}</p>{sheet(found).html()}"


Results.plotter = Plots
Results.html = staticmethod(_html)
Capacity.plotter = CapacityPlots
Capacity.html = staticmethod(_capacity_html)
DemandCurve.plotter = DemandPlots
DemandCurve.html = staticmethod(_demand_html)
Bottleneck.plotter = BottleneckPlots
Bottleneck.html = staticmethod(_bottleneck_html)
StudyResults.plotter = StudyPlots
StudyResults.html = staticmethod(_study_html)
Comparison.html = staticmethod(_comparison_html)
Sensitivity.plotter = SensitivityPlots
Sensitivity.html = staticmethod(_sensitivity_html)
WarmUp.plotter = WarmUpPlots
Validation.plotter = ValidationPlots
Validation.html = staticmethod(_validation_html)
