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
        self._uses: Counter[str] = Counter()
        self._claims: Counter[Chain] = Counter()

    def __contains__(self, chain: Chain) -> bool:
        return chain in self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def has_blob(self, layer: Layer) -> bool:
        """Whether the layer as pulled is on the disk, whatever it is stored on top of."""
        return self._keeps_blobs and layer.digest in self._uses

    def size_on_disk(self, layer: Layer) -> float:
        """Unpacked, and as pulled where the store keeps that too and has it not yet (bytes)."""
        keeps = self._keeps_blobs and not self.has_blob(layer)
        return layer.uncompressed + (layer.compressed if keeps else 0.0)

    def claim(self, chains: list[Chain]) -> None:
        """Need these chains, whether they are there or not yet."""
        self._claims.update(chains)

    def release(self, chains: list[Chain]) -> tuple[int, float]:
        """Need them no longer: how many layers nobody needs then, and their size (bytes)."""
        gone = [chain for chain in chains if self._unclaim(chain)]
        sizes = [self._forget(chain) for chain in gone if chain in self]
        self._space.give(sum(sizes))
        return len(sizes), sum(sizes)

    def register(self, chain: Chain, size: float) -> None:
        """Note a chain, for whose last layer so much space was taken (bytes)."""
        self._sizes[chain] = size
        self._uses[chain[-1]] += 1

    def preload(self, image: Image) -> None:
        """Have an image from the start. Raises NoSpaceLeft."""
        chains = chains_of(image)
        for chain, layer in zip(chains, image.layers, strict=True):
            if chain not in self:
                size = self.size_on_disk(layer)
                self._space.take(size)
                self.register(chain, size)
        self.claim(chains)

    def _forget(self, chain: Chain) -> float:
        digest = chain[-1]
        self._uses[digest] -= 1
        if not self._uses[digest]:
            del self._uses[digest]
        return self._sizes.pop(chain)

    def _unclaim(self, chain: Chain) -> bool:
        self._claims[chain] -= 1
        if self._claims[chain]:
            return False
        del self._claims[chain]
        return True
