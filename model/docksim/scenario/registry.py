"""The registry: its distance, its capacity, its limits and its failures."""

from typing import Annotated, Self

from annotated_types import Gt
from pydantic import AfterValidator, model_validator

from docksim.scenario.errors import refusal
from docksim.scenario.quantities import BytesPerSecond, Seconds
from docksim.scenario.randomness import RandomBytesPerSecond
from docksim.scenario.section import Count, Flag, Positive, Section, Share


def _zero_is_no_limit(limit: int | None) -> int | None:
    """TOML has no null, and a profile's limit must be removable."""
    return limit or None


class Registry(Section):
    """Docker Hub or a private registry, as the host sees it."""

    rtt: Seconds
    """Round trip between host and registry."""
    bandwidth: Annotated[BytesPerSecond, Gt(0)]
    """What the registry sends in all."""
    stream_rate: RandomBytesPerSecond
    """The most that one download gets."""
    servers: Positive
    """Requests that are answered at once; others wait in turn."""
    rate_limit: Annotated[Count | None, AfterValidator(_zero_is_no_limit)] = None
    """Pulls allowed in a window of `rate_window`; 0 or left out: no limit."""
    rate_window: Annotated[Seconds, Gt(0)]
    """The window of `rate_limit`."""
    error_share: Share = 0.0
    """Share of requests for manifests and layers that end in a 5xx answer."""
    reset_share: Share = 0.0
    """Share of layer downloads whose connection breaks on the way."""
    resumable: Flag = True
    """Whether a broken download goes on where it broke (Range) or starts again."""

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if (total := self.error_share + self.reset_share) > 1:
            raise refusal(
                f"error_share and reset_share add up to {total:g}", "at most 1", at=("error_share",)
            )
        return self
