"""How fast the machine was while something was measured.

A virtual machine's speed drifts within minutes, by more than a prediction may err. So a reference
piece of work is repeated beside each block, see `docksim.engine.measurement.reference_work`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Self

import pandas as pd
from scipy import stats

from docksim.engine.errors import EngineError

TRIMMED = 0.1
"""Share of the pieces, at each end, that tell of interruptions and not of the speed."""

COMMAND = (sys.executable, "-m", "docksim.engine.measurement.reference_work")


class Speedometer:
    """Repeats the reference work from `with` on until it is stopped, or the `with` is left."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a group of the scheduler's of its own
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def stop(self) -> pd.DataFrame:
        """A row a piece of work: since when (s, of the monotonic clock), and its CPU time (s).
        Raises EngineError when it could not be done."""
        told, _ = self._process.communicate()
        if code := self._process.returncode:
            raise EngineError(f"{' '.join(COMMAND)} failed: exit code {code}")
        return pd.DataFrame(json.loads(told), columns=["began", "seconds"])


def reference_time(speed: pd.DataFrame) -> float:
    """CPU time (s) that the reference work took, in the mean without the outermost tenths."""
    return float(stats.trim_mean(speed["seconds"], TRIMMED))
