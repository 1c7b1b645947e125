"""Groups that share first: rates against their definition, computed anew at each change."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.core_queues import queue_shares
from docksim.des.environment import Environment
from docksim.des.fair_groups import KERNEL, MOST, FairGroups
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
    flow.cap, flow.weight, flow.group, flow.brief = cap, 1.0, group, False
    return flow


def rates(flows: list[Flow]) -> list[float]:
    """By definition: groups by the cores' queues, those without one as heavy as they are; then
    within."""
    members: dict[str | None, list[Flow]] = {}
    for each in flows:
        members.setdefault(each.group, []).append(each)
    groups = list(members.values())
    sums = tuple(sum(each.cap for each in group) for group in groups)
    weights = tuple(1.0 if name else float(len(group)) for name, group in members.items())
    parts = sums if sum(sums) <= CAPACITY else queue_shares(CAPACITY, sums, weights)
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
def test_groups_share_by_the_queues_of_cores_and_their_members_max_min_fair(
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


def crowded(cores: float = 2.0) -> SharedStation:
    """Cores that a hundred threads of one group want."""
    station = SharedStation(Environment(), "cores", cores, grouped=True)
    for _ in range(100):
        station.serve(1.0, 1.0, group="runtime")
    return station


def test_a_thread_of_its_own_gets_two_thirds_of_a_core_beside_a_crowd():
    cores = crowded()
    assert ends(cores._env, cores.serve(0.1, 1.0, group="daemon")) == pytest.approx(
        [0.15], rel=0.005
    )


def test_the_kernel_goes_first():
    cores = crowded()
    assert ends(cores._env, cores.serve(0.1, 1.0, group=KERNEL)) == pytest.approx([0.1])


def test_the_kernel_leaves_something():
    cores = crowded()
    kernel = [cores.serve(1.8, 1.0, group=KERNEL) for _ in range(2)]
    assert ends(cores._env, *kernel) == pytest.approx([1.8 / MOST] * 2)


def test_brief_work_goes_first_and_the_crowd_gets_the_rest():
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    crowd = [cores.serve(0.5, 1.0, group="runtime") for _ in range(4)]
    brief = cores.serve(0.1, 1.0, group="daemon", brief=True)
    assert ends(env, brief, *crowd) == pytest.approx([0.1] + [1.05] * 4)


def test_one_more_is_told_its_share_beside_what_lasts():
    cores = crowded()
    assert cores.share_of_one_more("daemon", 1.0) == pytest.approx(2 / 3, rel=0.005)
    cores.serve(1.0, 1.0, group="client", brief=True)
    cores.serve(1.0, 1.0, group=KERNEL)
    assert cores.share_of_one_more("daemon", 1.0) == pytest.approx(2 / 3, rel=0.005)
    assert cores.share_of_one_more("runtime", 1.0) == pytest.approx(1.0)


def test_rivals_are_one_of_the_largest_group_and_all_of_the_second():
    cores = crowded()  # of the runtime
    assert cores.rivals() == pytest.approx(1.0)
    for _ in range(3):
        cores.serve(1.0, 1.0, group="daemon")
    cores.serve(1.0, 0.5, group="containers")
    cores.serve(1.0, 1.0, group=KERNEL)
    cores.serve(1.0, 1.0)
    assert cores.rivals() == pytest.approx(4.0)
    assert cores.rivals("daemon") == pytest.approx(1.5)
    assert cores.rivals("runtime") == pytest.approx(1.5)
    assert cores.rivals("containers") == pytest.approx(4.0)


def test_nobody_has_rivals_where_nobody_computes():
    cores = SharedStation(Environment(), "cores", 2.0, grouped=True)
    assert cores.rivals() == 0.0
    cores.serve(1.0, 0.5, group="daemon")
    assert cores.rivals() == pytest.approx(0.5)
    assert cores.rivals("daemon") == 0.0


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
