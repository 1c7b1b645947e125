"""From replications to statements: run in parallel, estimates with intervals, stability."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """`docksim.study` is this package, and also what users call: `ds.study("study.toml")`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        # The report layer is what `import docksim` hands out; nothing here depends on it.
        return import_module("docksim.report.interactive").study(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
