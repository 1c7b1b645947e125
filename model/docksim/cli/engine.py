"""`docksim engine`: a private Docker Engine, to measure."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

app = typer.Typer(
    help="Run a private Docker Engine with a registry, apart from what the machine has.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ENGINE_FOLDER = Path("/var/lib/docksim-engine")
FOLDER = typer.Option(
    ENGINE_FOLDER,
    "--dir",
    metavar="DIR",
    help="Where all its files are; its socket is DIR/docker.sock.",
)
UNUSABLE_ENGINE = 2


@app.command()
def up(
    folder: Path = FOLDER,
    driver: str = typer.Option("overlay2", "--storage-driver", help="Its storage driver."),
) -> None:
    """Start it, in network and mount namespaces of its own; needs root."""
    with engine_errors("engine up"):
        from docksim.engine.private import PrivateEngine

        engine = PrivateEngine(folder)
        engine.up(driver=driver)
        typer.echo(engine.status().detail)


@app.command()
def status(folder: Path = FOLDER) -> None:
    """Say whether it is up."""
    with engine_errors("engine status"):
        from docksim.engine.private import PrivateEngine

        found = PrivateEngine(folder).status()
        typer.echo(f"{found.state}: {found.detail}")


@app.command()
def down(folder: Path = FOLDER) -> None:
    """End it, and remove all that there is of it: also after a crash."""
    with engine_errors("engine down"):
        from docksim.engine.private import PrivateEngine

        engine = PrivateEngine(folder)
        found = engine.status().state
        engine.down()
        typer.echo("there was none" if found == "absent" else "gone, with all that it had")


@contextmanager
def engine_errors(command: str) -> Iterator[None]:
    """End with one message and exit code 2 when an engine is not as it should be."""
    from docksim.engine.errors import EngineError

    try:
        yield
    except (EngineError, OSError) as error:
        typer.echo(f"docksim {command}: {error}", err=True)
        raise typer.Exit(UNUSABLE_ENGINE) from None
