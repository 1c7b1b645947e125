"""How far predictions are from measurements: a table, a figure, and files of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from docksim.report.files import write_whole
from docksim.report.sheet import Cell, Sheet
from docksim.report.style import styled

SHOWN = ("throughput", "p50", "p95")


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
            "a wider spread between the engine's own repeated blocks is the bound instead.",
        ),
    )


def write(folder: Path, errors: pd.DataFrame, summary: Mapping[str, Any]) -> None:
    """errors.csv, summary.json and closed-loads.png. Raises OutputError."""
    write_whole(folder / "errors.csv", errors.to_csv(index=False, float_format="%.6g"))
    write_whole(folder / "summary.json", json.dumps(summary, indent=2) + "\n")
    figure(errors, folder / "closed-loads.png")


def figure(errors: pd.DataFrame, file: Path) -> None:
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
