"""A made-up registry and engine: what a pull costs comes out of pulls of one layer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from docksim.engine.calibration.pulls import pull_operations
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.quantities import BYTES_PER_SECOND, SECONDS

MANIFEST, REQUEST, FINISH = 0.010, 0.004, 0.003  # core-seconds
FIXED, WAIT = 0.020, 0.005  # of an extraction: core-seconds, s
DOWNLOAD, EXTRACT = 2e8, 1e8  # bytes a core-second
SIZES = {"small": (4e5, 1e6), "large": (16e6, 40e6), "layered": (1e6, 2e6)}
"""Of a layer."""
REMOVAL, LAYER = 0.006, 0.001  # s, and s for each layer
LAYERS = {"small": 1, "large": 1, "layered": 5}
FURTHER = 0.014  # core-seconds of a further layer's extraction besides its bytes
TRIPS = {"manifest": 6, "download": 2}


class MadeUp(Dataset):
    """Tables in memory: two pulls of each image, one core busy at a time; `slow` says beside which
    images the machine was slower, and by how much."""

    def __init__(self, images, far=0.0, brisk=1.0, slow=None):
        super().__init__(Path("made-up"))
        self._images, self._far, self._brisk, self._slow = images, far, brisk, slow or {}

    @property
    def manifest(self):
        return {"layers": {name: [SIZES[name]] * LAYERS[name] for name in self._images}}

    def table(self, name):
        rows = []
        if name == "block_cpu":
            return pd.DataFrame()
        if name == "samples":
            return pd.DataFrame(self._samples())
        if name == "news":
            return pd.DataFrame(self._news())
        for image, rtt in [(each, 0.0) for each in self._images] + self._distant():
            block = f"{image}-{rtt}"
            if name == "blocks":
                rows.append(self._block(image, rtt, block))
                if self._brisk < 1.0 and rtt == 0.0:
                    rows.append(self._block(image, rtt, f"{block}-brisk", accounting=False))
                continue
            for number in range(2):
                of = {"block": block, "number": number, "operation": "pull"}
                for phase, (demand, wait) in self._phases(image, rtt).items():
                    cpu = demand * self._slow.get(image, 1.0)
                    if name == "cpu":
                        rows.append(of | {"phase": phase, "component": "dockerd", "cpu": cpu})
                    else:
                        rows += [
                            of | {"phase": phase, "cores": cores, "seconds": seconds}
                            for cores, seconds in ((1, cpu), (0, wait))
                        ]
        return pd.DataFrame(rows)

    def _block(self, image, rtt, name, accounting=True):
        return {"block": name, "image": image, "rtt": rtt, "accounting": accounting,
                "brisk": not accounting, "reference": self._slow.get(image, 1.0),
                "operations": ["pull", "rmi"], "point": name, "set": "light",
                "warm_up": 0, "clients": 1, "load": "closed"}  # fmt: skip

    def _samples(self):
        rows = []
        for block in self.table("blocks").to_dict("records"):
            speed = 1.0 if block["accounting"] else self._brisk
            slow = self._slow.get(block["image"], 1.0)
            phases = self._phases(block["image"], block["rtt"]).values()
            pull = speed * sum(slow * cpu + wait for cpu, wait in phases)
            removal = slow * speed * (REMOVAL + LAYER * LAYERS[block["image"]])
            for operation, latency in (("pull", pull), ("rmi", removal)):
                rows.append({"block": block["block"], "operation": operation, "cycle": 0,
                             "latency": latency, "error": ""})  # fmt: skip
        return rows

    def _news(self):
        """All layers are there before any is extracted."""
        rows = []
        for block in self.table("blocks").to_dict("records"):
            image = block["image"]
            factor = self._slow.get(image, 1.0) * (1.0 if block["accounting"] else self._brisk)
            further = factor * (FURTHER + SIZES[image][1] / EXTRACT)
            of = {"block": block["block"], "client": 0, "cycle": 0}
            for layer in range(LAYERS[image]):
                rows.append(of | {"status": "Download complete", "at": 0.1})
                rows.append(of | {"status": "Pull complete", "at": 0.2 + layer * further})
        return rows

    def _distant(self):
        return [("small", self._far)] if self._far else []

    def _phases(self, image, rtt):
        compressed, unpacked = SIZES[image]
        more = LAYERS[image] - 1
        requests = REQUEST * (1 + more / 2)
        extraction = FIXED + more * FURTHER
        return {
            "manifest": (MANIFEST, TRIPS["manifest"] * rtt),
            "download": (
                requests + (1 + more) * compressed / DOWNLOAD,
                TRIPS["download"] * rtt,
            ),
            "extract": (extraction + (1 + more) * unpacked / EXTRACT, WAIT),
            "finish": (FINISH, 0.0),
        }


def operations(dataset):
    return pull_operations(dataset, "made up", np.random.default_rng(1))


def steps(**keys):
    return operations(MadeUp(("small", "large"), **keys))


def test_fixed_parts_and_rates_are_told_apart():
    found = steps()
    (manifest,), (blob,) = found["registry"]["manifest"], found["registry"]["blob"]
    (receive,) = found["dockerd"]["receive_layer"]
    (store,) = found["storage.overlay2"]["store_layer"]
    assert SECONDS.parse(manifest["cpu"]) == pytest.approx(MANIFEST, rel=1e-3)
    # Half of it is the request for the image's configuration, at the same time.
    assert SECONDS.parse(blob["cpu"]) == pytest.approx(REQUEST / 2, rel=1e-3)
    assert BYTES_PER_SECOND.parse(receive["throughput"]) == pytest.approx(DOWNLOAD, rel=1e-3)
    assert BYTES_PER_SECOND.parse(store["throughput"]) == pytest.approx(EXTRACT, rel=1e-3)
    assert SECONDS.parse(store["cpu"]) == pytest.approx(FIXED, rel=1e-3)
    assert SECONDS.parse(store["wait"]) == pytest.approx(WAIT, rel=1e-3)


def test_each_step_names_the_law_of_its_phase_whatever_the_images_sizes():
    """Each phase takes what it takes for the image, so that nothing varies within one."""
    found = steps()
    per_image = [sum(MadeUp(SIZES)._phases(image, 0.0)["extract"]) for image in ("small", "large")]
    (store,) = found["storage.overlay2"]["store_layer"]
    ends = [SECONDS.parse(end) for end in store["fit"]["median"] + store["fit"]["p95"]]
    assert ends == pytest.approx([np.mean(per_image)] * 4, rel=1e-3)
    fits = {
        f"{component}.{name}": step["fit"]["of"].split()[0]
        for component, table in found.items()
        for name, (step, *_) in table.items()
        if "fit" in step
    }
    assert fits == {
        "registry.manifest": "manifest",
        "registry.blob": "download",
        "dockerd.receive_layer": "download",
        "dockerd.register_image": "finish",
        "dockerd.images_delete": "rmi",
        "storage.overlay2.store_layer": "extract",
        "storage.overlay2.remove_layers": "rmi",
    }


def test_round_trips_are_counted_by_what_a_longer_one_adds():
    found = steps(far=0.020)
    (manifest,), (blob,) = found["registry"]["manifest"], found["registry"]["blob"]
    assert (manifest["round_trips"], blob["round_trips"]) == (6, 2)
    assert SECONDS.parse(manifest["cpu"]) == pytest.approx(MANIFEST, rel=1e-3)


def test_pulls_of_one_size_are_refused():
    with pytest.raises(EngineError, match="one size"):
        operations(MadeUp(("small",)))


def test_pulls_without_removals_say_what_is_missing():
    class Without(MadeUp):
        def table(self, name):
            found = super().table(name)
            if name == "blocks":
                found["operations"] = [["pull"]] * len(found)
            return found

    with pytest.raises(EngineError, match=r"made-up: pull .*, and rmi is not: both are needed"):
        operations(Without(("small", "large")))


def test_bytes_of_which_more_take_no_longer_have_no_rate():
    class Quicker(MadeUp):
        def _phases(self, image, rtt):
            less = {"small": 1.0, "large": 0.9}[image]
            return super()._phases(image, rtt) | {"extract": (less * FIXED, WAIT)}

    found = operations(Quicker(("small", "large")))
    assert "throughput" not in found["storage.overlay2"]["store_layer"][0]
    assert "throughput" in found["dockerd"]["receive_layer"][0]


def test_without_pulls_nothing_is_said_of_them():
    class Without(MadeUp):
        def table(self, name):
            found = super().table(name)
            return found.assign(operation="ps") if "operation" in found else found

    assert operations(Without(("small", "large"))) == {}


def test_without_pauses_everything_is_quicker_in_proportion():
    (manifest,) = steps(brisk=0.8)["registry"]["manifest"]
    assert SECONDS.parse(manifest["cpu"]) == pytest.approx(0.8 * MANIFEST, rel=1e-3)


def test_a_removal_costs_what_it_took():
    (removal,) = steps()["dockerd"]["images_delete"]
    assert SECONDS.parse(removal["cpu"]) == pytest.approx(REMOVAL + LAYER, rel=1e-3)


def test_a_removal_s_layers_and_bytes_are_told_apart():
    found = operations(MadeUp(("small", "large", "layered")))
    (removal,) = found["dockerd"]["images_delete"]
    (layers,) = found["storage.overlay2"]["remove_layers"]
    assert SECONDS.parse(removal["cpu"]) == pytest.approx(REMOVAL, rel=1e-3)
    assert SECONDS.parse(layers["cpu_per_item"]) == pytest.approx(LAYER, rel=1e-3)
    assert "throughput" not in layers  # bytes make no difference here


def test_a_further_layer_is_cheaper_than_the_first():
    """Of a pull of five layers each further one costs what it does and waits for nothing, and the
    first a surplus."""
    found = operations(MadeUp(("small", "large", "layered")))
    (store,) = found["storage.overlay2"]["store_layer"]
    first, finish = found["dockerd"]["register_image"]
    assert SECONDS.parse(store["cpu"]) == pytest.approx(FURTHER, rel=1e-3)
    assert SECONDS.parse(store["wait"]) == pytest.approx(0.0, abs=1e-5)
    assert SECONDS.parse(first["cpu"]) == pytest.approx(FIXED - FURTHER, rel=1e-3)
    assert SECONDS.parse(first["wait"]) == pytest.approx(WAIT, rel=1e-3)
    assert SECONDS.parse(finish["cpu"]) == pytest.approx(FINISH, rel=1e-3)


def test_a_further_layer_that_takes_as_long_with_less_cpu_time_waits():
    class Slower(MadeUp):
        def _news(self):
            return [row | {"at": 2 * row["at"]} for row in super()._news()]

    (store,) = operations(Slower(("small", "large", "layered")))["storage.overlay2"]["store_layer"]
    unpacked = SIZES["layered"][1] / EXTRACT
    assert SECONDS.parse(store["cpu"]) == pytest.approx(FURTHER, rel=1e-3)
    assert SECONDS.parse(store["wait"]) == pytest.approx(
        min(FIXED + WAIT, 2 * FURTHER + unpacked) - FURTHER, rel=1e-2
    )


def test_a_moment_at_which_the_machine_was_slow_makes_a_pull_no_dearer():
    images = ["small", "large", "layered"]
    always, once = (operations(MadeUp(images, slow=slow)) for slow in (None, {"large": 1.3}))
    for component, operation in (("dockerd", "receive_layer"), ("storage.overlay2", "store_layer")):
        steps = [found[component][operation][0] for found in (always, once)]
        assert [step["threads"] for step in steps] == pytest.approx([1.0, 1.0], abs=1e-3)
        rates = [BYTES_PER_SECOND.parse(step["throughput"]) for step in steps]
        assert rates[1] == pytest.approx(rates[0], rel=0.01)
