"""CPU time by component, as the kernel's accounting has it."""

from __future__ import annotations

import asyncio
import time

from docksim.engine.measurement.target import Target
from docksim.engine.private.cgroups import machine_cpu_seconds

COMPONENTS = ("dockerd", "runtime", "registry", "containers", "client", "rest")
"""`runtime` is containerd, shims, runc and hooks; `rest` what nobody else is charged with, kernel
threads above all."""

IDLE = 0.02
"""Cores in use below which an engine is quiet."""

GLANCE = 0.025
"""Seconds over which that is seen."""

PATIENCE = 3.0
"""Seconds to wait for quiet at the most."""


class CpuAccounts:
    """The CPU time (s) that each component has taken so far."""

    def __init__(self, engine: Target) -> None:
        self._engine = engine

    def read(self) -> dict[str, float]:
        """By component."""
        ours = self._engine.cpu_seconds()
        client = time.process_time()
        machine = machine_cpu_seconds()
        daemons = {part: ours[part] for part in ("dockerd", "runtime", "registry")}
        containers = ours["all"] - sum(daemons.values())
        rest = machine - ours["all"] - client
        return daemons | {"containers": containers, "client": client, "rest": rest}

    async def quiet(self) -> None:
        """Wait until hardly any CPU time is taken by anyone, or patience is over."""
        deadline = time.perf_counter() + PATIENCE
        while time.perf_counter() < deadline:
            before, began = machine_cpu_seconds(), time.perf_counter()
            await asyncio.sleep(GLANCE)
            if machine_cpu_seconds() - before < IDLE * (time.perf_counter() - began):
                return


def since(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What was taken between two readings (s)."""
    return {component: after[component] - before[component] for component in before}
