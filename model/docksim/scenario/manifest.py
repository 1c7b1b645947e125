"""Layers of a real image, read from the output of `docker manifest inspect` or an OCI manifest."""

import json
from pathlib import Path
from typing import Any

from docksim.scenario.errors import RefusedError, refusal
from docksim.scenario.files import read_text

ALLOWED = "a manifest of one platform, as `docker manifest inspect IMAGE` prints it"


def read_manifest(path: Path) -> list[tuple[str, int]]:
    """(digest, compressed bytes) of each layer, base first.

    Raises RefusedError, naming the file, when it cannot be read or is no manifest of one image.
    """
    text = read_text(path)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise refusal(f"{path}, {where}: no valid JSON: {error.msg}", ALLOWED) from None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    return [_layer(entry, number, path) for number, entry in enumerate(_layers(document, path))]


def _layers(document: Any, path: Path) -> list[Any]:
    """The list of layers, wherever this form of manifest has it."""
    if isinstance(document, list):
        raise _several(
            path, [entry.get("Descriptor") for entry in document if isinstance(entry, dict)]
        )
    if not isinstance(document, dict):
        raise refusal(f"{path}: no manifest", ALLOWED)
    if isinstance(document.get("manifests"), list):
        raise _several(path, document["manifests"])
    if document.get("schemaVersion") == 1 or "fsLayers" in document:
        raise refusal(f"{path}: a manifest of schema 1, which states no sizes", ALLOWED)
    inner = document.get("SchemaV2Manifest") or document.get("OCIManifest") or document
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list):
        raise refusal(f'{path}: no manifest: it has no list "layers"', ALLOWED)
    if not layers:
        raise refusal(f"{path}: an image without layers", "at least one layer")
    return layers


def _layer(entry: Any, number: int, path: Path) -> tuple[str, int]:
    fields = entry if isinstance(entry, dict) else {}
    digest, size = fields.get("digest"), fields.get("size")
    if not isinstance(digest, str) or not digest:
        raise refusal(f"{path}: layers[{number}] has no digest", ALLOWED)
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        raise refusal(f"{path}: layers[{number}] has no size in bytes", ALLOWED)
    return digest, size


def _several(path: Path, descriptors: list[Any]) -> RefusedError:
    """The refusal of an index: which platforms it has, and what to do."""
    platforms = [
        f"{platform.get('os', '?')}/{platform.get('architecture', '?')}"
        for descriptor in descriptors
        if isinstance(descriptor, dict) and isinstance(platform := descriptor.get("platform"), dict)
    ]
    return refusal(
        f"{path}: an index of several platforms ({', '.join(platforms) or 'none named'})",
        f"{ALLOWED}: pick one platform and inspect IMAGE@DIGEST of its entry",
    )
