"""Tables of a dataset."""

import pandas as pd

from docksim.engine.measurement.dataset import Dataset
from docksim.report.measured import probes_sheet


class Probed(Dataset):
    """A flush by one caller, by two, and beside a busy session."""

    probes = pd.DataFrame(
        {
            "probe": "flush",
            "callers": [1, 2, 1],
            "busy": [0, 0, 4],
            "programs": [0, 0, 2],
            "seconds": [0.001, 0.002, 0.1],
        }
    )


def test_micro_probes_alone_are_of_an_idle_machine(tmp_path):
    (row,) = probes_sheet(Probed(tmp_path)).rows
    assert [cell.text for cell in row] == ["flush", "1.00", "2.00", "2.00"]
