"""A plan of what goes wrong, at any call of any port."""

import difflib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Literal, Protocol

import attrs

from audiolib.domain.model.errors import AudioLibraryError

Kind = Literal["fail", "fail_after", "unknown", "delay", "truncate"]
Effect = Callable[[], Awaitable[object]]


@attrs.frozen(kw_only=True)
class Fault:
    """What happens to one call.

    `fail`: it does nothing and raises. `fail_after`: it does all and raises. `unknown`: it raises
    now, and takes effect when the plan's `release` lets it. `delay`: it waits for `until` first.
    `truncate`: a stream it reads or gives loses all after `keep` bytes, without a word.
    """

    kind: Kind
    error: AudioLibraryError | None = None
    until: Effect | None = None
    keep: int = 0


class Faults(Protocol):
    """What a faulty port asks: the fault of this call, if any."""

    def next(self, call: str) -> Fault | None:
        """`call` is `port.method`, such as `store.put`."""

    async def before(self, call: str) -> None:
        """Awaited before each call, again after it, and before each chunk that it gives."""

    def postpone(self, effect: Effect) -> None:
        """Take an effect that is to happen later."""


class FaultPlan(Faults):
    """Faults by call and by count: `plan.fail("store.put", nth=2)`.

    `calls` is every call that was made, in order. With `known` calls, a fault of any other one is
    refused: it would never happen.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self.calls: list[str] = []
        self._known = frozenset(known)
        self._planned: dict[tuple[str, int], Fault] = {}
        self._late: list[Effect] = []

    def fail(self, call: str, error: AudioLibraryError | None = None, *, nth: int = 1) -> None:
        """The nth such call from now does nothing and raises."""
        self._plan(call, nth, Fault(kind="fail", error=error))

    def fail_after(
        self, call: str, error: AudioLibraryError | None = None, *, nth: int = 1
    ) -> None:
        """The nth such call from now does its work, and raises all the same."""
        self._plan(call, nth, Fault(kind="fail_after", error=error))

    def unknown(self, call: str, error: AudioLibraryError | None = None, *, nth: int = 1) -> None:
        """The nth such call from now raises, and takes effect at `release`."""
        self._plan(call, nth, Fault(kind="unknown", error=error))

    def delay(self, call: str, until: Effect, *, nth: int = 1) -> None:
        """The nth such call from now begins when `until()` is over."""
        self._plan(call, nth, Fault(kind="delay", until=until))

    def truncate(self, call: str, keep: int, *, nth: int = 1) -> None:
        """The stream of the nth such call from now ends after `keep` bytes."""
        self._plan(call, nth, Fault(kind="truncate", keep=keep))

    @property
    def unused(self) -> list[str]:
        """The calls of faults that were planned and have not happened."""
        return [call for call, _ in self._planned]

    async def release(self) -> None:
        """Let everything that was postponed happen now."""
        late, self._late = self._late, []
        for effect in late:
            try:
                await effect()
            except AudioLibraryError:
                pass  # too late to matter to anyone

    def next(self, call: str) -> Fault | None:
        self.calls.append(call)
        return self._planned.pop((call, self.calls.count(call)), None)

    async def before(self, call: str) -> None:
        """A plan by count has nothing to wait for."""

    def postpone(self, effect: Effect) -> None:
        self._late.append(effect)

    def _plan(self, call: str, nth: int, fault: Fault) -> None:
        if self._known and call not in self._known:
            similar = difflib.get_close_matches(call, self._known, n=1)
            hint = f": did you mean {similar[0]!r}?" if similar else ""
            raise ValueError(f"no port has the call {call!r}{hint}")
        if nth < 1:
            raise ValueError(f"nth must be at least 1, not {nth}")
        self._planned[call, self.calls.count(call) + nth] = fault


async def cut(chunks: AsyncIterator[bytes], keep: int) -> AsyncIterator[bytes]:
    """All chunks are taken, the first `keep` bytes are given on."""
    async for chunk in chunks:
        if keep > 0:
            yield chunk[:keep]
        keep -= len(chunk)
