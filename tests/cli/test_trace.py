import json

import pytest
import typer
from typer.testing import CliRunner

from docksim.cli.trace import trace

SCENARIO = """
[[images]]
name = "alpine:3.17"
[[containers]]
name = "web"
[[workload]]
name = "users"
kind = "batch"
count = 2
mix = [{ command = "run", image = "alpine:3.17", container = "web" }]
"""

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(trace)


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO)
    return file


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_sequence_diagram_is_the_default(scenario):
    done = run(scenario, "--command", "run")
    assert done.exit_code == 0
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "sequenceDiagram"
    assert lines[1:3] == ["participant user", "participant CLI"]
    assert any(line.startswith("user->>CLI: docker run IMAGE CMD (") for line in lines)
    assert any(line.startswith("CLI-->>user: container started (") for line in lines)


def test_chrome_events_are_json(scenario):
    done = run(scenario, "--command", "run", "--format", "chrome")
    events = json.loads(done.stdout)["traceEvents"]
    assert {"M", "X", "s", "f"} == {event["ph"] for event in events}


def test_a_table_has_a_row_a_hop(scenario):
    done = run(scenario, "--command", "run", "--format", "table")
    assert "user → CLI" in done.stdout
    assert "CLI ⇢ user" in done.stdout


@pytest.mark.parametrize("form", ["mermaid", "chrome", "table"])
def test_a_file_gets_what_would_be_printed(scenario, tmp_path, form):
    out = tmp_path / "trace"
    done = run(scenario, "--command", "run", "--format", form, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text() == run(scenario, "--command", "run", "--format", form).stdout


def test_a_number_shows_another_one(scenario):
    first, second = (run(scenario, "--command", "run", "--number", k).stdout for k in (1, 2))
    assert first != second


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--command", "rnu"), 'commands that were: run; did you mean "run"?'),
        (("--command", "run", "--number", 3), "found 1 to 2"),
        (("--command", "run", "--set", "run.duration=1 ms"), "simulate for longer"),
    ],
)
def test_what_cannot_be_shown_is_one_clear_error(scenario, options, message):
    done = run(scenario, *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_output_that_is_a_folder_is_one_clear_error(scenario, tmp_path):
    done = run(scenario, "--command", "run", "--out", tmp_path)
    assert done.exit_code == 2
    assert done.stderr == f"{tmp_path}: is a folder; a file is needed\n"
