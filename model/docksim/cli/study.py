"""`docksim study`: a question, factors, and an answer with its uncertainty."""

from pathlib import Path

import typer

from docksim.cli.options import Cluster, Jobs, Table
from docksim.cli.running import (
    STORE,
    clear_errors,
    print_answer,
    print_table,
    replications_bar,
    study_errors,
)


def study(
    file: Path = typer.Argument(metavar="STUDY", help="The study file."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Where the report goes; results/NAME by default."
    ),
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_json: Table = False,
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
        print_table(results.table())
        return
    if results.damaged:
        typer.echo(f"{results.damaged} stored replications were damaged, and were run again")
    print_answer(report.answer(results), report.sheets(results), target)
