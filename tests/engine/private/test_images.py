"""Images have the shape that was asked for; no engine is needed to see that."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.engine.errors import EngineError
from docksim.engine.private.images import ImageShape, digest_of, layers_of, publish
from docksim.engine.private.requirements import missing

needs_busybox = pytest.mark.skipif("busybox" in missing(), reason=missing())


@given(st.integers(1, 127), st.floats(1e3, 1e9), st.data())
def test_layers_have_the_asked_total_and_the_largest_its_share(layers, size, data):
    skew = data.draw(st.floats(1, layers))
    sizes = ImageShape(layers=layers, size=size, skew=skew).sizes()
    assert len(sizes) == layers
    assert sum(sizes) == pytest.approx(size, abs=layers)
    assert sizes[-1] == pytest.approx(size * skew / layers, abs=1)


@needs_busybox
@pytest.mark.parametrize("compressibility", [0.1, 0.5, 1.0])
def test_a_layer_is_compressed_as_far_as_asked(compressibility):
    shape = ImageShape(layers=2, size=4e6, compressibility=compressibility)
    top = layers_of("image", shape)[1]
    assert top.unpacked == pytest.approx(2e6, rel=0.05)
    assert len(top.blob) / top.unpacked == pytest.approx(compressibility, abs=0.03)


@needs_busybox
def test_the_lowest_layer_brings_a_shell():
    lowest = layers_of("image", ImageShape(layers=2, size=1e5))[0]
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(lowest.blob))) as archive:
        assert {"bin/busybox", "bin/sh", "bin/sleep"} <= set(archive.getnames())


@needs_busybox
def test_images_share_the_layers_that_they_are_to_share():
    shape = ImageShape(layers=4, size=1e5, shared=2)
    one, other = ([digest_of(layer.blob) for layer in layers_of(n, shape)] for n in ("a", "b"))
    assert one[:2] == other[:2]
    assert not set(one[2:]) & set(other[2:])
    assert one == [digest_of(layer.blob) for layer in layers_of("a", shape)]


class Unwell:
    """An engine in whose namespaces a program ends like this."""

    def __init__(self, script):
        self.registry_space = self
        self._script = script

    def enter(self, *command):
        return ["sh", "-c", self._script]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -KILL $$", "exit code -9"),
        ("echo Traceback >&2; echo refused >&2; exit 1", "refused"),
    ],
)
def test_why_an_image_cannot_be_pushed_is_told(script, reason):
    with pytest.raises(EngineError, match=f"image small cannot be pushed: {reason}$"):
        publish(Unwell(script), "small", ImageShape())


@pytest.mark.parametrize(
    "wrong", [{"layers": 0}, {"layers": 128}, {"layers": 2, "skew": 3}, {"compressibility": 0}]
)
def test_a_shape_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"from|has"):
        ImageShape(**wrong)
