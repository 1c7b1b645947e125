"""Images of any shape: so many layers, so large, compressible so far.

No build is needed: a layer is an archive made here, and an image a few documents of the OCI's
image specification that are pushed through the registry's own interface.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from docksim.engine.errors import EngineError
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.namespaces import last_line
from docksim.engine.private.requirements import binary
from docksim.engine.private.settings import REGISTRY_PORT

GZIP_LEVEL = 1
FILES = 8
"""Files in a layer, of equal size."""

TEXT = b"What repeats itself is what a compressor lives on. "


@dataclass(frozen=True)
class ImageShape:
    """What an image is to be like.

    layers           how many, the lowest with a busybox besides
    size             bytes of all layers, unpacked
    compressibility  compressed over unpacked size of the files, from 0.01 to 1
    skew             the largest layer's size over the mean, from 1 (all equal) to `layers`
    shared           of so many layers, from the lowest, other images with the same number have
                     the same bytes; all others are this image's own
    """

    layers: int = 1
    size: float = 4e6
    compressibility: float = 0.4
    skew: float = 1.0
    shared: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.layers <= 127:
            raise ValueError(f"an image has 1 to 127 layers, not {self.layers}")
        if not 1 <= self.skew <= self.layers:
            raise ValueError(f"skew is from 1 to the number of layers, not {self.skew}")
        if self.shared > self.layers:
            raise ValueError(f"{self.shared} shared layers of {self.layers}")
        if not 0.01 <= self.compressibility <= 1:
            raise ValueError(f"compressibility is from 0.01 to 1, not {self.compressibility}")

    def sizes(self) -> list[int]:
        """Bytes of each layer: the last is the largest, the others are equal."""
        if self.layers == 1:
            return [round(self.size)]
        largest = self.size * self.skew / self.layers
        rest = (self.size - largest) / (self.layers - 1)
        return [round(rest)] * (self.layers - 1) + [round(largest)]


@dataclass(frozen=True)
class Layer:
    """A layer as it is pushed; `unpacked` is the archive's size in bytes."""

    blob: bytes
    diff_id: str
    unpacked: int


def publish(engine: PrivateEngine, name: str, shape: ImageShape) -> list[tuple[int, int]]:
    """Push an image to the engine's registry; compressed and unpacked bytes of each layer.

    Raises EngineError when the registry does not take it.
    """
    registry = f"http://127.0.0.1:{REGISTRY_PORT}"
    order = json.dumps({"name": name, "shape": asdict(shape)})
    command = [sys.executable, "-m", "docksim.engine.private.push", registry, order]
    done = subprocess.run(engine.registry_space.enter(*command), capture_output=True, text=True)
    if done.returncode:
        reason = last_line(done.stderr) or f"exit code {done.returncode}"
        raise EngineError(f"image {name} cannot be pushed: {reason}")
    return [(compressed, unpacked) for compressed, unpacked in json.loads(done.stdout)]


def layers_of(name: str, shape: ImageShape) -> list[Layer]:
    """The layers of an image, the lowest first; always the same for the same name and shape."""
    return [
        _layer(f"shared {i}" if i < shape.shared else f"{name} {i}", size, shape, with_root=i == 0)
        for i, size in enumerate(shape.sizes())
    ]


def config_of(layers: list[Layer]) -> bytes:
    """The image's configuration."""
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    return json.dumps(document).encode()


def digest_of(blob: bytes) -> str:
    """Its digest, as registries write it."""
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _layer(key: str, size: int, shape: ImageShape, *, with_root: bool) -> Layer:
    rng = np.random.default_rng(list(hashlib.sha256(key.encode()).digest()))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        if with_root:
            add_root(archive)
        folder = digest_of(key.encode())[7:19]
        for i in range(FILES):
            _add(archive, f"files/{folder}/{i}", _content(rng, size // FILES, shape))
    packed = gzip.compress(buffer.getvalue(), GZIP_LEVEL, mtime=0)
    return Layer(packed, digest_of(buffer.getvalue()), buffer.getbuffer().nbytes)


def _content(rng: np.random.Generator, size: int, shape: ImageShape) -> bytes:
    """A part that cannot be compressed, and text that hardly takes any room."""
    random = rng.bytes(round(size * shape.compressibility))
    rest = size - len(random)
    return random + (TEXT * (rest // len(TEXT) + 1))[:rest]


def add_root(archive: tarfile.TarFile) -> None:
    """A busybox, and the few names of it that containers are started by."""
    _add(archive, "bin/busybox", Path(binary("busybox")).read_bytes(), mode=0o755)
    for command in ("sh", "sleep", "true", "cat", "head", "yes"):
        link = tarfile.TarInfo(f"bin/{command}")
        link.type, link.linkname = tarfile.SYMTYPE, "busybox"
        archive.addfile(link)


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
