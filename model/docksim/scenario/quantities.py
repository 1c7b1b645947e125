"""Quantities with units: written as text in a scenario ("250 ms"), SI floats inside.

Pint knows the units, with information as a dimension of its own: "5 Hz" is no byte rate. Numbers
are decimal until the very end, so that "15 us" is the float 1.5e-05 and a written value reads back
to the same bits.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from docksim.des.distributions.notation import written
from docksim.scenario.errors import shown

if TYPE_CHECKING:
    import pint

# A number and what follows it. Units are letters, "/" and "*": no powers, which pint would compute.
_TEXT = re.compile(
    r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([A-Za-zµμ/* ]*?)\s*"
)
_NOT_FINITE = re.compile(r"\s*[+-]?(?:nan|inf(?:inity)?)\b", re.IGNORECASE)

# The powers of two come first: an exact kibibyte, and no prefix that shadows another.
_UNITS = """
kibi- = 2**10 = Ki-
mebi- = 2**20 = Mi-
gibi- = 2**30 = Gi-
tebi- = 2**40 = Ti-
nano- = 1e-9 = n-
micro- = 1e-6 = µ- = μ- = u-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
second = [time] = s = sec
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour = d
hertz = 1 / second = Hz
byte = [information] = B
bit = byte / 8
bit_per_second = bit / second = bps
"""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of quantity: its SI unit, what to call it, and how one may write it.

    It is also the pydantic annotation that makes a float field of that kind.
    """

    unit: str
    noun: str
    examples: tuple[str, ...]

    def parse(self, value: object) -> float:
        """The SI value of a text such as "250 ms"; 0 needs no unit.

        Raises ValueError, with what was found and what is allowed, for another kind of quantity,
        an unknown unit, a number without unit, and for negative or infinite values.
        """
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._bare(value, repr(value))
        if not isinstance(value, str):
            raise ValueError(f"{shown(value)} is not {self.noun}; {self._advice()}")
        if _NOT_FINITE.match(value):
            raise ValueError(f"'{value}' is not a finite number; {self._advice()}")
        match = _TEXT.fullmatch(value)
        if match is None:
            raise ValueError(f"'{value}' is not {self.noun}; {self._advice()}")
        number, unit = float(match[1]), match[2]
        if not unit:
            return self._bare(number, f"'{value}'")
        size = self._size(value, unit)
        if number < 0:
            raise ValueError(f"'{value}' is negative; {self._advice()}")
        if not math.isfinite(number) or not math.isfinite(number * float(size)):
            raise ValueError(f"'{value}' is too large; {self._advice()}")
        return float(Decimal(match[1]) * size)

    def write(self, value: float) -> str:
        """The text of an SI value, in its most legible unit; `parse` gives the same float back."""
        return written(value, self.unit)

    def _bare(self, value: float, found: str) -> float:
        if value == 0:
            return 0.0
        if not math.isfinite(value):
            raise ValueError(f"{found} is not a finite number; {self._advice()}")
        raise ValueError(f"{found} has no unit, so it is not {self.noun}; {self._advice()}")

    def _size(self, value: str, unit: str) -> Decimal:
        try:
            size, dimension = _unit(unit)
        except ValueError as error:
            raise ValueError(f"'{value}': {error}; {self._advice()}") from None
        if dimension != _unit(self.unit)[1]:
            raise ValueError(f"'{value}' is not {self.noun}; {self._advice()}")
        return size

    def _advice(self) -> str:
        return "write for instance " + " or ".join(f'"{example}"' for example in self.examples)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.write, return_schema=core_schema.str_schema()
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.json_schema()

    def json_schema(self) -> dict[str, Any]:
        """The JSON schema of a field of this kind."""
        return {
            "anyOf": [{"type": "string"}, {"const": 0}],
            "description": f"{self.noun[0].upper()}{self.noun[1:]} with its unit.",
            "examples": list(self.examples),
        }


SECONDS = Quantity("s", "a duration", ("250 ms", "10 s"))
BYTES = Quantity("B", "an amount of data", ("80 MiB", "1.5 GB"))
BYTES_PER_SECOND = Quantity("B/s", "a byte rate", ("1 Gbit/s", "80 MiB/s"))
PER_SECOND = Quantity("/s", "a rate of events", ("2 /s", "30 /min"))

Seconds = Annotated[float, SECONDS]
"""A duration in seconds, from 0."""
Bytes = Annotated[float, BYTES]
"""An amount of data in bytes, from 0."""
BytesPerSecond = Annotated[float, BYTES_PER_SECOND]
"""A byte rate in bytes per second, from 0."""
PerSecond = Annotated[float, PER_SECOND]
"""A rate of events per second, from 0."""


@cache
def _registry() -> "pint.UnitRegistry[Decimal]":
    # Importing pint takes a quarter of a second: a run without quantities need not wait for it.
    import pint

    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal)
    for line in _UNITS.strip().splitlines():
        registry.define(line)
    return registry


@cache
def _unit(text: str) -> tuple[Decimal, str]:
    """Size in base units (seconds, bytes) and dimension of a unit, or ValueError."""
    import pint

    registry = _registry()
    try:
        unit = registry.parse_units(f"1{text}" if text.startswith("/") else text)
        size = registry.Quantity(Decimal(1), unit).to_base_units().magnitude
    except pint.UndefinedUnitError as error:
        names = error.unit_names
        unknown = names if isinstance(names, str) else ", ".join(names)
        raise ValueError(f"'{unknown}' is no unit known here") from None
    except Exception:  # pint's parser lets errors of many kinds through
        raise ValueError(f"'{text}' is no unit") from None
    return Decimal(size), str(unit.dimensionality)
