"""How long the kernel's scheduler lets a thread compute beside others."""

from __future__ import annotations

from math import floor, log2

BASE_SLICE = 0.7e-3
"""Seconds on one core: sysctl_sched_base_slice, kernel/sched/fair.c of Linux 6.18."""

CORES_THAT_COUNT = 8


def time_slice(cores: int) -> float:
    """Seconds, of which there are more the more cores there are: get_update_sysctl_factor, there
    (SCHED_TUNABLESCALING_LOG)."""
    return BASE_SLICE * (1 + floor(log2(min(cores, CORES_THAT_COUNT))))
