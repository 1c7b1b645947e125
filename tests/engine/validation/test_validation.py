"""Predictions are compared with what was measured, and errors summed up as they are."""

import pandas as pd
import pytest

from docksim.engine.validation.comparison import regime
from docksim.engine.validation.scenarios import is_covered
from docksim.engine.validation.summary import summarise
from tests.engine.measurement.test_loads import POINT


def row(measure, error, spread=0.0, **changes):
    return {
        "set": "cycles",
        "point": "one",
        "regime": "knee",
        "operation": "start",
        "measure": measure,
        "error": error,
        "spread": spread,
    } | changes


def figures(*rows):
    return summarise(pd.DataFrame(rows))["overall"]


def test_errors_count_by_their_size_whatever_their_sign():
    found = figures(row("p50", 0.3), row("p50", -0.1), row("p50", -0.2), row("throughput", -0.04))
    assert found["mdape_p50"] == pytest.approx(0.2)
    assert found["mdape_throughput"] == pytest.approx(0.04)
    assert found["share_within_10"] == pytest.approx(0.5)


def test_where_the_engine_itself_is_more_variable_that_is_the_bound():
    assert figures(row("p50", 0.15, spread=0.05))["share_within_10"] == 0.0
    assert figures(row("p50", 0.15, spread=0.16))["share_within_10"] == 1.0


def test_a_quantile_that_no_sample_carries_has_no_figure():
    found = figures(row("p50", 0.1), row("p95", 0.25))
    assert (found["p95_within_20"], found["p99_within_20"]) == (0.0, None)


def test_the_worst_point_is_named():
    found = figures(row("p50", 0.1), row("p50", -0.6, point="two"), row("p95", 3.0))
    assert (found["worst"]["point"], found["worst"]["error"]) == ("two", -0.6)


def test_sets_and_regimes_are_told_apart():
    rows = [row("p50", 0.1), row("p50", 0.2, regime="light"), row("p50", 0.3, set="open")]
    found = summarise(pd.DataFrame(rows))
    assert set(found) == {"cycles / knee", "cycles / light", "open / knee", "overall"}


@pytest.mark.parametrize(
    ("clients", "cores", "expected"),
    [(1, 2, "light"), (2, 2, "knee"), (4, 2, "knee"), (5, 2, "saturation"), (3, 4, "light")],
)
def test_regimes_go_by_clients_a_core(clients, cores, expected):
    assert regime(clients, cores) == expected


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"load": "open"}, False),
        ({"accounting": True}, False),
        ({"operations": ("pull", "rmi")}, False),
        ({"behaviour": "mixed"}, False),
    ],
)
def test_only_loads_that_can_be_simulated_are(changes, covered):
    assert is_covered(vars(POINT) | changes) == covered
