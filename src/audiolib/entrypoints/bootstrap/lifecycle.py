"""Opening and closing what a container holds; dependency-injector leaves gaps in both."""

import inspect
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from dependency_injector import containers, providers

T = TypeVar("T")


async def resolve(result: T | Awaitable[T]) -> T:
    """A provider answers with a value, or with a future when anything below it is async."""
    return await result if inspect.isawaitable(result) else result


@asynccontextmanager
async def open_resources(container: containers.Container) -> AsyncIterator[None]:
    """Opens all resources; closes all, even when some fail to open or to close.

    Raises: ExceptionGroup with every failure to close.
    """
    try:
        await resolve(container.init_resources())
    except BaseException:
        # Why it can't be opened is what matters; what can't be closed then was never open.
        await _close(container)
        raise
    try:
        yield
    finally:
        if errors := await _close(container):
            raise ExceptionGroup("resources failed to close", errors)


async def _close(container: containers.Container) -> list[Exception]:
    """Returns: what went wrong."""
    errors: list[Exception] = []
    # One that fails to close ends a round before those beneath it are closed.
    for _ in container.traverse(types=[providers.Resource]):
        try:
            await resolve(container.shutdown_resources())
            break
        except Exception as failed:
            errors.append(failed)
    return errors
