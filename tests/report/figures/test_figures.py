from itertools import pairwise

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from docksim.report import figures
from docksim.report.figures.utilisation import MOST
from docksim.report.style import BLUE, VERMILION
from docksim.report.traces.hops import TraceError, trace_of
from docksim.report.traces.layers import layers_of
from docksim.simulation import simulate_once
from docksim.study.replicate import replicate
from tests.helpers import THREE_LAYERS, plain, scenario
from tests.study.factory import queue_results, records_of_a_pull


def drawn(draw, subject):
    figure = Figure()
    axes = draw(subject, figure.add_subplot())
    figure.canvas.draw()
    return axes


@pytest.fixture(scope="module")
def results():
    return queue_results(failing=0.05)


@pytest.mark.parametrize(
    ("draw", "x_unit", "y_unit"),
    [
        (figures.latency, "(s, logarithmic)", ""),
        (figures.latency_distribution, "(s, logarithmic)", "(share)"),
        (figures.utilisation, "(% of capacity)", ""),
        (figures.in_system, "(s)", "(number)"),
    ],
)
def test_axes_have_titles_and_units(results, draw, x_unit, y_unit):
    axes = drawn(draw, results)
    assert "a queue" in axes.get_title(loc="left")
    assert x_unit in axes.get_xlabel()
    assert y_unit in axes.get_ylabel()


@pytest.mark.parametrize(
    "draw",
    [figures.latency, figures.latency_distribution, figures.utilisation, figures.in_system],
)
@pytest.mark.parametrize("parameters", [{"rate": 3.0}, {"replications": 1, "count": 2}])
def test_unstable_and_tiny_results_are_drawn_too(draw, parameters):
    drawn(draw, queue_results(**parameters))


def test_latency_has_a_row_a_command_and_an_interval_for_every_quantile(results):
    axes = drawn(figures.latency, results)
    assert {label.get_text() for label in axes.get_yticklabels()} == {"logs", "ps", "run"}
    assert axes.get_xscale() == "log"
    intervals = [line for line in axes.lines if len(line.get_xdata()) == 2]
    assert len(intervals) == 3 * 4
    run = results.command_measures["run"].latency_s["p95"]
    ends = [tuple(line.get_xdata()) for line in intervals]
    assert any(end == pytest.approx((run.low, run.high)) for end in ends)


def test_latency_of_an_unstable_command_is_a_word_and_no_mark():
    axes = drawn(figures.latency, queue_results(rate=3.0))
    assert sum("unstable" in text.get_text() for text in axes.texts) == 3
    assert not any(len(line.get_xdata()) for line in axes.lines)


def test_a_distribution_rises_from_nothing_to_all(results):
    axes = drawn(figures.latency_distribution, results)
    for line in axes.lines:
        shares = line.get_ydata()
        assert all(a <= b + 1e-12 for a, b in pairwise(shares))
        assert shares[0] < 0.02
        assert shares[-1] == 1.0


def test_utilisation_marks_the_bottleneck_and_leaves_processes_out(results):
    axes = drawn(figures.utilisation, results)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0] == "host cores  (cpu)"
    assert not any("dockerd" in name for name in names)
    assert len(names) <= MOST
    colours = [mpl.colors.to_hex(bar.get_facecolor()).upper() for bar in axes.patches]
    assert colours == [VERMILION] + [BLUE] * (len(names) - 1)
    assert [bar.get_width() for bar in axes.patches] == sorted(
        (bar.get_width() for bar in axes.patches), reverse=True
    )


def test_a_timeline_has_a_row_a_component_in_the_order_of_the_layers():
    trace = trace_of(records_of_a_pull(), "pull")
    axes = drawn(figures.timeline, trace)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["user", "CLI", "dockerd", "registry", "storage"]
    assert axes.get_xlabel() == "time since the command (ms)"
    ends = max(bar.get_x() + bar.get_width() for bar in axes.patches)
    assert ends == pytest.approx(1308.0)


def test_drawing_leaves_the_readers_own_style_alone(results):
    before = dict(mpl.rcParams)
    drawn(figures.latency, results)
    assert dict(mpl.rcParams) == before


def test_latency_over_time_has_both_quantiles_and_the_warm_up():
    results = queue_results(replications=3, count=600)
    axes = drawn(figures.latency_over_time, results)
    assert "(s of simulated time)" in axes.get_xlabel()
    assert "(s)" in axes.get_ylabel()
    p50, p95 = axes.lines[:2]
    assert (p95.get_ydata() >= p50.get_ydata()).all()
    assert axes.get_legend().get_texts()[0].get_text() == "p50"


def traced(images):
    actions = [{"command": "pull", "image": image["name"]} for image in images]
    workload = [{"kind": "batch", "count": 1, "mix": [action]} | {"name": action["image"]}
                for action in actions]  # fmt: skip
    given = scenario(images=images, workload=workload, daemon={"max_concurrent_downloads": 1})
    return simulate_once(given, trace=True)


def test_a_pull_by_layer_shows_what_each_waited_for():
    records = traced([THREE_LAYERS])
    trace = trace_of(records, "pull")
    layers = layers_of(trace)
    assert len(layers) == 3
    for layer in layers:
        spans = (layer.queued, layer.downloading, layer.waiting, layer.extracting)
        assert all(start <= end for start, end in spans)
        assert all(before[1] == after[0] for before, after in pairwise(spans))
    # One slot: downloads come one after the other; a layer is extracted after its parent.
    for below, above in pairwise(layers):
        assert above.downloading[0] >= below.downloading[1] - 1e-9
        assert above.extracting[0] >= below.extracting[1] - 1e-9
    axes = drawn(figures.pull_layers, trace)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "layer 1", "layer 2", "layer 3",
    ]  # fmt: skip


def test_a_command_that_pulled_nothing_has_no_layers():
    given = scenario(workload=[{"kind": "batch", "count": 1, "mix": [{"command": "ps"}]}])
    with pytest.raises(TraceError, match="no layer"):
        layers_of(trace_of(simulate_once(given, trace=True), "ps"))


def test_queues_are_those_of_a_traced_run():
    results = replicate(plain(), replications=1, trace=True)
    drawn(figures.queues, results)
    with pytest.raises(TraceError, match="trace=True"):
        drawn(figures.queues, replicate(plain(), replications=1))


def test_predictions_are_drawn_against_measurements():
    errors = pd.DataFrame(
        {
            "set": ["cycles", "pulls"],
            "measure": "p50",
            "measured": [0.1, 1.0],
            "predicted": [0.11, 1.5],
            "low": [0.10, 1.4],
            "high": [0.12, 1.6],
            "spread": [0.05, 2.0],
        }
    )
    axes = figures.predicted_against_measured(errors, "p50", Figure().add_subplot())
    assert "(s)" in axes.get_xlabel()
    assert "(s)" in axes.get_ylabel()
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["within 20%", "cycles", "pulls"]


def test_a_set_that_lacks_a_measure_leaves_the_others_colours_as_they_are():
    rows = [
        ("cycles", "p50"),
        ("open", "p50"),
        ("reads", "p50"),
        ("cycles", "p95"),
        ("reads", "p95"),
    ]
    errors = pd.DataFrame(rows, columns=["set", "measure"]).assign(
        measured=1.0, predicted=1.1, low=1.0, high=1.2, spread=0.1
    )

    def colours(measure):
        axes = figures.predicted_against_measured(errors, measure, Figure().add_subplot())
        found = zip(*axes.get_legend_handles_labels(), strict=True)
        return {name: bars[0].get_color() for bars, name in found if name in ("cycles", "reads")}

    assert colours("p95") == colours("p50")
    assert len(set(colours("p50").values())) == 2
