"""`docksim measure`: measure a real engine by a plan."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from docksim.cli.engine import ENGINE_FOLDER, UNUSABLE_ENGINE, engine_errors
from docksim.cli.running import clear_errors, page

if TYPE_CHECKING:
    from docksim.engine.measurement.plan import Plan
    from docksim.engine.measurement.target import Target


def measure(
    plan: Path | None = typer.Argument(None, metavar="[PLAN]", help="The plan file."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Where the dataset goes; needed to measure or pack."
    ),
    folder: Path = typer.Option(
        ENGINE_FOLDER,
        "--dir",
        metavar="DIR",
        help="Where the private engine lives.",
    ),
    engine: str | None = typer.Option(
        None, metavar="unix://SOCKET", help="Measure this engine instead of a private one."
    ),
    consent: bool = typer.Option(
        False,
        help="Agree that containers and images of ours, labelled, come and go on that engine.",
    ),
    describe: Path | None = typer.Option(
        None, metavar="DIR", help="Measure nothing: say what the dataset there holds."
    ),
    pack: Path | None = typer.Option(
        None, metavar="DIR", help="Measure nothing: write the dataset there to --out in few files."
    ),
) -> None:
    """Measure an engine by a plan, a private one unless told otherwise.

    The same command again goes on where it stopped.
    """
    with engine_errors("measure"), clear_errors():
        if describe is not None:
            _describe(describe)
        elif pack is not None and out is not None:
            _pack(pack, out)
        elif plan is None or out is None:
            typer.echo(
                "docksim measure: a PLAN and --out DIR, --describe DIR, or --pack DIR and --out",
                err=True,
            )
            raise typer.Exit(UNUSABLE_ENGINE)
        elif consent and engine is None:
            typer.echo("docksim measure: --consent is to measuring an --engine", err=True)
            raise typer.Exit(UNUSABLE_ENGINE)
        elif engine is None:
            _measure_private(plan, out, folder)
        else:
            _measure_existing(plan, out, engine, consent)


def _measure_private(plan_file: Path, out: Path, folder: Path) -> None:
    from docksim.engine.measurement.plan import load_plan
    from docksim.engine.measurement.target import PrivateTarget
    from docksim.engine.private import PrivateEngine
    from docksim.report.files import check_folder

    plan = load_plan(plan_file)
    check_folder(out)
    engine = PrivateEngine(folder)
    engine.up()
    try:
        _run(plan, PrivateTarget(engine), out)
    finally:
        engine.down()


def _measure_existing(plan_file: Path, out: Path, address: str, consent: bool) -> None:
    from docksim.engine.existing import ExistingEngine, consequences, removal
    from docksim.engine.measurement.plan import load_plan
    from docksim.report.files import check_folder

    plan = load_plan(plan_file)
    check_folder(out)
    if not consent:
        typer.echo(f"docksim measure: {consequences(address)}", err=True)
        raise typer.Exit(UNUSABLE_ENGINE)
    engine = ExistingEngine(address)
    engine.check(plan)
    by_hand = f"`{removal(address, engine.label)}`"
    typer.echo(f"Should this be killed, what it leaves is removed by {by_hand}", err=True)
    try:
        _run(plan, engine, out)
    finally:
        is_clean = engine.clean_up()
        if not is_clean:
            typer.echo(f"docksim measure: not all of it could be removed: {by_hand}", err=True)
    if not is_clean:
        raise typer.Exit(UNUSABLE_ENGINE)


def _run(plan: Plan, target: Target, out: Path) -> None:
    import asyncio

    import uvloop

    from docksim.cli.app import SIGNALLED
    from docksim.engine.measurement.dataset import Dataset
    from docksim.engine.measurement.runner import Runner

    async def measured(progress: Callable[[int, int, str], None]) -> None:
        # This loop hears signals itself: what is raised on one would not reach the task.
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await Runner(plan, target, Dataset(out)).run(progress)

    # Less CPU time a request than with asyncio's own loop: the engine needs it.
    loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    on_end = signal.getsignal(signal.SIGTERM)
    try:
        with _progress() as progress, loop:
            loop.run(measured(progress))
    except asyncio.CancelledError:
        raise SystemExit(SIGNALLED + signal.SIGTERM) from None
    finally:
        signal.signal(signal.SIGTERM, on_end)
    typer.echo(f"Measured: docksim measure --describe {out}")


def _pack(folder: Path, out: Path) -> None:
    from docksim.engine.measurement.dataset import Dataset

    Dataset(folder).pack(out)
    typer.echo(f"Packed: docksim measure --describe {out}")


def _describe(folder: Path) -> None:
    from docksim.engine.measurement.dataset import Dataset
    from docksim.report.measured import probes_sheet, sheet

    dataset = Dataset(folder)
    page().print(sheet(dataset).rich())
    if not dataset.probes.empty:
        page().print(probes_sheet(dataset).rich())


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
