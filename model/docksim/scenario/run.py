"""How long to run, how often, and with which random numbers."""

from typing import Annotated, Self

from annotated_types import Gt
from pydantic import model_validator

from docksim.scenario.errors import refusal
from docksim.scenario.quantities import Seconds
from docksim.scenario.section import Count, Positive, Section


class Run(Section):
    """The length of a run and its repetitions."""

    duration: Annotated[Seconds, Gt(0)] | None = None
    """Simulated time."""
    commands: Positive | None = None
    """Commands after whose end the run stops; cycles that have begun by then are carried
    through."""
    warm_up: Seconds = 0.0
    """Time at the start that statistics leave out."""
    seed: Count = 1
    """Root of all random numbers."""
    replications: Positive = 5
    """Independent repetitions, on which the confidence intervals rest."""

    @model_validator(mode="after")
    def _length_is_clear(self) -> Self:
        if self.duration is not None and self.commands is not None:
            raise refusal("both duration and commands are given", "one of them", at=("commands",))
        if self.duration is not None and self.duration <= self.warm_up:
            raise refusal(
                f"warm-up of {self.warm_up:g} s in a run of {self.duration:g} s",
                "a warm-up shorter than the duration",
                at=("warm_up",),
            )
        return self
