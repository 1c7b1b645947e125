"""Study files: what is wrong with one is told before anything is run."""

import pytest

from docksim.scenario.errors import ScenarioError
from docksim.study.design.document import read_study

GOOD = """
name = "cores"
question = "What do cores buy?"
scenario = "queue.toml"
measures = ["ps.mean"]

[[factor]]
name = "cores"
key = "host.cores"
levels = [1, 2]
"""

MISTAKES = [
    ('levels = [1, 2]', "levels = []", "factor[0].levels"),
    ('levels = [1, 2]', "levels = [1, 1]", "a level twice"),
    ('levels = [1, 2]', "", "no levels"),
    ('key = "host.cores"', "", "no key"),
    ('levels = [1, 2]', "levels = [1, 2]\nrange = [1, 2]", "levels and range"),
    ('levels = [1, 2]', "range = [1, 2]", "takes levels"),
    ('measures = ["ps.mean"]', "measures = []", "measures"),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\nheadline = ["p99"]', 'measure "p99"'),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\nreplications = 3\nprecision = {}', "one"),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\nbaseline = { core = 1 }', '"cores"?'),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\nbaseline = { cores = 3 }', "1, 2"),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\ndesign = { kind = "sobol" }', "points"),
    ('measures = ["ps.mean"]', 'measures = ["ps.mean"]\ndesign = { points = 8 }', "design.points"),
    (
        'measures = ["ps.mean"]',
        'measures = ["ps.mean"]\ndesign = { kind = "sobol", points = 9 }',
        "power of two",
    ),
    ('name = "cores"\nq', 'nam = "cores"\nq', 'unknown key "nam"'),
    ('name = "cores"\nq', 'name = cores\nq', "no valid TOML"),
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    return tmp_path / "study.toml"


def test_what_is_not_stated_has_a_default(file):
    file.write_text(GOOD)
    study = read_study(file)
    assert study.design.kind == "grid"
    assert study.replicated.least < study.replicated.most


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_with_file_and_key(file, right, wrong, told):
    file.write_text(GOOD.replace(right, wrong, 1))
    with pytest.raises(ScenarioError) as error:
        read_study(file)
    assert told in str(error.value)
    assert str(file) in str(error.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        read_study(tmp_path / "none.toml")
