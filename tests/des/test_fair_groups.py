"""Groups that share first: rates against progressive filling done twice."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.environment import Environment
from docksim.des.fair_groups import FairGroups
from docksim.des.flow_class import Flow
from docksim.des.maxmin import max_min_shares
from docksim.des.sharing import Job, SharedStation

CAPACITY = 4.0
caps = st.sampled_from([0.3, 1.0, 1.2, 2.0, 7.0])
names = st.sampled_from(["daemon", "runtime", None])
comings_and_goings = st.lists(
    st.one_of(st.tuples(caps, names, st.booleans()), st.integers(0, 100)), max_size=60
)


def flow(cap: float, group: str | None) -> Flow:
    flow = Flow()
    flow.cap, flow.weight, flow.group = cap, 1.0, group
    return flow


def rates(flows: list[Flow]) -> list[float]:
    """By definition: groups by max-min, those without one as heavy as they are; then within."""
    members: dict[str | None, list[Flow]] = {}
    for each in flows:
        members.setdefault(each.group, []).append(each)
    groups = list(members.values())
    sums = [sum(each.cap for each in group) for group in groups]
    weights = [1.0 if name else float(len(group)) for name, group in members.items()]
    parts = max_min_shares(CAPACITY, sums, weights)
    found: dict[Flow, float] = {}
    for group, part in zip(groups, parts, strict=True):
        own = max_min_shares(part, [each.cap for each in group], [1.0] * len(group))
        found |= dict(zip(group, own, strict=True))
    return [found[each] for each in flows]


def ends(env: Environment, *jobs: Job) -> list[float]:
    """When each job is done."""
    times = {}
    for job in jobs:
        job.callbacks.append(lambda job: times.update({job: env.now}))
    env.run(until=100.0)
    return [times[job] for job in jobs]


@given(changes=comings_and_goings)
def test_rates_are_max_min_fair_among_groups_and_within_them(
    changes: list[tuple[float, str | None, bool] | int],
) -> None:
    share = FairGroups(CAPACITY, 0.0)
    present: list[Flow] = []
    for change in changes:
        if isinstance(change, tuple):
            cap, group, has_end = change
            present.append(flow(cap, group))
            share.add(present[-1], 1.0 if has_end else inf)
        elif present:
            share.remove(present.pop(change % len(present)))
        share.balance()
        expected = rates(present)
        assert share.rate == pytest.approx(sum(expected), abs=1e-9)
        losses = [
            1.0 - rate / f.cap for f, rate in zip(present, expected, strict=True) if f.finish < inf
        ]
        assert share.delay_rate == pytest.approx(sum(losses), abs=1e-9)


def test_a_quiet_group_is_served_at_once_beside_a_crowd():
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    for _ in range(20):
        cores.serve(1.0, 1.0, group="runtime")
    assert ends(env, cores.serve(0.1, 1.0, group="daemon")) == pytest.approx([0.1])


def test_what_has_no_group_shares_like_a_group():
    env = Environment()
    cores = SharedStation(env, "cores", 1.0, grouped=True)
    crowd = [cores.serve(1.0, 1.0, group="runtime") for _ in range(9)]
    alone = cores.serve(0.5, 1.0)  # gets half of the core
    assert ends(env, alone, crowd[-1]) == pytest.approx([1.0, 9.5])


def test_work_is_conserved_and_an_empty_group_uses_nothing():
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    for group, work in (("a", 1.0), ("a", 2.0), ("b", 0.5), (None, 0.25), ("b", 3.0)):
        cores.serve(work, 1.0, group=group)
    env.run(until=100.0)
    totals = cores.totals()
    assert totals.busy == pytest.approx(6.75)
    assert totals.departures == 5
