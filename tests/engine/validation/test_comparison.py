"""A dataset without light load, of a few commands, is compared from its tables to the report."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.conditions import Beside
from docksim.engine.measurement.loads import Sample
from docksim.engine.validation import replications
from docksim.engine.validation.comparison import compare
from docksim.engine.validation.summary import summarise
from docksim.report.validation import sheet, write
from docksim.report.validation_page import page
from tests.engine.calibration.made import REFERENCE, made
from tests.engine.measurement.test_loads import POINT

LOOK = replace(POINT, operations=("ps", "inspect"), cycles=4, warm_up=1)
BRIEF = replace(LOOK, set="brief", load="batch", clients=3, cycles=2)
BY_RATE = replace(LOOK, set="rate", load="open", rate=9.0)
CLOSED = replace(LOOK, set="many", cycles=30)
BESIDE = replace(POINT, set="beside", cycles=4, warm_up=1, beside=Beside(clients=2))
STALLED = replace(BESIDE, set="stalled", network="bridge")
WARMING, COUNTED = 5.0, 0.010
"""Latencies (s) in the warm-up, and after it."""


def add(dataset, point, throughput=10.0, elapsed=2.0):
    """A block with the samples that the point would give."""
    together = point.clients if point.load == "batch" else 1
    with dataset.writing(point.name) as writer:
        for cycle in range(together * (point.cycles + point.warm_up)):
            latency = WARMING if cycle < together * point.warm_up else COUNTED
            for operation in point.operations:
                issued = 0.2 * cycle
                answer = Answer(issued, issued, issued + latency, 200, "")
                writer.note(Sample(0, cycle, operation, answer))
        writer.finish(
            point, {}, block=point.name, throughput=throughput, elapsed=elapsed,
            client_cores=0.01, reference=REFERENCE,
        )  # fmt: skip


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    file = tmp_path_factory.mktemp("profile") / "own.toml"
    text = resources.files("docksim.scenario.data").joinpath("provisional-profile.toml").read_text()
    file.write_text(text.replace("[host]", '[host]\nreference = "500 us"', 1))
    return file


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    found = made(tmp_path_factory.mktemp("made") / "data")
    for point in (BRIEF, BY_RATE, CLOSED, BESIDE):
        add(found, point)
    # So brief that no cycle comes to its end in the simulation.
    add(found, STALLED, elapsed=0.001)
    return found


@pytest.fixture(scope="module")
def errors(dataset, profile):
    with parallel_config(backend="threading"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(replications, "LEAST_REPLICATIONS", 2)
        patch.setattr(replications, "MOST_REPLICATIONS", 2)
        return compare(dataset, profile)


def of(errors, point, *measures):
    own = errors[errors["set"] == point.set]
    return own[own["measure"].isin(measures)] if measures else own


def test_every_load_is_predicted_without_any_that_was_accounted(errors):
    assert set(errors["set"]) == {"brief", "rate", "many", "beside", "stalled"}
    predicted = errors.loc[errors["set"] != "stalled", "predicted"]
    assert (predicted > 0.0).all()


def test_warm_ups_count_neither_of_cycles_nor_of_whole_batches(errors):
    assert errors.loc[errors["measure"] != "throughput", "measured"].to_numpy() == pytest.approx(
        COUNTED
    )


def test_throughput_is_of_closed_loads_and_medians_of_as_many_as_carry_them(errors):
    assert set(of(errors, CLOSED)["measure"]) >= {"throughput", "p50"}
    assert of(errors, BRIEF, "throughput", "p50").empty
    assert len(of(errors, BRIEF, "mean")) == len(BRIEF.operations)


def test_a_rate_is_as_hard_as_the_closed_loads_throughput_says(errors):
    assert set(of(errors, BY_RATE)["regime"]) == {"saturation"}


def test_what_comes_to_no_end_has_no_prediction(errors):
    assert of(errors, STALLED, "throughput", "mean")["predicted"].isna().all()


def test_sets_without_a_median_are_reported_with_the_others(errors, dataset, profile, tmp_path):
    summary = summarise(errors)
    assert summary["brief / knee"]["worst"] is None
    assert summary["many / light"]["worst"]["point"] == CLOSED.name
    write(tmp_path, errors, summary)
    text = page(errors, summary, dataset, profile, tmp_path).markdown()
    assert "brief / knee" in str(sheet(summary))
    assert "10 → –" in text
    assert pd.read_csv(tmp_path / "errors.csv")["predicted"].isna().any()
    assert np.isfinite(summary["many / light"]["mdape_p50"])
