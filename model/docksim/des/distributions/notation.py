"""Numbers in SI units as people write them: 0.003 s is "3 ms", 83886080 B is "80 MiB"."""

from collections.abc import Sequence
from decimal import Decimal

_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_DECIMAL = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BITS = {"kbit": 125, "Mbit": 125 * 10**3, "Gbit": 125 * 10**6}

SCALES: dict[str, dict[str, Decimal]] = {
    "s": {
        "ns": Decimal("1e-9"),
        "µs": Decimal("1e-6"),
        "ms": Decimal("1e-3"),
        "s": Decimal(1),
        "min": Decimal(60),
        "h": Decimal(3600),
    },
    "B": {unit: Decimal(size) for unit, size in (_BINARY | _DECIMAL).items()},
    "B/s": {f"{unit}/s": Decimal(n) for unit, n in (_BINARY | _DECIMAL | _BITS).items()},
    "/s": {"/s": Decimal(1)},
}
"""Of each SI unit: the units it may be written in, with their sizes. The first of equals wins."""

_READABLE_DIGITS = 4


def written(value: float, unit: str = "") -> str:
    """`value` (in the SI unit `unit`) in its most legible unit, exact: it reads back to the bit."""
    return min(_candidates(value, unit), key=_clumsiness)


def readable(value: float, unit: str = "") -> str:
    """Like `written`, but rounded to four digits where the exact number is longer than that."""
    exact = written(value, unit)
    if len(exact.split()[0].replace(".", "")) <= _READABLE_DIGITS:
        return exact
    scales = SCALES.get(unit, {})
    fitting = [(name, size) for name, size in scales.items() if size <= abs(Decimal(value))]
    name, size = max(fitting, key=lambda scale: scale[1], default=(unit, Decimal(1)))
    return f"{value / float(size):.{_READABLE_DIGITS}g} {name}".rstrip()


def readable_list(values: Sequence[float], unit: str = "") -> str:
    """Several values in brackets."""
    return "[" + ", ".join(readable(value, unit) for value in values) + "]"


def _candidates(value: float, unit: str) -> list[str]:
    plain = f"{_shortest(value)} {unit}".rstrip()
    exact = Decimal(repr(float(value)))
    found = [plain]
    for name, size in SCALES.get(unit, {}).items():
        number = f"{(exact / size).normalize():f}"
        if float(Decimal(number) * size) == value:
            found.append(f"{number} {name}")
    return found


def _shortest(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _clumsiness(text: str) -> int:
    """How hard a quantity is to read: digits, and a penalty for 0.25 s and for 2500 ms."""
    number = text.split()[0]
    size = abs(float(number))
    return len(number) + (3 if 0 < size < 1 else 0) + (2 if size >= 1024 else 0)
