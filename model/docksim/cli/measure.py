"""`docksim measure`: measure a real engine by a plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from docksim.cli.engine import UNUSABLE_ENGINE, engine_errors


def measure(
    plan: Path | None = typer.Argument(None, metavar="[PLAN]", help="The plan file."),
    out: Path | None = typer.Option(None, metavar="DIR", help="Where the dataset goes."),
    folder: Path = typer.Option(
        Path("/var/lib/docksim-engine"), "--dir", metavar="DIR", help="Where the engine lives."
    ),
    describe: Path | None = typer.Option(
        None, metavar="DIR", help="Measure nothing: say what the dataset there holds."
    ),
) -> None:
    """Measure a private engine by a plan; the same command again goes on where it stopped."""
    with engine_errors("measure"):
        if describe is not None:
            _describe(describe)
        elif plan is None or out is None:
            typer.echo("docksim measure: a PLAN and --out DIR, or --describe DIR", err=True)
            raise typer.Exit(UNUSABLE_ENGINE)
        else:
            _measure(plan, out, folder)


def _measure(plan_file: Path, out: Path, folder: Path) -> None:
    import asyncio

    from docksim.engine.measurement.dataset import Dataset
    from docksim.engine.measurement.plan import load_plan
    from docksim.engine.measurement.runner import Runner
    from docksim.engine.private import PrivateEngine

    plan = load_plan(plan_file)
    engine = PrivateEngine(folder)
    engine.up()
    try:
        dataset = Dataset(out)
        with _progress() as progress:
            asyncio.run(Runner(plan, engine, dataset).run(progress))
    finally:
        engine.down()
    typer.echo(f"Measured: docksim measure --describe {out}")


def _describe(folder: Path) -> None:
    from docksim.cli.running import page
    from docksim.engine.measurement.dataset import Dataset
    from docksim.report.measured import sheet

    page().print(sheet(Dataset(folder)).rich())


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr that tells the block and the time left; nothing without a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("measuring", total=None)

        def progress(done: int, total: int, point: str) -> None:
            bar.update(task, completed=done, total=total, description=point)

        yield progress
