"""Ways to disagree about where a request ends, or what its header says (RFC 9112, section 11.2).

Each row is what one client sends to the gateway, and the statuses that it may get in answer. After
the row stands `END`, a request that is answered 404 if the connection goes on: so every row says
whether it does.
"""

import gzip
import zlib

import attrs

END = b"GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
INNER = b"GET /audio-library HTTP/1.1\r\nHost: x\r\nx-customer-id: acme\r\nx-user-id: ann\r\n\r\n"
JSON = b'{"text": "x", "voice": "tone"}'
GET = b"GET /audio-library HTTP/1.1\r\nHost: x\r\nX-API-Key: KEY\r\n"
POST = (
    b"POST /audio-library HTTP/1.1\r\nHost: x\r\nX-API-Key: KEY\r\n"
    b"Content-Type: application/json\r\n"
)
GENERATE = POST.replace(b"/audio-library", b"/audio/generate")
ANONYMOUS = b"POST /nothing HTTP/1.1\r\nHost: x\r\n"
FILE = b"POST /files/acme/ann/audio/0.wav?expires=1&signature=x HTTP/1.1\r\nHost: x\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(JSON)
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@attrs.frozen
class Row:
    """`KEY` in `sent` stands for the sender's own API key."""

    name: str
    sent: bytes
    statuses: tuple[int, ...]
    """Those of the answers, that to `END` included; the connection is closed after the last."""


def _chunks(*pieces: bytes, last: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + last


def _padded_gzip(size: int) -> bytes:
    """A gzip member whose header carries a file name of that many bytes (RFC 1952, FNAME)."""
    packed = gzip.compress(JSON)
    return packed[:3] + b"\x08" + packed[4:10] + b"a" * size + b"\0" + packed[10:]


def _encoded(name: str, encoding: bytes, body: bytes, head: bytes = POST) -> Row:
    fields = b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body))
    return Row(f"encoding: {name}", head + fields + body, (415, 404))


def _refused(name: str, sent: bytes, status: int = 400) -> Row:
    return Row(name, sent, (status,))


_GONE_ON = (422, 404)  # the body was read, its audio_url is missing; END was answered

ROWS = (
    # What is well-formed is read once, and the connection goes on.
    Row("fine: content-length", POST + LENGTH + b"\r\n" + JSON, _GONE_ON),
    Row("fine: chunked", POST + CHUNKED + b"\r\n" + _chunks(JSON), _GONE_ON),
    Row("fine: many chunks", POST + CHUNKED + b"\r\n" + _chunks(JSON[:1], JSON[1:]), _GONE_ON),
    Row("fine: upper-case CHUNKED", POST + CHUNKED.upper() + b"\r\n" + _chunks(JSON), _GONE_ON),
    Row("fine: leading zeros", POST + CHUNKED + b"\r\n001e\r\n" + JSON + b"\r\n0\r\n\r\n", _GONE_ON),
    Row("fine: long last chunk", POST + CHUNKED + b"\r\n1E\r\n" + JSON + b"\r\n000\r\n\r\n", _GONE_ON),
    Row("fine: no body", GET + b"\r\n", (200, 404)),
    Row("fine: zero length on GET", GET + b"Content-Length: 0\r\n\r\n", (200, 404)),
    Row("fine: empty lines before", b"\r\n\r\n" + GET + b"\r\n", (200, 404)),
    Row("fine: upgrade is ignored", GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", (200, 404)),
    Row("fine: websocket is ignored",
        GET + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n", (200, 404)),
    Row("fine: pipelined", GET + b"\r\n" + POST + LENGTH + b"\r\n" + JSON, (200, *_GONE_ON)),
    Row("fine: expect", POST + LENGTH + b"Expect: 100-continue\r\n\r\n" + JSON, (100, *_GONE_ON)),
    Row("fine: HTTP/1.0", GET.replace(b"1.1", b"1.0") + b"\r\n", (200,)),
    Row("fine: HTTP/1.0 kept alive",
        GET.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n\r\n", (200, 404)),
    Row("fine: identity", POST + LENGTH + b"Content-Encoding: identity\r\n\r\n" + JSON, _GONE_ON),
    Row("fine: te", GET + b"TE: trailers\r\n\r\n", (200, 404)),
    # Two lengths, or none that can be believed.
    _refused("length and chunks", POST + LENGTH + CHUNKED + b"\r\n" + _chunks(JSON)),
    _refused("chunks and length", POST + CHUNKED + LENGTH + b"\r\n" + _chunks(JSON)),
    _refused("zero length and chunks", POST + b"Content-Length: 0\r\n" + CHUNKED + b"\r\n" + INNER),
    _refused("length and chunks hide a request",
             POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + INNER),
    _refused("two lengths, the same", POST + LENGTH * 2 + b"\r\n" + JSON),
    _refused("two lengths, different", POST + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + JSON),
    _refused("a list of lengths", POST + b"Content-Length: 30, 30\r\n\r\n" + JSON),
    _refused("length with a plus", POST + b"Content-Length: +30\r\n\r\n" + JSON),
    _refused("length with a minus", POST + b"Content-Length: -1\r\n\r\n" + INNER),
    _refused("length in hex", POST + b"Content-Length: 0x1e\r\n\r\n" + JSON),
    _refused("length with an underscore", POST + b"Content-Length: 3_0\r\n\r\n" + JSON),
    _refused("length with a point", POST + b"Content-Length: 30.0\r\n\r\n" + JSON),
    _refused("length of nothing", POST + b"Content-Length:\r\n\r\n" + JSON),
    _refused("length beyond 64 bits", POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + JSON),
    _refused("length in other digits", POST + "Content-Length: ٣٠\r\n\r\n".encode() + JSON),
    _refused("length with an inner space", POST + b"Content-Length: 3 0\r\n\r\n" + JSON),
    _refused("length with a vertical tab", POST + b"Content-Length: \x0b30\r\n\r\n" + JSON),
    _refused("content_length", POST + LENGTH.replace(b"-", b"_") + b"\r\n" + JSON),
    _refused("content_length beside the true one", POST + LENGTH + b"Content_Length: 0\r\n\r\n" + JSON),
    _refused("space before the colon", POST + b"Content-Length : 30\r\n\r\n" + JSON),
    _refused("tab before the colon", POST + b"Transfer-Encoding\t: chunked\r\n\r\n" + _chunks(JSON)),
    # Encodings of the transfer.
    _refused("chunked twice", POST + CHUNKED * 2 + b"\r\n" + _chunks(JSON)),
    _refused("chunked, chunked", POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + _chunks(JSON)),
    _refused("gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + _chunks(JSON)),
    _refused("chunked, gzip", POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + _chunks(JSON)),
    _refused("chunked, identity", POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + _chunks(JSON)),
    _refused("transfer identity", POST + LENGTH + b"Transfer-Encoding: identity\r\n\r\n" + JSON),
    _refused("xchunked", POST + LENGTH + b"Transfer-Encoding: xchunked\r\n\r\n" + JSON),
    _refused("quoted", POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + _chunks(JSON)),
    _refused("chunked;q=1", POST + b"Transfer-Encoding: chunked;q=1\r\n\r\n" + _chunks(JSON)),
    _refused("chunked with a vertical tab", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + _chunks(JSON)),
    _refused("chunked with a no-break space",
             POST + b"Transfer-Encoding: chunked\xa0\r\n\r\n" + _chunks(JSON)),
    _refused("folded", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + _chunks(JSON)),
    _refused("folded length", POST + b"Content-Length:\r\n\t30\r\n\r\n" + JSON),
    _refused("transfer_encoding", POST + LENGTH + b"Transfer_Encoding: chunked\r\n\r\n" + JSON),
    _refused("empty transfer encoding", POST + LENGTH + b"Transfer-Encoding:\r\n\r\n" + JSON),
    _refused("chunks under HTTP/1.0",
             POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + _chunks(JSON)),
    # Chunks.
    _refused("chunk extension", POST + CHUNKED + b"\r\n1e;a=b\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk extension with a line feed",
             POST + CHUNKED + b"\r\n1e;a\nb\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("last chunk with an extension", POST + CHUNKED + b"\r\n" + _chunks(JSON, last=b"0;x\r\n\r\n")),
    _refused("chunk size with 0x", POST + CHUNKED + b"\r\n0x1e\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk size with a plus", POST + CHUNKED + b"\r\n+1e\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk size with an underscore", POST + CHUNKED + b"\r\n1_e\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk size with a space", POST + CHUNKED + b"\r\n1e \r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk size beyond 32 bits", POST + CHUNKED + b"\r\n10000001e\r\n" + JSON),
    _refused("chunk without a size", POST + CHUNKED + b"\r\n\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk with LF", POST + CHUNKED + b"\r\n1e\n" + JSON + b"\n0\n\n"),
    _refused("chunk with CR CR LF", POST + CHUNKED + b"\r\n1e\r\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk longer than its size", POST + CHUNKED + b"\r\n1d\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("chunk shorter than its size", POST + CHUNKED + b"\r\n1f\r\n" + JSON + b"\r\n0\r\n\r\n"),
    _refused("negative chunk", POST + CHUNKED + b"\r\n-1\r\n" + INNER),
    # Trailers.
    _refused("trailer with a key", ANONYMOUS + CHUNKED + b"\r\n0\r\nX-API-Key: KEY\r\n\r\n"),
    _refused("trailer after a body", POST + CHUNKED + b"\r\n" + _chunks(JSON, last=b"0\r\nA: b\r\n\r\n")),
    _refused("announced trailer",
             POST + CHUNKED + b"Trailer: A\r\n\r\n" + _chunks(JSON, last=b"0\r\nA: b\r\n\r\n")),
    _refused("trailer with a length",
             POST + CHUNKED + b"\r\n" + _chunks(JSON, last=b"0\r\nContent-Length: 99\r\n\r\n")),
    _refused("trailer with an identity", POST + CHUNKED + b"\r\n"
             + _chunks(JSON, last=b"0\r\nx-customer-id: acme\r\nx-user-id: ann\r\n\r\n")),
    _refused("trailer of the generator", GENERATE + CHUNKED + b"\r\n"
             + _chunks(JSON, last=b"0\r\nX-API-Key: KEY\r\n\r\n")),
    _refused("trailer that is a request", POST + CHUNKED + b"\r\n" + _chunks(JSON, last=b"0\r\n") + INNER),
    # Encodings of the content.
    _encoded("gzip", b"gzip", gzip.compress(JSON)),
    _encoded("gzip, padded by a file name", b"gzip", _padded_gzip(500)),
    _encoded("gzip, padded, to a link", b"gzip", _padded_gzip(5000), FILE),
    _encoded("gzip, padded, to the generator", b"gzip", _padded_gzip(500), GENERATE),
    _encoded("gzip, padded, without a credential", b"gzip", _padded_gzip(500), ANONYMOUS),
    _encoded("gzip with a request behind it", b"gzip", gzip.compress(JSON) + INNER),
    _encoded("a bomb", b"gzip", gzip.compress(b" " * 20_000_000)),
    _encoded("deflate", b"deflate", zlib.compress(JSON)),
    _encoded("raw deflate", b"deflate", zlib.compress(JSON)[2:-4]),
    _encoded("brotli", b"br", JSON),
    _encoded("zstd", b"zstd", JSON),
    _encoded("x-gzip", b"x-gzip", gzip.compress(JSON)),
    _encoded("GZIP", b"GZIP", gzip.compress(JSON)),
    _encoded("two", b"gzip, br", JSON),
    _encoded("identity, gzip", b"identity, gzip", gzip.compress(JSON)),
    _encoded("unknown", b"rot13", JSON),
    _refused("encoding given twice", POST + LENGTH + b"Content-Encoding: identity\r\n"
             b"Content-Encoding: gzip\r\n\r\n" + JSON),
    _refused("content_encoding", POST + LENGTH + b"Content_Encoding: gzip\r\n\r\n" + JSON),
    Row("chunked gzip", POST + CHUNKED + b"Content-Encoding: gzip\r\n\r\n"
        + _chunks(gzip.compress(JSON)), (415, 404)),
    # Bodies where none may be.
    _refused("body on GET", GET + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER),
    _refused("chunks on GET", GET + CHUNKED + b"\r\n" + _chunks(INNER)),
    _refused("empty chunks on GET", GET + CHUNKED + b"\r\n0\r\n\r\n"),
    _refused("body on HEAD", GET.replace(b"GET", b"HEAD") + b"Content-Length: 3\r\n\r\nabc"),
    _refused("body on DELETE", GET.replace(b"GET", b"DELETE") + b"Content-Length: 3\r\n\r\nabc"),
    _refused("body on OPTIONS", GET.replace(b"GET", b"OPTIONS") + b"Content-Length: 3\r\n\r\nabc"),
    _refused("body on a link", FILE.replace(b"POST", b"GET") + b"Content-Length: 3\r\n\r\nabc"),
    _refused("tunnel", b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n" + INNER),
    # Lines.
    _refused("LF only", GET.replace(b"\r\n", b"\n") + b"\n"),
    _refused("one LF", GET + b"X-A: b\nX-C: d\r\n\r\n"),
    _refused("one CR", GET + b"X-A: b\rX-C: d\r\n\r\n"),
    _refused("CR LF LF", GET + b"X-A: b\r\n\n"),
    _refused("NUL in a value", GET + b"X-A: \0\r\n\r\n"),
    _refused("control character in a value", GET + b"X-A: \x01\r\n\r\n"),
    _refused("folded field", GET + b"X-A: b\r\n c\r\n\r\n"),
    _refused("field that begins with a space", GET + b" X-A: b\r\n\r\n"),
    _refused("no colon", GET + b"X-A\r\n\r\n"),
    _refused("no name", GET + b": b\r\n\r\n"),
    _refused("name with a bracket", GET + b"X[A]: b\r\n\r\n"),
    _refused("name in other letters", GET + "Ｃontent-Length: 3\r\n\r\nabc".encode()),
    _refused("too many fields", GET + b"X-A: b\r\n" * 200 + b"\r\n", 431),
    _refused("too long a header", GET + b"X-A: " + b"b" * 40_000 + b"\r\n\r\n", 431),
    # Request lines.
    _refused("no version", b"GET /audio-library\r\n" + INNER),
    _refused("HTTP/2.0", GET.replace(b"HTTP/1.1", b"HTTP/2.0") + b"\r\n"),
    _refused("HTTP/1.11", GET.replace(b"HTTP/1.1", b"HTTP/1.11") + b"\r\n"),
    _refused("http/1.1", GET.replace(b"HTTP/1.1", b"http/1.1") + b"\r\n"),
    _refused("two spaces", GET.replace(b"GET ", b"GET  ") + b"\r\n"),
    _refused("a tab", GET.replace(b"GET ", b"GET\t") + b"\r\n"),
    _refused("space in the target", GET.replace(b"library", b"lib rary") + b"\r\n"),
    _refused("lower-case method", GET.replace(b"GET", b"get") + b"\r\n"),
    _refused("something else", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    # Hosts and expectations.
    _refused("no host", GET.replace(b"Host: x\r\n", b"") + b"\r\n"),
    _refused("two hosts", GET + b"Host: y\r\n\r\n"),
    _refused("expectation", POST + LENGTH + b"Expect: the best\r\n\r\n" + JSON, 417),
    _refused("two expectations", POST + LENGTH + b"Expect: 100-continue\r\n" * 2 + b"\r\n" + JSON),
    # Identities and options of the connection.
    Row("identity", GET + b"x-customer-id: acme\r\nx-user-id: ann\r\n\r\n", (200, 404)),
    Row("identity with underscores", GET + b"x_customer_id: acme\r\nx_user_id: ann\r\n\r\n", (200, 404)),
    Row("connection names the key", GET + b"Connection: X-API-Key\r\n\r\n", (200, 404)),
    Row("connection names the identity",
        GET + b"Connection: x-customer-id, x-user-id\r\n\r\n", (200, 404)),
    Row("connection names the length",
        POST + LENGTH + b"Connection: Content-Length\r\n\r\n" + JSON, _GONE_ON),
    Row("connection: close", GET + b"Connection: close\r\n\r\n", (200,)),
    Row("two keys", GET + b"X-API-Key: KEY\r\n\r\n", (401, 404)),
    Row("key with an underscore", GET + b"X_API_Key: KEY\r\n\r\n", (401, 404)),
    # Answers before the body has come.
    Row("early 404", ANONYMOUS + b"Content-Length: 99999\r\n\r\nabc", (404,)),
    Row("early 401", POST.replace(b"X-API-Key: KEY\r\n", b"") + b"Content-Length: 99999\r\n\r\nabc", (401,)),
    Row("early 405", FILE + b"Content-Length: 99999\r\n\r\nabc", (405,)),
    Row("early 413", POST + b"Content-Length: 9999999\r\n\r\nabc", (413,)),
    Row("early 401 in chunks", POST.replace(b"X-API-Key: KEY\r\n", b"") + CHUNKED + b"\r\nffff\r\nabc", (401,)),
    _refused("chunk without an end", POST.replace(b"X-API-Key: KEY\r\n", b"") + CHUNKED + b"\r\n5\r\nabc"),
    Row("body that does not come", POST + b"Content-Length: 99999\r\n\r\nabc", (408,)),
    Row("chunk that does not come", POST + CHUNKED + b"\r\nffff\r\nabc", (408,)),
    Row("generator's body that does not come", GENERATE + b"Content-Length: 999\r\n\r\nabc", (408,)),
    # Requests behind one that was refused are never read.
    _refused("pipelined behind a refusal", GET + b"X-A\r\n\r\n" + INNER),
    Row("refused behind a good one", GET + b"\r\n" + GET + b"X-A\r\n\r\n" + INNER, (200, 400)),
    Row("trailers behind a good one", GET + b"\r\n" + POST + CHUNKED + b"\r\n0\r\nA: b\r\n\r\n" + INNER,
        (200, 400)),
)  # fmt: skip
