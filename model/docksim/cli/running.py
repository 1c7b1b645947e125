"""What the commands that run a scenario share: reading it, progress, output, errors."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from docksim.report.sheet import Sheet
    from docksim.scenario import Scenario

UNUSABLE_INPUT = 2

STORE = ".docksim-replications"
"""The folder, within the output, of replications that are done."""

PAGE = 120
"""Columns of output that goes to a file or a pipe."""


def scenario_as_run(
    file: Path, assignments: Sequence[str], seed: int | None, replications: int | None
) -> "Scenario":
    """The scenario with what the command line changes in it. Raises ScenarioError."""
    from docksim.scenario import load
    from docksim.scenario.overrides import parse_assignments

    overrides = parse_assignments(assignments)
    if seed is not None:
        overrides["run.seed"] = seed
    if replications is not None:
        overrides["run.replications"] = replications
    return load(file, overrides)


@contextmanager
def clear_errors() -> Iterator[None]:
    """End with one message and exit code 2 when the host or the output cannot take what is asked.

    A scenario that is wrong is told by the program's main function.
    """
    from docksim.report.files import OutputError
    from docksim.report.traces.hops import TraceError
    from docksim.system.outcomes import CommandError

    try:
        yield
    except (OutputError, TraceError) as error:
        message = str(error)
    except CommandError as error:
        message = f"what the scenario has on the host at the start does not fit: {error.outcome}"
    else:
        return
    typer.echo(message, err=True)
    raise typer.Exit(UNUSABLE_INPUT)


@contextmanager
def progress_bar(*, wanted: bool) -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr; the function moves it to a share from 0 to 1. None without a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not wanted or not console.is_terminal:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("simulating", total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def status_line(*, wanted: bool) -> Iterator[Callable[[str], None] | None]:
    """A line on stderr that the function changes; for work of unknown length. None as above."""
    from rich.console import Console

    console = Console(stderr=True)
    if not wanted or not console.is_terminal:
        yield None
        return
    with console.status("simulating") as status:
        yield status.update


@contextmanager
def study_errors() -> Iterator[None]:
    """End with one message and exit code 2 when replications cannot be run or kept."""
    from docksim.study.experiment.pool import ClusterError
    from docksim.study.experiment.store import StoreError

    try:
        yield
    except (ClusterError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE_INPUT) from None


@contextmanager
def replications_bar(*, wanted: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Replications done, of how many, and the time left; None without a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not wanted or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), Left())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("replications", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def page() -> "Console":
    """Where tables go: the terminal, or a page wide enough for them."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=PAGE)


def print_table(table: "pd.DataFrame") -> None:
    """As JSON, a record a row."""
    typer.echo(table.to_json(orient="records", indent=2, double_precision=12))


def print_answer(answer: str, sheets: "Iterable[Sheet]", out: Path | None) -> None:
    """An answer in words, then its tables, and where its files are."""
    console = page()
    console.print(answer, highlight=False)
    console.print()
    for sheet in sheets:
        console.print(sheet.rich(), highlight=False)
    if out:
        typer.echo(f"Written to {out}")
