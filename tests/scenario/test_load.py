"""Loading: what is left out is filled in, what is read from files is in the scenario."""

import dataclasses
import pickle
from pathlib import Path

import pytest
import tomli_w

from docksim.des.distributions import Constant, Exponential, Lognormal
from docksim.scenario import Scenario, ScenarioError, load, loads, vary
from docksim.scenario.workload import Closed, Open

HERE = Path(__file__).parent


@pytest.fixture
def good() -> Scenario:
    return load(HERE / "good.toml")


def test_quantities_are_si_floats_and_laws(good: Scenario) -> None:
    opened, closed = good.workload
    assert isinstance(opened, Open)
    assert isinstance(closed, Closed)
    assert opened.rate == 5.0
    assert closed.think == Exponential(2.0)
    assert good.run.duration == 60.0
    assert good.host.link == 125e6
    (step,) = good.profile.operations["dockerd"]["containers_create"]
    assert step.cpu == Lognormal(0.002, 0.004)
    assert step.wait == Constant(0.0)


def test_the_profile_fills_in_what_the_scenario_leaves_out(good: Scenario) -> None:
    assert good.host.cores == 4
    assert good.profile.name == "small"
    assert good.profile.base == "none"


def test_the_scenario_overrides_single_values_of_the_profile() -> None:
    scenario = loads(
        (HERE / "good.toml").read_text()
        + '[host]\ncores = 2\n[profile.operations.dockerd.containers_create]\ncpu = "1 ms"\n',
        HERE,
    )
    assert scenario.host.cores == 2
    assert scenario.host.memory == 8 * 2**30
    (step,) = scenario.profile.operations["dockerd"]["containers_create"]
    assert (step.cpu, step.flushes, step.lock) == (Constant(0.001), 2, "container")


def test_a_list_of_steps_replaces_the_profiles() -> None:
    scenario = loads(
        (HERE / "good.toml").read_text()
        + '[[profile.operations."runtime.runc".create]]\ncpu = "1 ms"\nsource = "mine"\n',
        HERE,
    )
    (step,) = scenario.profile.operations["runtime.runc"]["create"]
    assert step.source == "mine"


def test_the_name_is_the_files_unless_it_says_otherwise(tmp_path: Path) -> None:
    text = (HERE / "good.toml").read_text().replace('"profile.toml"', f'"{HERE}/profile.toml"')
    (tmp_path / "mine.toml").write_text(text.replace('name = "good"', "", 1))
    assert load(tmp_path / "mine.toml").name == "mine"
    assert load(HERE / "good.toml").name == "good"


def test_a_limit_of_the_profile_can_be_lifted(good: Scenario) -> None:
    assert good.registry.rate_limit == 100
    assert vary(good, {"registry.rate_limit": 0}).registry.rate_limit is None


def test_a_plain_kind_of_container_is_always_there(good: Scenario) -> None:
    assert [kind.name for kind in good.containers] == ["web", "default"]
    assert good.containers[1].lifetime is None


def test_clients_that_create_containers_mean_their_own(good: Scenario) -> None:
    opened, closed = good.workload
    assert isinstance(opened, Open)
    assert isinstance(closed, Closed)
    assert getattr(closed.cycle[1], "target", None) == "own"
    assert getattr(opened.mix[2], "target", None) == "random"


def test_a_target_that_is_stated_holds() -> None:
    text = (HERE / "good.toml").read_text()
    scenario = loads(
        text.replace('"run" }, { command = "rm"', '"run" }, { command = "rm", target = "oldest"'),
        HERE,
    )
    closed = scenario.workload[1]
    assert isinstance(closed, Closed)
    assert getattr(closed.cycle[1], "target", None) == "oldest"


def test_a_scenario_is_frozen_hashable_and_picklable(good: Scenario) -> None:
    again = load(HERE / "good.toml")
    assert good == again
    assert hash(good) == hash(again)
    assert pickle.loads(pickle.dumps(good)) == good
    assert good != vary(good, {"host.cores": 5})
    with pytest.raises(ValueError, match="frozen"):
        good.host.cores = 8  # type: ignore[misc]


def test_a_variation_is_a_copy(good: Scenario) -> None:
    varied = vary(good, {"host.cores": 8, "workload.ci.rate": "7 /s"})
    assert varied.host.cores == 8
    assert good.host.cores == 4
    assert vary(varied, {"host.cores": 4, "workload.ci.rate": "5 /s"}) == good


def test_a_variation_that_is_not_valid_is_refused(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"--set: host\.coers: unknown key .* \"cores\"\?"):
        vary(good, {"host.coers": 8})


def test_the_base_of_a_loaded_scenario_cannot_be_changed(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"profile\.base: found \"default\" in a loaded"):
        vary(good, {"profile.base": "default"})


def test_distributions_are_frozen(good: Scenario) -> None:
    law = good.profile.operations["dockerd"]["containers_create"][0].cpu
    with pytest.raises(dataclasses.FrozenInstanceError):
        law.median = 1.0  # type: ignore[attr-defined]


def test_a_shorter_run_without_duration_ends_by_itself() -> None:
    scenario = loads(
        """
        profile.base = "profile.toml"
        [[images]]
        name = "alpine:3.17"
        [[workload]]
        kind = "batch"
        count = 3
        mix = [{ command = "run", image = "alpine:3.17" }]
        """,
        HERE,
    )
    assert scenario.run.duration is None
    assert scenario.run.commands is None


def test_a_law_of_another_family_replaces_the_profiles() -> None:
    text = tomli_w.dumps(
        {
            "host": {"flush": {"distribution": "exponential", "mean": "1 ms"}},
            "images": [{"name": "app", "layers": [{"compressed": "1 MB"}], "present": True}],
            "workload": [{"kind": "batch", "count": 1, "mix": [{"command": "ps"}]}],
        }
    )
    assert loads(text).host.flush == Exponential(0.001)
