from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_proxy.transport.multipart import UploadForm, boundary_of
from cdp_proxy.transport.uploads import Reception
from shared.errors import InvalidRequest

BOUNDARY = b"xyz"
END = b"--xyz--\r\n"


def part(content: bytes, disposition: str = 'form-data; name="file"; filename="a.bin"') -> bytes:
    head = f"--xyz\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    return head + content + b"\r\n"


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    folder = tmp_path / "session" / "uploads"
    folder.mkdir(parents=True)
    return Reception(folder)


def parse(reception: Reception, body: bytes, slice_bytes: int = 1 << 20) -> list[bytes]:
    form = UploadForm(BOUNDARY, reception)
    for start in range(0, len(body), slice_bytes):
        form.feed(body[start : start + slice_bytes])
    form.finish()
    return [Path(file.path).read_bytes() for file in reception.files]


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        (b"multipart/form-data; boundary=xyz", b"xyz"),
        (b'Multipart/Form-Data; charset=utf-8; boundary="a b"', b"a b"),
    ],
)
def test_the_boundary_is_in_the_content_type(header: bytes, boundary: bytes) -> None:
    assert boundary_of(header) == boundary


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"application/json",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/mixed; boundary=x",
        b"multipart/form-data; boundary=" + b"x" * 71,
        b"\xff\xfe",
    ],
)
def test_without_a_boundary_there_is_no_form(header: bytes | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        boundary_of(header)

    assert refused.value.details == {"field": "Content-Type"}


def test_a_form_may_hold_several_files(reception: Reception) -> None:
    body = part(b"one") + part(b"") + part(b"three") + END

    assert parse(reception, body) == [b"one", b"", b"three"]
    assert [file.name for file in reception.files] == ["a.bin", "a (1).bin", "a (2).bin"]


# Each example has files of its own; they only share the folder.
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(
    content=st.lists(st.sampled_from([b"\r\n", b"--xyz", b"--", b"-", b"\r", b"\n", b"a", b"\0"])),
    slice_bytes=st.integers(1, 40),
)
def test_content_comes_through_whatever_it_is_and_however_it_is_cut(
    tmp_path: Path, content: list[bytes], slice_bytes: int
) -> None:
    joined = b"".join(content)
    if b"\r\n--xyz" in b"\r\n" + joined:
        return  # that would be a boundary
    folder = tmp_path / "session" / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    reception = Reception(folder)

    assert parse(reception, part(joined) + END, slice_bytes) == [joined]
    reception.discard()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="file"; filename="näme 日本.txt"', "näme 日本.txt"),
        ('form-data; name="file"; filename="semi;colon \\"q\\".txt"', 'semi;colon "q".txt'),
        ('form-data; name="file"; filename="../../up.txt"', "up.txt"),
        ("form-data; filename=plain.txt; name=file", "plain.txt"),
        ('form-data; name="file"', "file"),
    ],
)
def test_a_name_is_taken_from_the_form(reception: Reception, disposition: str, name: str) -> None:
    parse(reception, part(b"x", disposition) + END)

    assert [file.name for file in reception.files] == [name]


@pytest.mark.parametrize("disposition", ['form-data; name="other"', "form-data", ""])
def test_another_field_is_refused(reception: Reception, disposition: str) -> None:
    with pytest.raises(InvalidRequest):
        parse(reception, part(b"x", disposition) + END)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        END,
        b"no form",
        part(b"cut short"),
        part(b"x")[:-3],
        part(b"x") + b"--xyz",
        b"--xyz\r\n",
    ],
)
def test_what_is_no_whole_form_with_a_file_is_refused(reception: Reception, body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse(reception, body)


def test_endless_headers_are_refused(reception: Reception) -> None:
    with pytest.raises(InvalidRequest):
        parse(reception, b"--xyz\r\nX: " + b"a" * 100_000)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_parse_or_be_refused(reception: Reception, noise: bytes) -> None:
    body = part(b"x").replace(b"x", noise[:20]) + noise
    try:
        parse(reception, body)
    except InvalidRequest as refused:
        assert refused.http_status == 400  # noqa: PT017
    finally:
        reception.discard()
