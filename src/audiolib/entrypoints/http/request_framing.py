"""Where each request of a connection ends (RFC 9112, sections 2 to 7), decided before anything
else reads it.

Two readers that disagree about the end of a request let a stranger write the beginning of the next
one (request smuggling). So only requests with exactly one reading pass: lines end with CRLF, the
length is given once, trailers and chunk extensions are refused.

Each byte is looked at a constant number of times, however it is cut into pieces.
"""

import re

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.http.problem_details import (
    ExpectationFailedError,
    HeadTooLargeError,
    MalformedRequestError,
)

LARGEST_HEAD = 32 * 1024
"""Bytes of a request line and its header fields."""
MOST_FIELDS = 100
MOST_EMPTY_LINES = 4

_TARGET = rb"(?:/[!-~]*|\*|https?://[!-~]+)"
_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) " + _TARGET + rb" HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")
_BARE = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\x00")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_CHUNK_LINE_BEGUN = re.compile(rb"(?:[0-9A-Fa-f]{1,8}\r?)?\Z")
# The other end of a tunnel, and the beginning of HTTP/2, which no parser reads as a request.
_NO_METHODS = (b"CONNECT", b"PRI")
_BODILESS = (b"GET", b"HEAD", b"DELETE", b"OPTIONS")
# Fields that say where a message ends or how to read it. Another spelling of theirs may be the
# same field to what stands in front of us or behind.
_ONCE = (b"content-length", b"transfer-encoding", b"host", b"expect", b"content-encoding")
# No upgrade is offered, and a server may ignore the wish (RFC 9110, section 7.8); the other is no
# standard, and some parsers take it for `Connection`.
_IGNORED = (b"upgrade", b"proxy-connection")
_CRLF, _END_OF_HEAD = b"\r\n", b"\r\n\r\n"
# A body in chunks of a byte costs a hundred times as much as one in large ones.
_FREE_CHUNKS, _LEAST_MEAN_CHUNK = 1_000, 16


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
        self.is_inside_body = False
        self.is_last = False
        """Whether no request may follow the last one (RFC 9112, section 9.6)."""
        self._buffer = b""
        self._at = 0
        self._scanned = 0
        self._empty_lines = 0
        self._is_chunked = False
        self._left = 0  # bytes of the body, or of the current chunk with the CRLF behind it
        self._chunks = self._chunked_bytes = 0

    @property
    def is_inside_head(self) -> bool:
        """Whether a part of a head has come, and its end has not."""
        return not self.is_inside_body and bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the heads, and the stretches of bodies, that are known to be good.

        None of them belongs to two requests.
        """
        if self.error is not None or (self.is_last and not self.is_inside_body):
            return []
        self._buffer += data
        self._at = 0
        passed: list[bytes] = []
        try:
            while piece := self._read_body() if self.is_inside_body else self._read_head():
                passed.append(piece)
        except AudioLibraryError as error:
            self.error, self.is_body_error = error, self.is_inside_body
            self._at = len(self._buffer)
        self._buffer = self._buffer[self._at :]
        self._scanned = max(0, self._scanned - self._at)
        return passed

    def _read_head(self) -> bytes:
        """Return a whole head; nothing while its end has not come."""
        if self.is_last:
            self._at = len(self._buffer)
            return b""
        while self._buffer.startswith(_CRLF, self._at):  # as RFC 9112, section 2.2, asks for
            self._at += 2
            self._empty_lines += 1
            if self._empty_lines > MOST_EMPTY_LINES:
                raise MalformedRequestError("too many empty lines before the request")
        begin = max(self._at, self._scanned - len(_END_OF_HEAD))
        end = self._buffer.find(_END_OF_HEAD, begin)
        until = len(self._buffer) if end < 0 else end + 2
        if _BARE.search(self._buffer, max(self._at, begin - 1), until):
            raise MalformedRequestError("lines of the header must end with CRLF")
        if until - self._at > LARGEST_HEAD:
            raise HeadTooLargeError(f"the header has more than {LARGEST_HEAD} bytes")
        self._scanned = until
        if end < 0:
            return b""
        lines = self._begin_request(self._buffer[self._at : end])
        self.requests += 1
        self._at = end + len(_END_OF_HEAD)
        self._empty_lines = 0
        return b"".join(line + _CRLF for line in [*lines, b""])

    def _begin_request(self, head: bytes) -> list[bytes]:
        """Return the lines of the head that may be passed on."""
        first, *lines = head.split(_CRLF)
        request_line = _REQUEST_LINE.fullmatch(first)
        if request_line is None:
            raise MalformedRequestError("the request line is malformed")
        method, minor_version = request_line.groups()
        if method in _NO_METHODS:
            raise MalformedRequestError(f"{method.decode()} is not supported")
        if len(lines) > MOST_FIELDS:
            raise HeadTooLargeError(f"the header has more than {MOST_FIELDS} fields")
        fields, kept = _parse_fields(lines)
        if minor_version == b"1" and b"host" not in fields:
            raise MalformedRequestError("Host is missing")
        if fields.get(b"expect", b"100-continue").lower() != b"100-continue":
            raise ExpectationFailedError("the only expectation that can be met is 100-continue")
        chunked, length = _is_chunked(fields, minor_version), _content_length(fields)
        if method in _BODILESS and (chunked or length):
            raise MalformedRequestError(f"{method.decode()} must not have a body")
        self.is_last = _is_last(fields, minor_version)
        self.is_inside_body = chunked or length > 0
        self._is_chunked, self._left = chunked, length
        self._chunks = self._chunked_bytes = 0
        return [first, *kept]

    def _read_body(self) -> bytes:
        """Return as much of the request's body as has come, and nothing behind it."""
        begin = self._at
        if self._is_chunked:
            self._read_chunks()
        else:
            taken = min(self._left, len(self._buffer) - self._at)
            self._at += taken
            self._left -= taken
            self.is_inside_body = self._left > 0
        return self._buffer[begin : self._at]

    def _read_chunks(self) -> None:
        while self._skip_chunk():
            line = _CHUNK_LINE.match(self._buffer, self._at)
            if line is None:
                if not _CHUNK_LINE_BEGUN.match(self._buffer, self._at):
                    raise MalformedRequestError(
                        "a chunk's size must be one to eight hexadecimal digits"
                    )
                return
            size = int(line[1], 16)
            if not size:
                self._end_chunks(line.end())
                return
            self._at = line.end()
            self._left = size + len(_CRLF)
            self._chunks += 1
            self._chunked_bytes += size
            if self._chunks > _FREE_CHUNKS + self._chunked_bytes // _LEAST_MEAN_CHUNK:
                raise MalformedRequestError("the body comes in too many small chunks")

    def _skip_chunk(self) -> bool:
        """Pass over the rest of a chunk; return whether all of it has come."""
        if self._left > len(_CRLF):
            taken = min(self._left - len(_CRLF), len(self._buffer) - self._at)
            self._at += taken
            self._left -= taken
        if 0 < self._left <= len(_CRLF):
            following = self._buffer[self._at : self._at + len(_CRLF)]
            if not _CRLF.startswith(following):
                raise MalformedRequestError("a chunk is longer than its size says")
            if following == _CRLF:
                self._at += len(_CRLF)
                self._left = 0
        return self._left == 0

    def _end_chunks(self, after: int) -> None:
        following = self._buffer[after : after + len(_CRLF)]
        if not _CRLF.startswith(following):
            raise MalformedRequestError("trailers are not supported")
        if following == _CRLF:
            self._at = after + len(_CRLF)
            self.is_inside_body = False


def _parse_fields(lines: list[bytes]) -> tuple[dict[bytes, bytes], list[bytes]]:
    """Return `Connection` and the fields of `_ONCE` by lower-case name, and the lines to keep.

    Raises: MalformedRequestError.
    """
    found: dict[bytes, bytes] = {}
    kept = []
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise MalformedRequestError("a header field is malformed")
        name, value = field[1].lower(), field[2].strip(b" \t")
        if name in _IGNORED:
            continue
        kept.append(line)
        if name == b"connection":
            found[name] = found.get(name, b"") + b"," + value
        elif name in _ONCE:
            if name in found:
                raise MalformedRequestError(f"{name.decode()} is given twice")
            found[name] = value
        elif name.replace(b"_", b"-") in _ONCE:
            raise MalformedRequestError(f"{name.decode()} is not a header field")
    return found, kept


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
