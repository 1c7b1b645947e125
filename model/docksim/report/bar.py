"""Progress where there is no terminal: in the notebook that a long call is made from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

WIDTH = 100
"""Parts that a bar is told of."""


def with_bar(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The function, which shows its progress when a notebook calls it and nobody else asked to be
    told: a bar where it takes `progress`, a line of text where it takes `tell`."""
    names = signature(function).parameters
    hears = "progress" if "progress" in names else "tell"

    @wraps(function)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if kwargs.get(hears) is None and in_notebook():
            kwargs[hears] = _bar() if hears == "progress" else _line()
        return function(*args, **kwargs)

    return call


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None


def _bar() -> Callable[..., None]:
    """Hears the share that is done, or how many of how many."""
    from IPython.display import ProgressBar

    bar: Any = ProgressBar(WIDTH)  # type: ignore[no-untyped-call]
    bar.display()

    def tell(done: float, total: float | None = 1.0) -> None:
        bar.progress = round(WIDTH * done / total) if total else 0

    return tell


def _line() -> Callable[[str], None]:
    from IPython.display import Pretty, display

    shown: Any = display(Pretty(""), display_id=True)  # type: ignore[no-untyped-call]
    return lambda text: shown.update(Pretty(text))  # type: ignore[no-untyped-call]
