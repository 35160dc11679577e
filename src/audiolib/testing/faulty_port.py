"""Any port, with faults at its calls."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import attrs

from audiolib.domain.model.errors import (
    AudioLibraryError,
    MetadataUnavailableError,
    SourceUnavailableError,
    StorageUnavailableError,
)
from audiolib.domain.streams.hashing import HashedStream
from audiolib.testing.faults import Effect, Fault, Faults, cut

_DEFAULT_ERRORS: dict[str, type[AudioLibraryError]] = {
    "source": SourceUnavailableError,
    "cleaner": SourceUnavailableError,
    "store": StorageUnavailableError,
}


class FaultyPort:
    """Hands every call on to `port`, unless `faults` has something else in mind."""

    def __init__(self, port: Any, name: str, faults: Faults) -> None:
        self._port = port
        self._name = name
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        call = f"{self._name}.{method}"
        if inspect.iscoroutinefunction(real):
            return self._call(real, call)
        if inspect.ismethod(real) and hasattr(real, "__wrapped__"):
            return self._open(real, call)
        if inspect.isasyncgenfunction(real):
            return self._iterate(real, call)
        return real

    def _call(self, real: Callable[..., Any], call: str) -> Callable[..., Any]:
        async def faulty(*args: Any, **named: Any) -> Any:
            fault = await self._begin(call)
            effect, args = await _prepare(real, args, named, fault)
            if fault is not None and fault.kind == "fail":
                raise self._error(fault)
            if fault is not None and fault.kind == "unknown":
                self._faults.postpone(effect)
                raise self._error(fault)
            result = await effect()
            await self._faults.before(call)
            if fault is not None and fault.kind == "fail_after":
                raise self._error(fault)
            return result

        return faulty

    def _open(
        self, real: Callable[..., AbstractAsyncContextManager[Any]], call: str
    ) -> Callable[..., AbstractAsyncContextManager[Any]]:
        @asynccontextmanager
        async def faulty(*args: Any, **named: Any) -> AsyncIterator[Any]:
            fault = await self._begin(call)
            if fault is not None and fault.kind in ("fail", "unknown"):
                raise self._error(fault)
            async with real(*args, **named) as opened:
                chunks = self._stepwise(opened.chunks, call)
                if fault is not None and fault.kind == "truncate":
                    chunks = cut(chunks, fault.keep)
                if fault is not None and fault.kind == "fail_after":
                    chunks = _broken(chunks, self._error(fault))
                yield attrs.evolve(opened, chunks=chunks)

        return faulty

    def _iterate(self, real: Callable[..., AsyncIterator[Any]], call: str) -> Callable[..., Any]:
        async def faulty(*args: Any, **named: Any) -> AsyncIterator[Any]:
            fault = await self._begin(call)
            if fault is not None and fault.kind in ("fail", "unknown"):
                raise self._error(fault)
            async for item in real(*args, **named):
                yield item
            if fault is not None and fault.kind == "fail_after":
                raise self._error(fault)

        return faulty

    async def _stepwise(self, chunks: AsyncIterator[bytes], call: str) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            await self._faults.before(call)
            yield chunk

    async def _begin(self, call: str) -> Fault | None:
        await self._faults.before(call)
        fault = self._faults.next(call)
        if fault is not None and fault.until is not None:
            await fault.until()
        return fault

    def _error(self, fault: Fault) -> AudioLibraryError:
        default = _DEFAULT_ERRORS.get(self._name, MetadataUnavailableError)
        return fault.error or default("injected")


async def _prepare(
    real: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any], fault: Fault | None
) -> tuple[Effect, tuple[Any, ...]]:
    """The call as something that can be done now or later, whose stream is cut if it is to be."""
    streams = [arg for arg in args if isinstance(arg, HashedStream)]
    if fault is not None and streams and fault.kind in ("truncate", "unknown"):
        kept = b"".join([chunk async for chunk in cut(streams[0], _keep(fault))])
        args = tuple(HashedStream(_once(kept)) if arg in streams else arg for arg in args)

    async def effect() -> Any:
        return await real(*args, **named)

    return effect, args


def _keep(fault: Fault) -> int:
    return fault.keep if fault.kind == "truncate" else 1 << 62


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _broken(chunks: AsyncIterator[bytes], error: AudioLibraryError) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk[: len(chunk) // 2]
        raise error
