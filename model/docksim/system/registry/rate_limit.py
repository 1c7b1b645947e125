"""The registry's pull limit: so many manifests in a sliding window."""

from __future__ import annotations

from collections import deque

from docksim.system.outcomes import TooManyRequests


class RateLimit:
    """At most `limit` pulls in any `window` seconds; None: as many as you like."""

    def __init__(self, limit: int | None, window: float) -> None:
        self._limit = limit
        self._window = window
        self._granted: deque[float] = deque()

    def charge(self, now: float) -> None:
        """Count a pull. Raises TooManyRequests, and counts nothing, when the limit is used up."""
        if self._limit is None:
            return
        granted = self._granted
        while granted and granted[0] <= now - self._window:
            granted.popleft()
        if len(granted) >= self._limit:
            raise TooManyRequests
        granted.append(now)
