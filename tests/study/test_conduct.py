"""A study as a whole, on queues with known answers."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import docksim as ds
from docksim.report.study import write_files
from docksim.scenario.errors import ScenarioError
from docksim.study.conduct import Study
from tests.helpers import THREE_LAYERS, scenario
from tests.theory.hosts import mmc_host

STUDY = """
name = "queue"
question = "What do cores buy?"
scenario = "queue.toml"
measures = ["ps.mean", "throughput", "host.cpu.utilisation"]
headline = ["throughput"]
slos = ["ps.mean <= 200 ms"]
baseline = { cores = 2 }

[[factor]]
name = "cores"
key = "host.cores"
levels = [1, 2, 4]

[[factor]]
name = "rate"
key = "workload.rate"
levels = ["5 /s", "12 /s"]

[precision]
half_width = 0.1
least = 4
most = 12

[[claim]]
text = "A second core more than halves the wait"
measure = "ps.mean"
at = { cores = 4, rate = "12 /s" }
against = { rate = "12 /s" }
change = "<= -10 %"
"""


@pytest.fixture
def folder(tmp_path):
    host = mmc_host(rate=5, service=0.1, servers=1, duration=60)
    (tmp_path / "queue.toml").write_text(host.to_toml())
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def tables(results):
    return results.table().to_csv(), results.replications_table().to_csv()


def test_a_study_measures_compares_and_judges(folder):
    results = ds.study(folder / "study.toml", jobs=1)
    assert len(results.points) == 6
    overloaded = results.at({"cores": 1, "rate": "12 /s"})
    assert not overloaded.is_stable
    assert not results.estimate(overloaded, "ps.mean").known
    quiet = results.at({"rate": "5 /s"})
    assert results.estimate(quiet, "throughput").value == pytest.approx(5.0, rel=0.1)
    # Erlang's formula: 0.1067 s with two servers at 5 /s, 0.1002 s with four.
    assert results.estimate(quiet, "ps.mean").value == pytest.approx(0.1067, rel=0.1)
    (slo,) = results.slos
    assert results.verdict(quiet, slo) == "met"
    assert results.verdict(overloaded, slo) == "not met"
    change, verdict = results.claimed(results.study.claim[0])
    assert verdict == "holds"
    assert change.high < -0.1
    assert set(results.table()["point"]) == set(range(6))


def test_common_random_numbers_make_differences_more_precise(folder):
    results = ds.study(folder / "study.toml", jobs=1)
    one, other = results.at({"cores": 4}), results.at({"cores": 2})
    a, b = (np.array(each.values(results.place("ps.mean"))[:4]) for each in (one, other))
    assert np.var(a - b, ddof=1) < 0.5 * (np.var(a, ddof=1) + np.var(b, ddof=1))


def test_one_or_two_processes_and_a_second_run_give_the_same_bytes(folder):
    alone = ds.study(folder / "study.toml", jobs=1, store=folder / "store")
    again = ds.study(folder / "study.toml", jobs=1, store=folder / "store")
    both = ds.study(folder / "study.toml", jobs=2)
    assert tables(alone) == tables(again) == tables(both)


def test_only_what_is_damaged_is_run_again(folder):
    first = ds.study(folder / "study.toml", jobs=1, store=folder / "store")
    files = sorted((folder / "store").rglob("*.json"))
    files[3].write_bytes(files[3].read_bytes()[:50])
    before = {file: file.stat().st_mtime_ns for file in files}
    second = ds.study(folder / "study.toml", jobs=1, store=folder / "store")
    assert second.damaged == 1
    assert tables(first) == tables(second)
    assert [f for f in files if f.stat().st_mtime_ns != before[f]] == [files[3]]


def test_a_killed_study_goes_on_to_the_same_tables(folder):
    whole = ds.study(folder / "study.toml", jobs=1)
    program = "import sys, docksim as ds\nds.study(sys.argv[1], jobs=2, store=sys.argv[2])"
    command = [sys.executable, "-c", program, str(folder / "study.toml"), str(folder / "store")]
    rng = np.random.default_rng(1)
    for _ in range(3):
        process = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + 60
        target = 1 + len(list((folder / "store").rglob("*.json"))) + int(rng.integers(4))
        while len(list((folder / "store").rglob("*.json"))) < target and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert len(list((folder / "store").rglob("*.json"))) > 0
    resumed = ds.study(folder / "study.toml", jobs=1, store=folder / "store")
    assert tables(resumed) == tables(whole)


def test_the_best_point_is_found_within_the_indifference_zone(folder):
    text = STUDY.replace('"5 /s", "12 /s"', '"12 /s"').replace("[1, 2, 4]", "[2, 3]")
    text = text[: text.index("[[claim]]")] + '[best]\nmeasure = "ps.mean"\nindifference = 0.05\n'
    (folder / "study.toml").write_text(text.replace("most = 12", "most = 40"))
    results = ds.study(folder / "study.toml", jobs=1)
    assert [each.point.levels["cores"] for each in results.best()] == ["3"]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("host.cpu.utilisation", "host.cpu.used", 'unknown measure "host.cpu.used"'),
        ('"ps.mean <= 200 ms"', '"ps.mean <= 0 s"', "never hold"),
        ('"ps.mean <= 200 ms"', '"ps.p95 <= 1 s"', "not measured"),
        ("<= -10 %", "a lot", "no change"),
        ('"queue.toml"', '"none.toml"', "no such file"),
    ],
)
def test_a_study_that_makes_no_sense_is_told_before_it_runs(folder, right, wrong, told):
    (folder / "study.toml").write_text(STUDY.replace(right, wrong, 1))
    with pytest.raises(ScenarioError, match=told):
        Study(folder / "study.toml")


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_ends_in_the_same_tables(folder):
    distributed = pytest.importorskip("distributed")
    whole = ds.study(folder / "study.toml", jobs=1)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        told = []

        def progress(done, total):
            told.append(done)
            if len(told) == 3:
                os.kill(victim, signal.SIGKILL)

        found = ds.study(
            folder / "study.toml", cluster=cluster.scheduler_address, progress=progress
        )
    assert len(told) > 3
    assert tables(found) == tables(whole)


def test_the_warm_up_is_found_and_left_out_of_all_points(folder):
    text = STUDY.replace("[[factor]]", 'warm_up = "mser-5"\n\n[[factor]]', 1)
    (folder / "study.toml").write_text(text)
    results = ds.study(folder / "study.toml", jobs=1)
    assert results.warm_up is not None
    assert 0.0 <= results.warm_up.end < 30.0
    assert {each.point.scenario.run.warm_up for each in results.series} == {results.warm_up.end}
    assert results.baseline in results.points
    write_files(results, folder)
    assert (folder / "warm-up.png").stat().st_size > 1000
    assert "MSER-5" in (folder / "report.md").read_text()


def test_a_warm_up_is_not_looked_for_in_a_run_that_ends_with_its_commands(folder):
    text = STUDY.replace("[[factor]]", 'warm_up = "mser-5"\n\n[[factor]]', 1)
    host = mmc_host(rate=5, service=0.1, servers=1, duration=60)
    run = host.run.model_copy(update={"duration": None, "commands": 100})
    (folder / "queue.toml").write_text(host.model_copy(update={"run": run}).to_toml())
    (folder / "study.toml").write_text(text)
    with pytest.raises(ScenarioError, match="warm_up"):
        Study(folder / "study.toml")


PULL = """
name = "pull"
question = "What do slots buy?"
scenario = "pull.toml"
measures = ["pull.mean"]
replications = 2

[[factor]]
name = "slots"
key = "daemon.max_concurrent_downloads"
levels = [1, 3]

[[pull]]
at = { slots = 3 }
"""


def test_a_report_shows_a_pull_by_layer(tmp_path):
    workload = [{"kind": "batch", "count": 1, "mix": [{"command": "pull", "image": "app"}]}]
    (tmp_path / "pull.toml").write_text(
        scenario(images=[THREE_LAYERS], workload=workload).to_toml()
    )
    (tmp_path / "study.toml").write_text(PULL)
    results = ds.study(tmp_path / "study.toml", jobs=1)
    write_files(results, tmp_path)
    assert (tmp_path / "pull-1.png").stat().st_size > 1000
    assert "a pull by layer: slots = 3" in (tmp_path / "report.md").read_text()
