"""Hosts on which steps take no time, so that only waiting does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import Bench, scenario, without_cost

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])
SOON = 1e-6


def free(variant: str, *, kind: dict[str, Any] | None = None, **sections: Any) -> Bench:
    """A host whose steps take no time, so that only waiting does."""
    kinds = [{"name": "default", **(kind or {})}]
    given = scenario(flow={"variant": variant}, containers=kinds, **sections)
    return Bench(without_cost(given))


def listed(bench: Bench) -> int:
    return len(bench.system.table)
