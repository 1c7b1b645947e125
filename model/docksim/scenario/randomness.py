"""Random quantities: a plain quantity is a constant, a table names a distribution.

    cpu  = "3 ms"
    wait = { distribution = "lognormal", median = "3 ms", p95 = "6 ms" }

The keys of the table are the parameters of the family in `docksim.des.distributions`; a lognormal
law may also be given by `mean` and `cv`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from docksim.des.distributions import FAMILIES, Constant, Distribution, Lognormal, Role, role_of
from docksim.scenario.errors import Problem, RefusedError, refusal, shown, unknown
from docksim.scenario.quantities import BYTES, BYTES_PER_SECOND, SECONDS, Quantity

_KEY = "distribution"
_MEAN_AND_CV = {"mean": Role.QUANTITY, "cv": Role.NUMBER}


@dataclass(frozen=True, slots=True)
class RandomQuantity:
    """A kind of quantity that is drawn; also the pydantic annotation of such a field."""

    quantity: Quantity

    def parse(self, value: object) -> Distribution:
        """The law that a text or a table declares; a law given as such is kept.

        Raises RefusedError, with the place inside the table, what was found and what is allowed.
        """
        if isinstance(value, Distribution):
            return value
        if isinstance(value, Mapping):
            return self._law(value)
        return Constant(self._quantity(value))

    def write(self, law: Distribution) -> str | dict[str, Any]:
        """What `parse` reads back as the same law."""
        if isinstance(law, Constant):
            return self.quantity.write(law.value)
        table: dict[str, Any] = {_KEY: law.family}
        for parameter in fields(law):
            value = getattr(law, parameter.name)
            if value != parameter.default:
                table[parameter.name] = self._written(role_of(parameter), value)
        return table

    def json_schema(self) -> dict[str, Any]:
        """The JSON schema of a field of this kind."""
        example = {_KEY: "exponential", "mean": self.quantity.examples[0]}
        families = [
            self._family_schema(name, roles, _required(kind))
            for name, kind in FAMILIES.items()
            for roles in [_roles(kind)]
        ]
        mean_and_cv = self._family_schema(Lognormal.family, _MEAN_AND_CV, list(_MEAN_AND_CV))
        noun = self.quantity.noun
        return {
            "anyOf": [self.quantity.json_schema(), *families, mean_and_cv],
            "description": f"{noun[0].upper()}{noun[1:]}: fixed, or a table with its law.",
            "examples": [self.quantity.examples[0], example],
        }

    def _law(self, table: Mapping[str, object]) -> Distribution:
        name = table.get(_KEY)
        if name is None:
            raise refusal(f"a table without the key {_KEY}", ", ".join(FAMILIES))
        kind = FAMILIES.get(name) if isinstance(name, str) else None
        if kind is None:
            raise RefusedError(unknown(_KEY, name, FAMILIES, at=(_KEY,)))
        given = {key: value for key, value in table.items() if key != _KEY}
        make, roles, required = _signature(kind, given)
        self._check_keys(given, roles, required)
        values = {key: self._read(roles[key], value, key) for key, value in given.items()}
        try:
            return make(**values)
        except ValueError as error:
            raise refusal(f"{name}: {error}") from None

    def _check_keys(
        self, given: Mapping[str, object], roles: Mapping[str, Role], required: Sequence[str]
    ) -> None:
        problems = [unknown("key", key, roles, at=(key,)) for key in given if key not in roles]
        problems += [
            Problem("missing", f"{roles[key].value}", at=(key,))
            for key in required
            if key not in given
        ]
        if problems:
            raise RefusedError(*problems)

    def _read(self, role: Role, value: object, key: str) -> Any:
        try:
            return self._parameter(role, value)
        except RefusedError as error:
            raise RefusedError(*(problem.within((key,)) for problem in error.problems)) from None

    def _parameter(self, role: Role, value: object) -> Any:
        match role:
            case Role.QUANTITY:
                return self._quantity(value)
            case Role.QUANTITIES:
                return _each(self._quantity, value)
            case Role.NUMBER:
                return _number(value)
            case Role.NUMBERS:
                return _each(_number, value)
            case Role.LAW:
                return self.parse(value)
            case Role.LAWS:
                return _each(self.parse, value)

    def _quantity(self, value: object) -> float:
        try:
            return self.quantity.parse(value)
        except ValueError as error:
            raise refusal(str(error)) from None

    def _written(self, role: Role, value: Any) -> Any:
        match role:
            case Role.QUANTITY:
                return self.quantity.write(value)
            case Role.QUANTITIES:
                return [self.quantity.write(item) for item in value]
            case Role.NUMBER:
                return value
            case Role.NUMBERS:
                return list(value)
            case Role.LAW:
                return self.write(value)
            case Role.LAWS:
                return [self.write(item) for item in value]

    def _family_schema(
        self, name: str, roles: Mapping[str, Role], required: Sequence[str]
    ) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {_KEY: {"const": name}}
            | {key: self._parameter_schema(role) for key, role in roles.items()},
            "required": [_KEY, *required],
            "additionalProperties": False,
        }

    def _parameter_schema(self, role: Role) -> dict[str, Any]:
        # A law inside a law is not spelled out again: the schema would have no end.
        law = {"anyOf": [self.quantity.json_schema(), {"type": "object", "required": [_KEY]}]}
        match role:
            case Role.QUANTITY:
                return self.quantity.json_schema()
            case Role.NUMBER:
                return {"type": "number"}
            case Role.LAW:
                return law
            case Role.QUANTITIES:
                return {"type": "array", "items": self.quantity.json_schema()}
            case Role.NUMBERS:
                return {"type": "array", "items": {"type": "number"}}
            case Role.LAWS:
                return {"type": "array", "items": law}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.json_schema()


def _positive(law: Distribution) -> Distribution:
    """Work at a rate of 0 would never be done."""
    if law.cdf(0.0) > 0.0:
        raise refusal("a rate that may be 0", "one that is always above 0")
    return law


RANDOM_SECONDS = RandomQuantity(SECONDS)
RANDOM_BYTES = RandomQuantity(BYTES)
RANDOM_BYTES_PER_SECOND = RandomQuantity(BYTES_PER_SECOND)

RandomSeconds = Annotated[Distribution, RANDOM_SECONDS]
"""A duration that is drawn, in seconds."""
RandomBytes = Annotated[Distribution, RANDOM_BYTES]
"""An amount of data that is drawn, in bytes."""
RandomBytesPerSecond = Annotated[Distribution, RANDOM_BYTES_PER_SECOND, AfterValidator(_positive)]
"""A byte rate that is drawn, in bytes per second, and never 0."""


def _signature(
    kind: type[Distribution], given: Mapping[str, object]
) -> tuple[Callable[..., Distribution], Mapping[str, Role], Sequence[str]]:
    """What makes the law, the roles of its keys, and those it cannot do without."""
    if kind is Lognormal and not given.keys().isdisjoint(_MEAN_AND_CV):
        return Lognormal.from_mean_cv, _MEAN_AND_CV, list(_MEAN_AND_CV)
    return kind, _roles(kind), _required(kind)


def _roles(kind: type[Distribution]) -> dict[str, Role]:
    return {parameter.name: role_of(parameter) for parameter in fields(kind)}


def _required(kind: type[Distribution]) -> list[str]:
    return [parameter.name for parameter in fields(kind) if parameter.default is MISSING]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(f"found {shown(value)}", "a plain number")
    return value


def _each(read: Callable[[object], Any], value: object) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise refusal(f"found {shown(value)}", "a list")
    items = []
    for number, item in enumerate(value):
        try:
            items.append(read(item))
        except RefusedError as error:
            raise RefusedError(*(problem.within((number,)) for problem in error.problems)) from None
    return tuple(items)
