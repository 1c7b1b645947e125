"""A profile out of a light-load dataset: the shipped one, with what was measured in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from docksim.des.distributions import Distribution
from docksim.des.distributions.notation import written
from docksim.des.fair_groups import KERNEL
from docksim.engine.calibration.allocation import allocate
from docksim.engine.calibration.caches import caches
from docksim.engine.calibration.collector import collector
from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.efficiency import parallel_efficiency
from docksim.engine.calibration.fitting import Fit, fit
from docksim.engine.calibration.laws import part, rate, rounded
from docksim.engine.calibration.probed import NEGLIGIBLE, busy_delays, idle
from docksim.engine.calibration.pulls import pull_operations
from docksim.engine.calibration.reference import elasticity_of, reference_of
from docksim.engine.calibration.shares import (
    BARRIER,
    CGROUP,
    CGROUP_LASTS,
    DAEMON,
    QUANTUM,
    Section,
    Share,
)
from docksim.engine.calibration.slices import time_slice
from docksim.engine.calibration.store import FILE, RETRY, Access, split
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.profiles import PROVISIONAL, read_profile
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

SEED = 20_10_24
PLAIN = "host"
"""The network that costs nothing of its own."""

BUSY_DELAYS: Mapping[str, str] = {
    "busy_flush": "spaced_flush",
    "busy_next_flush": "flush",
    "busy_grace_period": "unmount",
    "busy_unmount": "overlay_unmount",
    "busy_barrier": "barrier",
    "busy_wakeup": "wakeup",
}
"""The host's delays, and the micro-probe that tells each."""

Usual = Mapping[str, float]
"""Seconds that an execution of a micro-probe takes on an idle machine."""

WITHIN: Mapping[str, tuple[str, ...]] = {
    "dockerd": ("checkpoint", "reply", "containers_reply", "images_reply"),
    "containerd": (
        "create", "reply", "start", "running", "stop",
    ),
    "shim": ("start_task", "report", "signal", "exited"),
    "runtime.runc": ("start", "started"),
    "storage.overlay2": ("lookup", "image_list", "list_images", "unmount"),
}  # fmt: skip
"""Operations that were measured together with others, which stand for them."""

WITHIN_LOGS: Mapping[str, tuple[str, ...]] = {
    "dockerd": ("stream",),
    "containerd": ("logs", "log_data"),
    "shim": ("logs", "forward_logs"),
    "storage.overlay2": ("read_log", "log_data"),
}
"""The same, where logs were measured."""


@dataclass(frozen=True)
class Calibration:
    """A profile's document, and the fits that it rests on."""

    document: dict[str, Any]
    fits: dict[Key, Fit]


def calibrate(dataset: Dataset, name: str) -> Calibration:
    """Raises EngineError when the dataset lacks a measurement."""
    found_collector = collector(dataset)
    found = demands(dataset)
    rng = np.random.default_rng(SEED)
    fits = {key: fit(demand.latency.tolist(), rng) for key, demand in found.items()}
    displacing = caches(dataset, found)
    shares = allocate(found, displacing.refill if displacing else 0.0)
    facts = dataset.manifest["facts"]
    source = f"engine {facts['engine']['ServerVersion']}, {facts['date']}, one client"
    _, base = read_profile(PROVISIONAL, Path())
    operations = base["profile"]["operations"]
    flushes = idle(dataset, "flush")
    usual = {probe: float(np.mean(idle(dataset, probe) or [0.0])) for probe in ("flush", "barrier")}
    for path, share in shares.items():
        component, _, operation = path.rpartition(".")
        operations[component][operation] = _steps(share, fits[share.of], source, usual, rng)
    logged = any(key.operation == "logs" for key in found)
    within = [*WITHIN.items(), *(WITHIN_LOGS.items() if logged else ())]
    for component, names in within:
        for operation in names:
            operations[component][operation] = [
                {"source": f"{source}: measured within what its request costs as a whole"}
            ]
    client = next((each.client for key, each in found.items() if key.operation == "rmi"), 0.0)
    for component, steps in pull_operations(dataset, source, rng, client).items():
        operations[component] |= steps
    sections = {key: dict(base[key]) for key in ("daemon", "registry") if key in base}
    if found_collector:
        sections["daemon"]["collector"] = found_collector.written(source)
    if displacing:
        sections["daemon"]["caches"] = displacing.written(source)
    host = base.get("host", {}) | {
        "cores": facts["cores"],
        "memory": written(float(facts["engine"]["MemTotal"]), "B"),
        "source": f"{source}; busy_*: micro-probes of single sections; parallel_efficiency: whole "
        "lives of containers by the low-level runtime, less what the machine takes for itself; "
        "these and the daemon's collector.slice (two requests at once) are the only figures "
        "obtained under concurrency; disk_size, disk_bandwidth, link: assumptions",
        "parallel_efficiency": parallel_efficiency(dataset),
        "slice": rounded(time_slice(facts["cores"])),
        "reference": rounded(reference_of(dataset)),
        **({"reference_work": facts["reference_work"]} if "reference_work" in facts else {}),
        "reference_elasticity": round(elasticity_of(dataset), 3),
    }
    if flushes:
        host["flush"] = RandomQuantity(SECONDS).write(fit(flushes, rng).law)
    delays = {key: busy_delays(dataset, probe) for key, probe in BUSY_DELAYS.items()}
    host |= {key: delay for key, delay in delays.items() if delay}
    about = {"name": name, "description": _description(dataset, facts), "host": host}
    return Calibration(about | sections | {"operations": operations}, fits)


def _steps(
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
    return [each | alike for each in steps] + _background(share, whole, source, usual)


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


def _description(dataset: Dataset, facts: Mapping[str, Any]) -> str:
    engine, versions = facts["engine"], facts["versions"]
    return (
        f"Measured on {facts['date']} on {facts['processor']}, {facts['cores']} cores, kernel "
        f"{engine['KernelVersion']}, engine {engine['ServerVersion']}, {engine['Driver']}, cgroup "
        f"v{engine['CgroupVersion']}; {versions['runc']}, {versions['containerd']}; dataset sha256 "
        f"{dataset.hash()[:16]}. Light load only. What is not said to be of this engine is as in "
        "the provisional profile."
    )
