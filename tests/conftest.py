"""A private engine for the tests that need one, in a folder of the test's own."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from docksim.engine.private import PrivateEngine
from docksim.engine.private.requirements import missing


def pytest_collection_modifyitems(items):
    reason = missing()
    if not reason:
        return
    for item in items:
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def engine():
    """An engine that is not up; whatever the test leaves of it is taken down."""
    # pytest's own folders are too deep for sockets.
    with TemporaryDirectory(prefix="docksim-") as folder:
        private = PrivateEngine(Path(folder) / "engine")
        yield private
        private.down()


@pytest.fixture
def running_engine(engine):
    engine.up()
    return engine
