"""Results that draw and show themselves, for notebooks and the Python prompt.

`import docksim` hands out its names from here. Results belong to the study layer, which must not
know how they are drawn; so this module tells them, once, when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.study.replicate import replicate, simulate
from docksim.study.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plots", "Results", "replicate", "simulate"]


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

    def timeline(self, command: str, number: int | None = None, ax: Axes | None = None) -> Axes:
        """One command by component, of the first replication; needs `trace=True`.

        The first that ended ok, or the number-th that ended. Raises TraceError when there is none.
        """
        from docksim.report.figures import timeline
        from docksim.report.traces.hops import trace_of

        return timeline(trace_of(self._results.records[0], command, number), ax)


def _html(results: Results) -> str:
    from docksim.report.tables import sheets

    return "".join(sheet.html() for sheet in sheets(results))


Results.plotter = Plots
Results.html = staticmethod(_html)
