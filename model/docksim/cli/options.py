"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Assignments = Annotated[
    list[str],
    typer.Option(
        "--set", metavar="KEY.PATH=VALUE", help="Change one value, as host.cores=8; repeatable."
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=0, help="Root of all random numbers; the scenario's by default.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Processes to run them in; one a core by default.")
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="tcp://HOST:PORT", help="Run them on this Dask cluster instead."),
]
Table = Annotated[bool, typer.Option("--json", help="Print the table as JSON.")]
Report = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write report, table and a manifest there.")
]
