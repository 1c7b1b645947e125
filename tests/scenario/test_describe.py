"""What `scenario check` tells of a scenario, and the schema of such files."""

import json
from pathlib import Path

from rich.console import Console

from docksim.scenario import Scenario, load, loads
from docksim.scenario.describe import describe
from docksim.scenario.schema import json_schema

HERE = Path(__file__).parent


def described(scenario: Scenario) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(describe(scenario))
    return " ".join(console.export_text().split())


def test_it_tells_images_load_length_and_profile() -> None:
    told = described(load(HERE / "good.toml"))
    for fragment in (
        "run 1 min; 5 replications, seed 1",
        "4 cores × 1, 8 GiB of memory",
        "profile small: 2 operations made up for tests",
        "alpine:3.17 1 0 3.214 MiB 7.04 MB present catalogue",
        "app 2 0 81 MiB 210.6 MiB absent scenario",
        "web 0.3 cores 64 MiB until stopped 2 running, 0 stopped",
        "ci open poisson, 5 /s: about 300 commands 25% run app container=web",
        "50% rm random",
        "desk closed 4 clients, think time exponential(mean 2 s) run any image → rm own",
    ):
        assert fragment in told


def test_it_tells_the_other_kinds_of_load() -> None:
    told = described(
        loads(
            f"""
            profile.base = "{HERE}/profile.toml"
            run = {{ commands = 100, warm_up = "3 s" }}
            [[images]]
            name = "alpine:3.17"
            [[containers]]
            name = "web"
            ignores_sigterm = 0.2
            unkillable = 0.01
            ports = 2
            network = "overlay"
            running = 0
            [[workload]]
            kind = "open"
            name = "day"
            arrivals = "piecewise"
            rates = [{{ from = 0, rate = "1 /s" }}, {{ from = "8 h", rate = "3 /s" }}]
            period = "24 h"
            mix = [{{ command = "run", zipf = 1.5, container = "web" }}]
            [[workload]]
            kind = "open"
            name = "recorded"
            arrivals = "listed"
            times = ["2 s", "3 s", "7 s"]
            mix = [{{ command = "ps" }}]
            [[workload]]
            kind = "batch"
            count = 9
            start = "5 s"
            timeout = "1 min"
            mix = [{{ command = "ps" }}]
            [[workload]]
            kind = "replay"
            rows = [
                {{ time = 0, action = {{ command = "ps" }} }},
                {{ time = "9 s", action = {{ command = "ps" }} }},
            ]
            """
        )
    )
    for fragment in (
        "3 from 2 s to 7 s",
        "until 100 commands have ended, statistics from 3 s",
        "20% ignore SIGTERM, 1% unkillable, 2 ports, network overlay",
        "1 /s from 0 s, 3 /s from 8 h, again every 24 h 100% run any image by Zipf 1.5",
        "9 at once, from 5 s, given up after 1 min",
        "2 from 0 s to 9 s 2 × ps",
    ):
        assert fragment in told


def test_a_run_without_length_ends_with_its_commands() -> None:
    told = described(
        loads(
            f'profile.base = "{HERE}/profile.toml"\n[[workload]]\nkind = "batch"\ncount = 1\n'
            'mix = [{ command = "ps" }]'
        )
    )
    assert "until all commands have ended" in told


class TestSchema:
    def test_it_is_json_with_every_section(self) -> None:
        schema = json.loads(json.dumps(json_schema()))
        assert set(schema["properties"]) >= {"host", "images", "workload", "run"}
        assert schema["additionalProperties"] is False

    def test_what_the_profile_supplies_may_be_left_out(self) -> None:
        schema = json_schema()
        assert schema["required"] == ["workload"]
        assert "required" not in schema["$defs"]["Host"]

    def test_images_are_described_as_they_are_declared(self) -> None:
        schema = json_schema()
        assert schema["properties"]["images"]["items"] == {"$ref": "#/$defs/DeclaredImage"}
        assert "manifest" in schema["$defs"]["DeclaredImage"]["properties"]

    def test_keys_have_descriptions(self) -> None:
        host = json_schema()["$defs"]["Host"]["properties"]
        assert host["cores"]["description"] == "CPU cores."
