"""`docksim capacity`: the largest load, or the smallest resource, that meets objectives."""

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from docksim.cli.options import Assignments, Cluster, Jobs, Seed
from docksim.cli.running import (
    STORE,
    clear_errors,
    page,
    scenario_as_run,
    status_line,
    study_errors,
)


class MoreIs(StrEnum):
    """What more of the key does to the objectives."""

    BETTER = "better"
    WORSE = "worse"


def capacity(
    file: Path = typer.Argument(metavar="SCENARIO", help="The scenario file."),
    slo: list[str] = typer.Option(
        metavar="SLO", help='What is to hold, as "run.p99 <= 2 s"; may be given more than once.'
    ),
    vary: str = typer.Option(metavar="KEY", help="What to vary, as workload.rate or host.cores."),
    per: str | None = typer.Option(
        None,
        metavar="KEY[=LEVELS]",
        help='Repeat at each level of a second key, as "workload.rate=1 /s, 2 /s, 4 /s".',
    ),
    low: str | None = typer.Option(
        None,
        metavar="VALUE",
        help="The least value to try, with its unit; found by halving by default.",
    ),
    high: str | None = typer.Option(
        None,
        metavar="VALUE",
        help="The largest value to try, with its unit; found by doubling by default.",
    ),
    more_is: MoreIs | None = typer.Option(
        None, "--more-is", help="What more of KEY does to the SLO; found by trying by default."
    ),
    tolerance: float = typer.Option(0.05, help="Relative width of the answer: 0.05 is 5 %."),
    budget: int = typer.Option(32, help="Replications of one value, at most."),
    assignments: Assignments = [],  # noqa: B006
    seed: Seed = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object, no tables."),
    out: Path | None = typer.Option(
        None,
        metavar="DIR",
        help="Write report, table, figure and a manifest there; the same search again goes on "
        "where it stopped.",
    ),
) -> None:
    """Search the largest load, or the smallest resource, that meets service level objectives."""
    scenario = scenario_as_run(file, assignments, seed, None)

    import json
    from functools import partial

    from docksim.report import capacity as report
    from docksim.report import demand
    from docksim.report.folder import published
    from docksim.study.capacity import capacity as search
    from docksim.study.demand import demand_curve

    with clear_errors(), study_errors(), published(out) if out else nullcontext() as publish:
        with status_line(wanted=not as_json) as tell:
            options: dict[str, Any] = {
                "slo": slo,
                "vary": vary,
                "low": low,
                "high": high,
                "more_is": more_is,
                "tolerance": tolerance,
                "budget": budget,
                "jobs": jobs,
                "cluster": cluster,
                "store": out and out / STORE,
                "tell": tell,
            }
            if per is None:
                found = search(scenario, **options)
                content, write = found.to_json(), partial(report.write_files, found)
                shown = [report.answer(found), report.sheet(found).rich()]
            else:
                key, _, levels = per.partition("=")
                curve = demand_curve(scenario, per=key, levels=listed(levels), **options)
                content, write = curve.to_json(), partial(demand.write_files, curve)
                shown = [demand.sheet(curve).rich()]
        if publish is not None:
            publish(write)
    if as_json:
        typer.echo(json.dumps(content, indent=2, allow_nan=False))
        return
    console = page()
    for part in shown:
        console.print(part, highlight=False)
    if out:
        typer.echo(f"Written to {out}")


def listed(text: str) -> list[str]:
    """The values of a text in which they are separated by commas."""
    return [value.strip() for value in text.split(",") if value.strip()]
