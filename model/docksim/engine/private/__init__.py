"""A Docker Engine and a registry of one's own, in namespaces of their own."""

from docksim.engine.private.engine import EngineStatus, PrivateEngine

__all__ = ["EngineStatus", "PrivateEngine"]
