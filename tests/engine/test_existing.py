"""An engine that is not ours: only what we made on it is ever touched."""

import docker
import pytest
from docker.errors import APIError, ImageNotFound, NotFound
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.engine import existing
from docksim.engine.errors import EngineError
from docksim.engine.existing import ExistingEngine
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.plan import Plan
from docksim.engine.private.images import ImageShape, publish

PLAN = """
name = "visit"
repetitions = 1

[[image]]
name = "small"

[[point]]
set = "cycles"
operations = ["create", "start", "rm --force", "ps"]
load = { kind = "closed", clients = 2 }
cycles = 4
"""


def measure(*arguments):
    return CliRunner().invoke(app, ["measure", *map(str, arguments)])


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


class Listed:
    """An engine's interface that lists some things and is asked to remove them."""

    def __init__(self, *refusals):
        self.there = ["c1", "c2"]
        self.images_there = ["i1"]
        self.refusals = list(refusals)
        self.api = self

    def containers(self, **_):
        return [{"Id": each} for each in self.there]

    def images(self, **_):
        return [{"Id": each} for each in self.images_there]

    def remove_container(self, container, force):
        if self.refusals:
            raise self.refusals.pop(0)
        self.there.remove(container)

    def remove_image(self, image, force):
        if self.there:
            raise APIError("409: in use")
        self.images_there.remove(image)


@pytest.fixture
def visit(monkeypatch):
    """A visit to an engine with this interface."""

    def visited(interface):
        monkeypatch.setattr(ExistingEngine, "_connect", lambda _: None)
        monkeypatch.setattr(existing.docker, "DockerClient", lambda **_: interface)
        monkeypatch.setattr(interface, "ping", lambda: None, raising=False)
        return ExistingEngine("unix:///run/some.sock")

    return visited


def test_what_cannot_be_removed_yet_is_tried_again(visit):
    interface = Listed(APIError("409: removal in progress"), NotFound("404"))
    assert visit(interface).clean_up()
    assert (interface.there, interface.images_there) == ([], [])


def test_what_cannot_be_removed_for_long_is_told(visit, monkeypatch):
    monkeypatch.setattr(existing, "PATIENCE", 0.3)
    interface = Listed(*[APIError("409: removal in progress")] * 1000)
    assert not visit(interface).clean_up()


def test_an_engine_that_has_died_cannot_be_cleaned_up(visit, monkeypatch):
    def gone(**_):
        raise ConnectionError("no engine")

    interface = Listed()
    monkeypatch.setattr(interface, "containers", gone)
    assert not visit(interface).clean_up()


def test_an_image_is_imported_once(visit, monkeypatch):
    imported = []

    class Images:
        def get(self, name):
            if name not in imported:
                raise ImageNotFound("404")

    def import_image_from_data(data, repository, tag, changes):
        imported.append(f"{repository}:{tag}")

    interface = Listed()
    interface.images = Images()
    interface.import_image_from_data = import_image_from_data
    engine = visit(interface)
    names = [engine.provide(name, ImageShape(), 0.0) for name in ("small-0", "other--0", "small-0")]
    assert imported == names[:2]
    assert names[2] == names[0]


def test_two_measurements_share_no_image_or_label(visit):
    one, other = visit(Listed()), visit(Listed())
    assert one.label != other.label
    assert one.repository != other.repository


@pytest.mark.parametrize("shape", [{"layers": 2}, {"size": "40 MB"}, {"compressibility": 0.1}])
def test_an_image_that_cannot_be_imported_is_refused(visit, shape):
    point = {"set": "s", "operations": ["ps"], "load": {"kind": "closed"}}
    image = {"name": "small"} | shape
    plan = Plan.model_validate({"name": "visit", "image": [image], "point": [point]})
    (key,) = shape
    with pytest.raises(EngineError, match=f"image small: {key} needs a private engine"):
        visit(Listed()).check(plan)


@pytest.mark.engine
def test_it_is_measured_with_consent_and_left_as_it_was(plan, tmp_path, running_engine):
    publish(running_engine, "foreign", ImageShape(size=1e5))
    api = docker.DockerClient(base_url=f"unix://{running_engine.socket}")
    image = f"{running_engine.registry}/foreign:latest"
    api.images.pull(image)
    foreign = api.containers.run(image, ["sleep", "600"], detach=True, network_mode="none")
    address = f"unix://{running_engine.socket}"
    out = tmp_path / "data"

    refused = measure(plan, "--out", out, "--engine", address)
    assert refused.exit_code == 2
    assert "--consent" in refused.output
    assert "label=docksim.measured" in refused.output
    assert not out.exists()

    done = measure(plan, "--out", out, "--engine", address, "--consent")
    assert done.exit_code == 0, done.output
    assert "label=docksim.measured=" in done.output  # should it have been killed
    samples = Dataset(out).table("samples")
    assert (samples["error"] == "").all()
    assert samples["operation"].value_counts()["create"] == 7  # four, after a warm-up of three

    foreign.reload()
    assert foreign.status == "running"
    assert [each.id for each in api.containers.list(all=True)] == [foreign.id]
    assert [tag for each in api.images.list() for tag in each.tags] == [image]


@pytest.mark.engine
def test_what_an_interrupted_measurement_left_is_removed_and_nothing_else(running_engine):
    publish(running_engine, "foreign", ImageShape(size=1e5))
    address = f"unix://{running_engine.socket}"
    api = docker.DockerClient(base_url=address)
    image = f"{running_engine.registry}/foreign:latest"
    api.images.pull(image)
    foreign = api.containers.run(image, ["sleep", "600"], detach=True, network_mode="none")
    ours = ExistingEngine(address)
    own = ours.provide("small", ImageShape(), 0.0)
    key, _, value = ours.label.partition("=")
    about = {"labels": {key: value}, "network_mode": "none", "detach": True}
    api.containers.run(own, ["sleep", "600"], **about)
    assert ours.clean_up()
    assert [each.id for each in api.containers.list(all=True)] == [foreign.id]
    assert [tag for each in api.images.list() for tag in each.tags] == [image]


@pytest.mark.engine
@pytest.mark.parametrize(
    ("point", "word"),
    [
        ('operations = ["pull"]\nload = { kind = "closed" }', "pull"),
        ('operations = ["ps"]\nload = { kind = "closed" }\naccounting = true', "accounting"),
        ('operations = ["ps"]\nload = { kind = "closed" }\nslots = 7', "slots"),
        ('operations = ["ps"]\nload = { kind = "closed" }\nrtt = "5 ms"', "rtt"),
    ],
)
def test_what_only_a_private_engine_has_is_refused(tmp_path, running_engine, point, word):
    file = tmp_path / "plan.toml"
    file.write_text(f'name = "visit"\n[[point]]\nset = "s"\n{point}\n')
    address = f"unix://{running_engine.socket}"
    done = measure(file, "--out", tmp_path / "data", "--engine", address, "--consent")
    assert done.exit_code == 2
    assert word in done.output
    assert "private engine" in done.output
    assert not (tmp_path / "data").exists()


def test_where_no_engine_listens_is_told(plan, tmp_path):
    address = f"unix://{tmp_path}/docker.sock"
    done = measure(plan, "--out", tmp_path / "data", "--engine", address, "--consent")
    assert done.exit_code == 2
    assert "no engine answers there: [Errno 2] No such file" in done.output


def test_an_address_that_is_no_socket_is_told(plan, tmp_path):
    done = measure(plan, "--out", tmp_path / "data", "--engine", "tcp://host:2375", "--consent")
    assert done.exit_code == 2
    assert "unix://" in done.output


def test_consent_to_a_private_engine_is_none(plan, tmp_path):
    done = measure(plan, "--out", tmp_path / "data", "--consent")
    assert done.exit_code == 2
    assert "--engine" in done.output
    assert not (tmp_path / "data").exists()
