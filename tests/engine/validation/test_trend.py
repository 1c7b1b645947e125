"""The trend of errors with the load is what was put into them, and tells when there is none."""

import numpy as np
import pandas as pd
import pytest

from docksim.engine.validation.summary import summarise
from docksim.engine.validation.trend import trend

CLIENTS = (1, 2, 4, 8, 16, 32)


def loads(growth, noise=0.0, seed=1, clients=CLIENTS, kind="closed"):
    """Errors of three loads with levels of their own, which grow alike per doubling."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "point": f"cycles_{network}_x{number}_small",
            "load": kind,
            "operation": "start",
            "clients": number,
            "measured": 2.0**network,
            "predicted": 2.0**network
            * level
            * (1.0 + growth) ** np.log2(number)
            * np.exp(noise * rng.standard_normal()),
            "error": 0.0,
        }
        for network, level in enumerate((0.8, 1.0, 1.3))
        for number in clients
    )


@pytest.mark.parametrize("growth", [-0.05, 0.0, 0.1])
def test_what_grows_per_doubling_is_found_whatever_the_level_of_each_load(growth):
    found = trend(loads(growth))["bias"]
    assert [found[key] for key in ("slope", "low", "high")] == pytest.approx([growth] * 3)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    found = [trend(loads(0.02, noise=0.1, seed=seed))["bias"] for seed in range(400)]
    held = np.mean([each["low"] <= 0.02 <= each["high"] for each in found])
    assert held == pytest.approx(0.95, abs=0.035)  # three standard errors


def test_errors_that_grow_to_both_sides_have_no_bias_and_a_growing_size():
    errors = loads(0.0).assign(error=0.0)
    errors = pd.concat([errors.assign(point="up" + errors["point"]), errors])
    doublings, up = np.log2(errors["clients"]), errors["point"].str.startswith("up")
    errors["error"] = 0.02 * doublings * np.where(up, 1.0, -1.0)
    errors["predicted"] = errors["measured"] * (1.0 + errors["error"])
    found = trend(errors)
    assert found["bias"]["low"] < 0.0 < found["bias"]["high"]
    assert found["size"]["slope"] == pytest.approx(0.02)
    assert found["size"]["low"] > 0.019


@pytest.mark.parametrize("errors", [loads(0.1, clients=(1, 4)), loads(0.1, kind="batch")])
def test_two_numbers_of_clients_and_batches_tell_none(errors):
    assert trend(errors) is None


def test_the_summary_has_it_by_measure():
    errors = pd.concat(
        loads(growth).assign(measure=measure, spread=0.0, set="cycles", regime="light")
        for measure, growth in (("throughput", -0.02), ("p50", 0.03))
    )
    found = summarise(errors)["overall"]["trend"]
    assert {name: round(each["bias"]["slope"], 6) for name, each in found.items()} == {
        "throughput": -0.02,
        "p50": 0.03,
    }
