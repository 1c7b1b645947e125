"""Sensitivity in words, as a table, and as a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docksim.report import figures
from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.page import Page, Picture
from docksim.report.quantity import digits
from docksim.report.sheet import Cell, Sheet
from docksim.report.values import pair
from docksim.study.sensitivity import Sensitivity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = {
    "morris": {"mu_star": "mean effect", "sigma": "its spread"},
    "sobol": {"first": "first-order index", "total": "total index"},
}


def answer(found: Sensitivity) -> str:
    """The input that matters most, and those that hardly do."""
    first = found.swings[0]
    scale = found.measure.scale
    low, high = (pair(scale, each)[0] for each in (first.low, first.high))
    text = (
        f"{found.measure.name} depends most on {first.input.name}: {low} at "
        f"{first.input.text(0.0)}, {high} at {first.input.text(1.0)}, all else in the middle."
    )
    idle = [each.input.name for each in found.swings[1:] if each.span < 0.05 * first.span]
    return f"{text} Hardly anything depends on {', '.join(idle)}." if idle else text


def sheet(found: Sensitivity) -> Sheet:
    """One row an input, the widest swing first."""
    named = COLUMNS[found.method]
    indices = found.indices.set_index("input")
    scale = found.measure.scale
    rows = []
    for swing in found.swings:
        row = indices.loc[swing.input.name].to_dict()
        cells = [
            Cell(digits(row[name]), _half_width(row.get(f"{name}_half_width"))) for name in named
        ]
        rows.append((
            Cell(swing.input.name), Cell(f"{swing.input.text(0.0)} to {swing.input.text(1.0)}"),
            Cell(*pair(scale, swing.low)), Cell(*pair(scale, swing.high)), *cells,
        ))  # fmt: skip
    what = (
        "Sobol indices: shares of the measure's variance, alone and with all interactions."
        if found.method == "sobol"
        else f"Morris: mean absolute effect and its spread, in {_unit(found)}."
    )
    notes = [f"{what} ±: half-width of the 95 % bootstrap interval; of values, over replications."]
    if found.unstable:
        notes.append(f"{found.unstable} of {found.points} points are past capacity.")
    title = f"What {found.measure.name} of {found.scenario.name} depends on"
    columns = ("<input", "<range", "at the lower end", "at the upper end", *named.values())
    return Sheet(title, columns, tuple(rows), tuple(notes))


def _half_width(value: object) -> str:
    return f"±{digits(float(value), 2)}" if isinstance(value, float) else ""


def _unit(found: Sensitivity) -> str:
    scale = found.measure.scale
    return scale.quantity.unit if scale.quantity else "its own unit"


def write_files(found: Sensitivity, folder: Path) -> None:
    """report.md and .html, the tornado, indices.csv, scenario and manifest."""

    def draw(ax: Axes) -> Axes:
        return figures.tornado(found, ax)

    figures.save(draw, folder / "tornado.png", figures.tornado_height(found))
    title = f"What does {found.measure.name} depend on?"
    words = f"{found.measure.name} from end to end of each input"
    page = Page(title, [answer(found), Picture("tornado.png", words), sheet(found)])
    found.table().to_csv(folder / "indices.csv", index=False, float_format="%.10g")
    (folder / "report.md").write_text(page.markdown(), encoding="utf-8")
    (folder / "report.html").write_text(page.html(folder), encoding="utf-8")
    (folder / "scenario.toml").write_text(found.scenario.to_toml(), encoding="utf-8")
    settings = {"method": found.method, "points": found.points}
    write_json(folder / MANIFEST, provenance(found.scenario.name, found.seed, **settings))
