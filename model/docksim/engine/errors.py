"""What can go wrong with a real engine, told in one message."""


class EngineError(Exception):
    """Says what is wrong, and what to do about it."""
