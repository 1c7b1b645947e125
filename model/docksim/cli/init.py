"""`docksim init`: a commented scenario to start from."""

from importlib.resources import files
from pathlib import Path

import typer


def init(
    file: Path = typer.Argument(Path("scenario.toml"), help="Where to write it."),
    force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
) -> None:
    """Write a commented scenario that runs as it is."""
    text = files("docksim.scenario.data").joinpath("template.toml").read_text("utf-8")
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        _fail(f"{file} is there already; --force writes over it")
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}")
    typer.echo(f"{file} written; try: docksim scenario check {file}")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
