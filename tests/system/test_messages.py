"""What the system needs of a profile, and how it says so."""

from __future__ import annotations

import numpy as np
import pytest

from docksim.scenario import ScenarioError
from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from tests.helpers import scenario, without_cost
from tests.system.listing import a_thread, listing


def lacking(component: str, operation: str, steps: list[dict[str, str]] | None) -> Scenario:
    """A plain scenario whose profile has other steps for an operation, or none."""
    plain = scenario(workload=[{"kind": "batch", "count": 1, "mix": [{"command": "ps"}]}])
    document = plain.document()
    if steps is None:
        del document["profile"]["operations"][component][operation]
    else:
        document["profile"]["operations"][component][operation] = steps
    return Scenario.model_validate(document)


def test_an_operation_that_the_profile_lacks_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"runc.*set_up: missing from the profile"):
        simulate_once(lacking("runtime.runc", "set_up", None))


def test_a_log_that_nobody_can_decode_is_refused() -> None:
    steps = [{"cpu": "1 ms", "source": "test"}]
    with pytest.raises(ScenarioError, match=r"decode_log: no throughput"):
        simulate_once(lacking("dockerd", "decode_log", steps))


def test_the_registrys_service_is_a_single_step() -> None:
    steps = [{"wait": "1 ms", "source": "test"}] * 2
    with pytest.raises(ScenarioError, match=r"service: found 2 steps|service: 2 steps"):
        simulate_once(lacking("registry", "service", steps))


@pytest.mark.parametrize(
    ("threads", "cores", "expected"), [(1, 4, 1.0), (2, 4, 0.5), (2.5, 4, 0.4), (8, 4, 0.25)]
)
def test_a_step_runs_on_as_many_cores_as_it_has_threads(threads, cores, expected) -> None:
    latency = listing({"cpu": "1 s", "threads": threads}, cores=cores)
    assert latency.tolist() == pytest.approx([expected])


def test_threads_of_several_commands_share_the_cores() -> None:
    latency = listing({"cpu": "1 s", "threads": 2}, clients=3, cores=2)
    assert latency.tolist() == pytest.approx([1.5] * 3)


def test_a_step_may_hold_two_locks_and_blocks_those_who_want_either() -> None:
    both = {"wait": "1 s", "lock": "one", "inner_lock": "other"}
    assert listing(both, clients=3).tolist() == pytest.approx([1.0, 2.0, 3.0])
    meanwhile = {"wait": "1 s", "lock": "other", "background": True}
    assert listing(meanwhile, {"wait": "500 ms"}, both).tolist() == pytest.approx([2.0])


def test_who_finds_a_polled_lock_taken_sleeps_and_looks_again() -> None:
    polled = {"wait": "1 s", "lock": "file", "retry": "0.4 s"}
    # The second looks at 0, 0.4, 0.8 and 1.2; the third then at 1.2, 1.6, 2.0 and 2.4.
    assert listing(polled, clients=3).tolist() == pytest.approx([1.0, 2.2, 3.4])


def test_who_polls_the_inner_of_two_locks_holds_the_outer_one_meanwhile() -> None:
    taken = {"wait": "1 s", "lock": "file", "background": True}
    polling = {"wait": "100 ms", "lock": "handle", "inner_lock": "file", "retry": "0.4 s"}
    # Two clients: one looks at 0.5, 0.9 and 1.3, the other is given the handle at 1.4.
    assert listing(taken, {"wait": "500 ms"}, polling).tolist() == pytest.approx([1.4])
    clients = listing({"wait": "500 ms"}, polling, clients=2)
    assert sorted(clients) == pytest.approx([0.6, 0.7])


def test_a_free_polled_lock_is_taken_at_once() -> None:
    assert listing({"wait": "1 s", "lock": "file", "retry": "9 s"}).tolist() == [1.0]


BESIDE_NINE = 1.0 / 0.68
"""s for a core-second beside nine threads of another group, by hand: it gets 2/3 of a core and they
one; of the third that is left, it has a part as of the 1/3 and 8 cores that are still wanted."""


@pytest.mark.parametrize(
    ("own", "seconds"), [("kernel", 1.0), ("daemon", BESIDE_NINE), ("runtime", 5.0)]
)
def test_beside_a_crowd_the_kernel_is_served_first_and_another_group_by_its_share(
    own, seconds
) -> None:
    """One thread has all of its group's weight on its core, where a crowd has half of its own."""
    crowd = [{"cpu": "99 s", "group": "runtime", "background": True}] * 9
    latency = listing(*crowd, {"wait": "1 s"}, {"cpu": "1 s", "group": own}, cores=2)
    assert latency.tolist() == pytest.approx([1.0 + seconds])


def test_brief_work_shares_every_moment_where_the_scheduler_has_no_slices() -> None:
    crowd = [{"cpu": "99 s", "group": "runtime", "background": True}] * 9
    brief = {"cpu": "1 s", "group": "daemon", "brief": True}
    latency = listing(*crowd, {"wait": "1 s"}, brief, cores=2)
    assert latency.tolist() == pytest.approx([1.0 + BESIDE_NINE])


def test_brief_work_is_done_at_full_speed_between_slices_of_others() -> None:
    """A hundredth of a slice is lost on average: next to always, nothing is."""
    crowd = [{"cpu": "99 s", "group": "runtime", "background": True}] * 9
    brief = {"cpu": "1 s", "group": "daemon", "brief": True}
    latency = listing(*crowd, {"wait": "1 s"}, brief, cores=2, slice="100 s")
    assert latency.tolist() == pytest.approx([2.0])


@pytest.mark.parametrize(("own", "expected"), [("a", 2.5), ("b", 2.5), ("c", 3.0)])
def test_who_is_woken_up_waits_for_threads_of_other_groups(own, expected) -> None:
    busy = [{"cpu": "9 s", "group": group, "background": True} for group in "aab"]
    step = {"wait": "1 s", "wakeups": 1, "group": own}
    latency = listing(*busy, {"wait": "1 s"}, step, cores=2, busy_wakeup=a_thread("1 s"))
    assert latency.tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("groups", "expected"), [("", 2.0), ("a", 2.5), ("aaa", 2.5), ("ab", 3.0), ("abb", 3.0)]
)
@pytest.mark.parametrize(
    ("what", "delay"),
    [
        ({"inner_flushes": 1}, {"busy_flush": a_thread("1 s")}),
        (
            {"inner_flushes": 5},
            {"busy_flush": a_thread("200 ms"), "busy_next_flush": a_thread("200 ms")},
        ),
        (
            {"inner_flushes": 5},
            {"busy_flush": a_thread("600 ms"), "busy_next_flush": a_thread("100 ms")},
        ),
        ({"grace_periods": 5}, {"busy_grace_period": a_thread("200 ms")}),
        ({"barriers": 2}, {"busy_barrier": a_thread("500 ms")}),
        ({"wakeups": 8}, {"busy_wakeup": a_thread("125 ms")}),
        ({"unmounts": 4}, {"busy_unmount": a_thread("250 ms")}),
    ],
)
def test_the_kernels_threads_take_longer_for_each_group_that_is_at_work(
    groups, expected, what, delay
) -> None:
    busy = [{"cpu": "9 s", "group": group, "background": True} for group in groups]
    step = {"wait": "1 s"} | what
    latency = listing(*busy, {"wait": "1 s"}, step, cores=2, **delay)
    assert latency.tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("groups", "expected"), [("aaa", 2.5), ("aab", 3.0), ("aaabb", 3.5), ("aaabbc", 3.5)]
)
@pytest.mark.parametrize("own", ["a", "b", "c"])
def test_of_the_largest_group_a_thread_contends_and_of_the_second_all(
    groups, expected, own
) -> None:
    busy = [{"cpu": "9 s", "group": group, "background": True} for group in groups]
    step = {"wait": "1 s", "inner_flushes": 1, "group": own}
    latency = listing(*busy, {"wait": "1 s"}, step, cores=2, busy_flush=a_thread("1 s"))
    assert latency.tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("groups", "delay"),
    [("a", 0.05), ("ab", 0.1), ("aabb", 0.3), ("ab" * 3, 0.5), ("ab" * 5, 0.75)],
)
def test_between_and_beyond_what_was_measured_delays_are_in_proportion(groups, delay) -> None:
    busy = [{"cpu": "9 s", "group": group, "background": True} for group in groups]
    measured = [{"threads": 1, "delay": "100 ms"}, {"threads": 2, "delay": "500 ms"}]
    step = {"inner_flushes": 1}
    latency = listing(*busy, {"wait": "1 s"}, step, cores=2, busy_flush=measured)
    assert latency.tolist() == pytest.approx([1.0 + delay])


def test_work_in_turn_is_done_by_as_many_as_there_are_cores_first_come_first_served() -> None:
    in_turn = {"cpu": "1 s", "group": "daemon", "quantum": "9 s"}
    assert sorted(listing(in_turn, clients=5, cores=2)) == pytest.approx([1.0, 1.0, 2.0, 2.0, 3.0])


def test_nobody_has_a_turn_for_longer_than_a_quantum_while_others_wait() -> None:
    in_turn = {"group": "daemon", "quantum": "100 ms"}
    long = in_turn | {"cpu": "1 s", "background": True}
    latency = listing(long, {"wait": "50 ms"}, in_turn | {"cpu": "100 ms"}, cores=1)
    assert latency.tolist() == pytest.approx([0.2])


def test_turns_are_a_groups_own() -> None:
    in_turn = {"cpu": "1 s", "quantum": "9 s"}
    other = in_turn | {"group": "runtime", "background": True}
    assert listing(other, in_turn | {"group": "daemon"}, cores=2).tolist() == pytest.approx([1.0])


def test_nobody_waits_for_what_goes_on_in_the_background() -> None:
    latency = listing({"wait": "1 s"}, {"cpu": "5 s", "background": True}, {"wait": "2 s"}, cores=1)
    assert latency.tolist() == pytest.approx([3.0])


def test_what_goes_on_in_the_background_takes_cores_from_others() -> None:
    latency = listing({"cpu": "1 s", "background": True}, {"cpu": "1 s"}, cores=1)
    assert latency.tolist() == pytest.approx([2.0])


def test_a_lock_is_held_in_the_background() -> None:
    background = {"wait": "1 s", "background": True, "lock": "kernel.netns"}
    later = [{"wait": "0.1 s"}, {"wait": "0.5 s", "lock": "kernel.netns"}]
    assert listing(background, *later).tolist() == pytest.approx([1.5])


def test_who_hands_a_lock_over_lets_the_one_that_waited_go_first() -> None:
    """The second has waited for the first handle, and finds the file free; so the first polls it,
    with the other handle in hand."""
    polled = {"wait": "1 s", "inner_lock": "file", "retry": "10 s"}
    latency = listing(polled | {"lock": "a"}, polled | {"lock": "b"}, clients=2)
    assert latency.tolist() == pytest.approx([12.0, 13.0])


@pytest.mark.parametrize(("jobs", "expected"), [(1, 2.5), (3, 3.0)])
def test_without_groups_all_that_is_at_work_is_one(jobs, expected) -> None:
    busy = [{"cpu": "9 s", "background": True}] * jobs
    step = {"wait": "1 s", "grace_periods": 5}
    latency = listing(*busy, {"wait": "1 s"}, step, cores=2, busy_grace_period=a_thread("200 ms"))
    assert latency.tolist() == pytest.approx([expected])


def test_what_each_item_costs_is_drawn_once_an_execution() -> None:
    items, commands = 400, 40
    plain = scenario(
        host={"cores": commands},
        containers=[{"name": "listed", "stopped": items}],
        workload=[
            {"kind": "batch", "count": commands, "mix": [{"command": "ps", "all": True}]},
        ],
    )
    document = without_cost(plain).document()
    law = {"distribution": "uniform", "low": "0 s", "high": "2 s"}
    step = {"source": "test", "cpu_per_item": law}
    document["profile"]["operations"]["dockerd"]["containers_json"] = [step]
    found = simulate_once(Scenario.model_validate(document)).commands
    each = (found["ended"] - found["arrived"]) / items
    # Sums of as many independent draws would all be within a few hundredths of 1 s.
    assert each.min() < 0.3
    assert each.max() > 1.7


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_delays_of_flushes_that_follow_each_other_are_as_alike_as_they_were_measured(
    correlation: float,
) -> None:
    """Of sums of n uniforms on [0, 1) s, whose ranks are correlated by ρ, the variance is
    n (1 + (n - 1) ρ) / 12."""
    flushes = 20
    law = {"distribution": "uniform", "low": "0 s", "high": "1 s"}
    measured = [{"threads": 1, "delay": law, "correlation": correlation}]
    busy = {"cpu": "9999 s", "group": "a", "background": True}
    step = {"inner_flushes": 1 + flushes}
    found = listing(busy, {"wait": "1 s"}, step, clients=400, cores=1, busy_next_flush=measured)
    ranks = 6 / np.pi * np.arcsin(correlation / 2)  # of a Gaussian copula: Kruskal, JASA 53, 1958
    expected = flushes * (1 + (flushes - 1) * ranks) / 12
    assert found.mean() == pytest.approx(1.0 + flushes / 2, rel=0.05)
    assert found.var() == pytest.approx(expected, rel=0.3)


@pytest.mark.parametrize("cores", [1, 4, 16])
def test_a_crowd_is_spread_over_the_cores_and_weighs_as_much_less_on_each(cores) -> None:
    busy = {"cpu": "99 s", "threads": cores, "group": "a", "background": True}
    step = {"wait": "1 s", "inner_flushes": 1}
    latency = listing(busy, {"wait": "1 s"}, step, cores=cores, busy_flush=a_thread("200 ms"))
    assert latency.tolist() == pytest.approx([2.0 + 0.2 / cores])


def test_what_varies_together_is_long_at_the_same_time() -> None:
    """Two sums of uniforms on [0, 1) s: the one of the same draw is as far apart as twice it."""
    law = {"distribution": "uniform", "low": "0 s", "high": "1 s"}
    parts = [{"wait": law}, {"cpu": law}]
    apart, together = (
        listing(*[part | more for part in parts], clients=400, cores=400).var()
        for more in ({}, {"varies_with": "all"})
    )
    assert apart == pytest.approx(2 / 12, rel=0.25)
    assert together == pytest.approx(4 / 12, rel=0.25)
