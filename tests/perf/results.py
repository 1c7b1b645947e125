"""What the benchmarks found, and the form in which it is kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import log

from tests.perf.agreement import Difference
from tests.perf.timing import Spread


@dataclass(frozen=True)
class Figure:
    """A number with a name, and the least (or the most) that is asked of it."""

    name: str
    text: str
    spread: Spread
    at_least: float | None = None
    below: float | None = None
    unit: str = ""
    digits: int = 2

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}{self.unit}"
        return "" if self.below is None else f"< {self.below:g}{self.unit}"

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.spread.median >= self.at_least
        return None if self.below is None else self.spread.median < self.below


@dataclass
class Results:
    """growth: (commands, CPU s a command, peak bytes); flows: (flows, CPU s a flow)."""

    machine: dict[str, object]
    versions: dict[str, str]
    figures: list[Figure] = field(default_factory=list)
    agreement: list[Difference] = field(default_factory=list)
    growth: Sequence[tuple[int, float, int]] = ()
    flows: Sequence[tuple[int, float]] = ()
    flows_different_caps: Sequence[tuple[int, float]] = ()

    def summary(self) -> dict[str, object]:
        """As JSON has it: the medians at the top, their spreads below."""
        medians = {figure.name: figure.spread.median for figure in self.figures}
        return medians | {
            "growth": self.growth,
            "flows": self.flows,
            "flows_different_caps": self.flows_different_caps,
            "spreads": {figure.name: asdict(figure.spread) for figure in self.figures},
            "agreement": {
                each.measure: asdict(each) | {"agrees": each.agrees} for each in self.agreement
            },
            "counted": "CPU time (user and system) of one process; ratios of alternating runs",
            "machine": self.machine,
            "versions": self.versions,
        }


def logarithm_allows(n: float, first: float) -> float:
    """How many times the first's cost is no worse than logarithmic."""
    return log(n) / log(first)
