"""An operation's account holds what belongs to it."""

import asyncio
from math import nan

from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.memory import Memory
from docksim.engine.measurement.timeline import Spell, Timeline
from docksim.engine.measurement.watching import Account


class Traced:
    """A tracer that has seen this."""

    def __init__(self, timeline):
        self.timeline = timeline

    def start(self):
        pass

    def stop(self):
        return self.timeline


def accounted(timeline, issued, ended):
    """The tables of one operation."""

    async def work():
        return Answer(issued, nan, ended, 200, "")

    async def quiet():
        pass

    async def memory():
        return Memory(0.0, 0.0)

    account = Account(Traced(timeline), quiet, memory)
    asyncio.run(account.around("start", work))
    return account.tables()


def opening(executed):
    """Seconds that dockerd, which is always on a core, runs before the first program."""
    timeline = Timeline(runs=[Spell(0.0, 20.0, "dockerd")], executed=executed)
    cpu = accounted(timeline, issued=10.0, ended=12.0)["cpu"]
    return cpu[(cpu["phase"] == "opening") & (cpu["component"] == "dockerd")]["cpu"].tolist()


def test_an_opening_lasts_until_the_first_program():
    assert opening([(10.5, "runc"), (11.0, "runc")]) == [0.5]


def test_what_was_executed_before_the_operation_opens_nothing_of_it():
    assert opening([(9.5, "sh"), (10.75, "runc")]) == [0.75]


def test_without_a_program_until_the_reply_there_is_no_opening():
    assert opening([(9.5, "sh"), (12.5, "runc")]) == []


def test_flushes_are_told_by_phase():
    timeline = Timeline(flushes=[(9.0, "dockerd"), (10.5, "dockerd"), (11.0, "dockerd")])
    flushes = accounted(timeline, issued=10.0, ended=12.0)["flushes"]
    replied = flushes[flushes["phase"] == "reply"]
    assert replied[["component", "count"]].values.tolist() == [["dockerd", 2]]
