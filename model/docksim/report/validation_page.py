"""The report of a validation: the errors, point by point, and what they were obtained with."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from docksim.engine.calibration.reference import residual_of
from docksim.engine.measurement.dataset import Dataset
from docksim.report.page import Heading, Page, Part, Picture
from docksim.report.sheet import Cell, Sheet
from docksim.report.validation import CLOSED, QUANTILES, SCATTER, SHOWN, sheet
from docksim.scenario.profiles import read_profile

PICTURES = {
    CLOSED: "Throughput and latency against the number of clients: measured with the spread of "
    "repeated blocks, predicted with 95 % intervals",
    QUANTILES: "Ventiles of latency, predicted against measured",
    SCATTER: "Every p50 and p95, predicted against measured",
}


def page(
    errors: pd.DataFrame,
    summary: Mapping[str, Any],
    dataset: Dataset,
    profile: Path,
    pictures: Path,
) -> Page:
    """Of errors as `compare` gives them; `pictures` is the folder of the figures."""
    shown = errors[errors["measure"].isin(SHOWN)]
    parts: list[Part] = [
        _conditions(dataset, profile),
        sheet(summary),
        *(Picture(file, words) for file, words in PICTURES.items() if (pictures / file).exists()),
    ]
    for name, each in shown.groupby("set"):
        parts += [Heading(str(name).capitalize()), _points(each)]
    return Page("Predictions against a Docker Engine", parts)


def _conditions(dataset: Dataset, profile: Path) -> str:
    facts = dataset.manifest["facts"]
    engine = facts["engine"]
    _, document = read_profile(str(profile.absolute()), Path())
    return (
        f"Measured on {facts['date']}: engine {engine['ServerVersion']}, {engine['Driver']}, "
        f"{facts['processor']}, {facts['cores']} cores, kernel {engine['KernelVersion']}; dataset "
        f"sha256 {dataset.hash()[:16]}. Predicted by the profile {document['profile']['name']}: "
        f"{document['profile'].get('description', '')} The model was told of each block the "
        "clients and counts, when its cycles came if they came by themselves, what the load "
        "generator took, the pauses that its measured throughput leaves between requests, and how "
        "fast a reference piece of work was beside it; what that does not "
        f"tell of the machine's speed, {100 * residual_of(dataset):.0f} % between repeated blocks "
        "of the same light load, is drawn."
    )


def _points(errors: pd.DataFrame) -> Sheet:
    """A row a point and operation: each measure measured and predicted, its error, the spread."""
    rows = []
    for (point, operation), each in errors.groupby(["point", "operation"], sort=False):
        found = {row["measure"]: row for row in each.to_dict("records")}
        cells = [_cell(found.get(measure), measure) for measure in SHOWN]
        rows.append((Cell(str(point)), Cell(str(operation)), *cells))
    columns = ("<point", "<operation", "throughput (cycles/s)", "p50 (ms)", "p95 (ms)")
    note = "Measured → predicted, error ± the engine's own spread between repeated blocks."
    return Sheet("Point by point", columns, tuple(rows), (note,))


def _cell(row: Mapping[Any, Any] | None, measure: str) -> Cell:
    if row is None:
        return Cell("–")
    scale = 1.0 if measure == "throughput" else 1e3
    measured, predicted = scale * row["measured"], scale * row["predicted"]
    if isnan(predicted):
        return Cell(f"{measured:.3g} → –")
    error, spread = 100 * row["error"], 100 * row["spread"]
    return Cell(f"{measured:.3g} → {predicted:.3g}", f"({error:+.0f} % ± {spread:.0f} %)")
