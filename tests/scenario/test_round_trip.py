"""A scenario written as TOML is the same scenario when it is read again."""

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from docksim.scenario import Scenario, load, loads

HERE = Path(__file__).parent
PROFILE = {"base": str(HERE / "profile.toml")}
IMAGES = ("alpine:3.17", "nginx:1.23", "app")


def test_the_scenario_as_run_states_everything() -> None:
    scenario = load(HERE / "good.toml")
    text = scenario.to_toml()
    assert loads(text) == scenario
    assert loads(text).to_toml() == text
    document = tomllib.loads(text)
    assert document["host"]["link"] == "1 Gbit/s"
    assert document["profile"]["base"] == "none"
    assert document["images"][0]["layers"][0]["compressed"] == "3.370628 MB"
    assert document["profile"]["operations"]["runtime.runc"]["create"] == [
        {"cpu": "30 ms", "source": "made up"},
        {"wait": "1 ms", "source": "made up"},
    ]


positive = st.floats(1e-6, 1e6)
seconds = positive.map(lambda value: f"{value!r} s")
sizes = st.integers(1, 10**12).map(lambda value: f"{value} B")
rates = positive.map(lambda value: f"{value!r} /s")
laws = st.one_of(
    seconds,
    st.builds(
        lambda median, factor: {
            "distribution": "lognormal",
            "median": f"{median!r} s",
            "p95": f"{median * factor!r} s",
        },
        positive,
        st.floats(1.1, 50),
    ),
    st.builds(lambda mean: {"distribution": "exponential", "mean": mean}, seconds),
)
weights = st.floats(0.1, 10)


def table(**keys: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A table with any of these keys; required ones are given as `key_`."""
    required = {key.rstrip("_"): value for key, value in keys.items() if key.endswith("_")}
    optional = {key: value for key, value in keys.items() if not key.endswith("_")}
    return st.fixed_dictionaries(required, optional=optional)


images = st.one_of(
    table(image=st.sampled_from(IMAGES)),
    table(zipf_=st.floats(0, 3)),
    table(images_=st.just(list(IMAGES[:2])), weights_=st.lists(weights, min_size=2, max_size=2)),
)
run = st.builds(
    lambda rest, choice: rest | choice,
    table(command_=st.just("run"), weight=weights, attach=st.booleans(), remove=st.booleans()),
    images,
)
other = st.one_of(
    table(command_=st.just("ps"), all=st.booleans(), weight=weights),
    table(
        command_=st.just("logs"),
        tail=st.integers(0, 10**6),
        since=seconds,
        target=st.sampled_from(["oldest", "newest", "random"]),
    ),
    table(command_=st.just("stop"), timeout=seconds),
    table(command_=st.just("events"), duration_=seconds),
    table(command_=st.just("system df")),
)
mixes = st.builds(lambda first, rest: [first, *rest], run, st.lists(other, max_size=3))
workloads = st.tuples(
    table(kind_=st.just("open"), rate_=rates, mix_=mixes, timeout=seconds, start=seconds),
    table(kind_=st.just("closed"), clients_=st.integers(1, 99), cycle_=mixes, think=laws),
    table(kind_=st.just("batch"), count_=st.integers(1, 99), mix_=mixes),
    table(
        kind_=st.just("replay"),
        rows_=st.lists(st.floats(0, 1e6), min_size=1, max_size=3).map(
            lambda times: [
                {"time": f"{time!r} s", "action": {"command": "ps"}} for time in sorted(times)
            ]
        ),
    ),
).map(list)
scenarios = st.fixed_dictionaries(
    {
        "profile": st.just(PROFILE),
        "workload": workloads,
        "run": table(duration_=seconds, seed=st.integers(0, 2**64)),
        "images": st.lists(sizes, min_size=1, max_size=4).map(
            lambda layers: [
                {"name": "alpine:3.17"},
                {"name": "nginx:1.23"},
                {"name": "app", "layers": [{"compressed": size} for size in layers]},
            ]
        ),
        "containers": table(cpu=weights, lifetime=laws, log_line=sizes, exit_time=laws).map(
            lambda kind: [{"name": "web"} | kind]
        ),
        "host": table(flush=laws, link=sizes.map("{}/s".format), cpu_speed=weights),
    }
)


@given(scenarios)
@settings(max_examples=60, deadline=None)
def test_any_scenario_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    scenario: Scenario = loads(tomli_w.dumps(document))
    text = scenario.to_toml()
    again = loads(text)
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.to_toml() == text
