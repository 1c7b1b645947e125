"""Replications on disk: whole, or not there."""

import math
import os

import pytest

from docksim.study.experiment.replication import Replication
from docksim.study.experiment.store import Store, StoreError, identity
from docksim.study.measure_names import find_measure
from docksim.study.stability import Backlog, Growth
from tests.theory.hosts import mmc_host

GROWTH = Growth((0.1, 0.25), -0.5, math.nan)
KEPT = Replication((1.5, 0.1 + 0.2), (7, 0), Backlog(3.0, GROWTH, {"ps": GROWTH, "rm": None}))


def test_what_is_kept_comes_back_to_the_bit(tmp_path):
    store = Store(tmp_path / "new" / "store")
    store.write("p", 3, KEPT)
    assert repr(store.read("p", 3)) == repr(KEPT)
    assert store.read("p", 4) is store.read("q", 3) is None
    nothing = Replication((math.nan,), (0,), None, "does not fit")
    store.write("p", 0, nothing)
    assert repr(store.read("p", 0)) == repr(nothing)


@pytest.mark.parametrize("damage", [lambda b: b[:40], lambda b: b.replace(b"1.5", b"2.5"), len])
def test_a_damaged_file_counts_as_never_written_and_is_told(tmp_path, damage):
    store = Store(tmp_path)
    store.write("p", 0, KEPT)
    (file,) = tmp_path.rglob("*.json")
    content = damage(file.read_bytes())
    file.write_bytes(content if isinstance(content, bytes) else b"")
    assert store.read("p", 0) is None
    assert store.damaged == {file}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path, monkeypatch):
    def full(self, data):
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(data)

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(StoreError, match="No space left"):
        Store(tmp_path).write("p", 0, KEPT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_another_scenario_seed_or_measure_is_another_identity():
    def named(rate=5, seed=1, measure="ps.mean", version="1"):
        host = mmc_host(rate=rate, service=0.1, servers=1, duration=40)
        return identity(host, seed, [find_measure(measure, host)], version)

    others = [named(rate=6), named(seed=2), named(measure="ps.p95"), named(version="2")]
    assert named() == named()
    assert len({named(), *others}) == 5
