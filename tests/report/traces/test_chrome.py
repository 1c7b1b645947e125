import json
from collections import defaultdict

import pytest

from docksim.report.traces.chrome import chrome
from docksim.report.traces.hops import trace_of
from tests.study.factory import records_of_a_pull, records_of_a_removal

CASES = [(records_of_a_pull, "pull"), (records_of_a_removal, "rm")]


@pytest.fixture(params=CASES, ids=["pull", "rm"])
def trace(request):
    records, command = request.param
    return trace_of(records(), command)


def events_of(trace):
    return json.loads(chrome(trace))["traceEvents"]


def test_components_are_processes_in_the_order_of_the_layers(trace):
    events = events_of(trace)
    names = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    order = {e["pid"]: e["args"]["sort_index"] for e in events if e["name"] == "process_sort_index"}
    assert [names[pid] for pid in sorted(names, key=order.get)] == list(trace.components)


def test_every_track_has_a_name(trace):
    events = events_of(trace)
    named = {(e["pid"], e["tid"]) for e in events if e["name"] == "thread_name"}
    assert {(e["pid"], e["tid"]) for e in events if e["ph"] != "M"} == named


def test_events_are_in_order_of_time_and_none_is_before_the_command(trace):
    times = [e["ts"] for e in events_of(trace) if "ts" in e]
    assert times == sorted(times)
    assert times[0] == 0.0


def test_every_hop_is_a_complete_event_of_its_length_in_microseconds(trace):
    hops = [e for e in events_of(trace) if e["ph"] == "X" and e["cat"] != "command"]
    found = sorted((e["name"], e["tid"], e["dur"]) for e in hops)
    expected = sorted((hop.message, hop.branch, 1e6 * hop.duration) for hop in trace.hops)
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [row[2] for row in found] == pytest.approx([row[2] for row in expected], abs=0.002)


def test_events_of_a_track_nest(trace):
    tracks = defaultdict(list)
    for event in events_of(trace):
        if event["ph"] == "X":
            tracks[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for spans in tracks.values():
        open_ends = []
        for start, end in spans:
            while open_ends and open_ends[-1] <= start + 1e-6:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1] + 1e-6
            open_ends.append(end)


def test_every_message_has_an_arrow_whose_ends_lie_within_spans(trace):
    events = events_of(trace)
    spans = [e for e in events if e["ph"] == "X"]
    ends = defaultdict(list)
    for event in events:
        if event["ph"] in "sf":
            ends[event["id"]].append(event)
            assert any(
                (s["pid"], s["tid"]) == (event["pid"], event["tid"])
                and s["ts"] <= event["ts"] < s["ts"] + s["dur"]
                for s in spans
            )
    messages = sum(hop.kind != "work" for hop in trace.hops)
    assert len(ends) == messages
    for start, finish in ends.values():
        assert (start["ph"], finish["ph"], finish["bp"]) == ("s", "f", "e")
        assert start["ts"] <= finish["ts"]
        assert start["pid"] != finish["pid"]
