"""A measure over the levels of a factor, with what has no measure."""

import pytest

import docksim as ds
from tests.theory.hosts import mmc_host

STUDY = """
name = "queue"
question = "Which rates do how many cores bear?"
answer = "{ps.mean}"
scenario = "queue.toml"
measures = ["ps.mean"]
replications = 3

[[factor]]
name = "rate"
key = "workload.rate"
levels = ["5 /s", "15 /s", "90 /s"]

[[factor]]
name = "cores"
key = "host.cores"
levels = [1, 2]
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    host = mmc_host(rate=5, service=0.1, servers=1, duration=60)
    (folder / "queue.toml").write_text(host.to_toml())
    (folder / "study.toml").write_text(STUDY)
    return ds.study(folder / "study.toml", jobs=1)


def test_who_is_past_capacity_is_a_cross_in_the_colour_of_its_level_and_the_legend_says_so(results):
    axes = results.plot.response("ps.mean", x="rate", by="cores")
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [len(line.get_xdata()) for line in crosses] == [2, 1]
    assert len({line.get_color() for line in crosses}) == 2
    # Beside each other, as the levels' values are.
    assert crosses[0].get_xdata()[-1] < crosses[1].get_xdata()[-1]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert sorted(labels) == ["cores 1", "cores 2", "unstable or refused"]


def test_without_a_second_factor_the_crosses_are_explained_too(results):
    axes = results.plot.response("ps.mean", x="rate", at={"cores": 1})
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["unstable or refused"]
