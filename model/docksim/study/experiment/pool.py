"""Where replications run: on the cores of this machine, or on a Dask cluster.

Both are executors of concurrent.futures, so that whoever submits need not know which one it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import joblib
from joblib.externals import loky

CONNECTION_TIMEOUT = 10.0
"""Seconds to wait for a cluster."""

LIVES = 10
"""How often a task is started on a cluster whose workers die."""


class ClusterError(Exception):
    """There is no such cluster; the message says so."""


@dataclass(frozen=True)
class Pool:
    """An executor, and how many tasks it works on at once."""

    executor: Executor
    workers: int


@contextmanager
def pool(jobs: int | None = None, cluster: str | None = None) -> Iterator[Pool]:
    """A pool of `jobs` processes, one a core by default; or the cluster's at that address.

    Raises ClusterError when the cluster does not answer. What is under way is given up when the
    body fails.
    """
    if cluster is not None:
        with _cluster(cluster) as found:
            yield found
        return
    workers = jobs or joblib.cpu_count()
    executor = loky.ProcessPoolExecutor(max_workers=workers)
    given_up = True
    try:
        yield Pool(executor, workers)
        given_up = False
    finally:
        executor.shutdown(wait=True, kill_workers=given_up)


@contextmanager
def _cluster(address: str) -> Iterator[Pool]:
    from distributed import Client

    try:
        client: Any = Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECTION_TIMEOUT, set_as_default=False
        )
    except (OSError, ValueError) as error:
        raise ClusterError(f"--cluster {address}: no scheduler answers: {error}") from None
    with client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise ClusterError(f"--cluster {address}: the scheduler has no workers")
        yield Pool(client.get_executor(pure=False, retries=LIVES), workers)
