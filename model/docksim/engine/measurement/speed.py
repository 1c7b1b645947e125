"""How fast the machine was while something was measured.

A virtual machine's speed drifts within minutes, by more than a prediction may err. So a reference
piece of work is repeated beside all blocks, see `docksim.engine.measurement.reference_work`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

import pandas as pd
from scipy import stats

from docksim.engine.errors import EngineError
from docksim.engine.measurement.reference_work import PERIOD

LEAST = 20
"""Pieces that tell a speed: a brief block is followed by as many as it lacks."""

TRIMMED = 0.1
"""Share of the pieces, at each end, that tell of interruptions and not of the speed."""

COMMAND = (sys.executable, "-m", "docksim.engine.measurement.reference_work")


class Speedometer:
    """Repeats the reference work from `with` on until it is left."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a group of the scheduler's of its own
        )
        self._pieces: list[tuple[float, float]] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._listening.join()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            began, seconds = json.loads(line)
            self._pieces.append((began, seconds))

    def since(self, instant: float) -> pd.DataFrame:
        """A row a piece of work since an instant of the monotonic clock: when it was begun (s, of
        that clock), and its CPU time (s); waits for as many as tell a speed. Raises EngineError
        when they cannot be done."""
        while len(pieces := [each for each in self._pieces if each[0] >= instant]) < LEAST:
            if (code := self._process.poll()) is not None:
                raise EngineError(f"{' '.join(COMMAND)} failed: exit code {code}")
            time.sleep(PERIOD)
        return pd.DataFrame(pieces, columns=["began", "seconds"])


def reference_time(speed: pd.DataFrame) -> float:
    """CPU time (s) that the reference work took, in the mean without the outermost tenths."""
    return float(stats.trim_mean(speed["seconds"], TRIMMED))
