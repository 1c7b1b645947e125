"""The `docksim` command: its sub-commands, its version, and how it ends.

Nothing heavy is imported here or by the modules of the commands; what a command needs it imports
when it is called, so that `docksim --help` answers at once.
"""

import signal
import sys
from importlib.metadata import PackageNotFoundError, version

import typer

from docksim.cli import engine, scenario
from docksim.cli.bottleneck import bottleneck
from docksim.cli.calibrate import calibrate, validate
from docksim.cli.capacity import capacity
from docksim.cli.compare import compare
from docksim.cli.init import init
from docksim.cli.measure import measure
from docksim.cli.sensitivity import sensitivity
from docksim.cli.simulate import simulate
from docksim.cli.study import study
from docksim.cli.trace import trace

INVALID_SCENARIO = 2
SIGNALLED = 128  # to which shells add the signal's number

app = typer.Typer(
    name="docksim",
    help="A performance model of the Docker command path.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: rich alone would take a third of the time that --help may take.
    rich_markup_mode=None,
)
app.command()(init)
app.add_typer(scenario.app, name="scenario")
app.add_typer(engine.app, name="engine")
app.command()(measure)
app.command()(calibrate)
app.command()(validate)
app.command()(simulate)
app.command()(trace)
app.command()(study)
app.command()(capacity)
app.command()(compare)
app.command()(bottleneck)
app.command()(sensitivity)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        number = version("docksim")
    except PackageNotFoundError:
        number = "(not installed)"
    typer.echo(f"docksim {number}")
    raise typer.Exit


@app.callback()
def docksim(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and exit.",
    ),
) -> None:
    """A performance model of the Docker command path."""


def main() -> None:
    """Run the command line; what is wrong with a scenario is told without a traceback.

    Whoever ends it, with Ctrl-C or with SIGTERM, finds everything cleaned up.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(SIGNALLED + number))
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(SIGNALLED + signal.SIGINT)
    except Exception as error:
        from docksim.scenario.errors import ScenarioError

        if not isinstance(error, ScenarioError):
            raise
        typer.echo(error, err=True)
        sys.exit(INVALID_SCENARIO)
