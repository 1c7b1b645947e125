"""What the first layer of a pull costs more than each further one, in CPU time and in time.

A pull of one layer tells the first one's cost. Once all layers are there, one is extracted after
the other: the time from one "Pull complete" to the next is a further one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from docksim.engine.calibration.lines import Line, line
from docksim.engine.calibration.reference import slowness_of
from docksim.engine.measurement.dataset import Dataset

SIZES = {"download": "compressed", "extract": "unpacked"}
"""The bytes that a phase works off."""

DOWNLOADED, EXTRACTED = "Download complete", "Pull complete"
"""What the daemon says of a layer."""


@dataclass(frozen=True)
class Surplus:
    """Core-seconds, and s."""

    cpu: float = 0.0
    time: float = 0.0

    @property
    def threads(self) -> float:
        """Cores that it uses at once."""
        return max(1.0, self.cpu / self.time) if self.time else 1.0

    @property
    def wait(self) -> float:
        """Seconds of it without any."""
        return max(0.0, self.time - self.cpu)


def surplus_of(dataset: Dataset, near: pd.DataFrame, lines: Mapping[str, Line]) -> Surplus:
    """What a pull's first layer costs more than each further one; nothing where no image of several
    layers was pulled. `lines` are of pulls of one layer, by phase."""
    many = near[(near["layers"] > 1) & near["phase"].isin(SIZES)]
    if many.empty:
        return Surplus()
    in_bytes = sum(
        line.per_byte * many.loc[many["phase"] == phase, SIZES[phase]].mean()
        for phase, line in lines.items()
    )
    taken = many.groupby("phase")["cpu"].mean().sum()
    first = sum(line.fixed for line in lines.values())
    further = (taken - in_bytes - first) / (many["layers"].mean() - 1)
    # A further layer's request is half of what the first one's download has fixed.
    cpu = float(max(0.0, first - lines["download"].fixed / 2 - further))
    extracting = near[(near["layers"] == 1) & (near["phase"] == "extract")]
    alone = line(extracting["unpacked"], extracting["time"])
    size = float((many["unpacked"] / many["layers"]).mean())
    time = _time_of_further_layers(dataset, many["image"].unique())
    if time is None:
        return Surplus(cpu, cpu)
    return Surplus(cpu, max(0.0, alone.at(size) - time))


def _time_of_further_layers(dataset: Dataset, images: Iterable[str]) -> float | None:
    """Seconds of an extraction after another, at the reference's speed, in the median over light
    pulls of these images; None where no pull told of two.

    Where any was measured without pauses, those with pauses are left out.
    """
    blocks, news = dataset.table("blocks").set_index("block"), dataset.table("news")
    light = blocks[blocks["image"].isin(list(images)) & (blocks["accounting"] | blocks["brisk"])]
    light = light[light["rtt"] == 0.0]
    light = light[light["brisk"]] if light["brisk"].any() else light
    if news.empty or light.empty:
        return None
    own = news[news["block"].isin(light.index)].sort_values("at")
    pull = ["block", "client", "cycle"]
    downloaded = own[own["status"] == DOWNLOADED].groupby(pull)["at"].max().rename("downloaded")
    extracted = own[own["status"] == EXTRACTED].join(downloaded, on=pull)
    apart = extracted.groupby(pull)["at"].diff()
    # The one that was under way when the last layer came was extracted beside downloads.
    began = extracted.groupby(pull)["at"].shift()
    apart = apart[began >= extracted["downloaded"]] / extracted["block"].map(slowness_of(dataset))
    return float(apart.median()) if apart.notna().any() else None
