"""Flushes: who shares a commit of the journal, and how long it takes."""

import pytest

from docksim.simulation import simulate_once
from tests.system.listing import a_thread, listed, listing

CROWD = {"cpu": "99 s", "group": "a", "background": True}


def test_one_commit_serves_all_who_ask_for_it_while_another_goes_on() -> None:
    # The first client's goes on from 0 to 1 s; the others' is the next.
    latency = listing({"flushes": 1}, clients=5, flush="1 s")
    assert sorted(latency) == pytest.approx([1.0, 2.0, 2.0, 2.0, 2.0])


def test_who_flushes_again_finds_the_others_commit_under_way() -> None:
    # Commits end at 1 s (the first one's), 2 s (the second one's), 3 s (the first one's again).
    latency = listing({"flushes": 2}, clients=2, flush="1 s")
    assert sorted(latency) == pytest.approx([3.0, 4.0])


def test_what_is_done_between_flushes_goes_on_beside_others_commits() -> None:
    steps = ({"flushes": 1}, {"wait": "1 s"}, {"flushes": 1})
    assert sorted(listing(*steps, clients=2, flush="1 s")) == pytest.approx([3.0, 4.0])


def test_a_commit_that_is_delayed_delays_all_who_wait_for_it() -> None:
    delayed = {"busy_flush": a_thread("3 s"), "busy_next_flush": a_thread("1 s")}
    steps = ({"wait": "1 s"}, {"flushes": 1})
    latency = listing(CROWD, *steps, clients=3, cores=1, flush="1 s", **delayed)
    # 4 s for the first commit, and 2 s for that which follows it at once.
    assert sorted(latency) == pytest.approx([5.0, 7.0, 7.0])


def test_a_flush_that_follows_ones_own_takes_what_such_ones_do() -> None:
    delayed = {"busy_flush": a_thread("3 s"), "busy_next_flush": a_thread("1 s")}
    latency = listing(CROWD, {"wait": "1 s"}, {"flushes": 3}, cores=1, flush="1 s", **delayed)
    assert latency.tolist() == pytest.approx([1.0 + 4.0 + 2.0 + 2.0])


def test_all_but_ones_own_commit_on_an_idle_machine_is_waiting() -> None:
    delayed = {"busy_flush": a_thread("3 s"), "busy_next_flush": a_thread("1 s")}
    steps = (CROWD, {"wait": "1 s"}, {"flushes": 1})
    given = listed(*steps, clients=2, cores=1, flush="1 s", **delayed)
    hops = simulate_once(given, trace=True).hops.groupby("number")
    # Delayed by 3 s; and 4 s of another's commit, then delayed by 1 s.
    assert hops["waited"].sum().tolist() == pytest.approx([3.0, 5.0])
