import io

import pytest
from rich.console import Console

from docksim.report.tables import command_sheet, component_sheet, latency_sheet, sheets
from tests.study.factory import queue_results


def printed(sheet, width=120):
    console = Console(file=io.StringIO(), width=width)
    console.print(sheet.rich())
    return console.file.getvalue()


def row_of(sheet, name):
    return next(row for row in sheet.rows if row[0].text == name)


def cell(sheet, name, column):
    return row_of(sheet, name)[sheet.columns.index(column)]


def test_every_command_has_its_counts_and_errors_by_kind():
    results = queue_results(failing=0.1)
    sheet = command_sheet(results)
    run = results.command_measures["run"]
    assert cell(sheet, "run", "count").text == f"{run.count:,}"
    assert cell(sheet, "run", "ok").text == f"{run.ok:,}"
    assert cell(sheet, "run", "<errors").text == f"{run.errors['conflict']} conflict"
    assert cell(sheet, "run", "ok per s").below.startswith("±")
    assert cell(command_sheet(queue_results()), "run", "<errors").text == "none"


def test_every_latency_has_its_interval():
    sheet = latency_sheet(queue_results())
    for column in ("mean", "p50", "p90", "p95", "p99", "max"):
        assert cell(sheet, "run", column).text.endswith(("s", "s*"))
        assert cell(sheet, "run", column).below.startswith("±")


def test_the_times_of_streams_to_the_first_byte_are_told():
    names = [row[0].text for row in latency_sheet(queue_results()).rows]
    assert names == ["logs", " first byte", "ps", "run"]


def test_a_quantile_that_the_sample_cannot_carry_has_an_asterisk_and_a_note():
    sheet = latency_sheet(queue_results(count=300))
    assert cell(sheet, "run", "p99").text.endswith("*")
    assert not cell(sheet, "run", "p50").text.endswith("*")
    assert any(note.startswith("* too few observations") for note in sheet.notes)
    plenty = latency_sheet(queue_results(count=5000))
    assert not any(note.startswith("*") for note in plenty.notes)


def test_one_replication_has_no_intervals_and_says_so():
    for sheet in sheets(queue_results(replications=1)):
        assert not any(cell.below for row in sheet.rows for cell in row)
        assert "One replication: no intervals." in sheet.notes


def test_an_unstable_load_is_called_so_instead_of_being_given_a_mean():
    results = queue_results(rate=2.0)
    assert cell(latency_sheet(results), "run", "mean").text == "unstable"
    assert cell(latency_sheet(results), "run", "p99").text == "–"
    assert any(note.startswith("UNSTABLE") for note in command_sheet(results).notes)


def test_components_are_busiest_first_with_the_bottleneck_in_words():
    sheet = component_sheet(queue_results())
    assert [row[0].text for row in sheet.rows][:3] == ["dockerd", "host cores", "download slots"]
    assert cell(sheet, "host cores", "<component").emphasis
    assert not cell(sheet, "dockerd", "<component").emphasis
    assert sheet.notes[-1].startswith("Bottleneck: host cores, the busiest, not saturated: 50.0 %")
    overloaded = component_sheet(queue_results(rate=3.0))
    assert overloaded.notes[-1].startswith("Bottleneck: host cores, saturated: 100 %")


@pytest.mark.parametrize(
    ("component", "capacity"),
    [
        ("host cores", "2 cores"),
        ("disk", "200 MB/s"),
        ("download slots", "3 slots"),
        ("netns lock", "1 holder"),
        ("dockerd", "no limit"),
    ],
)
def test_capacities_have_units(component, capacity):
    assert cell(component_sheet(queue_results()), component, "capacity").text == capacity


@pytest.mark.parametrize("parameters", [{"failing": 0.1}, {"count": 60}, {"rate": 3.0}])
def test_no_number_is_cut_or_folded_on_a_terminal_of_80_columns(parameters):
    for sheet in sheets(queue_results(**parameters)):
        words = printed(sheet, width=80).split()
        for row in sheet.rows:
            for column, one in zip(sheet.columns, row, strict=True):
                numbers = "" if column.startswith("<") else f"{one.text} {one.below}"
                assert set(numbers.split()) <= set(words)


def test_html_carries_the_same_cells_and_escapes_them():
    html = command_sheet(queue_results(name="<b>&")).html()
    assert "Commands of &lt;b&gt;&amp;" in html
    assert html.count("<tr>") == 1 + 3
    assert "±" in html
