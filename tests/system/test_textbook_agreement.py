"""docksim and the text-book model of tests/perf are two programs of one host: they must agree.

Only then does the ratio of their speeds say anything. Both run their own random numbers, so that
the differences of independent replications are compared with 0.
"""

import numpy as np
import pytest

from tests.perf import textbook
from tests.perf.agreement import MEASURES, by_docksim, by_textbook, differences
from tests.perf.scenarios import run_and_remove

REPLICATIONS = 20
COMMANDS = 3000
PRECISION = 0.04
"""The half-width of a difference, relative to the measure: wider, and agreement says little."""


@pytest.fixture(scope="module")
def compared():
    scenario = run_and_remove(COMMANDS)
    docksim = [by_docksim(scenario, i) for i in range(REPLICATIONS)]
    other = [by_textbook(scenario, i) for i in range(REPLICATIONS)]
    return {each.measure: each for each in differences(docksim, other)}


@pytest.mark.parametrize("measure", MEASURES)
def test_both_models_agree_within_a_narrow_interval(compared, measure):
    difference = compared[measure]
    assert difference.agrees
    assert difference.half_width <= PRECISION * difference.docksim


def test_the_textbook_records_every_command():
    records = textbook.simulate(run_and_remove(101))
    assert len(records) == 101
    assert np.isfinite([record.ended for record in records]).all()
    assert sum(record.command == "run" for record in records) > 50
