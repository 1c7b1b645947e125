"""Real official images that ship with docksim, so that a scenario need only name them.

Stated are each layer's digest and compressed size and, for most images, the uncompressed total of
all layers. What a single layer unpacks to is attributed: the images with the fewest layers first,
what is left of an image's total goes to the layers not yet met, in proportion to their compressed
sizes. So an image's layers add up to its total, and a shared layer has one size everywhere.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class CatalogueLayer:
    """A layer: digest, bytes as pulled, and bytes on disk (None: not known)."""

    digest: str
    compressed: int
    uncompressed: int | None


@dataclass(frozen=True, slots=True)
class CatalogueImage:
    """An image of the catalogue, its layers base first, and where the figures are from."""

    name: str
    layers: tuple[CatalogueLayer, ...]
    source: str


@cache
def catalogue() -> dict[str, CatalogueImage]:
    """The shipped images by name."""
    text = files("docksim.scenario.data").joinpath("catalogue.json").read_text("utf-8")
    document = json.loads(text)
    unpacked: dict[str, int] = {}
    for image in sorted(document["images"], key=lambda image: len(image["layers"])):
        _attribute(image, unpacked)
    origin = f"{document['repository']}@{document['commit'][:12]}"
    return {
        image["name"]: CatalogueImage(
            name=image["name"],
            layers=tuple(
                CatalogueLayer(layer["digest"], layer["compressed"], unpacked.get(layer["digest"]))
                for layer in image["layers"]
            ),
            source=f"catalogue ({origin}:{image['path']})",
        )
        for image in document["images"]
    }


def _attribute(image: dict[str, object], unpacked: dict[str, int]) -> None:
    """Share an image's uncompressed total out over its layers; `unpacked` maps digest to bytes."""
    total, layers = image.get("uncompressed"), image["layers"]
    assert isinstance(layers, list)
    if not isinstance(total, int):
        return
    left = total - sum(unpacked.get(layer["digest"], 0) for layer in layers)
    fresh = [layer for layer in layers if layer["digest"] not in unpacked]
    packed = sum(layer["compressed"] for layer in fresh)
    for layer in fresh:
        share = round(left * layer["compressed"] / packed) if packed else 0
        unpacked[layer["digest"]] = share
        left, packed = left - share, packed - layer["compressed"]
