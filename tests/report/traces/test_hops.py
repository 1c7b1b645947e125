from dataclasses import replace

import pytest

from docksim.report.traces.hops import Hop, TraceError, in_lanes, trace_of
from tests.study.factory import queue_records, records_of_a_pull


def hop(branch, start, end):
    return Hop(branch, "dockerd", "registry", "download layer", "call", start, end, 0.0)


def records_with(outcomes):
    records = queue_records(count=len(outcomes), names=("pull",))
    commands = records.commands.assign(outcome=outcomes)
    hops = records.hops.loc[records.hops.index.repeat(1)]
    return replace(records, commands=commands, hops=hops.assign(number=outcomes.index("ok")))


def test_the_first_that_ended_ok_is_shown():
    trace = trace_of(records_with(["conflict", "in progress", "ok", "ok"]), "pull")
    assert (trace.number, trace.outcome) == (2, "ok")


def test_a_number_counts_those_that_ended_however():
    records = records_with(["in progress", "conflict", "ok"])
    records = replace(records, hops=records.hops.assign(number=1))
    trace = trace_of(records, "pull", 1)
    assert (trace.number, trace.outcome) == (1, "conflict")


@pytest.mark.parametrize(
    ("outcomes", "command", "number", "message"),
    [
        (["ok"], "pul", None, 'no "pul" was issued.*: pull; did you mean "pull"'),
        (["in progress"], "pull", None, "had ended when the run ended"),
        (["conflict"], "pull", None, "ended ok"),
        (["ok", "ok"], "pull", 3, "found 1 to 2"),
    ],
)
def test_what_cannot_be_shown_is_told(outcomes, command, number, message):
    records = queue_records(count=len(outcomes), names=("pull",))
    records = replace(records, commands=records.commands.assign(outcome=outcomes))
    with pytest.raises(TraceError, match=message):
        trace_of(records, command, number)


def test_records_without_hops_are_told():
    records = records_of_a_pull()
    with pytest.raises(TraceError, match="trace=True"):
        trace_of(replace(records, hops=records.hops.iloc[:0]), "pull")


def test_hops_are_in_the_order_in_which_they_begin():
    trace = trace_of(records_of_a_pull(), "pull")
    starts = [one.start for one in trace.hops]
    assert starts == sorted(starts)
    assert trace.components == ("user", "CLI", "dockerd", "registry", "storage")
    assert trace.duration == pytest.approx(1.308)


def test_a_reply_is_the_senders_work_and_a_call_the_receivers():
    call = Hop(0, "CLI", "dockerd", "GET", "call", 0.0, 1.0, 0.0)
    assert call.worker == "dockerd"
    assert replace(call, kind="reply").worker == "CLI"


def test_hops_that_overlap_are_in_different_lanes():
    hops = [hop(1, 0, 4), hop(2, 1, 3), hop(3, 2, 5), hop(2, 3, 6), hop(1, 4, 7)]
    assert in_lanes(hops) == [0, 1, 2, 1, 0]
