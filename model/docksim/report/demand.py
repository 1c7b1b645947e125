"""The demand curve: a row a level, its figure, and its files."""

from __future__ import annotations

from pathlib import Path

from docksim.report import figures, markdown
from docksim.report.capacity import HEIGHT, answer
from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.quantity import NOTHING
from docksim.report.sheet import Cell, Sheet
from docksim.study.capacity import Capacity
from docksim.study.demand import DemandCurve
from docksim.study.sequential import CONFIDENCE


def sheet(curve: DemandCurve) -> Sheet:
    """The bracket at each level."""
    objectives = " and ".join(str(slo) for slo in curve.answers[0].slos)
    return Sheet(
        title=f"{curve.key.path} at which {objectives}, by {curve.per.path}",
        columns=("<" + curve.per.path, "met at", "not met at", "undecided", "replications"),
        rows=tuple(
            (
                Cell(curve.per.text(level), emphasis=True),
                _end(found, found.bracket.holds),
                _end(found, found.bracket.fails),
                Cell(f"{len(found.bracket.undecided)}"),
                Cell(f"{found.replications}"),
            )
            for level, found in zip(curve.levels, curve.answers, strict=True)
        ),
        notes=(
            f"Met at, not met at: the ends of the bracket that was found; each row is right with "
            f"{CONFIDENCE:.0%}. Undecided: values tried between the two.",
        ),
    )


def _end(found: Capacity, value: float | None) -> Cell:
    return Cell(NOTHING if value is None else found.key.text(value))


def write_files(curve: DemandCurve, folder: Path) -> None:
    """report.md, demand.csv, summary.json, the figure, scenario and manifest."""
    figures.save(lambda ax: figures.demand_curve(curve, ax), folder / "demand.png", HEIGHT)
    curve.table().to_csv(folder / "demand.csv", index=False, float_format="%.10g")
    write_json(folder / "summary.json", curve.to_json())
    (folder / "scenario.toml").write_text(curve.scenario.to_toml(), encoding="utf-8")
    (folder / "report.md").write_text(_report(curve), encoding="utf-8")
    first = curve.answers[0]
    total = sum(found.replications for found in curve.answers)
    settings = {"replications": total, "budget": first.budget}
    write_json(folder / MANIFEST, provenance(curve.scenario.name, first.seed, **settings))


def _report(curve: DemandCurve) -> str:
    words = [
        f"- At {curve.per.path} = {curve.per.text(level)}: {answer(found)}"
        for level, found in zip(curve.levels, curve.answers, strict=True)
    ]
    title = f"# {curve.key.path} by {curve.per.path} on {curve.scenario.name}\n"
    picture = markdown.figure("demand.png", "The bracket at each level")
    return "\n".join([title, *words, "", picture, markdown.table(sheet(curve))])
