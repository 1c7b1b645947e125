"""How far predictions were from measurements, read from where `docksim validate` wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.shown import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Validation(Shown):
    """All errors, and their summary.

    errors   a row a point, operation and measure; the columns are those of
             `docksim.engine.validation.comparison.compare`
    summary  by set and regime: medians of absolute errors, and shares of points
    """

    errors: pd.DataFrame
    summary: dict[str, Any]

    def __repr__(self) -> str:
        overall = self.summary["overall"]
        error = overall["mdape_p50"]
        told = "unknown" if error is None else f"{error:.3f}"
        return f"Validation(points={overall['points']}, mdape_p50={told})"


def validation(folder: str | Path = "results/validation") -> Validation:
    """Read a folder of `docksim validate`. Raises ScenarioError when it is none."""
    home = Path(folder)
    try:
        errors = pd.read_csv(home / "errors.csv")
        summary = json.loads((home / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        allowed = "a folder that `docksim validate --out` wrote"
        raise ScenarioError(Problem(f"cannot be read: {error}", allowed, file=f"{home}")) from None
    return Validation(errors, summary)
