"""What it costs to look: lists, single containers, logs."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.shares import DAEMON, Book, Share
from docksim.engine.errors import EngineError
from docksim.engine.measurement.conventions import LOG_LINE

TAIL_LINES = 10
"""Those that `logs --tail 10` asks for."""


def reading(book: Book, refill: float) -> dict[str, Share]:
    """`refill`: s that each takes longer when nothing that it uses is in the caches."""
    shares = {
        "dockerd.containers_json": _listing(book, "ps", "containers"),
        "dockerd.images_json": _listing(book, "images", "images"),
        "dockerd.containers_inspect": _whole(book, book.key("inspect")),
    }
    decoding = _decoding(book) if book.all_of("logs") else {}
    tail = book.key("logs --tail 10")
    if tail in book.found:
        shares["dockerd.containers_logs"] = _opening(book, tail, *decoding.values())
    shares = {path: replace(each, refill=refill * each.threads) for path, each in shares.items()}
    # Whoever answers has to be woken up, which matters where the answer is quick.
    return {path: replace(each, wakeups=1) for path, each in shares.items()} | decoding


def _opening(book: Book, tail: Key, *decoding: Share) -> Share:
    """What the last lines cost, without what decoding them does; those of an empty log, where it
    was measured."""
    demand = book.demand(tail)
    cpu = max(0.0, demand.total - sum(_decoded(tail, each) for each in decoding))
    return book.part(tail, cpu, demand.wait, group=DAEMON, allocated=demand.allocated)


def _decoded(tail: Key, decoding: Share) -> float:
    """Core-seconds for the bytes of the last lines."""
    return min(tail.log_size, TAIL_LINES * LOG_LINE) * decoding.per_byte


def _beginning(book: Book, decoding: Share) -> float:
    """Core-seconds that it takes to decode anything: what the last lines of the shortest log take
    more than those of an empty one, as far as they take longer, but for their bytes; 0 where no
    empty one was measured."""
    tails = sorted(book.all_of("logs --tail 10"), key=lambda key: key.log_size)
    if len(tails) < 2 or tails[0].log_size:
        return 0.0
    empty, short = map(book.demand, tails[:2])
    longer = short.engine_time - empty.engine_time
    more = min(short.total - empty.total, longer * decoding.threads)
    return max(0.0, more - _decoded(tails[1], decoding))


def _decoding(book: Book) -> dict[str, Share]:
    """What a byte costs: it is in how much a long log adds.

    A log goes from thread to thread until it is sent, while the client reads what came before:
    what a byte adds to the latency beyond its CPU time is how far those wait for each other.
    Raises EngineError when all logs were of one size.
    """
    short, long = (pick(book.all_of("logs"), key=lambda key: key.log_size) for pick in (min, max))
    if short.log_size == long.log_size:
        raise EngineError(
            f"the dataset has logs of one size, {long.log_size:g} B, which do not tell what a byte "
            "costs: measure two"
        )
    some, many = book.demand(short), book.demand(long)
    cpu = max(0.0, many.total - some.total)
    longer = many.mean - some.mean
    more = long.log_size - short.log_size
    displaces = max(0.0, many.allocated - some.allocated) / more
    decoding = book.part(long, 0.0, per_byte=cpu / more, displaces=displaces, group=DAEMON)
    if cpu and longer > 0.0:
        decoding = replace(decoding, threads=cpu / longer)
    variation, grain = _variation_by_size(book, some.mean)
    decoding = replace(decoding, cpu=_beginning(book, decoding))
    return {"dockerd.decode_log": replace(decoding, byte_variation=variation, grain=grain)}


def _variation_by_size(book: Book, least: float) -> tuple[float, float]:
    """How much the time that a log's bytes take varies, and of how many bytes each part is that
    varies by itself, told by the two longest logs; 0 and 0 when they vary alike, or do not tell.

    `least`: s that a log without any takes. Of parts that vary independently, the squared
    coefficient of variation is v² / (1 + size/grain).
    """
    *_, shorter, longer = sorted(book.all_of("logs"), key=lambda key: key.log_size)
    some, many = (book.demand(key) for key in (shorter, longer))
    if some.mean <= least or not many.spread:
        return 0.0, 0.0
    squares = [(each.spread / (each.mean - least)) ** 2 for each in (some, many)]
    ratio = squares[0] / squares[1]
    apart = longer.log_size - ratio * shorter.log_size
    if ratio <= 1.0 or apart <= 0.0:
        return 0.0, 0.0
    grain = apart / (ratio - 1.0)
    return sqrt(squares[0] * (1.0 + shorter.log_size / grain)), grain


def _listing(book: Book, operation: str, counted: str) -> Share:
    """A list's fixed cost, and what each container or image adds: the CPU time that a long list
    takes more, which varies as the latency that it has more.

    The shortest list has one item: the container that is looked at besides, or its image.
    """
    few, many = (
        pick(book.all_of(operation), key=lambda key: getattr(key, counted), default=None)
        for pick in (min, max)
    )
    listing = _whole(book, few or book.key(operation))
    if few is None or many is None or getattr(few, counted) == getattr(many, counted):
        return listing
    long, short = book.demand(many), book.demand(few)
    # A long list that was only measured with pauses is brought to what it takes without.
    brisker = short.brisker if long.brisker == 1.0 else 1.0
    more = getattr(many, counted) - getattr(few, counted)
    per_item = (brisker * long.total - short.total) / more
    longer = brisker * (long.latency - long.client) - (short.median - short.client)
    longer = longer[longer > 0.0]
    if per_item <= 0.0 or not len(longer):
        return listing
    threads = max(1.0, more * per_item / float(longer.mean()))
    allocated = max(0.0, long.allocated - short.allocated) / more
    cpu = max(0.0, listing.cpu - per_item)
    within = min(cpu, max(0.0, short.engine_time * threads - per_item))
    return replace(
        listing,
        cpu=within,
        wait=max(0.0, short.engine_time - (within + per_item) / threads),
        background=cpu - within,
        threads=threads,
        per_item=per_item,
        variation=tuple(longer / longer.mean()),
        allocated=max(0.0, listing.allocated - allocated),
        allocated_per_item=allocated,
    )


def _whole(book: Book, key: Key) -> Share:
    demand = book.demand(key)
    return book.part(key, demand.total, demand.wait, group=DAEMON, allocated=demand.allocated)
