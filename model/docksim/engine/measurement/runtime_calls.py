"""What the timing wrapper of the low-level runtime has noted: each call, its time, its CPU time."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

CALLS = ("create", "start", "kill", "delete", "state")

_CALL = re.compile(r"^(\d+\.\d+) (\d+\.\d+) (\d+) (.*)$")
_TIMES = re.compile(r"(\d+)m([\d.]+)s")


def runtime_calls(log: Path, began: float) -> pd.DataFrame:
    """A row a call that ended after `began` (s since the epoch): call, began and ended (s since
    then), code, cpu (core-seconds of what the call executed)."""
    lines = log.read_text().splitlines()
    rows = []
    for i, line in enumerate(lines):
        found = _CALL.match(line)
        if not found or float(found[2]) < began or i + 2 >= len(lines):
            continue
        words = found[4].split()
        rows.append(
            {
                "call": next((word for word in words if word in CALLS), "other"),
                "began": float(found[1]) - began,
                "ended": float(found[2]) - began,
                "code": int(found[3]),
                # `times` tells of the shell itself, then of what it executed: user, system.
                "cpu": sum(60 * int(m) + float(s) for m, s in _TIMES.findall(lines[i + 2])),
            }
        )
    return pd.DataFrame(rows)
