"""`docksim compare`: scenarios next to each other."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import typer

from docksim.cli.options import Cluster, Jobs, Report, Seed, Table
from docksim.cli.running import (
    clear_errors,
    print_answer,
    print_table,
    replications_bar,
    study_errors,
)


def compare(
    files: list[Path] = typer.Argument(metavar="A B [C ...]", help="Scenario files."),
    replications: int = typer.Option(10, min=2, help="Of each scenario."),
    seed: Seed = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_json: Table = False,
    out: Report = None,
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
        print_table(found.table())
    else:
        print_answer(report.answer(found), report.sheets(found), out)
