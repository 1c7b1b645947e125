"""Measures by name: what "run.p99", "throughput" or "host.cpu.utilisation" is in a replication.

    COMMAND.mean, .max, .p50 … .p99.9       latency of the commands that ended ok
    COMMAND.first_byte.mean …               the same, up to the first byte of output
    COMMAND.throughput, COMMAND.failed      commands that ended ok a second; share that failed
    COMPONENT.utilisation, .mean_queue, .mean_wait, .throughput
    COMPONENT.time                          seconds of it that a command takes, queueing included

Without a command, all commands are meant: "p99", "throughput", "failed". What counts is said in
docksim.study.measures.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from docksim.des.environment import Environment
from docksim.des.streams import Streams
from docksim.scenario.errors import Problem, RefusedError, nearest
from docksim.scenario.workload import actions_of
from docksim.study.estimates import LEVEL, Estimate, estimate, is_carried
from docksim.study.measures import QUANTILES, counted
from docksim.study.scales import DURATION, NUMBER, RATE, SHARE, TIME, Scale
from docksim.system.outcomes import IN_PROGRESS, OK
from docksim.system.site import Site

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from docksim.scenario import Scenario
    from docksim.simulation import Records

OF_COMPONENTS: dict[str, Scale] = {
    "utilisation": SHARE,
    "mean_queue": NUMBER,
    "mean_wait": DURATION,
    "throughput": RATE,
    "time": TIME,
}
OF_COMMANDS = ("mean", *QUANTILES, "max", "throughput", "failed")

_NAME = re.compile(
    r"(?:(?P<subject>.+?)\.)?(?P<first_byte>first_byte\.)?"
    r"(?P<what>mean|max|p[0-9]{1,2}(?:\.[0-9]+)?|throughput|failed"
    r"|utilisation|mean_queue|mean_wait|time)"
)


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """One number of one replication."""

    name: str

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """What kind of number it is."""

    @abstractmethod
    def of(self, records: Records) -> float:
        """Its value in SI units; nan when there was nothing to measure."""

    def size(self, records: Records) -> int:
        """Of the sample that it is taken over; 0 where that does not matter."""
        return 0

    def estimate(
        self, values: Sequence[float], sizes: Sequence[int], level: float = LEVEL
    ) -> Estimate:
        """The mean of replications' values with its interval; `sizes` of their samples."""
        return estimate(values, level)

    def is_carried(self, sizes: Sequence[int]) -> bool:
        """False for a quantile that samples of these sizes are too small for."""
        return True

    def is_carried_by(self, replications: Sequence[Records]) -> bool:
        """The same of the samples of these replications."""
        return self.is_carried([self.size(records) for records in replications])


@dataclass(frozen=True, slots=True)
class Latency(Measure):
    """Mean, maximum or a quantile of the latency of a command, or of all."""

    command: str | None
    statistic: str
    until: str = "ended"

    @property
    def scale(self) -> Scale:
        """Seconds."""
        return DURATION

    def of(self, records: Records) -> float:
        """Over the counted commands that ended ok."""
        sample = self._sample(records)
        if not len(sample):
            return math.nan
        if self.statistic == "mean":
            return float(sample.mean())
        if self.statistic == "max":
            return float(sample.max())
        return float(np.quantile(sample, self._probability))

    def size(self, records: Records) -> int:
        """How many commands it is taken over."""
        return len(self._sample(records))

    def is_carried(self, sizes: Sequence[int]) -> bool:
        """By enough observations beyond the quantile."""
        return not self.statistic.startswith("p") or is_carried(self._probability, sizes)

    @property
    def _probability(self) -> float:
        return float(self.statistic[1:]) / 100

    def _sample(self, records: Records) -> NDArray[np.float64]:
        table = _of_command(counted(records), self.command)
        done = table[table["outcome"] == OK]
        return np.asarray((done[self.until] - done["arrived"]).dropna(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Throughput(Measure):
    """Commands that ended ok within the window, a second."""

    command: str | None

    @property
    def scale(self) -> Scale:
        """A rate."""
        return RATE

    def of(self, records: Records) -> float:
        """Whenever they had arrived."""
        start, end = records.window
        if end <= start:
            return math.nan
        table = _of_command(records.commands, self.command)
        inside = (table["outcome"] == OK) & (table["ended"] >= start) & (table["ended"] <= end)
        return float(inside.sum() / (end - start))


@dataclass(frozen=True, slots=True)
class Failed(Measure):
    """The share that ended in an error, of the counted commands that ended."""

    command: str | None

    @property
    def scale(self) -> Scale:
        """A share."""
        return SHARE

    def of(self, records: Records) -> float:
        """Those in progress count neither way."""
        ended = self._ended(records)
        return float((ended != OK).mean()) if len(ended) else math.nan

    def size(self, records: Records) -> int:
        """How many commands it is the share of."""
        return len(self._ended(records))

    def estimate(
        self, values: Sequence[float], sizes: Sequence[int], level: float = LEVEL
    ) -> Estimate:
        """Where none failed, or all did, replications have no spread, and tell less than that:
        the interval is the exact one of a share of all commands (Clopper & Pearson 1934)."""
        found = estimate(values, level)
        if found.value not in (0.0, 1.0):
            return found
        far = float(1.0 - ((1.0 - level) / 2) ** (1.0 / sum(sizes)))
        low, high = (0.0, far) if found.value == 0.0 else (1.0 - far, 1.0)
        return Estimate(found.value, low, high, found.replications)

    def _ended(self, records: Records) -> pd.Series[str]:
        outcomes = _of_command(counted(records), self.command)["outcome"]
        return outcomes[outcomes != IN_PROGRESS]


@dataclass(frozen=True, slots=True)
class OfComponent(Measure):
    """A column of the table of components."""

    component: str
    column: str

    @property
    def scale(self) -> Scale:
        """That of the column."""
        return OF_COMPONENTS[self.column]

    def of(self, records: Records) -> float:
        """Over the window."""
        table = records.components
        found = table.loc[table["component"] == self.component, self.column]
        return float(found.iloc[0]) if len(found) else math.nan


@dataclass(frozen=True, slots=True)
class TimeAt(Measure):
    """What a command takes of a component on average: its work and the queueing for it."""

    component: str

    @property
    def scale(self) -> Scale:
        """Seconds, perhaps none."""
        return TIME

    def of(self, records: Records) -> float:
        """By the utilisation law and Little's: work and queueing, over commands a second."""
        table = records.components
        found = table[table["component"] == self.component]
        rate = Throughput("throughput", None).of(records)
        if not len(found) or not rate > 0.0:
            return math.nan
        row = found.iloc[0]
        capacity = row["capacity"] if math.isfinite(row["capacity"]) else 0.0
        busy = row["utilisation"] * capacity if capacity else 0.0
        waited = row["mean_wait"] * row["throughput"] if row["throughput"] else 0.0
        return float((busy + waited) / rate)


def find_measure(name: str, scenario: Scenario) -> Measure:
    """The measure of this name in runs of this scenario.

    Raises RefusedError when the scenario has no such command, component or measure.
    """
    commands, components = _subjects(scenario)
    match = _NAME.fullmatch(name)
    if match is not None:
        subject, what = match["subject"], match["what"]
        if subject in components and what in OF_COMPONENTS and not match["first_byte"]:
            if what == "time":
                return TimeAt(name, subject)
            return OfComponent(name, subject, what)
        of_commands = what in ("throughput", "failed") or what not in OF_COMPONENTS
        if (subject is None or subject in commands) and of_commands:
            return _of_commands(name, subject, what, first_byte=bool(match["first_byte"]))
    raise RefusedError(_unknown(name, commands, components))


def _of_commands(name: str, command: str | None, what: str, *, first_byte: bool) -> Measure:
    if what == "throughput":
        return Throughput(name, command)
    if what == "failed":
        return Failed(name, command)
    return Latency(name, command, what, "first_byte" if first_byte else "ended")


def _of_command(table: pd.DataFrame, command: str | None) -> pd.DataFrame:
    return table if command is None else table[table["command"] == command]


def _subjects(scenario: Scenario) -> tuple[list[str], list[str]]:
    """The commands that the workloads issue, and the components of the host."""
    return commands_of(scenario), components_of(scenario)


def commands_of(scenario: Scenario) -> list[str]:
    """The commands that the workloads issue."""
    actions = [action for workload in scenario.workload for _, action in actions_of(workload)]
    return sorted({action.command for action in actions})


def components_of(scenario: Scenario) -> list[str]:
    """The components of the host, with the processes of the command path, and what a fleet of such
    hosts shares."""
    fleet = scenario.fleet and scenario.fleet.model_copy(update={"hosts": 1})
    small = scenario.model_copy(update={"fleet": fleet})
    return list(Site(Environment(), small, Streams(scenario.run.seed), None).stations())


def _unknown(name: str, commands: list[str], components: list[str]) -> Problem:
    names = [f"{command}.{what}" for command in commands for what in OF_COMMANDS]
    names += [f"{component}.{what}" for component in components for what in OF_COMPONENTS]
    allowed = (
        f"mean, max, p50 … p99.9, throughput or failed of all commands or of "
        f"{', '.join(commands)}; {', '.join(OF_COMPONENTS)} of {', '.join(components)}"
    )
    return Problem(f'unknown measure "{name}"', allowed, nearest(name, names))
