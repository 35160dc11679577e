"""Port: where generated audio is fetched from."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import attrs

from audiolib.domain.model.temp_file import TempFile


@attrs.frozen(kw_only=True)
class OpenedAudio:
    """A temp file being read; `size` in bytes may be None: generators need not declare it."""

    chunks: AsyncIterator[bytes]
    size: int | None
    etag: str | None


class AudioSource(Protocol):
    """Reads temp files; never changes them.

    Every adapter passes `audiolib.testing.contracts.AudioSourceContract`.
    """

    @abstractmethod
    def open(self, temp_file: TempFile) -> AbstractAsyncContextManager[OpenedAudio]:
        """Open a temp file as a stream; leaving the context lets go of it, read or not.

        A stream that ends without an error was whole: one that was cut raises while being read.
        Opening may be repeated; nothing is retried after the first byte.

        Raises, on entry: SourceNotFoundError, when there is no such temp file.
        Raises, on entry or while reading:
            SourceUnavailableError: no answer in time, a failure, or an answer not to be trusted
                (a redirect, an encoded body, a body without a length or chunks).
            SourceTruncatedError: the stream ended before its declared size.
        """
