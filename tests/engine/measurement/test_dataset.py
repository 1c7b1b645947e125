"""A dataset holds what was measured, whatever happens meanwhile."""

import errno
import json
from dataclasses import replace

import pandas as pd
import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import summary
from docksim.engine.measurement.loads import Sample
from docksim.engine.measurement.plan import Plan
from tests.engine.measurement.test_loads import POINT

FACTS = {"cores": 2, "date": "2026-11-24", "engine": {"ServerVersion": "20.10"}}


def plan(name="test"):
    document = {"set": "s", "operations": ["ps"], "load": {"kind": "closed"}}
    return Plan.model_validate({"name": name, "point": [document]})


@pytest.fixture
def dataset(tmp_path):
    begun = Dataset(tmp_path / "data")
    begun.begin(plan(), FACTS)
    return begun


def note(writer, cycle, latency, error=""):
    answer = Answer(10.0, 10.0, 10.0 + latency, 200, error)
    writer.note(Sample(0, cycle, "ps", answer))


def measured(dataset, block, latencies, **changes):
    with dataset.writing(block) as writer:
        for cycle, latency in enumerate(latencies):
            note(writer, cycle, latency)
        point = replace(POINT, operations=("ps",), warm_up=1, **changes)
        writer.finish(
            point, {"cpu": pd.DataFrame()}, block=block, throughput=5.0, client_cores=0.02
        )


def test_a_finished_block_is_read_back(dataset):
    measured(dataset, "one-0", [0.1, 0.2, 0.3])
    assert dataset.has("one-0")
    samples = Dataset(dataset.folder).table("samples")
    assert samples["latency"].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert set(samples["block"]) == {"one-0"}
    assert dataset.table("blocks")["throughput"].tolist() == [5.0]


def test_an_interrupted_block_keeps_its_samples_and_is_measured_again(dataset):
    measured(dataset, "one-0", [0.1])

    def interrupted():
        with dataset.writing("two-0") as writer:
            note(writer, 0, 0.25)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not dataset.has("two-0")
    assert set(dataset.table("samples")["block"]) == {"one-0"}
    (line,) = (dataset.folder / "blocks/two-0.partial/samples.jsonl").read_text().splitlines()
    assert json.loads(line)["latency"] == pytest.approx(0.25)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    measured(dataset, "two-0", [0.5])
    assert dataset.has("two-0")
    kept = dataset.interrupted()
    assert kept["latency"].tolist() == pytest.approx([0.25, 0.25])
    assert kept["block"].tolist() == ["two-0.partial", "two-0.partial1"]
    assert set(dataset.table("samples")["block"]) == {"one-0", "two-0"}


def test_a_line_that_a_full_disk_has_cut_off_is_no_sample(dataset):
    def cut_off():
        with dataset.writing("one-0") as writer:
            note(writer, 0, 0.25)
            raise OSError(errno.ENOSPC, "no space left on device")

    with pytest.raises(EngineError, match="no space left"):
        cut_off()
    with (dataset.folder / "blocks/one-0.partial/samples.jsonl").open("a") as lines:
        lines.write('{"client": 0, "cyc')
    assert dataset.interrupted()["latency"].tolist() == pytest.approx([0.25])


def test_samples_are_on_disk_as_they_are_taken(dataset):
    with dataset.writing("one-0") as writer:
        note(writer, 0, 0.1)
        lines = dataset.folder / "blocks/one-0.partial/samples.jsonl"
        assert len(lines.read_text().splitlines()) == 1
        writer.finish(POINT, {}, block="one-0")


def test_it_goes_on_with_the_same_plan_only(dataset):
    measured(dataset, "one-0", [0.1])
    Dataset(dataset.folder).begin(plan(), FACTS)
    assert dataset.has("one-0")
    with pytest.raises(EngineError, match="another plan"):
        Dataset(dataset.folder).begin(plan("other"), FACTS)


def test_it_goes_on_with_the_same_machine_only_on_whatever_day(dataset):
    Dataset(dataset.folder).begin(plan(), FACTS | {"date": "2026-11-25"})
    with pytest.raises(EngineError, match="other conditions, cores 2 and not 4"):
        Dataset(dataset.folder).begin(plan(), FACTS | {"cores": 4})


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(EngineError, match="no dataset"):
        Dataset(tmp_path).begin(plan(), FACTS)


def test_what_is_no_dataset_says_so(tmp_path):
    with pytest.raises(EngineError, match="no dataset"):
        _ = Dataset(tmp_path).manifest
    with pytest.raises(EngineError, match="no dataset"):
        Dataset(tmp_path).table("samples")


@pytest.mark.parametrize("text", ["{}", "[]", '{"plan": {}}'])
def test_a_manifest_without_what_was_measured_says_so(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(EngineError, match=r"manifest.json: no dataset's"):
        Dataset(tmp_path).table("samples")


def test_a_damaged_file_is_named(dataset):
    measured(dataset, "one-0", [0.1])
    dataset.add_probes(pd.DataFrame({"probe": ["flush"], "seconds": [0.001]}))
    block = dataset.folder / "blocks/one-0"
    for file, read in (
        (block / "samples.parquet", lambda: dataset.table("samples")),
        (block / "block.json", lambda: dataset.table("blocks")),
        (dataset.folder / "probes.parquet", lambda: dataset.probes),
        (dataset.folder / "manifest.json", lambda: dataset.manifest),
    ):
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], b"\xff\xfe" + whole):
            file.write_bytes(damaged)
            with pytest.raises(EngineError, match=rf"{file.name}: damaged: "):
                read()
        file.write_bytes(whole)
        read()


def test_a_damaged_file_of_a_packed_dataset_is_named(dataset, tmp_path):
    measured(dataset, "one-0", [0.1])
    dataset.pack(tmp_path / "packed")
    packed = Dataset(tmp_path / "packed")
    (packed.folder / "tables/blocks.json").write_text("{}")
    with pytest.raises(EngineError, match=r"blocks.json: damaged: 'blocks'"):
        packed.table("blocks")
    samples = packed.folder / "tables/samples.parquet"
    samples.write_bytes(samples.read_bytes().replace(b"client", b"c\xffient"))
    with pytest.raises(EngineError, match=r"samples.parquet: damaged: "):
        packed.table("samples")


def test_probes_that_cannot_be_written_leave_those_that_were_there(dataset, monkeypatch):
    probes = pd.DataFrame({"probe": ["flush"], "seconds": [0.001]})
    dataset.add_probes(probes)

    def cut_off(frame, file, index):
        file.write_bytes(b"PAR1")
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", cut_off)
    with pytest.raises(EngineError, match="no space left: finished blocks are kept"):
        dataset.add_probes(probes)
    assert dataset.probes["seconds"].tolist() == [0.001]


def test_rounds_of_probes_are_kept_beside_each_other(dataset):
    assert dataset.probe_rounds == 0
    for seconds in (0.001, 0.003):
        dataset.add_probes(pd.DataFrame({"probe": ["flush"], "seconds": [seconds]}))
    assert dataset.probe_rounds == 2
    assert dataset.probes[["round", "seconds"]].to_numpy().tolist() == [[0, 0.001], [1, 0.003]]


def test_probes_of_an_earlier_version_are_one_round(dataset):
    pd.DataFrame({"probe": ["flush"], "seconds": [0.001]}).to_parquet(
        dataset.folder / "probes.parquet"
    )
    assert dataset.probe_rounds == 1
    dataset.add_probes(pd.DataFrame({"probe": ["flush"], "seconds": [0.003]}))
    assert dataset.probe_rounds == 2
    assert dataset.probes["seconds"].tolist() == [0.001, 0.003]


def test_blocks_of_an_earlier_version_are_refused(dataset):
    measured(dataset, "one-0", [0.1])
    described = dataset.folder / "blocks/one-0/block.json"
    described.write_text(described.read_text().replace('"brisk"', '"traced"'))
    with pytest.raises(EngineError, match=r'data: blocks lack "brisk": .* measure anew'):
        dataset.table("blocks")


def test_a_dataset_without_a_finished_block_says_so(dataset):
    with pytest.raises(EngineError, match="no block"):
        dataset.table("samples")


def test_the_hash_tells_one_content_from_another(dataset):
    measured(dataset, "one-0", [0.1])
    before = dataset.hash()
    assert Dataset(dataset.folder).hash() == before
    measured(dataset, "two-0", [0.2])
    with_two = dataset.hash()
    assert with_two != before
    dataset.add_probes(pd.DataFrame({"probe": ["flush"], "seconds": [0.001]}))
    with_probes = dataset.hash()
    assert with_probes != with_two
    described = dataset.folder / "blocks/two-0/block.json"
    described.write_text(described.read_text().replace("5.0", "6.0"))
    assert dataset.hash() != with_probes


def test_a_description_leaves_out_warm_ups_and_failures(dataset):
    measured(dataset, "one-0", [9.0, 0.1, 0.1, 0.1])
    measured(dataset, "one-1", [9.0, 0.2, 0.2, 0.2])
    (row,) = summary(dataset).to_dict("records")
    assert (row["blocks"], row["count"], row["errors"]) == (2, 6, 0)
    assert row["p50"] == pytest.approx(0.15)
    assert row["client"] == 0.02
    assert row["spread"] == pytest.approx(0.1 / 0.15)


def test_a_packed_dataset_is_the_same_in_fewer_files(dataset, tmp_path):
    for block in range(5):
        measured(dataset, f"block-{block}", [0.1 / 3, 0.2 * block], stop_timeout=0.1 + 0.2)
    target = tmp_path / "packed"
    dataset.pack(target)
    packed = Dataset(target)
    for name in ("blocks", "samples", "cpu"):
        pd.testing.assert_frame_equal(packed.table(name), dataset.table(name))
    assert packed.hash() == dataset.hash()
    assert packed.manifest["facts"] == FACTS
    assert sum(file.is_file() for file in target.rglob("*")) == 3
    with pytest.raises(EngineError, match="packed"):
        packed.begin(plan(), FACTS)
    with pytest.raises(EngineError, match="not empty"):
        dataset.pack(target)
    with pytest.raises(EngineError, match="packed already"):
        packed.pack(tmp_path / "again")
    assert not (tmp_path / "again").exists()
