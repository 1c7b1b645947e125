"""Values given as text, on a command line or in a CSV cell."""

import tomllib


def parse_value(text: str) -> object:
    """The TOML value that a text is (8, true, ["a"], {…}); anything else is the text itself."""
    if "\n" in text:
        return text
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    # "2023-01-01" would be a date, which no key of a scenario is.
    return value if isinstance(value, str | bool | int | float | list | dict) else text
