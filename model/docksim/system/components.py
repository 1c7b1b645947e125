"""The names of the diagram's components, as they appear in every record and picture."""

from __future__ import annotations

USER = "user"
CLI = "CLI"
DOCKERD = "dockerd"
REGISTRY = "registry"
CONTAINERD = "containerd"
RUNC = "runc"
SHIM = "shim"
STORAGE = "storage"
NETWORK = "network"

LAYER_ORDER = (USER, CLI, DOCKERD, REGISTRY, CONTAINERD, RUNC, SHIM, STORAGE, NETWORK)
"""From the user down to the infrastructure."""
