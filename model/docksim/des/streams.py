"""Random numbers by name: the n-th command meets the same demands in every scenario.

A draw is a pure function of (seed, replication, name, number, occurrence). Draws come in blocks,
and each block has a seed sequence of its own, so that it can be made again at any time and in any
order. Nothing is handed on from one stream or block to the next: a stream more moves no other.
See S. Asmussen and P. Glynn, Stochastic Simulation (2007), chapter V.6, on common random numbers.
"""

from __future__ import annotations

import hashlib
import struct
from array import array

import numpy as np

from docksim.des.distributions import Constant, Distribution, Uniform

BLOCK = 1024
"""Draws in a block: so many that most of the cost is drawing them, not making the generator."""

KEPT_BLOCKS = 128
"""Blocks that a stream keeps (1 MiB): more than an image has layers, each an occurrence."""

Words = tuple[int, ...]
"""The 32-bit words that tell one stream from all others; always as many of them."""

_WORD = 2**32
_UNIFORM = Uniform(0.0, 1.0)


class Draws:
    """One stream of draws from one distribution, or of sums of `times` independent ones;
    occurrences below `alike` are one draw."""

    __slots__ = ("_alike", "_block", "_hot", "_kept", "_root", "distribution", "times")

    def __init__(self, root: Words, distribution: Distribution, times: int, alike: int) -> None:
        self.distribution = distribution
        self.times = times
        self._root = root
        self._alike = alike
        self._block: int | None = None
        """The block of occurrence 0 that is at hand in `_hot`."""
        self._hot: array[float] = array("d")
        self._kept: dict[tuple[int, int], array[float]] = {}

    def at(self, number: int, occurrence: int = 0) -> float:
        """The draw of command `number`; `occurrence` counts its further draws (one a layer)."""
        # Called some sixty times a command: the usual case is one comparison and one look-up.
        if not occurrence and number // BLOCK == self._block:
            return self._hot[number % BLOCK]
        return self._fetch(number, occurrence)

    def _fetch(self, number: int, occurrence: int) -> float:
        block, index = divmod(number, BLOCK)
        if 0 < occurrence < self._alike:
            occurrence = 0
        key = (occurrence, block)
        values = self._kept.pop(key, None)
        if values is None:
            values = self._make(occurrence, block)
            if len(self._kept) >= KEPT_BLOCKS:
                del self._kept[next(iter(self._kept))]
        # The order of the dictionary is that of the last use.
        self._kept[key] = values
        if not occurrence:
            self._block, self._hot = block, values
        return values[index]

    def _make(self, occurrence: int, block: int) -> array[float]:
        if not (0 <= occurrence < _WORD and 0 <= block < _WORD):
            raise ValueError(
                f"number and occurrence count from 0; found block {block}, occurrence {occurrence}"
            )
        # As an array of words: a list of integers takes the seed sequence twice as long.
        key = np.array((*self._root, occurrence, block), dtype=np.uint32)
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
        draws = self.distribution.sample(rng, BLOCK * self.times)
        return array("d", draws.reshape(self.times, BLOCK).sum(axis=0).tobytes())


class ConstantDraws(Draws):
    """Always the same value: no generator is ever made."""

    __slots__ = ("_value",)

    def __init__(self, root: Words, distribution: Distribution, times: int, alike: int) -> None:
        super().__init__(root, distribution, times, alike)
        self._value = float(distribution.mean) * times

    def at(self, number: int, occurrence: int = 0) -> float:
        return self._value


class Streams:
    """The random streams of one replication."""

    def __init__(self, seed: int, replication: int = 0, family: str = "") -> None:
        """`family` sets streams apart from those of the same names in others.

        Raises ValueError unless 0 ≤ seed < 2⁶⁴ and 0 ≤ replication < 2³².
        """
        if not 0 <= seed < _WORD**2:
            raise ValueError(f"seed must be between 0 and 2**64 - 1, not {seed}")
        if not 0 <= replication < _WORD:
            raise ValueError(f"replication must be between 0 and 2**32 - 1, not {replication}")
        self._seed, self._replication, self._family = seed, replication, family
        self._run = (seed % _WORD, seed // _WORD, replication)
        self._open: dict[str, Draws] = {}

    def apart(self, family: str) -> Streams:
        """Streams of the same run that share no draw with these."""
        return Streams(self._seed, self._replication, family)

    def draws(
        self,
        name: str,
        distribution: Distribution,
        times: int = 1,
        chance: str | None = None,
        alike: int = 1,
    ) -> Draws:
        """The stream called `name`: each of its values is the sum of `times` independent draws.

        Streams of one `chance` are drawn by the same random numbers: those of laws that differ by
        a factor do so in each value. Occurrences below `alike` have the same draw.

        Asking again gives the same stream; ValueError when it draws from another distribution:
        two activities that share a name would share their chance, too.
        """
        stream = self._open.get(name)
        if stream is None:
            kind = ConstantDraws if isinstance(distribution, Constant) else Draws
            stream = self._open[name] = kind(self._root(chance or name), distribution, times, alike)
        elif (stream.distribution, stream.times) != (distribution, times):
            raise ValueError(
                f"stream '{name}' draws from {stream.distribution.declare()} already, "
                f"not from {distribution.declare()}"
            )
        return stream

    def uniforms(self, name: str) -> Draws:
        """The stream called `name`, uniform on [0, 1)."""
        return self.draws(name, _UNIFORM)

    def _root(self, name: str) -> Words:
        # Little-endian on every machine.
        return (
            *self._run,
            *struct.unpack("<8I", hashlib.sha256((self._family + name).encode()).digest()),
        )
