"""`docksim calibrate` and `docksim validate`: a profile from measurements, held to others."""

from pathlib import Path

import typer

from docksim.cli.engine import UNUSABLE_ENGINE, engine_errors
from docksim.cli.running import clear_errors, page, progress_bar


def calibrate(
    dataset: Path = typer.Argument(metavar="DATASET", help="What was measured at light load."),
    out: Path = typer.Option(metavar="PROFILE", help="The profile to write, a .toml file."),
) -> None:
    """Make a profile from one client's measurements."""
    with engine_errors("calibrate"), clear_errors():
        import tomli_w

        from docksim.engine.calibration.profile import calibrate as fitted
        from docksim.engine.measurement.dataset import Dataset
        from docksim.report.files import OutputError, check_file, write_whole

        check_file(out)
        if out.suffix != ".toml":
            raise OutputError(f"{out}: is no profile's name; one that ends in .toml is needed")
        calibration = fitted(Dataset(dataset), out.stem)
        write_whole(out, tomli_w.dumps(calibration.document))
        typer.echo(f"Written to {out}: {len(calibration.fits)} operations were measured")


def validate(
    profile: Path = typer.Option(
        metavar="PROFILE",
        help="The profile that predicts: a .toml file, or the name of a shipped one.",
    ),
    dataset: Path | None = typer.Option(
        None, metavar="DATASET", help="Measurements it has never seen."
    ),
    published: Path | None = typer.Option(
        None, metavar="CASES", help="Instead: figures that others have published, a .toml file."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object, no tables."),
    out: Path | None = typer.Option(
        None, metavar="DIR", help="Write the report, its figures and tables there."
    ),
) -> None:
    """Predict each measured load, and say how far the prediction is off."""
    if (dataset is None) == (published is None):
        typer.echo("docksim validate: either --dataset or --published", err=True)
        raise typer.Exit(UNUSABLE_ENGINE)
    with engine_errors("validate"), clear_errors():
        if out is not None:
            from docksim.report.files import check_folder

            check_folder(out)
        if dataset is not None:
            _validate(profile, dataset, as_json, out)
        elif published is not None:
            _predict(profile, published, as_json, out)


def _validate(profile: Path, dataset: Path, as_json: bool, out: Path | None) -> None:
    import json

    from docksim.engine.measurement.dataset import Dataset
    from docksim.engine.validation.comparison import compare
    from docksim.engine.validation.predicting import measured_profile
    from docksim.engine.validation.summary import summarise
    from docksim.report.files import write_whole
    from docksim.report.validation import sheet, write
    from docksim.report.validation_page import page as report

    found = Dataset(dataset)
    profile = measured_profile(profile, found)
    with progress_bar(wanted=not as_json) as progress:
        errors = compare(found, profile, progress)
    summary = summarise(errors)
    if out is not None:
        write(out, errors, summary)
        about = report(errors, summary, found, profile, out)
        write_whole(out / "report.md", about.markdown())
        write_whole(out / "report.html", about.html(out))
    if as_json:
        typer.echo(json.dumps(summary, indent=2))
    else:
        page().print(sheet(summary).rich())


def _predict(profile: Path, published: Path, as_json: bool, out: Path | None) -> None:
    from docksim.engine.validation.predicting import profile_file
    from docksim.engine.validation.published import load_cases, predict
    from docksim.report.files import write_whole
    from docksim.report.validation import published_sheet

    cases = load_cases(published)
    predicted = predict(cases, profile_file(profile))
    if out is not None:
        write_whole(out / "published.csv", predicted.to_csv(index=False, float_format="%.4g"))
    if as_json:
        typer.echo(predicted.to_json(orient="records", indent=2))
    else:
        page().print(published_sheet(predicted, cases.unpredicted).rich())
