"""`docksim scenario`: check a scenario file, or print the schema of such files."""

from pathlib import Path

import typer

from docksim.cli.options import Assignments
from docksim.cli.running import page

app = typer.Typer(help="Check scenario files, or print their JSON schema.", no_args_is_help=True)


@app.command()
def check(
    file: Path = typer.Argument(help="The scenario."),
    assignments: Assignments = [],  # noqa: B006
) -> None:
    """Say what is wrong with a scenario, or what it will do."""
    from docksim.scenario import load
    from docksim.scenario.describe import describe
    from docksim.scenario.overrides import parse_assignments

    page().print(describe(load(file, parse_assignments(assignments))))


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files."""
    import json

    from docksim.scenario.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
