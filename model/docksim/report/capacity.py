"""The answer of a capacity search: in words, as a table, and as a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docksim.report import figures, markdown
from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.quantity import NOTHING
from docksim.report.sheet import Cell, Sheet
from docksim.report.values import pair
from docksim.study.capacity import UNSTABLE, Candidate, Capacity, Evidence
from docksim.study.scales import Scale
from docksim.study.search import MoreIs
from docksim.study.sequential import CONFIDENCE
from docksim.study.slo import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 3.6
"""Inches of a figure."""


def answer(capacity: Capacity) -> str:
    """The answer in words, with what is known and what is not."""
    bracket, path = capacity.bracket, capacity.key.path
    objectives = " and ".join(str(slo) for slo in capacity.slos)
    if bracket.holds is not None and bracket.fails is not None:
        extreme = "largest" if bracket.more_is is MoreIs.WORSE else "smallest"
        holds, fails = capacity.key.text(bracket.holds), capacity.key.text(bracket.fails)
        return (
            f"The {extreme} {path} that meets {objectives} lies between {holds}, which meets it, "
            f"and {fails}, which does not.{_undecided_words(capacity)}"
        )
    tried = [candidate.value for candidate in capacity.candidates]
    span = f"from {capacity.key.text(min(tried))} to {capacity.key.text(max(tried))}"
    if bracket.holds is None and bracket.fails is None:
        return f"Undecided: no {path} tried, {span}, could be told to meet {objectives} or not."
    if bracket.fails is None:
        return (
            f"No limit found: {objectives} was not seen to fail at any {path} tried, {span}."
            f"{_undecided_words(capacity)}"
        )
    return (
        f"Not met: {objectives} was not seen to hold at any {path} tried, {span}."
        f"{_undecided_words(capacity)}"
    )


def _undecided_words(capacity: Capacity) -> str:
    values = [capacity.key.text(value) for value in capacity.bracket.undecided]
    if not values:
        return ""
    verb = "stays" if len(values) == 1 else "stay"
    return f" {', '.join(values)} {verb} undecided after {capacity.budget} replications."


def sheet(capacity: Capacity) -> Sheet:
    """One row a candidate, by value."""
    return Sheet(
        title=f"Values of {capacity.key.path} tried on {capacity.scenario.name}",
        columns=(
            "<" + capacity.key.path,
            "<verdict",
            "replications",
            *(str(slo) for slo in capacity.slos),
        ),
        rows=tuple(
            _row(capacity, candidate)
            for candidate in sorted(capacity.candidates, key=lambda one: one.value)
        ),
        notes=tuple(_notes(capacity)),
    )


def _row(capacity: Capacity, candidate: Candidate) -> tuple[Cell, ...]:
    bracket = capacity.bracket
    return (
        Cell(
            capacity.key.text(candidate.value),
            emphasis=candidate.value in (bracket.holds, bracket.fails),
        ),
        Cell(str(candidate.verdict), candidate.reason),
        Cell(f"{candidate.replications}"),
        *(
            _measured(slo.measure.scale, found)
            for slo, found in zip(capacity.slos, candidate.evidence, strict=True)
        ),
    )


def _measured(scale: Scale, found: Evidence) -> Cell:
    text, below = pair(scale, found.measured)
    return Cell(text if found.carried or text == NOTHING else f"{text}*", below)


def _notes(capacity: Capacity) -> list[str]:
    notes = [
        "A value is replicated until the interval lies on one side of the bound, "
        f"{capacity.budget} times at most. ±: half-width of the {100 * capacity.level:.4g} % "
        f"interval (Student's t), so that all verdicts together are right with {CONFIDENCE:.0%}."
    ]
    failing = [one for one in capacity.candidates if one.verdict is Verdict.MET and one.failed > 0]
    if failing:
        worst = max(failing, key=lambda one: one.failed)
        notes.append(
            f"Latency is that of commands that ended ok: up to {100 * worst.failed:.2g} % of all "
            f"failed where it is met, the most at {capacity.key.text(worst.value)}."
        )
    if any(one.reason == UNSTABLE for one in capacity.candidates):
        notes.append("Unstable: the backlog grows without bound, so that no objective is met.")
    if not all(found.carried for one in capacity.candidates for found in one.evidence):
        notes.append("* too few observations for this quantile: simulate longer.")
    return notes


def write_files(capacity: Capacity, folder: Path) -> None:
    """report.md, candidates.csv, summary.json, figures, scenario and manifest."""
    pictures = []
    for number, slo in enumerate(capacity.slos):

        def draw(ax: Axes, number: int = number) -> Axes:
            return figures.candidates(capacity, number, ax)

        name = "candidates.png" if number == 0 else f"candidates-{number + 1}.png"
        figures.save(draw, folder / name, HEIGHT)
        pictures.append(markdown.figure(name, f"{slo.measure.name} at the values tried"))
    capacity.table().to_csv(folder / "candidates.csv", index=False, float_format="%.10g")
    write_json(folder / "summary.json", capacity.to_json())
    (folder / "scenario.toml").write_text(capacity.scenario.to_toml(), encoding="utf-8")
    (folder / "report.md").write_text(_report(capacity, pictures), encoding="utf-8")
    settings = {"replications": capacity.replications, "budget": capacity.budget}
    write_json(folder / MANIFEST, provenance(capacity.scenario.name, capacity.seed, **settings))


def _report(capacity: Capacity, pictures: list[str]) -> str:
    method = (
        f"The values of `{capacity.key.path}` are doubled and halved until one was found that "
        "meets the objectives and one that does not; then the gap is bisected. "
        f"{capacity.replications} replications were run in all, with seed {capacity.seed} and "
        "common random numbers at all values. `scenario.toml` is the scenario that was varied, "
        "`candidates.csv` the table in SI units.\n"
    )
    title = f"# Capacity of {capacity.scenario.name}\n"
    return "\n".join(
        [title, f"{answer(capacity)}\n", *pictures, markdown.table(sheet(capacity)), method]
    )
