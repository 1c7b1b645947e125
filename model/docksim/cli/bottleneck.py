"""`docksim bottleneck`: which component saturates as the load grows."""

from contextlib import nullcontext
from pathlib import Path

import typer

from docksim.cli.capacity import listed
from docksim.cli.options import Assignments, Jobs, Seed
from docksim.cli.running import clear_errors, page, progress_bar, scenario_as_run


def bottleneck(
    file: Path = typer.Argument(metavar="SCENARIO", help="The scenario file."),
    vary: str | None = typer.Option(
        None,
        metavar="KEY",
        help="A workload's rate or clients, as workload.ci.clients; the first by default.",
    ),
    levels: str = typer.Option(
        "",
        metavar="VALUES",
        help='Levels of it, as "1, 4, 16" or "1 /s, 2 /s"; from light to saturated by default.',
    ),
    assignments: Assignments = [],  # noqa: B006
    seed: Seed = None,
    replications: int | None = typer.Option(
        None, min=1, help="Independent repetitions a level; the scenario's by default."
    ),
    jobs: Jobs = None,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object, no tables."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Write report, tables, figures and a manifest there."
    ),
) -> None:
    """Measure a load up to saturation, next to the bounds of operational analysis."""
    scenario = scenario_as_run(file, assignments, seed, replications)

    import json

    from docksim.report.bottleneck import answer, sheets, write_files
    from docksim.report.folder import published
    from docksim.study.bottleneck import bottleneck as measure

    with clear_errors(), published(out) if out else nullcontext() as publish:
        with progress_bar(wanted=not as_json) as progress:
            found = measure(
                scenario, vary=vary, levels=listed(levels), jobs=jobs, progress=progress
            )
        if publish is not None:
            publish(lambda folder: write_files(found, folder))
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2, allow_nan=False))
        return
    console = page()
    console.print(answer(found), highlight=False)
    for sheet in sheets(found):
        console.print(sheet.rich())
    if out:
        typer.echo(f"Written to {out}")
