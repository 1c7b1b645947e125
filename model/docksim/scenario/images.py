"""Images: how a scenario declares them, and what they are once it is loaded.

A declared image lists its layers, names a manifest file, or only names an image of the catalogue.
Once loaded, every image has all its layers with digest and both sizes; a digest that occurs in
several images is one shared layer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self

from annotated_types import Gt
from pydantic import GetCoreSchemaHandler, ValidationInfo, model_validator
from pydantic_core import core_schema

from docksim.scenario.catalogue import catalogue
from docksim.scenario.errors import Place, Problem, RefusedError, nearest, refusal, shown
from docksim.scenario.manifest import read_manifest
from docksim.scenario.quantities import Bytes
from docksim.scenario.section import Flag, Name, PositiveNumber, Section

USUAL_EXPANSION = 2.6
"""Uncompressed over compressed size of images on Docker Hub (Zhao et al., CLUSTER'19)."""


class Layer(Section):
    """A layer of a loaded image."""

    digest: Name
    """Its identity: layers of equal digest are one."""
    compressed: Bytes
    """Bytes as pulled."""
    uncompressed: Bytes
    """Bytes on disk."""


class Image(Section):
    """A loaded image, its layers base first."""

    name: Name
    """How actions name it."""
    layers: tuple[Layer, ...]
    """Base first."""
    present: Flag = False
    """Whether the host has it at the start."""
    published: Flag = True
    """Whether the registry has it; a pull of one that it has not ends as "image not found"."""
    source: str = ""
    """Where the sizes are from."""

    @property
    def compressed(self) -> float:
        """Bytes to pull when the host has none of its layers."""
        return sum(layer.compressed for layer in self.layers)

    @property
    def uncompressed(self) -> float:
        """Bytes on disk when no other image shares a layer."""
        return sum(layer.uncompressed for layer in self.layers)


class DeclaredLayer(Section):
    """A layer as declared."""

    digest: Name | None = None
    """Equal digests are one shared layer; left out: shared with no other image."""
    compressed: Annotated[Bytes, Gt(0)]
    """Bytes as pulled."""
    uncompressed: Annotated[Bytes, Gt(0)] | None = None
    """Bytes on disk; left out: compressed × the image's expansion."""


class DeclaredImage(Section):
    """An image as declared: by its layers, by a manifest, or by the catalogue's name."""

    name: Name
    """How actions name it; without layers and manifest, the catalogue's image of that name."""
    layers: tuple[DeclaredLayer, ...] | None = None
    """Base first."""
    manifest: Name | None = None
    """File with the output of `docker manifest inspect` or an OCI manifest, relative to the
    scenario file."""
    expansion: PositiveNumber = USUAL_EXPANSION
    """Uncompressed over compressed size of layers whose uncompressed size is not known."""
    present: Flag = False
    """Whether the host has it at the start."""
    published: Flag = True
    """Whether the registry has it; a pull of one that it has not ends as "image not found"."""
    source: str = ""
    """Where the sizes are from; filled in for manifests and the catalogue."""

    @model_validator(mode="after")
    def _layers_from_one_place(self) -> Self:
        if self.layers is not None and self.manifest is not None:
            raise refusal("both layers and manifest are given", "one of them", at=("manifest",))
        if self.layers == ():
            raise refusal(
                "an image without layers",
                "at least one layer, a manifest, or a name of the catalogue without layers",
                at=("layers",),
            )
        return self


@dataclass(slots=True)
class _Sizes:
    """What is known of layers by digest while the images of a scenario are put together."""

    compressed: dict[str, float] = field(default_factory=dict)
    uncompressed: dict[str, float] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, layers: Iterable[DeclaredLayer], at: Place) -> None:
        """Remember stated sizes, and the problem when a digest was stated with another size."""
        for number, layer in enumerate(layers):
            for key in ("compressed", "uncompressed"):
                known, size = getattr(self, key), getattr(layer, key)
                if size is None or layer.digest is None:
                    continue
                if known.setdefault(layer.digest, size) != size:
                    self.problems.append(
                        Problem(
                            f"{key} size {size:.0f} B of layer {shown(layer.digest)}",
                            f"{known[layer.digest]:.0f} B, as elsewhere: "
                            "equal digests are one layer",
                            at=(*at, "layers", number, key),
                        )
                    )


def resolve(declared: tuple[DeclaredImage, ...], folder: Path) -> tuple[Image, ...]:
    """The loaded images; manifests are read relative to `folder`.

    A layer whose uncompressed size is nowhere stated gets its compressed size times the expansion
    of the first image that has it. Raises RefusedError with all problems found.
    """
    sizes = _Sizes()
    found: list[tuple[DeclaredImage, tuple[DeclaredLayer, ...], str]] = []
    for number, image in enumerate(declared):
        if any(image.name == other.name for other in declared[:number]):
            sizes.problems.append(
                Problem(
                    f"a second image {shown(image.name)}",
                    "one image of each name",
                    at=(number, "name"),
                )
            )
        try:
            layers, source = _layers(image, folder)
        except RefusedError as error:
            sizes.problems += [problem.within((number,)) for problem in error.problems]
            continue
        sizes.note(layers, (number,))
        found.append((image, layers, source))
    if sizes.problems:
        raise RefusedError(*sizes.problems)
    return tuple(_complete(image, layers, source, sizes) for image, layers, source in found)


def _layers(image: DeclaredImage, folder: Path) -> tuple[tuple[DeclaredLayer, ...], str]:
    """An image's layers, all with digests, and their source."""
    if image.layers is not None:
        named = (
            layer.model_copy(update={"digest": layer.digest or _made_digest(image.name, number)})
            for number, layer in enumerate(image.layers)
        )
        return tuple(named), image.source
    if image.manifest is not None:
        try:
            entries = read_manifest(folder / image.manifest)
        except RefusedError as error:
            problems = (problem.within(("manifest",)) for problem in error.problems)
            raise RefusedError(*problems) from None
        return tuple(
            DeclaredLayer.model_construct(digest=digest, compressed=float(size))
            for digest, size in entries
        ), image.source or f"manifest {image.manifest}"
    if image.name in catalogue():
        shipped = catalogue()[image.name]
        return tuple(
            DeclaredLayer.model_construct(
                digest=layer.digest,
                compressed=float(layer.compressed),
                uncompressed=None if layer.uncompressed is None else float(layer.uncompressed),
            )
            for layer in shipped.layers
        ), shipped.source
    raise refusal(
        f"image {shown(image.name)} has neither layers nor manifest, and is not in the catalogue",
        f"layers, a manifest, or one of the catalogue: {', '.join(catalogue())}",
        suggestion=nearest(image.name, catalogue()),
        at=("name",),
    )


def _complete(
    image: DeclaredImage, layers: tuple[DeclaredLayer, ...], source: str, sizes: _Sizes
) -> Image:
    def complete(layer: DeclaredLayer) -> Layer:
        digest = layer.digest or ""
        guess = max(1.0, float(round(layer.compressed * image.expansion)))
        uncompressed = sizes.uncompressed.setdefault(digest, guess)
        return Layer.model_construct(
            digest=digest, compressed=layer.compressed, uncompressed=uncompressed
        )

    return Image.model_construct(
        name=image.name,
        layers=tuple(complete(layer) for layer in layers),
        present=image.present,
        published=image.published,
        source=source,
    )


def _made_digest(image: str, position: int) -> str:
    """A digest that no layer of another image has."""
    return f"sha256:{sha256(f'{image}/{position}'.encode()).hexdigest()}"


class Resolved:
    """Annotation of a field that is declared as images and holds the loaded ones."""

    @staticmethod
    def __get_pydantic_core_schema__(
        source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def load(declared: tuple[DeclaredImage, ...], info: ValidationInfo) -> tuple[Image, ...]:
            return resolve(declared, info.context["folder"] if info.context else Path())

        return core_schema.chain_schema(
            [
                handler.generate_schema(tuple[DeclaredImage, ...]),
                core_schema.with_info_plain_validator_function(load),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda images: [image.model_dump(mode="json") for image in images]
            ),
        )
