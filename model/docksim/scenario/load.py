"""From a scenario file to a Scenario: read, lay over the profile, override, validate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from docksim.scenario.errors import Place, Problem, RefusedError, ScenarioError
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.merge import merge
from docksim.scenario.overrides import SOURCE, override
from docksim.scenario.profile import STANDALONE
from docksim.scenario.profiles import DEFAULT, read_profile
from docksim.scenario.scenario import Scenario

_BASE = "profile.base"

Overrides = Mapping[str, object]


def load(path: str | Path, overrides: Overrides | None = None) -> Scenario:
    """The scenario of a TOML file, with single values changed by `overrides` (path → value).

    Raises ScenarioError with everything that is wrong with it.
    """
    file = Path(path)
    try:
        text = read_text(file)
    except RefusedError as error:
        raise _signed(error) from None
    return _build(text, str(file), file.parent, overrides or {}, default_name=file.stem)


def loads(text: str, folder: str | Path = ".", overrides: Overrides | None = None) -> Scenario:
    """The scenario of a TOML text; files that it names are looked for in `folder`.

    Raises ScenarioError with everything that is wrong with it.
    """
    return _build(text, "scenario", Path(folder), overrides or {}, default_name="scenario")


def vary(scenario: Scenario, overrides: Overrides) -> Scenario:
    """A copy of the scenario with single values changed (None: back to the default).

    Raises ScenarioError when the copy would not be valid.
    """
    document = scenario.document()
    return _validate(document, _Origins(scenario.name, document), Path(), overrides)


@dataclass(frozen=True, slots=True)
class _Origins:
    """Which file each key of a merged document is from."""

    file: str
    document: Mapping[str, Any]
    profile_file: str = ""
    profile: Mapping[str, Any] | None = None

    def sign(self, problem: Problem, overridden: list[Place]) -> Problem:
        """The problem with the file that it is in."""
        place = problem.at
        if any(place[: len(changed)] == changed for changed in overridden):
            return replace(problem, file=SOURCE)
        if _states(self.profile, place) and not _states(self.document, place):
            inner = place[1:] if place[0] == "profile" else place
            return replace(problem, file=self.profile_file, at=inner)
        return replace(problem, file=self.file)


def _build(text: str, file: str, folder: Path, overrides: Overrides, default_name: str) -> Scenario:
    document = {"name": default_name} | parse_toml(text, file)
    rest = dict(overrides)
    # The base decides what everything else is laid over, so it comes first.
    overridden = rest.pop(_BASE, None)
    try:
        profile_file, profile = read_profile(overridden or _stated_base(document), folder)
    except RefusedError as error:
        source = file if overridden is None else SOURCE
        raise _signed(error, source, at=("profile", "base")) from None
    try:
        merged = merge(profile, document)
    except RefusedError as error:
        raise _signed(error, file) from None
    if isinstance(merged["profile"], dict):
        merged["profile"]["base"] = STANDALONE
    return _validate(merged, _Origins(file, document, profile_file, profile), folder, rest)


def _validate(
    document: dict[str, Any], origins: _Origins, folder: Path, overrides: Overrides
) -> Scenario:
    overridden: list[Place] = []
    for path, value in overrides.items():
        try:
            document, place = override(document, path, value)
        except RefusedError as error:
            raise _signed(error, f"{SOURCE} {path}") from None
        overridden.append(place)
    try:
        return Scenario.model_validate(document, context={"folder": folder})
    except ValidationError as error:
        problems = explain(error, document)
        raise ScenarioError(*(origins.sign(problem, overridden) for problem in problems)) from None


def _stated_base(document: Mapping[str, Any]) -> object:
    profile = document.get("profile")
    return profile.get("base", DEFAULT) if isinstance(profile, dict) else DEFAULT


def _signed(error: RefusedError, file: str = "", at: Place = ()) -> ScenarioError:
    """The error for users, of a refusal in this file."""
    return ScenarioError(*(replace(problem.within(at), file=file) for problem in error.problems))


def _states(document: Any, place: Place) -> bool:
    """Whether what is at this place of a merged document comes from this one."""
    for part in place:
        if isinstance(document, list):
            return True  # lists are taken over as wholes
        if part == 0:
            continue  # a table laid over the only entry of a list
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True
