"""`docksim study`: a question, factors, and an answer with its uncertainty."""

from pathlib import Path

import typer

from docksim.cli.running import STORE, clear_errors, page, replications_bar, study_errors


def study(
    file: Path = typer.Argument(metavar="STUDY", help="The study file."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Where the report goes; results/NAME by default."
    ),
    jobs: int | None = typer.Option(
        None, min=1, help="Processes to run it in; one a core by default."
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="Run it on this Dask cluster instead."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the table as JSON."),
) -> None:
    """Conduct a study; the same command again goes on where it stopped."""
    from docksim.report import study as report
    from docksim.report.folder import published
    from docksim.study.conduct import Study

    planned = Study(file)
    report.check(planned.study)
    target = out or Path("results") / planned.study.name
    with clear_errors(), study_errors(), published(target) as publish:
        with replications_bar(wanted=not as_json) as progress:
            results = planned.conduct(target / STORE, jobs=jobs, cluster=cluster, progress=progress)
        publish(lambda folder: report.write_files(results, folder))
    if as_json:
        typer.echo(results.table().to_json(orient="records", indent=2, double_precision=12))
        return
    console = page()
    console.print(report.answer(results), highlight=False)
    console.print()
    for sheet in report.sheets(results):
        console.print(sheet.rich(), highlight=False)
    if results.damaged:
        typer.echo(f"{results.damaged} stored replications were damaged, and were run again")
    typer.echo(f"Written to {target}")
