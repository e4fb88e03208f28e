"""Layers are measured and unpacked from one file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from image.commands import Failed
from image.sizes import LAYERS, Archive, Layer, table
from tests.unit.image.archives import CONFIG, make_layer, save_image

THREE = [
    make_layer({"a": b"x" * 3_000_000, "both": b"lower"}),
    make_layer({"b": os.urandom(100_000), "both": b"upper"}),
    make_layer({"c": b""}),
]


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_layers_are_measured_as_they_are_and_as_they_travel(
    tmp_path: Path, compressed: bool
) -> None:
    save_image(tmp_path / "image", THREE, compressed=compressed)

    layers = Archive(tmp_path / "image").layers()

    assert [layer.bytes for layer in layers] == [len(layer) for layer in THREE]
    assert layers[0].compressed_bytes < 20_000
    assert 100_000 < layers[1].compressed_bytes < 110_000
    assert [layer.what for layer in layers] == list(LAYERS)
    assert layers[2].digest == f"sha256:{hashlib.sha256(THREE[2]).hexdigest()}"


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_upper_layers_cover_lower_ones(tmp_path: Path, compressed: bool) -> None:
    save_image(tmp_path / "image", THREE, compressed=compressed)
    (tmp_path / "root").mkdir()

    archive = Archive(tmp_path / "image")
    archive.unpack(tmp_path / "root")

    assert sorted(path.name for path in (tmp_path / "root").iterdir()) == ["a", "b", "both", "c"]
    assert (tmp_path / "root" / "both").read_bytes() == b"upper"
    assert archive.image["config"] == CONFIG


def test_a_layer_that_is_no_archive_is_an_error(tmp_path: Path) -> None:
    save_image(tmp_path / "image", [b"not an archive at all" * 100])

    with pytest.raises(Failed, match="tar failed"):
        Archive(tmp_path / "image").unpack(tmp_path)


def test_the_table_has_a_line_for_each_layer_and_the_sum() -> None:
    layers = [Layer("", 322_463_232, 140_031_698, "browser"), Layer("", 1_000_000, 50_000, "code")]

    assert table(layers) == (
        "       MB   gzip MB  layer\n"
        "    322.5     140.0  browser\n"
        "      1.0       0.1  code\n"
        "    323.5     140.1  all\n"
    )
