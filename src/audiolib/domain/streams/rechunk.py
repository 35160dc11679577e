"""Cut a stream of bytes into other pieces, holding at most one."""

from collections.abc import AsyncIterable, AsyncIterator


async def rechunk(chunks: AsyncIterable[bytes], size: int) -> AsyncIterator[bytes]:
    """The same bytes in pieces of exactly `size`, the last one shorter; nothing yields nothing.

    While a piece is out, nothing of it is kept here.
    """
    piece = bytearray()
    ready: list[bytes] = []
    async for chunk in chunks:
        rest = memoryview(chunk)
        while len(piece) + len(rest) >= size:
            cut = size - len(piece)
            piece += rest[:cut]
            rest = rest[cut:]
            ready.append(bytes(piece))
            piece.clear()
            yield ready.pop()
        piece += rest
    if piece:
        yield bytes(piece)


async def peek(chunks: AsyncIterator[bytes], size: int) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first `size` bytes (or all, if fewer), and the whole stream with them still in it."""
    read: list[bytes] = []
    while sum(map(len, read)) < size:
        chunk = await anext(chunks, None)
        if chunk is None:
            break
        read.append(chunk)

    async def whole() -> AsyncIterator[bytes]:
        for chunk in read:
            yield chunk
        read.clear()
        async for chunk in chunks:
            yield chunk

    return b"".join(read)[:size], whole()
