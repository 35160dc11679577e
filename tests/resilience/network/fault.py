"""What can be wrong with one direction of a connection.

The faults are toxiproxy's, and one more: a request that arrives, and whose answer doesn't.
"""

import attrs

PIECE = 64 * 1024


@attrs.frozen(kw_only=True, eq=False)
class Toxic:
    """What happens to bytes of one direction, until it is lifted; in seconds and bytes.

    `latency`: each piece comes so much later. `bandwidth`: so many bytes a second. `pieces`: they
    come in pieces of that size. `slow_close`: the end comes so much later. `timeout`: all is
    swallowed, and the connection is cut after that time, or when this is lifted. `cut_after`: so
    many bytes pass, then the connection is cut; with `reset`, as a crash would cut it.

    Only every `every`th connection is struck; where `carrying` is given, only one on which the
    client has sent these bytes since. `times`: how often it cuts before it is lifted.
    """

    latency: float = 0
    bandwidth: float = 0
    pieces: int = PIECE
    slow_close: float = 0
    timeout: float | None = None
    cut_after: int | None = None
    reset: bool = False
    every: int = 1
    carrying: bytes = b""
    times: int | None = None

    def spent(self) -> "Toxic":
        """After it has cut once more."""
        if self.times is None:
            return self
        return attrs.evolve(self, times=self.times - 1) if self.times > 1 else Toxic()
