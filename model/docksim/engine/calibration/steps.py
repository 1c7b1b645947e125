"""The steps of an operation, out of the share that it was measured to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from docksim.des.distributions import Distribution
from docksim.des.distributions.notation import written
from docksim.des.fair_groups import KERNEL
from docksim.engine.calibration.fitting import Fit, fit
from docksim.engine.calibration.laws import part, rate, rounded
from docksim.engine.calibration.probed import NEGLIGIBLE
from docksim.engine.calibration.shares import (
    BARRIER,
    CGROUP,
    CGROUP_LASTS,
    DAEMON,
    QUANTUM,
    Section,
    Share,
)
from docksim.engine.calibration.store import FILE, RETRY, Access, split
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

Usual = Mapping[str, float]
"""Seconds that an execution of a micro-probe takes on an idle machine."""


def steps_of(
    share: Share, fitted: Fit, source: str, usual: Usual, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """An operation's steps: all that is before the reply varies as its latency does."""
    whole, flush = fitted.law, usual["flush"]
    step: dict[str, Any] = {"source": source, "fit": _fit(share, fitted)}
    if share.group:
        step |= _place(share.group, in_turn=share.in_turn)
    if share.threads > 1.0 and share.cpu + share.per_item > NEGLIGIBLE:
        step["threads"] = round(share.threads, 3)
    if share.per_item > NEGLIGIBLE:
        step["cpu_per_item"] = _each_item(share, rng)
    for key, size in (
        ("allocates", share.allocated),
        ("allocates_per_item", share.allocated_per_item),
    ):
        if size:
            step[key] = written(float(f"{size:.4g}"), "B")
    if share.per_byte > 0.0:
        read = {"throughput": rate(share.per_byte, share.byte_variation), "payload": "read"}
        step |= read | {"threads": round(share.threads, 3)}
    if share.grain:
        step["grain"] = written(float(f"{share.grain:.4g}"), "B")
    if share.displaces:
        step["displaces"] = round(share.displaces, 3)
    if share.refill > NEGLIGIBLE:
        step["refill"] = rounded(share.refill)
    if share.wakeups:
        step |= {"wakeups": share.wakeups, "brief": True}
    if share.lock:
        step["lock"] = share.lock
    slept = f"{source}: kernel sleeps of {share.of.operation}"
    sleeps = _locked(share, share.locked, whole, slept, usual)
    taken = f"{source}: locks of files in {share.of.operation}"
    steps: list[dict[str, Any]] = []
    # Between the accesses to the store, where there is most time, the rest is done.
    own = _sections(step, share, whole, flush)
    others = [*own, *_executed_again(share, whole, source), *sleeps]
    parts = split(share.stored, share.stored_until, len(others) + 1)
    for accesses, rest in zip(parts, [*others, None], strict=True):
        steps += [_stored(access, whole, taken, flush) for access in accesses]
        steps += [rest] if rest else []
    alike = {"varies_with": share.of.operation}
    steps = [each | alike for each in steps]
    return _beside(share, whole, source) + steps + _background(share, whole, source, usual)


def _sections(
    step: dict[str, Any], share: Share, whole: Distribution, flush: float
) -> list[dict[str, Any]]:
    """A step with what is computed and waited for, and how many flushes and the like are in it;
    where several file systems are unmounted, in so many equal parts. Who waits may be of another
    group than who computes: then these are apart.

    Of the flushes, some are what it waits for; the others go on while it computes.
    """
    flushes = round(share.flushes or (share.flushing / flush if flush else 0.0))
    waited_for = min(flushes, int(share.wait / flush)) if flush else 0
    times = {"cpu": share.cpu, "wait": share.wait - waited_for * flush}
    counts = {
        "flushes": waited_for,
        "inner_flushes": flushes - waited_for,
        "grace_periods": round(share.grace_periods),
        "unmounts": round(share.unmounts),
    }
    parts = max(1, counts["unmounts"])
    laws = {key: part(whole, mean / parts) for key, mean in times.items() if mean > NEGLIGIBLE}
    sections = []
    for place in range(parts):
        own = {key: (count + place) // parts for key, count in counts.items()}
        computing: dict[str, Any] = step | laws
        waiting: dict[str, Any] = {key: count for key, count in own.items() if count}
        if not share.waits_in:
            sections.append(computing | waiting)
            continue
        waiting |= {key: computing.pop(key) for key in ("wait",) if key in computing}
        sections += [computing, waiting | {"group": share.waits_in, "source": step["source"]}]
    return sections


def _each_item(share: Share, rng: np.random.Generator) -> str | dict[str, Any]:
    """What an item adds, by the law that fits best."""
    if not share.variation:
        return rounded(share.per_item)
    law = fit(share.variation, rng).law
    return RandomQuantity(SECONDS).write(law.scaled(share.per_item / law.mean))


def _place(group: str, *, in_turn: bool = True) -> dict[str, Any]:
    """Where CPU time is spent: dockerd's by its goroutines in turn."""
    turns = in_turn and group == DAEMON
    return {"group": group} | ({"quantum": rounded(QUANTUM)} if turns else {})


def _executed_again(share: Share, whole: Distribution, source: str) -> list[dict[str, Any]]:
    """What dockerd executes for it: processes in its session, and no goroutines."""
    if share.again <= NEGLIGIBLE:
        return []
    taken = f"{source}: CPU time of dockerd executed again in {share.of.operation}"
    step = {"cpu": part(whole, share.again), "threads": round(share.threads, 3), "group": DAEMON}
    return [step | {"source": taken}]


def _locked(
    share: Share, section: Section | None, whole: Distribution, source: str, usual: Usual
) -> list[dict[str, Any]]:
    """The sleeps of a serialised section, one after the other."""
    if section is None or section.seconds <= NEGLIGIBLE:
        return []
    seconds = section.seconds / section.times
    step: dict[str, Any] = {"lock": section.lock, "wait": part(whole, seconds), "source": source}
    step |= {"group": share.group} if share.group else {}
    step |= {"inner_lock": section.inner} if section.inner else {}
    step |= {"inner_flushes": section.flushes} if section.flushes else {}
    step |= {"lasts": CGROUP_LASTS} if section.lock == CGROUP else {}
    if BARRIER in (section.lock, section.inner):
        step["joint"] = True
        if usual["barrier"] and (barriers := round(seconds / usual["barrier"])):
            step["barriers"] = barriers
    return [step] * section.times


def _stored(access: Access, whole: Distribution, source: str, flush: float) -> dict[str, Any]:
    """An access under the mutex of its handle, and the file's lock: dockerd computes in its turn,
    and a write waits for flushes."""
    step: dict[str, Any] = {"lock": access.handle, "inner_lock": FILE, "retry": rounded(RETRY)}
    step |= {"source": source} | _place(DAEMON)
    if access.cpu > NEGLIGIBLE:
        step["cpu"] = part(whole, access.cpu)
    if access.seconds - access.cpu > NEGLIGIBLE:
        step["wait"] = part(whole, access.seconds - access.cpu)
    if access.writes and flush:
        step["inner_flushes"] = max(1, round(access.seconds / flush))
    return step


def _beside(share: Share, whole: Distribution, source: str) -> list[dict[str, Any]]:
    """What goes on beside all that follows."""
    if share.beside <= NEGLIGIBLE:
        return []
    taken = f"{source}: CPU time of {share.of.operation} that its latency has no room for"
    return [
        _place(share.group, in_turn=False)
        | {"cpu": part(whole, share.beside), "background": True, "source": taken}
    ]


def _background(
    share: Share, whole: Distribution, source: str, usual: Usual
) -> list[dict[str, Any]]:
    """What goes on after the reply: mostly by the kernel's own threads."""
    slept = f"{source}: kernel sleeps after the reply"
    steps = _locked(share, share.background_locked, whole, slept, usual)
    if share.background > NEGLIGIBLE:
        about = {"group": KERNEL, "source": f"{source}: CPU time after the reply"}
        steps.append(about | {"cpu": part(whole, share.background)})
    return [step | {"background": True} for step in steps]


def _fit(share: Share, fitted: Fit) -> dict[str, Any]:
    key = share.of
    conditions = f"network {key.network}, {key.behaviour} SIGTERM, {key.containers} containers"
    return fitted.document(
        f"{key.operation} as a whole, {conditions} and {key.images} images there"
    )
