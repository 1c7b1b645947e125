"""The profile that predicts: looked through once, before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.load import loads
from docksim.scenario.profiles import read_profile, shipped_profiles


def profile_file(profile: Path) -> Path:
    """Its file; a shipped profile may be given by its name.

    Raises ScenarioError with all that is wrong with it.
    """
    if shipped := shipped_profiles().get(str(profile)):
        profile = Path(str(shipped))
    document = {
        "name": "check",
        "flow": {"variant": "engine"},
        "profile": {"base": str(profile.absolute())},
        "workload": [{"kind": "closed", "clients": 1, "cycle": [{"command": "ps"}]}],
        "run": {"commands": 1},
    }
    loads(tomli_w.dumps(document))
    return profile


def measured_profile(profile: Path, dataset: Dataset) -> Path:
    """The same of one that was measured as the dataset was: predictions are scaled by how fast its
    machine was.

    Raises ScenarioError as above, and EngineError when it does not say so, or by another reference
    work.
    """
    file = profile_file(profile)
    _, document = read_profile(str(file.absolute()), Path())
    if "reference" not in document.get("host", {}):
        raise EngineError(
            f"{profile}: host.reference: missing; allowed: what the reference work took on the "
            "machine that it was measured on, as docksim calibrate writes it"
        )
    own = document["host"].get("reference_work", "")
    if own != (other := dataset.manifest["facts"].get("reference_work", "")):
        raise EngineError(
            f'{profile}: host.reference_work: found "{own}"; allowed: "{other}", as that of '
            f"{dataset.folder}: times of different reference works do not compare"
        )
    return file
