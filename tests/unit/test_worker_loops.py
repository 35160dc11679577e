"""The background loops outlive what happens in a round."""

import asyncio
import logging
from typing import Any, cast

import pytest

from audiolib import MetadataUnavailableError
from audiolib.domain.use_cases.background.recover_saves import Recovered
from audiolib.entrypoints.worker.loops import at_work, clean_up_forever, recover_forever


class Rounds:
    """A use case whose rounds end as planned, and then well."""

    def __init__(self, *ends: BaseException) -> None:
        self.ends = list(ends)
        self.well = asyncio.Event()

    async def __call__(self) -> Any:
        if self.ends:
            raise self.ends.pop(0)
        self.well.set()
        return Recovered()

    async def settle(self) -> int:
        return 0


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), KeyError("x"), MetadataUnavailableError(), OSError(5, "io")]
)
async def test_a_round_that_fails_does_not_end_the_recoverer(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    rounds = Rounds(error, error)
    loop = recover_forever(cast("Any", rounds), cast("Any", rounds), 0.001)
    async with at_work(loop), asyncio.timeout(5):
        await rounds.well.wait()
    assert [record.msg for record in caplog.records].count("recovery failed") == 2


async def test_a_round_that_fails_does_not_end_the_cleanup_worker() -> None:
    rounds = Rounds(RuntimeError("a bug"), MetadataUnavailableError())

    class CleanUp(Rounds):
        class policy:  # noqa: N801 - as the use case has it
            batch = 32

        async def __call__(self) -> Any:
            await rounds()
            return ()

    async with (
        at_work(clean_up_forever(cast("Any", CleanUp()), asyncio.Event(), 0.001)),
        asyncio.timeout(5),
    ):
        await rounds.well.wait()
