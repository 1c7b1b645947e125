"""The kernel's trace of what an engine does: an ftrace instance of its own, which disturbs none.

The kernel knows it by the name of the engine's group, so that it can be removed after a crash. The
file system that it is in is mounted in a namespace only, and goes with that.
"""

from __future__ import annotations

from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.private.namespaces import Namespaces, run
from docksim.engine.private.requirements import binary

PLACE = "trace"
"""The folder, in the engine's, that tracefs is mounted on."""

_REMOVE = 'mount -t tracefs none "$1" && { [ ! -d "$2" ] || rmdir "$2"; }'


def make(space: Namespaces, folder: Path, name: str) -> Path:
    """Make an instance; its folder, as it is seen from outside of the namespace.

    Raises EngineError when the kernel has no tracing.
    """
    place = folder / PLACE
    place.mkdir(exist_ok=True)
    try:
        space.run(binary("mount"), "-t", "tracefs", "none", str(place))
    except EngineError as error:
        place.rmdir()  # so that nobody looks there for what could not be made
        raise EngineError(f"accounting needs the kernel's tracefs: {error}") from None
    instance = space.root / place.relative_to("/") / "instances" / name
    instance.mkdir()
    return instance


def remove(folder: Path, name: str) -> None:
    """Remove an instance if there is one, whoever made it. Raises EngineError."""
    place = folder / PLACE
    if not place.exists():
        return
    script = ["sh", "-c", _REMOVE, "sh", str(place), str(place / "instances" / name)]
    run([binary("unshare"), "--mount", "--propagation=private", *script])
