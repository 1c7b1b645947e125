"""A comparison in words and as tables."""

from __future__ import annotations

from pathlib import Path

from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.page import Page
from docksim.report.placeholders import change
from docksim.report.quantity import percent_pair
from docksim.report.sheet import Cell, Sheet
from docksim.report.values import pair
from docksim.study.compare import Comparison

LEAST_TIME = 1e-5
"""Seconds a command: components that take less are not listed."""


def answer(found: Comparison) -> str:
    """What differs, plainly: one sentence a scenario."""
    sentences = []
    for place, name in enumerate(found.names[1:], start=1):
        if not (found.is_stable(place) and found.is_stable(0)):
            unstable = name if not found.is_stable(place) else found.names[0]
            sentences.append(f"{unstable} is past its capacity: its latencies have no mean.")
            continue
        parts = [
            f"{measure.name} is {change(found.change(place, measure.name))}"
            for measure in found.measures
            if measure.name.count(".") == 1 and measure.name.endswith((".mean", ".p99"))
            and found.change(place, measure.name).known
        ]  # fmt: skip
        sentences.append(f"With {name} instead of {found.names[0]}, {'; '.join(parts)}.")
    return " ".join(sentences)


def sheets(found: Comparison) -> list[Sheet]:
    """What commands do, and where their time goes."""
    times = [each for each in found.measures if each.name.endswith(".time")]
    times = [
        each
        for each in times
        if max(found.estimate(i, each.name).value for i in range(len(found.names))) > LEAST_TIME
    ]
    rest = [each for each in found.measures if not each.name.endswith(".time")]
    note = (
        f"Change: against {found.names[0]}, paired by replication with common random numbers. ±: "
        f"half-width of the interval: 95 % of values, {100 * found.level:.4g} % of changes, so "
        "that all changes of a measure hold together with 95 %."
    )
    where = "Seconds of work and queueing that an average command takes of each component."
    return [
        _sheet(found, "What commands do", [each.name for each in rest], note),
        _sheet(found, "Where the time goes", [each.name for each in times], where),
    ]


def _sheet(found: Comparison, title: str, measures: list[str], note: str) -> Sheet:
    columns = ["<measure", found.names[0]]
    for name in found.names[1:]:
        columns += [name, "change"]
    rows = []
    for measure in measures:
        scale = next(each.scale for each in found.measures if each.name == measure)
        row = [Cell(measure), Cell(*pair(scale, found.estimate(0, measure)))]
        for place in range(1, len(found.names)):
            row.append(Cell(*pair(scale, found.estimate(place, measure))))
            row.append(Cell(*percent_pair(found.change(place, measure))))
        rows.append(tuple(row))
    return Sheet(title, tuple(columns), tuple(rows), (note,))


def write_files(found: Comparison, folder: Path) -> None:
    """report.md and .html, comparison.csv and manifest."""
    page = Page(f"{' or '.join(found.names)}?", [answer(found), *sheets(found)])
    found.table().to_csv(folder / "comparison.csv", index=False, float_format="%.10g")
    (folder / "report.md").write_text(page.markdown(), encoding="utf-8")
    (folder / "report.html").write_text(page.html(folder), encoding="utf-8")
    total = len(found.replications[0])
    names = ", ".join(found.names)
    write_json(folder / MANIFEST, provenance(names, found.seed, replications=total))
