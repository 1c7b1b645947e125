"""Blocks from which the hypervisor took the machine away: they do not tell what the engine does."""

from __future__ import annotations

from pathlib import Path

from docksim.engine.measurement.dataset import Dataset

DISTURBED = 0.03
"""Share of the CPU time wanted during a block that others were given, above which it is measured
again: a few per cent is what predictions are to err by."""

TOLD = 0.05
"""Seconds stolen from which they count: the kernel tells them in hundredths."""

ATTEMPTS = 3
"""How often a block is measured at the most."""


def stolen_seconds() -> float:
    """CPU time (s) so far that the hypervisor gave to others."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return int(fields[8]) / 100


def disturbed(dataset: Dataset) -> set[str]:
    """Finished blocks from which much was stolen, and that were not measured so often yet."""
    blocks = dataset.table("blocks").set_index("block")
    used = dataset.table("block_cpu").groupby("block")["cpu"].sum()
    stolen = blocks["stolen"]
    much = (stolen >= TOLD) & (stolen / (stolen + used) > DISTURBED)
    return {block for block in blocks.index[much] if dataset.attempts(block) < ATTEMPTS}
