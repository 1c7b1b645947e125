import re
from dataclasses import replace

from docksim.report.traces.hops import trace_of
from docksim.report.traces.mermaid import mermaid
from tests.study.factory import records_of_a_pull, records_of_a_removal

GRAMMAR = [
    r"sequenceDiagram",
    r"participant \w+",
    r"\w+(->>|-->>)\w+: [^;#]+ \([^;#]+\)",
    r"par layer \d+",
    r"and layer \d+",
    r"end",
    r"Note over \w+(,\w+)?: [^;#]+",
]


def lines_of(records, command):
    return [line.strip() for line in mermaid(trace_of(records, command)).splitlines()]


def arrows(lines):
    return [line.split(" (")[0] for line in lines if ">>" in line]


def test_every_line_is_of_the_grammar():
    for records, command in ((records_of_a_pull(), "pull"), (records_of_a_removal(), "rm")):
        for line in lines_of(records, command):
            assert any(re.fullmatch(rule, line) for rule in GRAMMAR), line


def test_a_pull_is_drawn_like_its_table():
    lines = lines_of(records_of_a_pull(), "pull")
    assert lines[1:6] == [
        f"participant {name}" for name in ("user", "CLI", "dockerd", "registry", "storage")
    ]
    layer = [
        "dockerd->>registry: download layer",
        "registry-->>dockerd: layer data",
        "dockerd->>storage: store layer",
    ]
    assert arrows(lines) == [
        "user->>CLI: docker pull IMAGE",
        "CLI->>dockerd: POST /images/create",
        "dockerd->>registry: query image manifest",
        "registry-->>dockerd: layer descriptors",
        *layer,
        *layer,
        "dockerd-->>CLI: download complete",
        "CLI-->>user: pull succeeded",
    ]


def test_layers_stand_in_a_block_of_their_own():
    lines = lines_of(records_of_a_pull(), "pull")
    block = [line for line in lines if re.match("(par|and|end)( |$)", line)]
    assert block == ["par layer 1", "and layer 2", "end"]
    assert lines.index("par layer 1") == 1 + next(
        n for n, line in enumerate(lines) if "layer descriptors" in line
    )


def test_work_inside_a_component_is_an_arrow_to_itself():
    lines = lines_of(records_of_a_removal(), "rm")
    assert "shim->>shim: wait for the process to exit (10.0 s)" in lines
    assert "shim-->>containerd: container process exited (1.00 ms)" in lines
    assert not any(line.startswith("par ") for line in lines)


def test_labels_tell_durations_and_waiting():
    lines = lines_of(records_of_a_pull(), "pull")
    assert "CLI->>dockerd: POST /images/create (2.00 ms, 1.00 ms waiting)" in lines
    assert lines[-1] == "Note over user,storage: docker pull: 1.31 s, ok"


def test_time_without_a_message_is_told():
    records = records_of_a_removal()
    late = records.hops["start"] > 10.004
    hops = records.hops.assign(
        start=records.hops["start"].where(~late, records.hops["start"] + 5),
        end=records.hops["end"].where(~late, records.hops["end"] + 5),
    )
    commands = records.commands.assign(ended=records.commands["ended"] + 5)
    notes = [
        line
        for line in lines_of(replace(records, hops=hops, commands=commands), "rm")
        if "without" in line
    ]
    assert notes == ["Note over shim: 5.00 s without a message of this command"]
    assert not any("without" in line for line in lines_of(records, "rm"))


def test_what_mermaid_would_read_as_its_own_is_escaped():
    records = records_of_a_removal()
    hops = records.hops.assign(message="a; b #1")
    text = mermaid(trace_of(replace(records, hops=hops), "rm"))
    assert "a#59; b #35;1" in text
