"""How far each input moves a measure, the widest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.report.figures.canvas import height_of_rows, name_rows, new_axes
from docksim.report.style import BLUE, GRID, INK, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.sensitivity import Sensitivity


def tornado_height(found: Sensitivity) -> float:
    """Inches that suit the number of inputs."""
    return height_of_rows(len(found.swings))


def tornado(found: Sensitivity, ax: Axes | None = None) -> Axes:
    """A bar from the lower to the upper end of each input, all others in the middle; with the
    95 % intervals over replications."""
    scale = found.measure.scale
    with styled():
        ax = ax or new_axes(tornado_height(found))
        middle = found.middle.value
        for row, swing in enumerate(found.swings):
            for end, colour, share in ((swing.low, BLUE, 0.0), (swing.high, VERMILION, 1.0)):
                ax.barh(row, end.value - middle, left=middle, height=0.55, color=colour, alpha=0.85)
                ax.errorbar(end.value, row, xerr=end.half_width or 0.0, color=INK, capsize=2)
                outwards = 1 if end.value >= middle else -1
                ax.annotate(
                    swing.input.text(share), (end.value, row), xytext=(6 * outwards, 0),
                    textcoords="offset points", va="center", fontsize=7.5,
                    ha="left" if outwards > 0 else "right",
                )  # fmt: skip
        ax.axvline(middle, color=INK, linewidth=0.8)
        name_rows(ax, [swing.input.name for swing in found.swings])
        unit = "share" if scale.is_share else scale.quantity.unit if scale.quantity else "number"
        ax.set_xlabel(f"{found.measure.name} ({unit.replace('/s', '1/s')})")
        ax.margins(x=0.18)
        ax.grid(axis="x", color=GRID)
        ax.set_title(f"What moves {found.measure.name} · {found.scenario.name}")
    return ax
