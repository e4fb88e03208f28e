"""`multipart/form-data` (RFC 7578) bodies, slice by slice: files go to the disk as they come.

Only the field `file` is known, once or several times. Parsing never holds more than a slice.
"""

from __future__ import annotations

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from cdp_proxy.transport.uploads import Reception
from shared.errors import InvalidRequest

_FIELD = "file"
_BOUNDARY_BYTES_MAX = 70
"""RFC 2046 5.1.1."""


def boundary_of(content_type: bytes | None) -> bytes:
    """The boundary that a form's `Content-Type` names.

    Raises:
        InvalidRequest: it is no form, or has no boundary.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= _BOUNDARY_BYTES_MAX:
        raise InvalidRequest(
            "Send the file as multipart/form-data with a boundary.", field="Content-Type"
        )
    return boundary


class UploadForm:
    """Parses one body into a `Reception`; a refusal comes out of `feed` or `finish`. Blocks."""

    def __init__(self, boundary: bytes, reception: Reception) -> None:
        self._reception = reception
        self._headers: dict[str, str] = {}
        self._field = bytearray()
        self._value = bytearray()
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": reception.end,
                "on_end": self._ends,
            },
        )

    def feed(self, data: bytes) -> None:
        """The next slice of the body.

        Raises:
            InvalidRequest: it is not a form as described, or holds other fields.
            WallCrawlerError: as `Reception` has it.
        """
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise _malformed() from error

    def finish(self) -> None:
        """The body is over.

        Raises:
            InvalidRequest: it was cut short, or held no file.
        """
        if not self._complete:
            raise _malformed()
        if not self._reception.files:
            raise InvalidRequest("The form has no field named file.", field=_FIELD)

    def _part_begins(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        # As latin-1, which the options parser undoes: names come as plain UTF-8 (RFC 7578 5.1.3).
        name = self._field.decode("latin-1").lower()
        self._headers[name] = self._value.decode("latin-1")
        self._field.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", ""))
        field = _text(options.get(b"name", b""))
        if field != _FIELD:
            raise InvalidRequest("Files go into fields named file; there is another one.")
        self._reception.begin(_text(options.get(b"filename", b"")))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._reception.write(memoryview(data)[start:end])

    def _ends(self) -> None:
        self._complete = True


def _malformed() -> InvalidRequest:
    return InvalidRequest("The body is no complete multipart/form-data form.", field="body")


def _text(option: bytes) -> str:
    return option.decode(errors="replace")
