"""How a command can end, as a real client would see it."""

from __future__ import annotations

OK = "ok"
IN_PROGRESS = "in progress"
TIMEOUT = "timeout"


class CommandError(Exception):
    """A command that ended badly; `outcome` is the name that records and tables use."""

    outcome = "error"


class ImageNotFound(CommandError):
    """404: neither the host nor the registry has the image."""

    outcome = "image not found"


class NoSuchContainer(CommandError):
    """404: there is no such container (any more)."""

    outcome = "no such container"


class Conflict(CommandError):
    """409: the object is in use, running, or already being removed."""

    outcome = "conflict"


class TooManyRequests(CommandError):
    """429: the registry's pull limit is used up; the client does not retry."""

    outcome = "too many requests"


class RegistryUnavailable(CommandError):
    """5xx or a broken connection that outlived every retry."""

    outcome = "registry error"


class NoSpaceLeft(CommandError):
    """The host's disk is full."""

    outcome = "no space left"


class OutOfMemory(CommandError):
    """The host has no memory left for the container's process."""

    outcome = "out of memory"


class CannotKill(CommandError):
    """The process did not die of SIGKILL: "did not receive an exit event"."""

    outcome = "cannot kill container"
