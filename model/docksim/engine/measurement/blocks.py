"""One block's files, as they come while it is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pandas as pd

from docksim.engine.measurement.files import write_whole
from docksim.engine.measurement.points import Point

if TYPE_CHECKING:
    from docksim.engine.measurement.loads import Sample

LINES = "samples.jsonl"
"""Samples as they come; a finished block has them in its table."""

DESCRIPTION = "block.json"
"""What the block is: written last, so that one that has it is finished."""


class BlockWriter:
    """One block's files."""

    def __init__(self, folder: Path, lines: TextIO) -> None:
        self._folder = folder
        self._lines = lines
        self._samples: list[dict[str, Any]] = []
        self._news: list[dict[str, Any]] = []
        self.began = 0.0

    def note(self, sample: Sample) -> None:
        """Keep a sample, at once."""
        answer = sample.answer
        row = {
            "client": sample.client,
            "cycle": sample.cycle,
            "operation": sample.operation,
            "issued": answer.issued - self.began,
            "first_byte": answer.first_byte - answer.issued,
            "latency": answer.ended - answer.issued,
            "status": answer.status,
            "error": answer.error,
        }
        self._samples.append(row)
        self._news += [
            {key: row[key] for key in ("client", "cycle", "operation")}
            | {"layer": news.layer, "status": news.status, "at": news.at - answer.issued}
            for news in answer.news
        ]
        self._lines.write(json.dumps(row) + "\n")

    def failure_of_all(self, operation: str) -> str:
        """The first error, when no such operation went well; empty when one did."""
        errors = [row["error"] for row in self._samples if row["operation"] == operation]
        return str(errors[0]) if errors and all(errors) else ""

    def finish(self, point: Point, tables: Mapping[str, pd.DataFrame], **facts: Any) -> None:
        """Write the tables, and last what the block is."""
        told = {"samples": pd.DataFrame(self._samples), "news": pd.DataFrame(self._news)}
        for name, table in (told | dict(tables)).items():
            if len(table):
                table.to_parquet(self._folder / f"{name}.parquet", index=False)
        beside = point.beside.model_dump() if point.beside else None
        described = asdict(point) | {"point": point.name, "operations": list(point.operations)}
        described |= {"beside": beside}
        write_whole(self._folder / DESCRIPTION, described | facts)
        (self._folder / LINES).unlink()
