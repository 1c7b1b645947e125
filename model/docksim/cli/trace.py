"""`docksim trace`: one command, hop by hop."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from docksim.cli.options import Assignments, Seed
from docksim.cli.running import PAGE, clear_errors, page, progress_bar, scenario_as_run

if TYPE_CHECKING:
    from docksim.report.traces.hops import Trace


class Format(StrEnum):
    """How a trace is written."""

    MERMAID = "mermaid"
    CHROME = "chrome"
    TABLE = "table"


def trace(
    file: Path = typer.Argument(metavar="SCENARIO", help="The scenario file."),
    command: str = typer.Option(metavar="NAME", help='As in the workload: run, ps, "system df".'),
    format_: Format = typer.Option(
        Format.MERMAID,
        "--format",
        help="A mermaid sequence diagram, Chrome trace events for Perfetto, or a table.",
    ),
    out: Path | None = typer.Option(
        None, metavar="FILE", help="Write it there, not to the terminal."
    ),
    assignments: Assignments = [],  # noqa: B006
    seed: Seed = None,
    number: int | None = typer.Option(
        None,
        min=1,
        metavar="K",
        help="The K-th of that name that ended, however; the first that ended ok by default.",
    ),
) -> None:
    """Show how one command goes through the layers, hop by hop."""
    scenario = scenario_as_run(file, assignments, seed, None)

    from docksim.report.files import write_whole
    from docksim.report.traces.hops import trace_of
    from docksim.study.replicate import simulate

    with clear_errors():
        with progress_bar(wanted=True) as progress:
            results = simulate(scenario, trace=True, progress=progress)
        found = trace_of(results.records[0], command, number)
        if out is not None:
            write_whole(out, _text(found, format_))
        elif format_ is Format.TABLE:
            _print_table(found)
        else:
            typer.echo(_text(found, format_), nl=False)


def _text(found: "Trace", format_: Format) -> str:
    match format_:
        case Format.MERMAID:
            from docksim.report.traces.mermaid import mermaid

            return mermaid(found)
        case Format.CHROME:
            from docksim.report.traces.chrome import chrome

            return chrome(found)
        case Format.TABLE:
            from rich.console import Console

            from docksim.report.traces.table import sheet

            console = Console(width=PAGE)
            with console.capture() as captured:
                console.print(sheet(found).rich())
            return captured.get()


def _print_table(found: "Trace") -> None:
    from docksim.report.traces.table import sheet

    page().print(sheet(found).rich())
