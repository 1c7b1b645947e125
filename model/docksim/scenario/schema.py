"""The JSON schema of scenario files, for editors that complete and check as one types."""

from typing import Any

from docksim.scenario.scenario import Scenario

_FROM_PROFILE = ("Profile", "Host", "Daemon", "Registry")


def json_schema() -> dict[str, Any]:
    """The schema of what one writes: keys that the profile fills in may be left out."""
    schema = Scenario.model_json_schema(mode="validation")
    for section in _FROM_PROFILE:
        schema["$defs"][section].pop("required")
    schema["required"] = ["workload"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
