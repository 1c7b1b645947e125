"""Flushes: files that are synced to the disk, each by a commit of the file system's journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from docksim.des.bulk import BulkStation
from docksim.des.environment import Environment
from docksim.des.streams import Draws
from docksim.system.activity import Activity
from docksim.system.busy_delay import BusyDelays
from docksim.system.command import Command
from docksim.system.infrastructure.processor import NOTHING
from docksim.system.ledger import Ledger
from docksim.system.steps import Events


@dataclass(frozen=True, slots=True)
class Commit:
    """What a flush asks of the journal.

    law     how long it takes on an idle machine (s)
    place   which of the delays it has while cores are busy
    spaced, following   these, if there are any: where those who write the journal have to be woken
                        up, and where they have just committed something else
    """

    law: Draws
    place: int
    spaced: BusyDelays | None
    following: BusyDelays | None

    def usual(self, command: Command) -> float:
        """Seconds on an idle machine."""
        return self.law.at(command.number, command.occurrence)

    def seconds(self, command: Command, at_once: bool) -> float:
        """Seconds that it takes now; `at_once`: right after another."""
        delays = self.following if at_once else self.spaced
        return self.usual(command) + (delays.of(command, self.place) if delays else 0.0)


class Flushes(Activity):
    """Flushes, one after the other.

    There is one commit at a time. Who asks for one while another goes on waits for that first, and
    shares the next with all others who do: what they changed is in the same transaction
    (jbd2_log_wait_commit in fs/jbd2/journal.c, Linux).
    """

    __slots__ = ("commits", "env", "journal", "ledger")

    def __init__(
        self, env: Environment, ledger: Ledger, journal: BulkStation, commits: Sequence[Commit]
    ) -> None:
        self.env = env
        self.ledger = ledger
        self.journal = journal
        self.commits = commits

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        yield from command.settle(self.env)
        for commit in self.commits:
            began = self.env.now
            yield self.journal.visit(partial(commit.seconds, command))
            waited = self.env.now - began - commit.usual(command)
            if waited > NOTHING:
                command.waited += waited
                self.ledger.waited += waited
