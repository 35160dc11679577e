"""Concurrent writes go together, and each caller gets its own result."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import attrs
import pytest

from audiolib.adapters.shared.group_commit import GroupCommit


class RefusedError(Exception):
    """One item's own failure."""


class DownError(Exception):
    """A whole group's failure."""


@attrs.define
class Writer:
    """Notes each group, waits until it may go on, and doubles every number."""

    open: bool = True
    groups: list[list[int]] = attrs.field(factory=list)
    failing: set[int] = attrs.field(factory=set)
    broken: set[int] = attrs.field(factory=set)
    _gate: asyncio.Event = attrs.field(factory=asyncio.Event)
    under_way: int = 0

    async def __call__(self, group: Sequence[int]) -> Sequence[int | Exception]:
        assert self.under_way == 0, "two groups are written at once"
        self.groups.append([*group])
        self.under_way += 1
        if not self.open:
            await self._gate.wait()
        await asyncio.sleep(0)
        self.under_way -= 1
        if self.broken & {*group}:
            raise DownError
        return [RefusedError(item) if item in self.failing else 2 * item for item in group]

    def go(self) -> None:
        self.open = True
        self._gate.set()


@pytest.fixture
def writer() -> Writer:
    return Writer(open=False)


@pytest.fixture
def commits(writer: Writer) -> GroupCommit[int, int]:
    return GroupCommit(writer)


async def submitted(commits: GroupCommit[int, int], *items: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(commits.submit(item)) for item in items]
    await asyncio.sleep(0.001)
    return tasks


async def outcomes(tasks: list[asyncio.Task[int]]) -> list[int | BaseException]:
    async with asyncio.timeout(5):
        return await asyncio.gather(*tasks, return_exceptions=True)


def kinds(results: list[int | BaseException]) -> list[object]:
    return [type(each) if isinstance(each, BaseException) else each for each in results]


async def test_a_single_write_goes_at_once(commits: GroupCommit[int, int], writer: Writer) -> None:
    (task,) = await submitted(commits, 1)
    assert writer.groups == [[1]]
    writer.go()
    assert await task == 2


async def test_what_arrives_during_a_write_goes_together(
    commits: GroupCommit[int, int], writer: Writer
) -> None:
    first = await submitted(commits, 1)
    later = await submitted(commits, 2, 3, 4)
    assert writer.groups == [[1]]
    writer.go()
    assert await outcomes(first + later) == [2, 4, 6, 8]
    assert writer.groups == [[1], [2, 3, 4]]


async def test_a_write_after_an_idle_time_goes_at_once_again(writer: Writer) -> None:
    writer.go()
    commits = GroupCommit(writer)
    assert [await commits.submit(item) for item in (1, 2, 3)] == [2, 4, 6]
    assert writer.groups == [[1], [2], [3]]


async def test_an_items_exception_is_its_callers_alone(
    commits: GroupCommit[int, int], writer: Writer
) -> None:
    writer.failing = {1, 3}
    tasks = [*await submitted(commits, 1), *await submitted(commits, 2, 3, 4)]
    writer.go()
    assert kinds(await outcomes(tasks)) == [RefusedError, 4, RefusedError, 8]


async def test_a_failed_group_fails_all_its_members_and_later_ones_go_on(
    commits: GroupCommit[int, int], writer: Writer
) -> None:
    writer.broken = {3}
    tasks = [*await submitted(commits, 1), *await submitted(commits, 2, 3, 4)]
    writer.go()
    assert kinds(await outcomes(tasks)) == [2, DownError, DownError, DownError]
    assert kinds(await outcomes(await submitted(commits, 5))) == [10]


async def test_groups_that_wait_behind_a_failed_one_are_written(writer: Writer) -> None:
    commits = GroupCommit(writer, most=1)
    writer.broken = {1, 2}
    tasks = await submitted(commits, 1, 2, 3)
    writer.go()
    assert kinds(await outcomes(tasks)) == [DownError, DownError, 6]


@pytest.mark.parametrize("cancelled", [0, 1, 2, 3])
async def test_a_cancelled_caller_disturbs_no_other(
    commits: GroupCommit[int, int], writer: Writer, cancelled: int
) -> None:
    tasks = [*await submitted(commits, 0), *await submitted(commits, 1, 2, 3)]
    tasks[cancelled].cancel()
    await asyncio.sleep(0.001)
    assert tasks[cancelled].cancelled()
    writer.go()
    expected: list[object] = [0, 2, 4, 6]
    expected[cancelled] = asyncio.CancelledError
    assert kinds(await outcomes(tasks)) == expected
    assert writer.groups == [[0], [1, 2, 3]]


async def test_the_failure_of_a_cancelled_caller_is_nobodys(
    commits: GroupCommit[int, int], writer: Writer
) -> None:
    writer.failing = {1}
    tasks = await submitted(commits, 1, 2)
    tasks[0].cancel()
    writer.go()
    assert kinds(await outcomes(tasks)) == [asyncio.CancelledError, 4]


@pytest.mark.parametrize(
    ("most", "sizes"), [(1, [1] * 7), (2, [1, 2, 2, 2]), (4, [1, 4, 2]), (6, [1, 6]), (9, [1, 6])]
)
async def test_a_group_has_at_most_so_many(writer: Writer, most: int, sizes: list[int]) -> None:
    commits = GroupCommit(writer, most=most)
    tasks = [*await submitted(commits, 0), *await submitted(commits, 1, 2, 3, 4, 5, 6)]
    writer.go()
    assert await outcomes(tasks) == [0, 2, 4, 6, 8, 10, 12]
    assert [len(group) for group in writer.groups] == sizes
    assert [item for group in writer.groups for item in group] == [0, 1, 2, 3, 4, 5, 6]


async def test_close_waits_until_all_is_written(
    commits: GroupCommit[int, int], writer: Writer
) -> None:
    tasks = [*await submitted(commits, 1), *await submitted(commits, 2, 3)]
    closing = asyncio.create_task(commits.close())
    await asyncio.sleep(0.001)
    assert not closing.done()
    writer.go()
    await asyncio.wait_for(closing, 5)
    assert await outcomes(tasks) == [2, 4, 6]


async def test_close_returns_at_once_when_nothing_is_under_way(
    commits: GroupCommit[int, int],
) -> None:
    await asyncio.wait_for(commits.close(), 1)


async def test_no_item_is_lost_or_written_twice_under_load(writer: Writer) -> None:
    writer.go()
    commits = GroupCommit(writer, most=7)

    async def caller(start: int) -> None:
        for item in range(start, start + 20):
            with suppress(RefusedError):
                assert await commits.submit(item) == 2 * item

    await asyncio.gather(*(caller(100 * number) for number in range(30)))
    written = sorted(item for group in writer.groups for item in group)
    assert written == sorted(100 * number + item for number in range(30) for item in range(20))
    assert len(writer.groups) < len(written) / 3
