"""A server process that can be killed, and started again on the same port and data."""

import asyncio
import os
import signal
import subprocess
import time

import attrs
import psutil

from tests.servers import Server

_PATIENCE = 60.0


@attrs.define(eq=False)
class Daemon:
    """As under a supervisor: what ends before it listens is started again."""

    name: str
    server: Server
    kills: int = 0
    _running: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._listens():
            if self._running is None or self._running.poll() is not None:
                self._spawn()
            assert time.monotonic() < deadline, f"{self.name} does not start: {self.said()[-4000:]}"
            await asyncio.sleep(0.05)

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(number)
            self.kills += 1
            await asyncio.to_thread(self._running.wait, _PATIENCE)

    def tell_to_end(self) -> None:
        assert self._running is not None
        self._running.terminate()

    @property
    def ended(self) -> bool:
        """Whether it is gone, killed or by itself."""
        return self._running is None or self._running.poll() is not None

    def said(self) -> str:
        """All that it ever logged."""
        return self.server.log.read_text(errors="replace") if self.server.log.exists() else ""

    def _spawn(self) -> None:
        with self.server.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.server.command,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.server.environment},
            )

    def _listens(self) -> bool:
        # Whoever else answers on its port would not be it.
        if self._running is None or self._running.poll() is not None:
            return False
        try:
            found = psutil.Process(self._running.pid).net_connections("tcp")
        except psutil.NoSuchProcess:
            return False
        return any(
            each.status == psutil.CONN_LISTEN and each.laddr.port == self.server.port
            for each in found
        )
