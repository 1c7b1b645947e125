"""`docksim compare`: scenarios next to each other."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import typer

from docksim.cli.running import clear_errors, page, replications_bar, study_errors


def compare(
    files: list[Path] = typer.Argument(metavar="A B [C ...]", help="Scenario files."),
    replications: int = typer.Option(10, min=2, help="Of each scenario."),
    seed: int | None = typer.Option(None, min=0, help="Root of all random numbers."),
    jobs: int | None = typer.Option(
        None, min=1, help="Processes to run them in; one a core by default."
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="Run it on this Dask cluster instead."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the table as JSON."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Write report, table and a manifest there."
    ),
) -> None:
    """Compare scenarios: paired differences of every measure, and where the time went."""
    from docksim.report import compare as report
    from docksim.report.folder import published
    from docksim.scenario import load
    from docksim.study.compare import compare as run

    scenarios = [load(file) for file in files]
    with clear_errors(), study_errors(), published(out) if out else nullcontext() as publish:
        with replications_bar(wanted=not as_json) as progress:
            found = run(
                *scenarios,
                replications=replications,
                seed=seed,
                jobs=jobs,
                cluster=cluster,
                progress=progress,
            )
        if publish is not None:
            publish(partial(report.write_files, found))
    if as_json:
        typer.echo(found.table().to_json(orient="records", indent=2, double_precision=12))
        return
    console = page()
    console.print(report.answer(found), highlight=False)
    console.print()
    for sheet in report.sheets(found):
        console.print(sheet.rich(), highlight=False)
    if out:
        typer.echo(f"Written to {out}")
