"""The layer store: which chains of layers the host has, and who needs them.

A layer is stored on top of its parents, so it is known by its chain: all digests down to the base.
Whoever needs a chain claims it, also before it is there; a chain that nobody claims is deleted.
"""

from __future__ import annotations

from collections import Counter

from docksim.scenario.images import Image, Layer
from docksim.system.infrastructure.reserve import Reserve

Chain = tuple[str, ...]


def chains_of(image: Image) -> list[Chain]:
    """The chain of each of the image's layers, base first."""
    digests = tuple(layer.digest for layer in image.layers)
    return [digests[: i + 1] for i in range(len(digests))]


class LayerStore:
    """The registered chains and their place on the disk (bytes)."""

    def __init__(self, space: Reserve, keeps_blobs: bool) -> None:
        self._space = space
        self._keeps_blobs = keeps_blobs
        self._sizes: dict[Chain, float] = {}
        self._claims: Counter[Chain] = Counter()

    def __contains__(self, chain: Chain) -> bool:
        return chain in self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def size_on_disk(self, layer: Layer) -> float:
        """Unpacked, and as pulled where the store keeps that too (bytes)."""
        return layer.uncompressed + (layer.compressed if self._keeps_blobs else 0.0)

    def claim(self, chains: list[Chain]) -> None:
        """Need these chains, whether they are there or not yet."""
        self._claims.update(chains)

    def release(self, chains: list[Chain]) -> tuple[int, float]:
        """Need them no longer: how many layers nobody needs then, and their size (bytes)."""
        gone = [chain for chain in chains if self._unclaim(chain)]
        sizes = [self._sizes.pop(chain) for chain in gone if chain in self._sizes]
        self._space.give(sum(sizes))
        return len(sizes), sum(sizes)

    def register(self, chain: Chain, layer: Layer) -> None:
        """Note a chain whose last layer was unpacked into space that was taken for it."""
        self._sizes[chain] = self.size_on_disk(layer)

    def preload(self, image: Image) -> None:
        """Have an image from the start. Raises NoSpaceLeft."""
        chains = chains_of(image)
        for chain, layer in zip(chains, image.layers, strict=True):
            if chain not in self:
                self._space.take(self.size_on_disk(layer))
                self.register(chain, layer)
        self.claim(chains)

    def _unclaim(self, chain: Chain) -> bool:
        self._claims[chain] -= 1
        if self._claims[chain]:
            return False
        del self._claims[chain]
        return True
