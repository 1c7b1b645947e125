"""What it costs to look: lists, single containers, logs."""

from __future__ import annotations

from dataclasses import replace

from docksim.engine.calibration.demands import Key
from docksim.engine.calibration.shares import DAEMON, Book, Share


def reading(book: Book) -> dict[str, Share]:
    shares = {
        "dockerd.images_json": _listing(book, "images", "images"),
        "dockerd.containers_json": _listing(book, "ps", "containers"),
        "dockerd.containers_inspect": _whole(book, book.key("inspect")),
    }
    return shares | (_logs(book) if book.all_of("logs") else {})


def _logs(book: Book) -> dict[str, Share]:
    """The last lines cost what is fixed; a byte's cost is in how much a long log adds.

    A log goes from thread to thread until it is sent, while the client reads what came before:
    what a byte adds to the latency beyond its CPU time is how far those wait for each other.
    """
    short, long = (pick(book.all_of("logs"), key=lambda key: key.log_size) for pick in (min, max))
    some, many = book.demand(short), book.demand(long)
    cpu = max(0.0, many.total - some.total)
    longer = many.mean - some.mean
    decoding = book.part(long, 0.0, per_byte=cpu / (long.log_size - short.log_size), group=DAEMON)
    if cpu and longer > 0.0:
        decoding = replace(decoding, threads=cpu / longer)
    return {
        "dockerd.containers_logs": _whole(book, book.key("logs --tail 10")),
        "dockerd.decode_log": decoding,
    }


def _listing(book: Book, operation: str, counted: str) -> Share:
    """A list's fixed cost, and what each container or image adds, in the median: some lists are
    delayed by a collection."""
    few, many = (
        pick(book.all_of(operation), key=lambda key: getattr(key, counted), default=None)
        for pick in (min, max)
    )
    listing = _whole(book, few or book.key(operation))
    if few is None or many is None or getattr(few, counted) == getattr(many, counted):
        return listing
    long, short = book.demand(many), book.demand(few)
    extra = max(0.0, long.median - short.median)
    more = getattr(many, counted) - getattr(few, counted)
    # Core-seconds: as many cores work on the items as on the rest.
    per_item = listing.threads * extra / more
    variance = max(0.0, long.spread**2 - short.spread**2)
    cv = float(variance**0.5) / extra if extra else 0.0
    return replace(
        listing,
        weight=1.0,
        per_item=per_item,
        per_item_cv=cv,
        allocated_per_item=max(0.0, long.allocated - short.allocated) / more,
    )


def _whole(book: Book, key: Key) -> Share:
    demand = book.demand(key)
    return book.part(key, demand.total, demand.wait, group=DAEMON, allocated=demand.allocated)
