"""What programs load."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from image.rootfs.libraries import Missing, is_elf, needed_by, parse_ldd

LDD = """\tlinux-vdso.so.1 (0x00007ffd)
\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f01)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f02)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f03)
"""


def test_paths_are_taken_from_what_ldd_prints_the_loaders_too() -> None:
    assert parse_ldd(LDD) == [
        "/lib/x86_64-linux-gnu/libz.so.1",
        "/lib/x86_64-linux-gnu/libc.so.6",
        "/lib64/ld-linux-x86-64.so.2",
    ]
    assert parse_ldd("\tstatically linked\n") == []


def test_a_library_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(Missing, match=r"libgone\.so is not found"):
        parse_ldd("\tlibgone.so => not found\n")


def test_libraries_of_several_programs_are_named_once_and_texts_are_not_asked_about(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"\x7fELF and so on")
    (tmp_path / "text").write_text("not a program")
    asked = []

    def ask(path: Path) -> str:
        asked.append(path.name)
        return LDD

    found = needed_by(sorted(tmp_path.iterdir()), ask)

    assert len(found) == 3
    assert asked == ["one", "two"]


def test_the_real_loader_answers_for_a_real_program() -> None:
    python = Path(sys.executable).resolve()

    assert is_elf(python)
    assert any("libc.so" in library for library in needed_by([python]))
