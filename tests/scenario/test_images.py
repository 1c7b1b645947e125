"""Images: by layers, by manifest, by the catalogue's name; and layers that they share."""

import json
from pathlib import Path

import pytest

from docksim.scenario.catalogue import catalogue
from docksim.scenario.errors import RefusedError
from docksim.scenario.images import DeclaredImage, Image, resolve

MIB = 2**20


def resolved(*declared: dict[str, object], folder: Path = Path()) -> tuple[Image, ...]:
    return resolve(tuple(DeclaredImage.model_validate(image) for image in declared), folder)


def test_unknown_uncompressed_sizes_follow_from_the_expansion() -> None:
    layers = [{"compressed": "10 MiB"}, {"compressed": "1 MiB", "uncompressed": "9 MiB"}]
    (image,) = resolved({"name": "app", "layers": layers, "expansion": 3.0})
    assert [layer.uncompressed for layer in image.layers] == [30 * MIB, 9 * MIB]
    assert image.compressed == 11 * MIB
    assert image.uncompressed == 39 * MIB


def test_layers_without_digest_are_shared_with_nobody() -> None:
    layers = [{"compressed": "10 MiB"}, {"compressed": "10 MiB"}]
    one, two = resolved({"name": "a", "layers": layers}, {"name": "b", "layers": layers})
    assert len({layer.digest for layer in one.layers + two.layers}) == 4


def test_digests_that_are_made_up_are_the_same_every_time() -> None:
    layers = [{"compressed": "10 MiB"}]
    assert resolved({"name": "a", "layers": layers}) == resolved({"name": "a", "layers": layers})


def test_a_shared_layer_has_one_size_whoever_states_it() -> None:
    base = {"digest": "base", "compressed": "10 MiB"}
    one, two = resolved(
        {"name": "a", "layers": [base], "expansion": 2.0},
        {"name": "b", "layers": [base | {"uncompressed": "50 MiB"}], "expansion": 3.0},
    )
    assert one.layers == two.layers
    assert one.layers[0].uncompressed == 50 * MIB


def test_a_layer_of_ones_own_may_be_one_of_the_catalogue() -> None:
    debian = catalogue()["debian:bullseye"].layers[0]
    base = {"digest": debian.digest, "compressed": f"{debian.compressed} B"}
    own, shipped = resolved({"name": "own", "layers": [base]}, {"name": "debian:bullseye"})
    assert own.layers == shipped.layers
    assert own.uncompressed == 124_080_000


class TestCatalogue:
    def test_it_has_sixteen_images_with_their_source(self) -> None:
        images = catalogue()
        assert len(images) == 16
        assert sum(len(image.layers) for image in images.values()) == 86
        digests = {layer.digest for image in images.values() for layer in image.layers}
        assert len(digests) == 69
        assert all(len(digest) == len("sha256:") + 64 for digest in digests)
        assert "docker-library/repo-info@72e4be79b9c8:repos/node" in images["node:18"].source

    def test_compressed_sizes_add_up(self) -> None:
        layers = [layer for image in catalogue().values() for layer in image.layers]
        assert sum(layer.compressed for layer in layers) == 1_956_539_842
        once = {layer.digest: layer.compressed for layer in layers}
        assert sum(once.values()) == 1_262_555_355

    def test_uncompressed_sizes_add_up_to_the_stated_total(self) -> None:
        stated = {
            "debian:bullseye": 124_080_000,
            "python:3.11": 933_730_000,
            "node:18": 994_930_000,
        }
        for name, total in stated.items():
            assert sum(layer.uncompressed or 0 for layer in catalogue()[name].layers) == total

    def test_a_shared_layer_unpacks_to_one_size(self) -> None:
        sizes: dict[str, set[int | None]] = {}
        for image in catalogue().values():
            for layer in image.layers:
                sizes.setdefault(layer.digest, set()).add(layer.uncompressed)
        assert all(len(found) == 1 for found in sizes.values())

    def test_layers_unpack_to_a_plausible_size(self) -> None:
        for image in catalogue().values():
            for layer in image.layers:
                if layer.uncompressed is not None:
                    assert 1 < layer.uncompressed / layer.compressed < 4

    def test_a_name_is_enough(self) -> None:
        (image,) = resolved({"name": "nginx:1.23", "present": True})
        assert len(image.layers) == 6
        assert image.compressed == 56_871_283
        assert image.uncompressed == 141_790_000
        assert image.source.startswith("catalogue")

    def test_an_image_without_stated_total_expands_as_usual(self) -> None:
        (image,) = resolved({"name": "busybox:1.36", "expansion": 2.0})
        assert image.uncompressed == 2 * 2_592_863


LAYERS = [
    {
        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
        "size": 1000,
        "digest": "sha256:a",
    },
    {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 20, "digest": "sha256:b"},
]
MANIFEST = {"schemaVersion": 2, "config": {"size": 7, "digest": "sha256:c"}, "layers": LAYERS}


class TestManifest:
    def read(self, folder: Path, document: object) -> Image:
        text = document if isinstance(document, str) else json.dumps(document)
        (folder / "m.json").write_text(text)
        (image,) = resolved({"name": "app", "manifest": "m.json"}, folder=folder)
        return image

    @pytest.mark.parametrize(
        "document",
        [
            MANIFEST,
            {"Ref": "docker.io/library/app", "Descriptor": {}, "SchemaV2Manifest": MANIFEST},
            {"Ref": "docker.io/library/app", "Descriptor": {}, "OCIManifest": MANIFEST},
            [{"Ref": "docker.io/library/app", "Descriptor": {}, "OCIManifest": MANIFEST}],
        ],
        ids=["plain", "verbose", "verbose OCI", "list of one"],
    )
    def test_every_form_gives_the_layers(self, tmp_path: Path, document: object) -> None:
        image = self.read(tmp_path, document)
        assert [(layer.digest, layer.compressed) for layer in image.layers] == [
            ("sha256:a", 1000.0),
            ("sha256:b", 20.0),
        ]
        assert image.source == "manifest m.json"
        assert image.layers[0].uncompressed == 2600.0

    PLATFORM = {"digest": "sha256:d", "platform": {"os": "linux", "architecture": "arm64"}}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("document", "told"),
        [
            ({"manifests": [PLATFORM]}, "an index of several platforms (linux/arm64)"),
            ([{"Descriptor": PLATFORM}, {"Descriptor": PLATFORM}], "(linux/arm64, linux/arm64)"),
            ({"schemaVersion": 1, "fsLayers": []}, "schema 1, which states no sizes"),
            ({"schemaVersion": 2, "layers": []}, "an image without layers"),
            ({"schemaVersion": 2}, 'it has no list "layers"'),
            ("{", "line 1, column 2: no valid JSON"),
            ("3", "no manifest"),
            ([1, 2], "an index of several platforms (none named)"),
            ({"layers": [{"size": 3}]}, "layers[0] has no digest"),
            ({"layers": [{"digest": "x", "size": -3}]}, "layers[0] has no size in bytes"),
            ({"layers": ["x"]}, "layers[0] has no digest"),
        ],
    )
    def test_anything_else_is_refused(self, tmp_path: Path, document: object, told: str) -> None:
        with pytest.raises(RefusedError) as caught:
            self.read(tmp_path, document)
        message = str(caught.value)
        assert message.startswith(f"[0].manifest: {tmp_path / 'm.json'}")
        assert told in message
