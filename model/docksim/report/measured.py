"""The table of what a dataset of a real engine holds."""

from __future__ import annotations

from math import isnan

from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import summary
from docksim.report.sheet import Cell, Sheet

COLUMNS = (
    "<point", "<operation", "blocks", "count", "errors",
    "p50 (ms)", "p95 (ms)", "spread", "cycles/s", "flushes", "client",
)  # fmt: skip


def sheet(dataset: Dataset) -> Sheet:
    """A row a point and operation."""
    facts = dataset.manifest["facts"]
    lost = len(dataset.interrupted())
    folder = dataset.folder / "blocks"
    interrupted = [f"{lost} samples of interrupted blocks, not counted, are in {folder}."]
    rows = tuple(
        tuple(
            Cell(text)
            for text in (
                row["point"],
                row["operation"],
                f"{row['blocks']}",
                f"{row['count']}",
                f"{row['errors']}",
                f"{1e3 * row['p50']:.1f}",
                f"{1e3 * row['p95']:.1f}",
                f"{100 * row['spread']:.0f} %",
                f"{row['throughput']:.2f}",
                "–" if isnan(row["flushes"]) else f"{row['flushes']:.0f}",
                f"{row['client']:.3f}",
            )
        )
        for row in summary(dataset).to_dict("records")
    )
    return Sheet(
        f"Engine {facts['engine']['ServerVersion']} on {facts['cores']} cores, {facts['date']}",
        COLUMNS,
        rows,
        (
            "Count is of operations, without warm-ups; p50 and p95 are of those that did not fail.",
            "Spread is between the medians of repeated blocks: (largest - least) / median.",
            "Flushes are those of the engine's disk, a cycle; client is how many cores the load "
            "generator kept busy.",
            *(interrupted if lost else []),
        ),
    )


def probes_sheet(dataset: Dataset) -> Sheet:
    """A row a micro-probe on an idle machine: medians by one caller and by two, and what that says
    of the section."""
    probes = dataset.probes[dataset.probes["busy"] == 0]
    medians = probes.groupby(["probe", "callers"])["seconds"].median().unstack("callers")
    rows = tuple(
        (
            Cell(str(name)),
            *(_number(1e3 * seconds) for seconds in row),
            _number(row.iloc[-1] / row.iloc[0]),
        )
        for name, row in medians.iterrows()
    )
    return Sheet(
        "Micro-probes",
        ("<section", "alone (ms)", "by two (ms)", "ratio"),
        rows,
        (
            "Medians. A section that only one at a time can be in has a ratio of 2. The daemon's "
            "heap and collection have one caller.",
        ),
    )


def _number(value: float) -> Cell:
    return Cell("" if isnan(value) else f"{value:.2f}")
