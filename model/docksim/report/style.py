"""One look for all figures: quiet axes, type for print, colours that colour-blind readers can tell.

Colours: Okabe & Ito, "Color Universal Design" (2008), without the yellow, which is too pale for
lines on white paper. Markers, line styles and labels help whoever prints in grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cycler import cycler
from matplotlib.style import context

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#222222",
)
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
LINES = ("-", "--", ":", "-.")
QUIET = "#8A8A8A"
GRID = "#E3E3E3"
INK = "#222222"

PRINT_DPI = 200

_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.labelsize": 9.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "text.color": INK,
    "lines.linewidth": 1.6,
    "savefig.dpi": PRINT_DPI,
    "figure.facecolor": "white",
}


@contextmanager
def styled() -> Iterator[None]:
    """Within it every new figure and axis has the house's look; outside nothing changes."""
    with context(_SETTINGS):
        yield
