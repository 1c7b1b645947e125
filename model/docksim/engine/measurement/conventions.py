"""What whoever measures, and whoever reads or simulates a measurement, have to agree on.

To read one takes no client of an engine, so that this imports none.
"""

from __future__ import annotations

from docksim.engine.measurement.conditions import Behaviour

FAILED = 0
"""Status of a request that got no answer."""

DELAY = 0.5
"""Seconds from SIGTERM to the end of a container that delays."""

LOG_LINE = 100
"""Bytes of a line in the logs that are read."""

MIXED: tuple[Behaviour, ...] = ("ignores", "honours", "delays")
"""What a mixed load's containers do on SIGTERM, one after the other."""
