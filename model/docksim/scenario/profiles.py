"""Profile files: the shipped ones and one's own, and what they say in a scenario's terms.

A profile has a `name` and a `description`, the tables `host`, `daemon` and `registry` with defaults
for a scenario's sections, and the table `operations`: what each step costs.
"""

from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from docksim.scenario.errors import RefusedError, ScenarioError, unknown
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.profile import STANDALONE

DEFAULT = "measured"
"""The base of a scenario that does not say."""

PROVISIONAL = "provisional"
"""What a calibration takes for what it has not measured: estimates, each with its source."""

_SUFFIX = "-profile.toml"
_ABOUT = ("name", "description", "operations")
_SECTIONS = ("host", "daemon", "registry")


def shipped_profiles() -> dict[str, Traversable]:
    """Profiles of the package by name."""
    data = files("docksim.scenario.data").iterdir()
    return {file.name.removesuffix(_SUFFIX): file for file in data if file.name.endswith(_SUFFIX)}


def read_profile(base: object, folder: Path) -> tuple[str, dict[str, Any]]:
    """A profile's file as messages name it, and what it says as a scenario would.

    `base` is a shipped name or a path relative to `folder`. Raises RefusedError when there is no
    such profile, and ScenarioError for what is wrong inside its file.
    """
    if base == STANDALONE:
        return "", {"profile": {}}
    file, text = _find(base, folder)
    document = parse_toml(text, file)
    keys = (*_ABOUT, *_SECTIONS)
    if strangers := [key for key in document if key not in keys]:
        problems = (unknown("key", key, keys, at=(key,)) for key in strangers)
        raise ScenarioError(*(replace(problem, file=file) for problem in problems))
    about = {key: document[key] for key in _ABOUT if key in document}
    sections = {key: document[key] for key in _SECTIONS if key in document}
    return file, {"profile": {"name": Path(str(base)).stem} | about, **sections}


def _find(base: object, folder: Path) -> tuple[str, str]:
    """File and text of a profile."""
    shipped = shipped_profiles()
    if isinstance(base, str) and base in shipped:
        return f"profile {base}", shipped[base].read_text("utf-8")
    if isinstance(base, str) and base.endswith(".toml"):
        return str(folder / base), read_text(folder / base)
    raise RefusedError(unknown("profile", base, [*shipped, STANDALONE, "a path to a .toml file"]))
