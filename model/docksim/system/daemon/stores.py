"""Image stores: what is shared between pulls, and how many downloads run at once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from docksim.system.daemon.layers import Chain


class DownloadKey(Protocol):
    """By what a download under way is found by a second one that wants the same."""

    def __call__(self, chain: Chain) -> Hashable: ...


def by_chain(chain: Chain) -> Hashable:
    """Only on the same parents: the same layer on another base is downloaded twice."""
    return chain


def by_digest(chain: Chain) -> Hashable:
    """Anywhere: the content store holds one blob a digest."""
    return chain[-1]


@dataclass(frozen=True)
class ImageStore:
    """What sets one image store apart from another.

    download_key   by what downloads are shared
    keeps_blobs    whether the compressed blob stays on the disk
    commit         operation that commits a downloaded blob
    """

    download_key: DownloadKey
    keeps_blobs: bool
    commit: str


STORES = {
    "graphdriver": ImageStore(by_chain, False, "dockerd.commit_download"),
    "containerd": ImageStore(by_digest, True, "containerd.commit_blob"),
}
