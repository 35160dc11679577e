"""Where each request of a connection ends (RFC 9112, sections 2 to 7), decided before anything
else reads it.

Two readers that disagree about the end of a request let a stranger write the beginning of the next
one (request smuggling). So only requests with exactly one reading pass: lines end with CRLF, the
length is given once, trailers and chunk extensions are refused.
"""

import re
from collections.abc import Callable

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.problem import (
    ExpectationFailedError,
    HeadTooLargeError,
    MalformedRequestError,
)

LARGEST_HEAD = 32 * 1024
"""Bytes of a request line and its header fields."""
MOST_FIELDS = 100

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) [!-~]+ HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_BARE = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\x00")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
_BODILESS = (b"GET", b"HEAD", b"DELETE", b"OPTIONS")
# Fields that say where a message ends or how to read it. Another spelling of theirs may be the
# same field to what stands in front of us or behind.
_ONCE = (b"content-length", b"transfer-encoding", b"host", b"expect", b"content-encoding")
_CRLF = b"\r\n"


class RequestFraming:
    """Feed it a connection's bytes; what it returns may be passed on.

    `requests` counts the heads that were returned. Once `error` is set nothing more is returned;
    `is_body_error` says whether the error concerns the body of the last of those requests, or the
    head of the one after it.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.error: AudioLibraryError | None = None
        self.is_body_error = False
        self._buffer = b""
        self._left = 0
        self._is_last = False
        self._read: Callable[[], bytes | None] = self._read_next

    @property
    def is_inside_head(self) -> bool:
        """Whether a part of a head has come, and its end has not."""
        return self._read == self._read_next and bool(self._buffer)

    def feed(self, data: bytes) -> bytes:
        """Return the bytes that are known to be good, which may be fewer or more than `data`."""
        self._buffer += data
        passed = []
        while self.error is None:
            try:
                piece = self._read()
            except AudioLibraryError as error:
                self.error, self._buffer = error, b""
                self.is_body_error = self._read != self._read_next
                break
            if piece is None:
                break
            passed.append(piece)
        return b"".join(passed)

    def _read_next(self) -> bytes | None:
        """After `Connection: close`, what follows is no request (RFC 9112, section 9.6)."""
        if self._is_last:
            self._buffer = b""
            return None
        return self._read_head()

    def _take(self, length: int) -> bytes:
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken

    def _read_head(self) -> bytes | None:
        while self._buffer.startswith(_CRLF):  # as RFC 9112, section 2.2, asks for
            self._take(2)
        end = self._buffer.find(b"\r\n\r\n")
        head = self._buffer if end < 0 else self._buffer[:end]
        if _BARE.search(head):
            raise MalformedRequestError("lines of the header must end with CRLF")
        if len(head) > LARGEST_HEAD:
            raise HeadTooLargeError(f"the header has more than {LARGEST_HEAD} bytes")
        if end < 0:
            return None
        lines = self._begin_body(head)
        self.requests += 1
        self._take(end + 4)
        return b"".join(line + _CRLF for line in [*lines, b""])

    def _begin_body(self, head: bytes) -> list[bytes]:
        """Return the lines of the head that may be passed on."""
        first, *lines = head.split(_CRLF)
        request_line = _REQUEST_LINE.fullmatch(first)
        if request_line is None:
            raise MalformedRequestError("the request line is malformed")
        method, minor_version = request_line.groups()
        if method == b"CONNECT":
            raise MalformedRequestError("CONNECT is not supported")
        fields = _framing_fields(lines)
        if minor_version == b"1" and b"host" not in fields:
            raise MalformedRequestError("Host is missing")
        if fields.get(b"expect", b"100-continue").lower() != b"100-continue":
            raise ExpectationFailedError("the only expectation that can be met is 100-continue")
        self._is_last = _is_last(fields, minor_version)
        chunked = _is_chunked(fields, minor_version)
        length = _content_length(fields)
        if method in _BODILESS and (chunked or length):
            raise MalformedRequestError(f"{method.decode()} must not have a body")
        if chunked:
            self._read = self._read_chunk_size
        elif length:
            self._left, self._read = length, self._read_sized_body
        # No upgrade is offered, and a server may ignore the wish (RFC 9110, section 7.8).
        return [line for line in (first, *lines) if line[:8].lower() != b"upgrade:"]

    def _read_sized_body(self) -> bytes | None:
        return self._read_counted(self._read_next)

    def _read_counted(self, then: Callable[[], bytes | None]) -> bytes | None:
        if not self._buffer:
            return None
        piece = self._take(self._left)
        self._left -= len(piece)
        if not self._left:
            self._read = then
        return piece

    def _read_chunk_size(self) -> bytes | None:
        end = self._buffer.find(_CRLF)
        if end < 0 and self._buffer in (b"", b"\r"):
            return None
        digits = self._buffer[:end] if end >= 0 else self._buffer.removesuffix(b"\r")
        if not _CHUNK_SIZE.fullmatch(digits):
            raise MalformedRequestError("a chunk's size must be one to eight hexadecimal digits")
        if end < 0:
            return None
        self._left = int(digits, 16)
        if not self._left:
            return self._read_last_chunk(end + 2)
        self._read = self._read_chunk
        return self._take(end + 2)

    def _read_last_chunk(self, length: int) -> bytes | None:
        following = self._buffer[length : length + 2]
        if not _CRLF.startswith(following):
            raise MalformedRequestError("trailers are not supported")
        if len(following) < 2:
            return None
        self._read = self._read_next
        return self._take(length + 2)

    def _read_chunk(self) -> bytes | None:
        return self._read_counted(self._read_chunk_end)

    def _read_chunk_end(self) -> bytes | None:
        if not _CRLF.startswith(self._buffer[:2]):
            raise MalformedRequestError("a chunk is longer than its size says")
        if len(self._buffer) < 2:
            return None
        self._read = self._read_chunk_size
        return self._take(2)


def _framing_fields(lines: list[bytes]) -> dict[bytes, bytes]:
    """Return `Connection` and the fields of `_ONCE`, by lower-case name.

    Raises: MalformedRequestError, HeadTooLargeError.
    """
    if len(lines) > MOST_FIELDS:
        raise HeadTooLargeError(f"the header has more than {MOST_FIELDS} fields")
    found: dict[bytes, bytes] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise MalformedRequestError("a header field is malformed")
        name = field[1].lower()
        if name == b"connection":
            found[name] = found.get(name, b"") + b"," + field[2]
        elif name in _ONCE:
            if name in found:
                raise MalformedRequestError(f"{name.decode()} is given twice")
            found[name] = field[2].strip(b" \t")
        elif name.replace(b"_", b"-") in _ONCE:
            raise MalformedRequestError(f"{name.decode()} is not a header field")
    return found


def _is_last(fields: dict[bytes, bytes], minor_version: bytes) -> bool:
    options = {option.strip().lower() for option in fields.get(b"connection", b"").split(b",")}
    return b"close" in options or (minor_version == b"0" and b"keep-alive" not in options)


def _is_chunked(fields: dict[bytes, bytes], minor_version: bytes) -> bool:
    if b"transfer-encoding" not in fields:
        return False
    if fields[b"transfer-encoding"].lower() != b"chunked":
        raise MalformedRequestError("the only transfer encoding supported is chunked")
    if minor_version == b"0" or b"content-length" in fields:
        raise MalformedRequestError("transfer-encoding must be the only sign of a body's end")
    return True


def _content_length(fields: dict[bytes, bytes]) -> int:
    text = fields.get(b"content-length", b"0")
    if not _LENGTH.fullmatch(text):
        raise MalformedRequestError("content-length must be a whole number")
    return int(text)
