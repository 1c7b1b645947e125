"""What cores get done together has to come out of containers' lives, and of what nobody does."""

import pandas as pd
import pytest

from docksim.engine.calibration.efficiency import own_load, parallel_efficiency

OWN = 0.04  # core-seconds a second that the machine takes for itself
CYCLES = 10


class Measured:
    """Blocks of cycles: what each takes itself, and s a cycle with pauses and without."""

    def __init__(self, cycles, callers=(0.030, 0.033)):
        blocks, cpu = [], []
        for operations, taken, seconds in cycles:
            for brisk, elapsed in seconds.items():
                name = f"{operations}, {brisk}"
                blocks.append(self._block(name, operations, brisk, elapsed))
                rest = CYCLES * (taken + OWN * elapsed)
                cpu += [(name, "rest", rest), (name, "dockerd", 9.0 * elapsed)]
        self._tables = {
            "blocks": pd.DataFrame(blocks),
            "block_cpu": pd.DataFrame(cpu, columns=["block", "component", "cpu"]),
        }
        lives = [{"callers": 4**i, "cpu": cpu} for i, cpu in enumerate(callers)]
        self.manifest = {"container_lives": lives, "facts": {"cores": 2}}

    @staticmethod
    def _block(name, operations, brisk, elapsed):
        conditions = {"network": "host", "behaviour": "ignores", "image": "small"}
        there = dict.fromkeys(("containers", "running", "images", "log_size"), 0)
        load = {"load": "closed", "clients": 1, "accounting": not brisk, "brisk": brisk}
        counts = {"cycles": CYCLES - 2, "warm_up": 2, "elapsed": CYCLES * elapsed}
        return {"block": name, "operations": [operations]} | conditions | there | load | counts

    def table(self, name):
        return self._tables[name]


def test_what_is_spent_the_more_the_longer_a_cycle_lasts_is_the_machine_s_own():
    cycles = [("create", 0.015, {False: 0.6, True: 0.13}), ("ps", 0.001, {False: 0.3, True: 0.01})]
    assert own_load(Measured(cycles)) == pytest.approx(OWN)


def test_one_odd_cycle_does_not_tell_it():
    usual = [(name, 0.01, {False: 0.5, True: 0.1}) for name in ("create", "ps", "logs")]
    measured = Measured([*usual, ("pull", 0.01, {False: 0.5, True: 0.1})])
    cpu = measured.table("block_cpu")
    cpu.loc[(cpu["block"] == "pull, False") & (cpu["component"] == "rest"), "cpu"] += 5.0
    assert own_load(measured) == pytest.approx(OWN)


@pytest.mark.parametrize(
    "seconds", [{False: 0.6}, {True: 0.1}, {False: 0.1, True: 0.1}, {False: 0.1, True: 0.2}]
)
def test_cycles_that_pauses_did_not_lengthen_tell_nothing(seconds):
    assert own_load(Measured([("create", 0.015, seconds)])) == 0.0


def test_a_dataset_from_before_a_condition_was_noted_tells_as_much():
    measured = Measured([("create", 0.015, {False: 0.6, True: 0.13})])
    measured._tables["blocks"] = measured.table("blocks").drop(columns="running")
    assert own_load(measured) == pytest.approx(OWN)


def test_what_was_not_accounted_tells_nothing():
    measured = Measured([("create", 0.015, {False: 0.6, True: 0.1})])
    measured._tables["block_cpu"] = pd.DataFrame()
    assert own_load(measured) == 0.0


@pytest.mark.parametrize(("together", "kept"), [(0.040, 0.75), (0.030, 1.0), (0.025, 1.0)])
def test_what_the_machine_takes_is_missing_from_what_all_cores_get_done(together, kept):
    measured = Measured([("create", 0.015, {False: 0.6, True: 0.1})], callers=(0.030, together))
    assert parallel_efficiency(measured) == pytest.approx(kept * (1.0 - OWN / 2))
