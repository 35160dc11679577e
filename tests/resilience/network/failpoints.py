"""MongoDB's own faults, at the commands by which a save begins, commits and is called off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
from pymongo import AsyncMongoClient

ALWAYS = -1
_APPLICATION = "audiolib"
"""As our driver names itself to the server: nobody else is struck."""


@attrs.frozen
class Failpoints:
    """`failCommand`, the one failpoint that test servers and real ones share."""

    client: AsyncMongoClient[dict[str, Any]]

    @asynccontextmanager
    async def failing(self, *commands: str, times: int = 1, **how: Any) -> AsyncIterator[None]:
        """The next so many such commands of a service fail; all is well again afterwards."""
        await self.client.admin.command(
            "configureFailPoint",
            "failCommand",
            mode="alwaysOn" if times == ALWAYS else {"times": times},
            data={"failCommands": list(commands), "appName": _APPLICATION, **how},
        )
        try:
            yield
        finally:
            await self.client.admin.command("configureFailPoint", "failCommand", mode="off")
