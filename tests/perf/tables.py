"""The benchmarks' results as tables that say what they count."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.perf.agreement import Difference
from tests.perf.results import Figure, Results, logarithm_allows

COUNTED = (
    "Counted is CPU time of the process (user and system), not time on the clock, for the machine "
    "may be busy with others. The contestants of a ratio take turns; it is the median of the "
    "rounds' ratios. Reading the scenario is not counted, a replication's tables are."
)


def show(console: Console, results: Results) -> None:
    console.print(_figures(results.figures))
    console.print(_agreement(results.agreement))
    console.print(
        _growth(
            "The run/rm flow without a trace, fair cores",
            ("commands", "CPU a command", "peak memory"),
            [(n, seconds, _mebibytes(peak)) for n, seconds, peak in results.growth],
        )
    )
    for name, flows in (("equal", results.flows), ("all different", results.flows_different_caps)):
        title = f"Concurrent flows on one link, caps {name}"
        console.print(_growth(title, ("flows", "CPU a flow"), flows))
    console.print(COUNTED, style="dim")
    facts = results.machine | results.versions
    console.print(", ".join(f"{key} {value}" for key, value in facts.items()), style="dim")


def _figures(figures: Sequence[Figure]) -> Table:
    table = _table("Speed", "figure", "median", "range", "runs", "target", "")
    for figure in figures:
        spread = figure.spread
        table.add_row(
            figure.text,
            f"{spread.median:.{figure.digits}f}{figure.unit}",
            f"{spread.least:.{figure.digits}f} – {spread.largest:.{figure.digits}f}",
            str(spread.values),
            figure.target,
            _verdict(figure.met),
        )
    return table


def _agreement(agreement: Sequence[Difference]) -> Table:
    title = "The programs compared give the same (difference with its 99.8 % interval)"
    table = _table(title, "measure", "docksim", "other", "difference", "")
    for each in agreement:
        table.add_row(
            each.measure,
            f"{each.docksim:.4g}",
            f"{each.other:.4g}",
            f"{each.mean:+.2g} ± {each.half_width:.2g}",
            "agrees" if each.agrees else "[red]differs[/]",
        )
    return table


def _growth(title: str, columns: Sequence[str], rows: Sequence[Sequence[float | str]]) -> Table:
    table = _table(title, *columns[:2], "times the first", "log n allows", *columns[2:], "")
    first = float(rows[0][1])
    for n, seconds, *rest in rows:
        times, allowed = float(seconds) / first, logarithm_allows(n, rows[0][0])
        table.add_row(
            f"{n:,}",
            f"{1e6 * float(seconds):.1f} µs",
            f"{times:.2f}",
            f"{allowed:.2f}",
            *(str(cell) for cell in rest),
            _verdict(times <= allowed),
        )
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _verdict(met: bool | None) -> str:
    return "" if met is None else "met" if met else "[red]missed[/]"


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:.0f} MiB"
