"""`docksim simulate`: run a scenario and report."""

from contextlib import nullcontext
from pathlib import Path

import typer

from docksim.cli.options import Assignments, Jobs, Seed
from docksim.cli.running import clear_errors, page, progress_bar, scenario_as_run


def simulate(
    file: Path = typer.Argument(metavar="SCENARIO", help="The scenario file."),
    assignments: Assignments = [],  # noqa: B006
    seed: Seed = None,
    replications: int | None = typer.Option(
        None, min=1, help="Independent repetitions; the scenario's by default."
    ),
    jobs: Jobs = None,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object, no tables."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Write records, summary, figures and a manifest there."
    ),
) -> None:
    """Simulate a scenario: latency and throughput by command, utilisation by component."""
    scenario = scenario_as_run(file, assignments, seed, replications)

    import json

    from docksim.report.folder import output_folder
    from docksim.report.tables import sheets
    from docksim.study.replicate import replicate

    with clear_errors(), output_folder(out) if out else nullcontext() as write:
        with progress_bar(wanted=not as_json) as progress:
            results = replicate(scenario, jobs=jobs, progress=progress)
        if write is not None:
            write(results)
    if as_json:
        typer.echo(json.dumps(results.to_json(), indent=2, allow_nan=False))
        return
    console = page()
    for sheet in sheets(results):
        console.print(sheet.rich())
    if out:
        typer.echo(f"Written to {out}")
