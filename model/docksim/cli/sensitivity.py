"""`docksim sensitivity`: which inputs a measure depends on."""

from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path

import typer

from docksim.cli.running import (
    UNUSABLE_INPUT,
    clear_errors,
    page,
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
    points: int = typer.Option(64, help="Base points; a power of two for sobol."),
    replications: int = typer.Option(3, min=1, help="Of each point."),
    assignments: list[str] = typer.Option(
        [], "--set", metavar="KEY.PATH=VALUE", help="Change one value, as host.cores=8."
    ),
    seed: int | None = typer.Option(None, min=0, help="Root of all random numbers."),
    jobs: int | None = typer.Option(
        None, min=1, help="Processes to run them in; one a core by default."
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="Run it on this Dask cluster instead."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the table as JSON."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Write report, table, figure and a manifest there."
    ),
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
        typer.echo(found.table().to_json(orient="records", indent=2, double_precision=12))
        return
    console = page()
    console.print(report.answer(found), highlight=False)
    console.print()
    console.print(report.sheet(found).rich(), highlight=False)
    if out:
        typer.echo(f"Written to {out}")


def _range(text: str) -> tuple[str, tuple[str, str]]:
    key, equals, ends = text.partition("=")
    low, dots, high = ends.partition("..")
    if not (key and equals and dots and low and high):
        typer.echo(f'--factors: found "{text}"; allowed: KEY=LOW..HIGH', err=True)
        raise typer.Exit(UNUSABLE_INPUT)
    return key.strip(), (low.strip(), high.strip())
