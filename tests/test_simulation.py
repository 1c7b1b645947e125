"""One replication: what is counted, over which window, and with which random numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from docksim.scenario.scenario import Scenario
from docksim.simulation import Records, simulate_once
from tests.helpers import PRESENT, THREE_LAYERS, scenario, with_cost, without_cost

PS = {"command": "ps"}
MIX = [
    {"command": "ps", "weight": 3},
    {"command": "images"},
    {"command": "run", "container": "job", "weight": 2},
    {"command": "pull"},
    {"command": "logs", "target": "random"},
    {"command": "rm", "target": "oldest", "force": True},
]


def busy_host(**sections: Any) -> Scenario:
    """Everything at once."""
    sections.setdefault("run", {"duration": "20 s", "warm_up": "5 s"})
    return scenario(
        images=[PRESENT, THREE_LAYERS | {"name": "other"}],
        containers=[
            {
                "name": "job",
                "cpu": 0.1,
                "log_size": "50 kB",
                "lifetime": {"distribution": "exponential", "mean": "3 s"},
            }
        ],
        workload=[
            {"kind": "open", "rate": "6 /s", "mix": MIX},
            {"kind": "closed", "clients": 2, "think": "1 s", "cycle": [PS]},
        ],
        **sections,
    )


def test_the_same_seed_gives_the_same_records() -> None:
    one, other = (simulate_once(busy_host(), seed=5, trace=True) for _ in range(2))
    for table in ("commands", "hops", "components", "backlog"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


def test_another_seed_or_replication_gives_others() -> None:
    given = busy_host()
    arrivals = [
        tuple(simulate_once(given, seed=seed, replication=replication).commands["arrived"])
        for seed, replication in [(1, 0), (2, 0), (1, 1)]
    ]
    assert len(set(arrivals)) == 3


def test_the_scenarios_seed_is_used_unless_another_is_given() -> None:
    one = simulate_once(busy_host(run={"duration": "5 s", "seed": 9}))
    other = simulate_once(busy_host(run={"duration": "5 s", "seed": 1}), seed=9)
    pd.testing.assert_frame_equal(one.commands, other.commands)


DIGEST = """
import sys
from hashlib import sha256
from docksim.scenario.load import load
from docksim.simulation import simulate_once
records = simulate_once(load(sys.argv[1]), trace=True)
text = "".join(
    frame.to_json(double_precision=15)
    for frame in (records.commands, records.hops, records.components, records.backlog)
)
print(sha256(text.encode()).hexdigest())
"""


def test_processes_agree_whatever_their_hash_seed(tmp_path: Path) -> None:
    file = tmp_path / "busy.toml"
    file.write_text(busy_host().to_toml())
    digests = set()
    for hash_seed in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST, str(file)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_tracing_changes_nothing_but_the_trace() -> None:
    plain, traced = (simulate_once(busy_host(), trace=trace) for trace in (False, True))
    pd.testing.assert_frame_equal(plain.commands, traced.commands, check_exact=True)
    pd.testing.assert_frame_equal(plain.components, traced.components, check_exact=True)
    assert plain.hops.empty
    assert list(plain.hops.columns) == list(traced.hops.columns)


def test_every_command_has_its_hops_within_its_life() -> None:
    records = simulate_once(busy_host(), trace=True)
    ended = records.commands[records.commands["ended"].notna()].set_index("number")
    trunk = records.hops[records.hops["branch"] == 0]
    first = trunk.groupby("number")["start"].min()
    last = trunk.groupby("number")["end"].max()
    assert set(ended.index) <= set(first.index)
    for number, command in ended.iterrows():
        assert first[number] == pytest.approx(command["arrived"], abs=1e-9)
        assert last[number] <= command["ended"] + 1e-9
    assert (records.hops["end"] >= records.hops["start"] - 1e-12).all()
    spans = records.hops["end"] - records.hops["start"]
    assert (records.hops["waited"] <= spans + 1e-9).all()
    assert (records.hops["waited"] >= -1e-12).all()


# Work in progress


def slow(service: float, **sections: Any) -> Scenario:
    """Commands that take so long, and hinder no other."""
    return with_cost(without_cost(scenario(**sections)), "cli.start", wait=service)


def open_ps(rate: str) -> list[dict[str, Any]]:
    return [{"kind": "open", "arrivals": "deterministic", "rate": rate, "mix": [PS]}]


def test_what_is_under_way_at_the_end_is_counted() -> None:
    records = simulate_once(slow(2.25, workload=open_ps("1 /s"), run={"duration": "10.5 s"}))
    assert len(records.commands) == 10
    assert records.in_progress == 2
    last = records.commands.tail(2)
    assert list(last["outcome"]) == ["in progress"] * 2
    assert last["ended"].isna().all()
    assert records.backlog["in_system"].iloc[-1] == 2


def test_what_can_never_end_is_in_progress_when_nothing_is_left_to_happen() -> None:
    attached = [{"kind": "batch", "count": 2, "mix": [{"command": "run", "attach": True}]}]
    records = simulate_once(scenario(workload=attached))
    assert list(records.commands["outcome"]) == ["in progress"] * 2
    assert records.in_progress == 2


def test_a_run_of_so_many_commands_ends_with_the_last_of_them() -> None:
    closed = [{"kind": "closed", "clients": 3, "cycle": [PS]}]
    records = simulate_once(scenario(workload=closed, run={"commands": 50}))
    assert len(records.commands) == 50
    assert records.in_progress == 0
    assert records.window[1] == pytest.approx(records.commands["ended"].max())


def test_the_backlog_is_what_has_come_and_not_gone() -> None:
    records = simulate_once(slow(2.5, workload=open_ps("1 /s"), run={"duration": "20.2 s"}))
    commands = records.commands
    for instant, in_system in records.backlog.itertuples(index=False):
        there = (commands["arrived"] <= instant) & ~(commands["ended"] <= instant)
        assert in_system == there.sum()


# The window


def cpu_of_ps(given: Scenario, listed: int) -> float:
    """Core-seconds that one ps takes on average, added up from the profile."""
    steps = [
        step
        for component, operation in (
            ("cli", "start"),
            ("dockerd", "containers_json"),
            ("containerd", "list"),
            ("containerd", "information"),
            ("dockerd", "containers_reply"),
            ("cli", "format"),
        )
        for step in given.profile.operations[component][operation]
    ]
    return sum(step.cpu.mean + listed * step.cpu_per_item.mean for step in steps)


def test_the_warm_up_is_left_out_of_the_components_statistics() -> None:
    """Before 50 s a batch keeps the host busy; later a ps a second lists 100 containers."""
    batch = {"kind": "batch", "count": 100, "mix": [{"command": "run"}]}
    workload = [batch, *open_ps("1 /s")]
    whole = simulate_once(scenario(workload=workload, run={"duration": "100 s"}))
    rest = simulate_once(scenario(workload=workload, run={"duration": "100 s", "warm_up": "50 s"}))
    assert whole.window == (0.0, 100.0)
    assert rest.window == (50.0, 100.0)
    pd.testing.assert_frame_equal(whole.commands, rest.commands)
    used = [records.components.set_index("component") for records in (whole, rest)]
    assert used[0].loc["host.cpu", "utilisation"] > 5 * used[1].loc["host.cpu", "utilisation"]
    host = scenario(workload=workload, run={"duration": "100 s"})
    expected = cpu_of_ps(host, listed=100) / host.host.cores
    assert used[1].loc["host.cpu", "utilisation"] == pytest.approx(expected, rel=0.1)
    assert used[1].loc["containerd.bolt", "visits"] == 0
    assert rest.backlog["time"].iloc[0] == 50.0


def test_two_halves_make_the_whole() -> None:
    def busy(records: Records) -> float:
        row = records.components.set_index("component").loc["host.cpu"]
        return float(row["utilisation"] * (records.window[1] - records.window[0]))

    whole = busy_host(run={"duration": "20 s"})
    first = busy_host(run={"duration": "8 s"})
    second = busy_host(run={"duration": "20 s", "warm_up": "8 s"})
    parts = busy(simulate_once(first)) + busy(simulate_once(second))
    assert busy(simulate_once(whole)) == pytest.approx(parts)


def test_the_offered_rate_is_that_of_all_open_workloads() -> None:
    one, other = (open_ps(rate)[0] | {"name": rate} for rate in ("2 /s", "3 /s"))
    assert simulate_once(scenario(workload=[one, other], run={"duration": "1 s"})).offered == 5
    closed = [{"kind": "closed", "clients": 1, "cycle": [PS]}]
    assert simulate_once(scenario(workload=closed, run={"duration": "1 s"})).offered is None


@pytest.mark.parametrize("run", [{"duration": "20 s"}, {"commands": 200}])
def test_progress_is_told_as_it_is_made(run: dict[str, Any]) -> None:
    heard: list[float] = []
    simulate_once(scenario(workload=open_ps("10 /s"), run=run), progress=heard.append)
    assert heard == sorted(heard)
    assert len(heard) > 50
    assert 0 < heard[0] < heard[-1] <= 1


# Common random numbers


def test_the_nth_command_is_the_same_in_another_scenario() -> None:
    """Twice the cores: the same commands, images, targets' draws and arrivals."""
    frames = [
        simulate_once(
            scenario(
                images=[PRESENT, PRESENT | {"name": "other"}],
                host={"cores": cores},
                workload=[{"kind": "open", "rate": "3 /s", "mix": MIX[:2] + MIX[3:4]}],
                run={"commands": 200},
            )
        ).commands
        for cores in (2, 8)
    ]
    same = ["number", "command", "image", "arrived"]
    pd.testing.assert_frame_equal(frames[0][same], frames[1][same])
    assert (frames[0]["ended"] >= frames[1]["ended"] - 1e-9).mean() > 0.9


def test_the_nth_command_meets_the_same_demands_whatever_else_is_there() -> None:
    """Alone on a large host, its latency is the sum of its demands."""

    def latencies(**sections: Any) -> pd.Series:
        workload = [{"kind": "open", "rate": "0.01 /s", "mix": [{"command": "run"}]}]
        given = scenario(workload=workload, run={"commands": 30}, **sections)
        commands = simulate_once(given).commands
        return commands["ended"] - commands["arrived"]

    plain = latencies()
    many_more_cores = latencies(host={"cores": 32})
    other_slots = latencies(daemon={"max_concurrent_downloads": 7})
    others_there = latencies(containers=[{"name": "default", "running": 5}])
    assert plain.nunique() == 30
    for same in (many_more_cores, other_slots, others_there):
        assert np.allclose(plain, same, atol=1e-9)


def test_a_stream_more_moves_no_other() -> None:
    """Volumes draw flushes of their own; what else a run costs stays what it was."""

    def cost(volumes: int) -> pd.DataFrame:
        kinds = [{"name": "default", "volumes": volumes}]
        workload = [{"kind": "batch", "count": 1, "mix": [{"command": "run"}]}]
        hops = simulate_once(scenario(containers=kinds, workload=workload), trace=True).hops
        hops = hops[~hops["message"].str.contains("volumes")]
        return (hops["end"] - hops["start"]).to_numpy()

    assert np.allclose(cost(0), cost(2), atol=1e-12)


def test_pairs_vary_less_than_strangers() -> None:
    """What common random numbers are for: the difference that faster cores make."""

    def mean(speed: float, replication: int) -> float:
        given = scenario(
            host={"cpu_speed": speed},
            containers=[{"name": "default", "running": 1}],
            workload=[{"kind": "open", "rate": "4 /s", "mix": [{"command": "run"}]}],
            run={"commands": 60},
        )
        commands = simulate_once(given, replication=replication).commands
        return float((commands["ended"] - commands["arrived"]).mean())

    count = 12
    slow_host = np.array([mean(1.0, i) for i in range(count)])
    fast_host = np.array([mean(1.1, i) for i in range(count)])
    strangers = np.array([mean(1.1, i + count) for i in range(count)])
    assert np.var(slow_host - fast_host) < 0.5 * np.var(slow_host - strangers)
