"""CPU time of single operations: until the reply, and of what goes on after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docksim.engine.measurement.accounts import CpuAccounts, since
from docksim.engine.measurement.client import Answer, EngineClient, Errand


class Account:
    """CPU time of each operation, until its reply and after it."""

    def __init__(self, accounts: CpuAccounts) -> None:
        self._accounts = accounts
        self.rows: list[dict[str, Any]] = []
        self._operations = 0

    async def around(self, operation: str, work: Callable[[], Any]) -> Answer:
        """Perform an operation, and wait until all that it set off is over."""
        before = self._accounts.read()
        answer: Answer = await work()
        at_reply = self._accounts.read()
        await self._accounts.quiet()
        after = since(at_reply, self._accounts.read())
        for phase, taken in (("reply", since(before, at_reply)), ("after", after)):
            self.rows += [
                {"phase": phase, "component": component, "cpu": seconds,
                 "operation": operation, "number": self._operations}
                for component, seconds in taken.items()
            ]  # fmt: skip
        self._operations += 1
        return answer


class Watched(EngineClient):
    """A client whose operations are accounted one by one."""

    def __init__(self, client: EngineClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def perform(self, operation: Any, errand: Errand) -> Answer:
        return await self._account.around(
            operation, lambda: self._client.perform(operation, errand)
        )
