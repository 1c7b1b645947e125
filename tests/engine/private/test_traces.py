"""The kernel's trace of an engine."""

from pathlib import Path

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.private import traces


class Untraced:
    """Namespaces of a kernel that has no tracing."""

    root = Path("/")

    def run(self, *command):
        raise EngineError("mount: unknown filesystem type 'tracefs'")


def test_a_kernel_without_tracing_is_told_and_leaves_an_engine_that_can_be_taken_down(tmp_path):
    with pytest.raises(EngineError, match=r"accounting needs .* unknown filesystem type"):
        traces.make(Untraced(), tmp_path, "docksim-none")
    traces.remove(tmp_path, "docksim-none")
    assert list(tmp_path.iterdir()) == []
