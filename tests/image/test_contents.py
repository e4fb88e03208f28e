"""What the image holds, and what it must not hold."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.cache import BuiltImage
from tests.image.conftest import EDITION

BYTES_MAX = {"headless-shell": 400_000_000, "chromium": 560_000_000}
COMPRESSED_BYTES_MAX = {"headless-shell": 170_000_000, "chromium": 240_000_000}
CODE_COMPRESSED_BYTES_MAX = 2_000_000
_UNWANTED = (
    *("apt-get", "dpkg", "pip", "pip3", "gcc", "cc", "ld", "make", "perl"),
    *("sh", "bash", "dash", "busybox", "curl", "wget", "git"),
)
_UNWANTED_FOLDERS = (
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/include"),
    *("var/cache/apt", "var/lib/apt", "root", "build", "source", "mnt"),
)


def files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if not path.is_symlink())


def test_it_is_as_small_as_promised(image: BuiltImage) -> None:
    assert sum(layer.bytes for layer in image.layers) <= BYTES_MAX[EDITION]
    assert sum(layer.compressed_bytes for layer in image.layers) <= COMPRESSED_BYTES_MAX[EDITION]


def test_the_code_is_in_the_last_layer_and_small(image: BuiltImage) -> None:
    below, code = image.layers[:-1], image.layers[-1]

    assert [layer.what for layer in image.layers][-1] == "cdp_proxy, shared"
    assert code.compressed_bytes < CODE_COMPRESSED_BYTES_MAX
    assert all(layer.bytes > 20 * code.bytes for layer in below[:1])


def test_there_are_no_build_tools_shells_docs_or_caches(image: BuiltImage) -> None:
    programs = {path.name for path in (image.root / "usr").glob("*bin/*")}

    assert programs & set(_UNWANTED) == set()
    assert programs >= {"tini", "python3"}
    assert [name for name in _UNWANTED_FOLDERS if (image.root / name).exists()] == []


def test_nobody_but_root_can_change_a_file_and_nothing_is_setuid(image: BuiltImage) -> None:
    odd = [
        str(path.relative_to(image.root))
        for path in files(image.root)
        if (mode := path.stat()).st_uid
        or mode.st_gid
        or mode.st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID)
    ]

    assert odd == ["tmp"]


def test_of_botocore_only_the_services_that_are_called_are_there(image: BuiltImage) -> None:
    (data,) = image.root.glob("usr/local/lib/python3.*/dist-packages/botocore/data")

    assert sorted(path.name for path in data.iterdir() if path.is_dir()) == [
        *("apigatewaymanagementapi", "bedrock-runtime", "ecs", "s3", "secretsmanager", "sts"),
    ]


def test_scanners_find_the_packages_that_files_are_of(image: BuiltImage) -> None:
    stanzas = {path.name: path.read_text() for path in (image.root / STATUS).iterdir()}

    assert {"libc6", "libssl3t64", "tini", "python3.13-minimal"} <= set(stanzas)
    assert any(name.startswith("chromium") for name in stanzas)
    assert not {"apt", "bash", "coreutils", "perl-base", "python3-pip"} & set(stanzas)
    assert all(f"Package: {name}\n" in text for name, text in stanzas.items())
    assert all("\nVersion: " in text for text in stanzas.values())


STATUS = "var/lib/dpkg/status.d"


@pytest.mark.parametrize("name", ["Entrypoint", "Cmd", "Healthcheck", "User", "Volumes"])
def test_the_configuration_is_complete(image: BuiltImage, name: str) -> None:
    expected = {
        "Entrypoint": ["/usr/bin/tini", "-g", "--"],
        "Cmd": ["/usr/bin/python3", "-m", "cdp_proxy"],
        "Healthcheck": ["CMD", "/usr/bin/python3", "-m", "cdp_proxy.healthcheck"],
        "User": "10001:10001",
        "Volumes": {"/tmp": {}},
    }

    found = image.config[name]

    assert (found["Test"] if name == "Healthcheck" else found) == expected[name]


def test_there_is_no_secret_and_no_address_in_the_environment(image: BuiltImage) -> None:
    names = {variable.partition("=")[0] for variable in image.config["Env"]}

    assert not {"REDIS_ENDPOINT", "JWE_SECRET", "MODEL_API_KEY"} & names
    assert "CDP_HOST=0.0.0.0" in image.config["Env"]
    assert f"BROWSER={EDITION}" in image.config["Env"]
