"""How far predictions are from measurements: a table, a figure, and files of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.ticker import NullFormatter

from docksim.engine.validation.published import Unpredicted
from docksim.engine.validation.replications import VENTILES
from docksim.report.figures import predicted_against_measured
from docksim.report.files import write_whole
from docksim.report.sheet import Cell, Sheet
from docksim.report.style import QUIET, styled

SHOWN = ("throughput", "p50", "p95")
CURVES = "cycles"
"""The set whose closed loads are drawn against the number of clients."""

CLOSED, QUANTILES, SCATTER = "closed-loads.png", "quantiles.png", "predicted-against-measured.png"
"""The figures' files."""


def sheet(summary: Mapping[str, Any]) -> Sheet:
    """A row a set and regime."""
    rows = tuple(
        (
            Cell(name),
            Cell(str(each["points"])),
            *(
                Cell("–" if each[key] is None else f"{100 * each[key]:.0f} %")
                for key in (
                    "mdape_throughput", "mdape_p50", "share_within_10",
                    "p95_within_20", "p99_within_20",
                )
            ),
        )
        for name, each in summary.items()
    )  # fmt: skip
    columns = (
        "<set / regime", "points", "throughput", "p50", "within 10 %", "p95 in 20 %", "p99 in 20 %",
    )  # fmt: skip
    return Sheet(
        "Predicted against measured",
        columns,
        rows,
        (
            "Throughput and p50: median absolute error. Within 10 %: share of both.",
            "A wider spread between the engine's own repeated blocks is the bound instead.",
            *_trends(summary["overall"].get("trend", {})),
        ),
    )


def _trends(found: Mapping[str, Mapping[str, Any] | None]) -> list[str]:
    """A line each for bias and size, where loads tell them."""
    told = {measure: each for measure, each in found.items() if each}
    words = {
        "bias": "Predicted over measured, when the clients are twice as many (95 %)",
        "size": "Size of errors, in points of the measured value, likewise",
    }
    return [
        f"{text}: "
        + "; ".join(f"{measure} {_per_cent(each[key])}" for measure, each in told.items())
        + "."
        for key, text in words.items()
        if told
    ]


def _per_cent(slope: Mapping[str, float]) -> str:
    at, low, high = (f"{100 * slope[key]:+.1f}" for key in ("slope", "low", "high"))
    return f"{at} % ({low} to {high})"


def published_sheet(predicted: pd.DataFrame, unpredicted: Sequence[Unpredicted]) -> Sheet:
    """A row a published case; those that are not predicted are named below."""
    rows = tuple(
        (
            Cell(row["name"]),
            Cell(row["measure"]),
            Cell(_range(row["published_low"], row["published_high"])),
            Cell(f"{row['predicted']:.2f} s"),
            Cell(_range(row["low"], row["high"])),
        )
        for row in predicted.to_dict("records")
    )
    return Sheet(
        "Published by others, and predicted",
        ("<case", "<measure", "published", "predicted", "95 % interval"),
        rows,
        tuple(f"Not predicted: {each.name} ({each.source}): {each.why}." for each in unpredicted),
    )


def _range(low: float, high: float) -> str:
    return f"{low:.2f} s" if low == high else f"{low:.2f}–{high:.2f} s"


def write(folder: Path, errors: pd.DataFrame, summary: Mapping[str, Any]) -> None:
    """errors.csv, summary.json and the figures. Raises OutputError."""
    ventile = errors["measure"].isin(VENTILES)
    distributions, errors = errors[ventile & (errors["set"] == CURVES)], errors[~ventile]
    write_whole(folder / "errors.csv", errors.to_csv(index=False, float_format="%.6g"))
    write_whole(folder / "summary.json", json.dumps(summary, indent=2) + "\n")
    closed = errors[(errors["load"] == "closed") & (errors["set"] == CURVES)]
    if len(closed):
        curves(closed, folder / CLOSED)
        quantile_quantile(distributions, folder / QUANTILES)
    scatter(errors[errors["predicted"].notna()], folder / SCATTER)


def scatter(errors: pd.DataFrame, file: Path) -> None:
    """Every p50 and p95, predicted over measured, by set."""
    import matplotlib.pyplot as plt

    with styled():
        canvas, axes = plt.subplots(1, 2, figsize=(8.0, 4.0), sharey=True, layout="constrained")
        for ax, measure in zip(axes, ("p50", "p95"), strict=True):
            predicted_against_measured(errors, measure, ax)
        canvas.savefig(file)
        plt.close(canvas)


def quantile_quantile(errors: pd.DataFrame, file: Path) -> None:
    """Ventiles, predicted against measured: a row a network, a column an operation."""
    import matplotlib.pyplot as plt

    rows, columns = list(errors["network"].unique()), list(errors["operation"].unique())
    with styled():
        canvas, axes = plt.subplots(
            len(rows),
            len(columns),
            figsize=(2.9 * len(columns), 2.7 * len(rows)),
            squeeze=False,
            layout="constrained",
        )
        for row, network in zip(axes, rows, strict=True):
            for ax, operation in zip(row, columns, strict=True):
                of_panel = (errors["network"] == network) & (errors["operation"] == operation)
                _quantiles(ax, errors[of_panel])
                ax.set_title(f"{operation}, network {network}")
            row[0].set_ylabel("predicted (s)")
        for ax in axes[-1]:
            ax.set_xlabel("measured (s)")
        axes[0][0].legend(title="clients")
        canvas.savefig(file)
        plt.close(canvas)


def _quantiles(ax: Any, errors: pd.DataFrame) -> None:
    limits = [errors["measured"].min(), errors["measured"].max()]
    ax.plot(limits, limits, color=QUIET, linewidth=0.8)
    for (clients, each), line in zip(errors.groupby("clients"), "-----:::::", strict=False):
        points = each.sort_values("measured")
        ax.plot(points["measured"], points["predicted"], line, marker=".", label=f"{clients}")
    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):  # ticks between the powers of ten, without their numbers
        axis.set_minor_formatter(NullFormatter())


def curves(errors: pd.DataFrame, file: Path) -> None:
    """Throughput and each operation's p50 and p95 against clients: a row a network."""
    import matplotlib.pyplot as plt

    networks = list(dict.fromkeys(errors["network"]))
    panels = list(dict.fromkeys(zip(errors["operation"], strict=True)))
    with styled():
        canvas, axes = plt.subplots(
            len(networks),
            len(panels),
            figsize=(3.0 * len(panels), 2.6 * len(networks)),
            squeeze=False,
            layout="constrained",
        )
        for row, network in zip(axes, networks, strict=True):
            for ax, (operation,) in zip(row, panels, strict=True):
                of_panel = (errors["network"] == network) & (errors["operation"] == operation)
                _draw(ax, errors[of_panel])
                ax.set_title(f"{operation}, network {network}")
        for ax in axes[0][: len(SHOWN) - 1]:  # rates in the first, latencies in the others
            ax.legend()
        canvas.savefig(file)
        plt.close(canvas)


def _draw(ax: Any, errors: pd.DataFrame) -> None:
    """Measured as points with the blocks' spread, predicted as a line with its interval."""
    for number, (measure, each) in enumerate(
        errors[errors["measure"].isin(SHOWN)].groupby("measure")
    ):
        points = each.sort_values("clients")
        color = f"C{number}"
        ax.errorbar(
            points["clients"],
            points["measured"],
            yerr=points["spread"] * points["measured"],
            fmt="o",
            color=color,
            label=f"{measure}, measured",
        )
        ax.plot(points["clients"], points["predicted"], color=color, label=f"{measure}, predicted")
        ax.fill_between(points["clients"], points["low"], points["high"], color=color, alpha=0.2)
    ax.set_xscale("log", base=2)
    clients = sorted(errors["clients"].unique())
    ax.set_xticks(clients, [f"{number}" for number in clients])
    ax.set_xlabel("clients")
    is_rate = set(errors["measure"]) == {"throughput"}
    ax.set_ylabel("cycles/s" if is_rate else "latency (s)")
