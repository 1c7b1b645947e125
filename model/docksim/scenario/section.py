"""What all parts of a scenario have in common, and the plain kinds of numbers in them."""

from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import AllowInfNan, BaseModel, ConfigDict, Strict, model_validator

from docksim.scenario.errors import RefusedError, unknown

# TOML has types: "8" is no number and 1 is no truth value, so nothing is converted.
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Ge(0)]
Positive = Annotated[int, Strict(), Ge(1)]
Number = Annotated[float, Strict(), AllowInfNan(False), Ge(0)]
PositiveNumber = Annotated[float, Strict(), AllowInfNan(False), Gt(0)]
Share = Annotated[float, Strict(), AllowInfNan(False), Ge(0), Le(1)]
Name = Annotated[str, MinLen(1)]


class Section(BaseModel):
    """A table of a scenario: frozen, and with no other keys than those declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, values: Any) -> Any:
        """Refuse unknown keys here, where the valid ones are at hand for the message."""
        if isinstance(values, dict):
            keys = [field.alias or name for name, field in cls.model_fields.items()]
            strangers = [key for key in values if key not in keys]
            if strangers:
                raise RefusedError(*(unknown("key", key, keys, at=(key,)) for key in strangers))
        return values
