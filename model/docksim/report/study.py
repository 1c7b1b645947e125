"""The answer of a study: in words, as tables and figures, and as a folder of files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from docksim.report import figures, placeholders
from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.page import Heading, Page, Part
from docksim.report.page import Picture as Drawn
from docksim.report.placeholders import change, filled
from docksim.report.quantity import NOTHING, percent_pair
from docksim.report.sheet import Cell, Sheet
from docksim.report.traces.hops import trace_of
from docksim.report.values import pair
from docksim.scenario.run import Run
from docksim.simulation import simulate_once
from docksim.study.design.document import Picture, PullPicture, StudyFile
from docksim.study.selection import CONFIDENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.experiment.outcome import Series, StudyResults

Draw = Callable[..., "Axes"]


def check(study: StudyFile) -> None:
    """Raises ScenarioError when the study's answer asks for what is not measured."""
    placeholders.check(study.answer, study.measures)


def answer(results: StudyResults) -> str:
    """The study's own answer with its figures; without one, what changes most."""
    if results.study.answer:
        return filled(results.study.answer, results)
    if results.baseline is None:
        return f"{len(results.series)} points were simulated; see the table."
    measure = results.study.measures[0]
    against = results.of(results.baseline)
    changes = [
        (found, each)
        for each in results.series
        if each is not against and (found := results.change(each, against, measure)).known
    ]
    if not changes:
        return f"{measure} is known at no point but the baseline's."
    found, most = max(changes, key=lambda pair: abs(pair[0].value))
    return (
        f"{measure} is {_value(results, against, measure)} at the baseline "
        f"({against.point.name}), and {change(found)} where it changes most, at {most.point.name}."
    )


def _value(results: StudyResults, series: Series, measure: str) -> str:
    scale = results.measures[results.place(measure)].scale
    return " ".join(pair(scale, results.estimate(series, measure))).strip()


def sheets(results: StudyResults) -> list[Sheet]:
    """What was measured at every point, what changed, and what was claimed."""
    tables = [_measured(results)]
    if results.baseline is not None and len(results.series) > 1:
        tables.append(_changes(results))
    if results.slos:
        tables.append(_objectives(results))
    if results.study.claim:
        tables.append(_claims(results))
    return tables


def _measured(results: StudyResults) -> Sheet:
    rows = []
    for each in results.series:
        cells = [_cell(results, each, measure) for measure in results.study.measures]
        state = each.refusal or ("" if each.is_stable else "unstable")
        count = Cell(f"{len(each.replications)}", state)
        rows.append((*_levels(results, each), *cells, count))
    return Sheet(
        title=f"What was measured: {results.study.name}",
        columns=(*_factors(results), *results.study.measures, "replications"),
        rows=tuple(rows),
        notes=tuple(_notes(results)),
    )


def _cell(results: StudyResults, series: Series, measure: str) -> Cell:
    scale = results.measures[results.place(measure)].scale
    text, below = pair(scale, results.estimate(series, measure))
    if text != NOTHING and not results.is_carried(series, measure):
        text += "*"
    return Cell(text, below, emphasis=series.point is results.baseline)


def _changes(results: StudyResults) -> Sheet:
    assert results.baseline is not None
    against = results.of(results.baseline)
    rows = [
        (
            *_levels(results, each),
            *(
                Cell(*percent_pair(results.change(each, against, measure)))
                for measure in results.study.measures
            ),
        )
        for each in results.series
        if each is not against
    ]
    return Sheet(
        title=f"Change against {results.baseline.name}",
        columns=(*_factors(results), *results.study.measures),
        rows=tuple(rows),
        notes=(
            "Paired by replication, with common random numbers. ±: half-width of the "
            f"{100 * results.comparison_level:.4g} % interval, so that all {results.comparisons} "
            "changes of a measure hold together with 95 % (Bonferroni).",
        ),
    )


def _objectives(results: StudyResults) -> Sheet:
    rows = [
        (*_levels(results, each), *(Cell(str(results.verdict(each, slo))) for slo in results.slos))
        for each in results.series
    ]
    columns = (*_factors(results), *(f"<{slo}" for slo in results.slos))
    notes = ("Met or not met where the whole 95 % interval lies on one side of the bound.",)
    return Sheet("Objectives", columns, tuple(rows), notes)


def _claims(results: StudyResults) -> Sheet:
    rows = []
    for claim in results.study.claim:
        found, verdict = results.claimed(claim)
        rows.append((Cell(claim.text), Cell(claim.measure), Cell(claim.change),
                     Cell(*percent_pair(found)), Cell(verdict, emphasis=True)))  # fmt: skip
    columns = ("<hypothesis", "<measure", "claimed change", "found", "<verdict")
    return Sheet(
        "What was expected", columns, tuple(rows), ("±: half-width of the 95 % interval.",)
    )


def _factors(results: StudyResults) -> tuple[str, ...]:
    return tuple(f"<{factor.name}" for factor in results.study.factor)


def _levels(results: StudyResults, series: Series) -> tuple[Cell, ...]:
    return tuple(Cell(series.point.levels[factor.name]) for factor in results.study.factor)


def _notes(results: StudyResults) -> list[str]:
    precision = results.study.replicated
    notes = ["±: half-width of the 95 % interval over replications (Student's t)."]
    if any(not results.is_precise(each) and each.is_stable for each in results.series):
        notes.append(
            f"Not all points are known to ± {precision.half_width:.0%} within the budget of "
            f"{precision.most} replications: see the column `precise` of summary.csv."
        )
    if not all(each.is_stable for each in results.series):
        notes.append("Unstable: past capacity; the backlog grows, and latencies have no mean.")
    carried = (
        results.is_carried(each, measure)
        for each in results.series
        for measure in results.study.measures
    )
    if not all(carried):
        notes.append("* too few observations for this quantile: simulate longer.")
    return notes


def pictures(results: StudyResults) -> list[Picture]:
    """The figures that the study names; else its headline measures over its first factors."""
    if results.study.figure:
        return list(results.study.figure)
    factors = [factor.name for factor in results.study.factor]
    by = factors[1] if len(factors) > 1 and results.study.design.kind == "grid" else None
    wanted = results.study.headline or results.study.measures
    return [Picture(measure=measure, x=factors[0], by=by) for measure in wanted[:3]]


def draw(results: StudyResults, picture: Picture) -> Draw:
    """The function that draws a picture on axes."""
    drawn = figures.heat_map if picture.kind == "heat map" else figures.response
    return partial(drawn, results, picture)


def write_files(results: StudyResults, folder: Path) -> None:
    """Report, figures, summary.csv, replications.parquet, study, scenario and manifest."""
    drawn: list[Part] = []
    for number, pull in enumerate(results.study.pull, start=1):
        drawn.append(_draw_pull(results, pull, folder / f"pull-{number}.png"))
    for number, picture in enumerate(pictures(results), start=1):
        name = f"figure-{number}.png"
        height = 1.6 + 0.38 * len(_by(results, picture)) if picture.kind == "heat map" else 3.6
        figures.save(draw(results, picture), folder / name, height)
        by = f" and {picture.by}" if picture.by else ""
        drawn.append(Drawn(name, f"{picture.measure} by {picture.x}{by}"))
    if results.warm_up is not None:
        figures.save(partial(figures.warm_up, results.warm_up), folder / "warm-up.png", 3.2)
        drawn.append(Drawn("warm-up.png", "mean latency over time, and what is left out"))
    page = report(results, drawn)
    results.table().to_csv(folder / "summary.csv", index=False, float_format="%.10g")
    results.replications_table().to_parquet(folder / "replications.parquet", index=False)
    (folder / "report.md").write_text(page.markdown(), encoding="utf-8")
    (folder / "report.html").write_text(page.html(folder), encoding="utf-8")
    (folder / "scenario.toml").write_text(results.base.to_toml(), encoding="utf-8")
    study = results.study.model_dump(exclude_defaults=True, exclude_none=True, mode="json")
    (folder / "study.toml").write_text(tomli_w.dumps(study), encoding="utf-8")
    total = sum(len(each.replications) for each in results.series)
    settings = {"study": results.study.name, "points": len(results.series), "replications": total}
    write_json(folder / MANIFEST, provenance(results.base.name, results.seed, **settings))


def _draw_pull(results: StudyResults, picture: PullPicture, file: Path) -> Part:
    """The first pull at a point, which is simulated once more to be traced."""
    point = results.at(picture.at).point
    records = simulate_once(point.scenario, seed=results.seed, trace=True)
    trace = trace_of(records, "pull")
    figures.save(partial(figures.pull_layers, trace), file, figures.pull_layers_height(trace))
    return Drawn(file.name, f"a pull by layer: {point.name}")


def _by(results: StudyResults, picture: Picture) -> list[str]:
    return list({each.point.levels[picture.by or picture.x] for each in results.series})


def report(results: StudyResults, drawn: list[Part]) -> Page:
    """The answer first; then figures, tables, and how it was found (the items of STRESS-DES)."""
    study = results.study
    page = Page(study.question, [answer(results)])
    if study.expected:
        page.parts.append(f"Expected: {study.expected}")
    if study.best is not None:
        page.parts.append(_best(results))
    page.parts += [*drawn, *sheets(results), Heading("How it was found"), *_method(results)]
    return page


def _best(results: StudyResults) -> str:
    best = results.study.best
    assert best is not None
    found = results.best()
    names = " or ".join(each.point.name for each in found)
    method = (
        f"Kim & Nelson's procedure, {CONFIDENCE:.0%} confidence, indifference zone "
        f"{best.indifference:.1%} of the first point's value"
    )
    if len(found) == 1:
        return f"The {best.want} {best.measure} is at {names} ({method})."
    return f"The {best.want} {best.measure} is at {names}: the budget could not tell ({method})."


def _length(run: Run) -> str:
    if run.duration is not None:
        return f"{run.duration:g} s of simulated time"
    if run.commands is None:
        return "over when all its commands have ended"
    return f"over when {run.commands:g} command{'s have' if run.commands > 1 else ' has'} ended"


def _method(results: StudyResults) -> list[Part]:
    study, precision, run = results.study, results.study.replicated, results.base.run
    total = sum(len(each.replications) for each in results.series)
    fixed = precision.least == precision.most
    stop = (
        f"{precision.least} a point"
        if fixed
        else f"until the 95 % interval of every headline measure is within ± "
        f"{precision.half_width:.0%} and stays so over the next ones (Hoad, Robinson & Davies "
        f"2010), {precision.least} to {precision.most} a point"
    )
    warm_up, how = run.warm_up, ""
    if results.warm_up is not None:
        warm_up, how = results.warm_up.end, ", which MSER-5 found at the baseline,"
    end = "terminating" if run.duration is None else f"a warm-up of {warm_up:g} s{how} is left out"
    return [
        f"Objectives: {study.question} Measures: {', '.join(study.measures)}.",
        "Logic: the Docker command path from the CLI to the storage and network drivers, as a "
        "discrete-event model (docksim); latency counts commands that ended ok, throughput all "
        "that ended ok inside the window.",
        f"Data: costs are those of the profile in `scenario.toml` ({results.base.profile.name}); "
        "each step there names its source.",
        f"Experimentation: {len(results.series)} points ({study.design.kind} over "
        f"{', '.join(factor.name for factor in study.factor)}), {total} replications: {stop}. A "
        f"replication is {_length(run)}; {end}. Root seed {results.seed}; replication "
        "r meets the same random demands at every point.",
        "Implementation and code access: versions, commit and host are in `manifest.json`; "
        "`study.toml` and `scenario.toml` give the same figures again, `summary.csv` has them in "
        "SI units.",
    ]
