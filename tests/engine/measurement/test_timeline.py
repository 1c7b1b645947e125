"""A trace as ftrace prints it: who ran, who slept and in what, by hand."""

import pytest

from docksim.engine.measurement.timeline import parse, reason

CLIENT = 100

# Times in ms. Core 0: dockerd 0-10, which then sleeps until 30 in a barrier, and runs 30-40.
# Core 1: the client 0-5, then runc 5-20, executed at 6.
TRACE = """\
 idle-0  [000] d..2. 1.000000: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 \
prev_state=R ==> next_comm=dockerd next_pid=7 next_prio=120
 idle-0  [001] d..2. 1.000000: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 \
prev_state=R ==> next_comm=python next_pid=100 next_prio=120
 python-100  [001] d..2. 1.005000: sched_switch: prev_comm=python prev_pid=100 prev_prio=120 \
prev_state=S ==> next_comm=runc:[2:INIT] next_pid=9 next_prio=120
 runc:[2:INIT]-9  [001] ..... 1.006000: sched_process_exec: filename=/usr/sbin/runc pid=9 old_pid=9
 dockerd-7  [000] d..2. 1.010000: sched_switch: prev_comm=dockerd prev_pid=7 prev_prio=120 \
prev_state=D ==> next_comm=swapper/0 next_pid=0 next_prio=120
 dockerd-7  [000] d..2. 1.010001: <stack trace>
 => __schedule
 => rcu_barrier
 => rtnl_setlink
 runc:[2:INIT]-9  [001] d..2. 1.020000: sched_switch: prev_comm=runc:[2:INIT] prev_pid=9 \
prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120
 idle-0  [000] d..2. 1.030000: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 \
prev_state=R ==> next_comm=dockerd next_pid=7 next_prio=120
 dockerd-7  [000] d..2. 1.040000: sched_switch: prev_comm=dockerd prev_pid=7 prev_prio=120 \
prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120
"""


@pytest.fixture
def timeline():
    return parse(TRACE.splitlines(keepends=True), CLIENT)


def test_time_on_cores_goes_to_whoever_was_there(timeline):
    taken = {name: cpu for name, cpu in timeline.cpu(1.0, 1.05).items() if cpu}
    assert taken == pytest.approx({"dockerd": 0.020, "client": 0.005, "init": 0.015})


def test_a_window_has_only_its_own(timeline):
    taken = {name: cpu for name, cpu in timeline.cpu(1.008, 1.012).items() if cpu}
    assert taken == pytest.approx({"dockerd": 0.002, "init": 0.004})


def test_busy_cores_are_those_at_work_for_the_engine(timeline):
    # Both 5-10, one 0-5, 10-20 and 30-40, none 20-30 and 40-50; the client is none of them.
    assert timeline.occupancy(1.0, 1.05) == pytest.approx({0: 0.020, 1: 0.025, 2: 0.005})


def test_occupancy_adds_up_to_the_window(timeline):
    assert sum(timeline.occupancy(1.003, 1.033).values()) == pytest.approx(0.030)


def test_a_sleep_lasts_until_the_sleeper_runs_again(timeline):
    assert timeline.asleep(1.0, 1.05) == {
        ("dockerd", "rcu_barrier"): (1, pytest.approx(0.020)),
    }


def test_programs_are_named_as_they_are_executed(timeline):
    assert timeline.executed == [(1.006, "runc")]


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        (["__schedule", "rcu_barrier", "cleanup_net"], "rcu_barrier"),
        (["synchronize_rcu_normal", "percpu_down_write", "cgroup_procs_write_start"], "cgroup"),
        (["synchronize_rcu_expedited", "namespace_unlock"], "grace period"),
        (["jbd2_log_wait_commit", "ext4_sync_file", "__x64_sys_fdatasync"], "flush"),
        (["jbd2_log_wait_commit", "ext4_sync_fs", "sync_filesystem", "ovl_sync_fs"], "sync"),
        (["synchronize_rcu_expedited", "kern_unmount_array", "ovl_free_fs"], "unmount"),
        (["do_page_fault"], "other"),
        ([], "other"),
    ],
)
def test_a_sleep_is_called_by_what_the_kernel_does(stack, expected):
    assert reason(stack) == expected


LOCKS = """\
 dockerd-7  [000] ..... 1.000000: flock_lock_inode: fl=0 dev=0x7:0x0 ino=0x2a fl_blocker=0 \
fl_owner=1 fl_pid=7 fl_flags=FL_FLOCK fl_type=F_WRLCK fl_start=0 fl_end=9 ret=0
 dockerd-8  [001] ..... 1.001000: flock_lock_inode: fl=0 dev=0x7:0x0 ino=0x2a fl_blocker=0 \
fl_owner=2 fl_pid=7 fl_flags=FL_FLOCK fl_type=F_WRLCK fl_start=0 fl_end=9 ret=-11
 dockerd-7  [001] ..... 1.004000: flock_lock_inode: fl=0 dev=0x7:0x0 ino=0x2a fl_blocker=0 \
fl_owner=1 fl_pid=7 fl_flags=FL_FLOCK|FL_CLOSE fl_type=F_UNLCK fl_start=0 fl_end=9 ret=0
"""


def test_a_files_lock_is_held_from_getting_it_to_giving_it_back():
    (held,) = parse(LOCKS.splitlines(keepends=True), CLIENT).held
    assert (held.component, held.began, held.ended) == ("dockerd", 1.0, pytest.approx(1.004))


FLUSHES = """\
 dockerd-7  [000] ..... 1.001000: sys_fsync(fd: 5)
 dockerd-7  [000] ..... 1.002000: sys_fsync -> 0x0
 python-100  [001] ..... 1.003000: sys_fsync(fd: 3)
 dockerd-8  [001] ..... 1.004000: sys_fsync(fd: 6)
 dockerd-8  [001] ..... 1.009000: sys_fsync(fd: 6)
"""


def test_calls_of_fsync_are_counted_but_for_the_clients():
    assert parse(FLUSHES.splitlines(keepends=True), CLIENT).flushed(1.0, 1.008) == {"dockerd": 2}


AGAIN = """\
 dockerd-7  [000] ..... 1.000000: sched_process_fork: comm=dockerd pid=7 child_comm=dockerd \
child_pid=20
 exe-20  [000] ..... 1.000500: sched_process_fork: comm=exe pid=20 child_comm=exe child_pid=21
 runc-9  [001] ..... 1.000700: sched_process_fork: comm=runc pid=9 child_comm=runc child_pid=30
""" + "".join(
    f" exe-{thread}  [00{core}] d..2. 1.00{end}000: sched_switch: prev_comm=exe prev_pid={thread} "
    f"prev_prio=120 prev_state=S ==> next_comm=exe next_pid={after} next_prio=120\n"
    for core, end, thread, after in ((0, 1, 1, 21), (0, 3, 21, 0), (1, 1, 2, 30), (1, 6, 30, 0))
)


def test_who_executes_itself_again_is_told_by_whose_child_it_is():
    taken = parse(AGAIN.splitlines(keepends=True), CLIENT).cpu(1.001, 1.1)
    assert (taken["reexec"], taken["hook"]) == pytest.approx((0.002, 0.005))


UNTOLD = """\
 runc-9  [001] d..2. 1.001000: sched_switch: prev_comm=runc prev_pid=9 prev_prio=120 \
prev_state=D ==> next_comm=swapper/1 next_pid=0 next_prio=120
 runc-9  [001] d..2. 1.007000: sched_stat_runtime: comm=runc pid=9 runtime=2000000 [ns]
 runc-9  [001] d..2. 1.010000: sched_stat_runtime: comm=runc pid=9 runtime=3000000 [ns]
 runc-9  [001] d..2. 1.010000: sched_switch: prev_comm=runc prev_pid=9 prev_prio=120 \
prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120
"""


def test_a_run_whose_beginning_is_not_told_is_as_long_as_was_charged():
    timeline = parse(UNTOLD.splitlines(keepends=True), CLIENT)
    assert timeline.cpu(1.002, 1.02)["runc"] == pytest.approx(0.005)
    assert timeline.asleep(1.0, 1.02) == {("runc", "other"): (1, pytest.approx(0.004))}


def test_a_run_does_not_reach_back_before_the_last_switch_of_its_core():
    early = UNTOLD.replace("1.010000: sched_switch", "1.003000: sched_switch")
    timeline = parse(early.splitlines(keepends=True), CLIENT)
    assert timeline.cpu(1.0005, 1.02)["runc"] == pytest.approx(0.002)
