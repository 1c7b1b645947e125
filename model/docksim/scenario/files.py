"""Reading the text files of a scenario, with refusals instead of tracebacks."""

import tomllib
from pathlib import Path
from typing import Any

from docksim.scenario.errors import Problem, ScenarioError, refusal


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; raises RefusedError when there is none to read."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise refusal(f"{path}: no such file") from None
    except IsADirectoryError:
        raise refusal(f"{path}: a directory", "a file") from None
    except UnicodeDecodeError as error:
        raise refusal(f"{path}: byte {error.start} is not valid UTF-8", "UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal(f"{path}: cannot be read: {reason}") from None


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The document of a TOML text; raises ScenarioError with line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(Problem(f"no valid TOML: {error}", file=file)) from None
