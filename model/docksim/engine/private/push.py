"""Pushes an image to a registry: runs in the registry's namespace, as a program of its own."""

from __future__ import annotations

import json
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from docksim.engine.private.images import ImageShape, config_of, digest_of, layers_of

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def push(registry: str, name: str, shape: ImageShape) -> list[tuple[int, int]]:
    """Compressed and unpacked bytes of each layer. Raises OSError when it is refused."""
    layers = layers_of(name, shape)
    config = config_of(layers)
    for blob in (*(layer.blob for layer in layers), config):
        _push_blob(f"{registry}/v2/{name}", blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _described(config, CONFIG),
        "layers": [_described(layer.blob, LAYER) for layer in layers],
    }
    body = json.dumps(manifest).encode()
    _send(f"{registry}/v2/{name}/manifests/latest", "PUT", body, MANIFEST)
    return [(len(layer.blob), layer.unpacked) for layer in layers]


def _push_blob(repository: str, blob: bytes) -> None:
    digest = digest_of(blob)
    try:
        _send(f"{repository}/blobs/{digest}", "HEAD")
    except HTTPError:
        upload = _send(f"{repository}/blobs/uploads/", "POST", b"")
        joint = "&" if "?" in upload else "?"
        _send(f"{upload}{joint}digest={digest}", "PUT", blob, "application/octet-stream")


def _send(url: str, method: str, body: bytes | None = None, kind: str = "") -> str:
    """Where the answer points to."""
    headers = {"Content-Type": kind} if kind else {}
    with urlopen(Request(url, body, headers, method=method), timeout=60) as answer:
        return str(answer.headers.get("Location", ""))


def _described(blob: bytes, kind: str) -> dict[str, object]:
    return {"mediaType": kind, "size": len(blob), "digest": digest_of(blob)}


if __name__ == "__main__":
    order = json.loads(sys.argv[2])
    print(json.dumps(push(sys.argv[1], order["name"], ImageShape(**order["shape"]))))
