"""`docksim sensitivity`: which inputs a measure depends on."""

from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path

import typer

from docksim.cli.options import Assignments, Cluster, Jobs, Report, Seed, Table
from docksim.cli.running import (
    UNUSABLE_INPUT,
    clear_errors,
    print_answer,
    print_table,
    replications_bar,
    scenario_as_run,
    study_errors,
)


class Method(StrEnum):
    """How the inputs are sampled."""

    MORRIS = "morris"
    SOBOL = "sobol"


def sensitivity(
    file: Path = typer.Argument(metavar="SCENARIO", help="The scenario file."),
    measure: str = typer.Option(metavar="MEASURE", help="What is looked at, as run.p95."),
    factors: list[str] = typer.Option(
        [], metavar="KEY=LOW..HIGH", help="A key and its range, as host.cores=2..16; repeatable."
    ),
    calibrated: bool = typer.Option(
        False, help="Vary the profile's fitted operations within their own uncertainty, too."
    ),
    method: Method = typer.Option(Method.SOBOL, help="Screening by Morris, or indices by Sobol."),
    points: int = typer.Option(64, help="Base points, at least 8; a power of two for sobol."),
    replications: int = typer.Option(3, min=1, help="Of each point."),
    assignments: Assignments = [],  # noqa: B006
    seed: Seed = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_json: Table = False,
    out: Report = None,
) -> None:
    """Find out which inputs a measure depends on, by Morris screening or Sobol indices."""
    scenario = scenario_as_run(file, assignments, seed, None)
    ranges = dict(map(_range, factors))

    from docksim.report import sensitivity as report
    from docksim.report.folder import published
    from docksim.study.sensitivity import sensitivity as run

    with clear_errors(), study_errors(), published(out) if out else nullcontext() as publish:
        with replications_bar(wanted=not as_json) as progress:
            found = run(
                scenario,
                measure=measure,
                factors=ranges,
                calibrated=calibrated,
                method=method.value,
                points=points,
                replications=replications,
                jobs=jobs,
                cluster=cluster,
                progress=progress,
            )
        if publish is not None:
            publish(partial(report.write_files, found))
    if as_json:
        print_table(found.table())
    else:
        print_answer(report.answer(found), [report.sheet(found)], out)


def _range(text: str) -> tuple[str, tuple[str, str]]:
    key, equals, ends = text.partition("=")
    low, dots, high = ends.partition("..")
    if not (key and equals and dots and low and high):
        typer.echo(f'--factors: found "{text}"; allowed: KEY=LOW..HIGH', err=True)
        raise typer.Exit(UNUSABLE_INPUT)
    return key.strip(), (low.strip(), high.strip())
