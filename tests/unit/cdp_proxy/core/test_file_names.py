from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.file_names import distinct_name, safe_name
from shared.limits import FILE_NAME_BYTES_MAX


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("naïve report 日本.txt", "naïve report 日本.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\dir\\win.txt", "win.txt"),
        ("folder/", "folder"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (" . name ", "name"),
        ("a\0b\nc\x1b[31m", "a_b_c_[31m"),
        ("left\u202eright.exe", "left_right.exe"),
        ("lone \ud800", "lone _"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_is_cut_and_keeps_its_suffix() -> None:
    name = safe_name("ä" * 300 + ".tar.gz")

    assert len(name.encode()) <= FILE_NAME_BYTES_MAX
    assert name.endswith("ä.gz")


def test_a_long_suffix_is_none() -> None:
    assert safe_name("a." + "b" * 300) == "a." + "b" * (FILE_NAME_BYTES_MAX - 2)


@given(st.text(st.characters(), max_size=400))
def test_any_text_becomes_one_safe_component(text: str) -> None:
    name = safe_name(text)

    assert name
    assert name not in {".", ".."}
    assert not name.startswith(".")
    assert not {"/", "\\", "\0", "\n", "\r"} & set(name)
    assert len(name.encode()) <= FILE_NAME_BYTES_MAX
    assert safe_name(name) == name.strip()


def test_a_taken_name_gets_a_number_before_its_suffix() -> None:
    taken: set[str] = set()
    for _ in range(3):
        taken.add(distinct_name("report.pdf", taken))

    assert taken == {"report.pdf", "report (1).pdf", "report (2).pdf"}


def test_a_numbered_name_that_is_taken_is_not_used() -> None:
    assert distinct_name("a", {"a", "a (1)"}) == "a (2)"
