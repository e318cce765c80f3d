"""A guest that logs out and logs in again with another key, on one connection."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.wire import requests

from .host import ADDRESS, PORT
from .raw import Line, decode, encode


if TYPE_CHECKING:
    from carbonex.wire.keys import Key

    from .record import Record


FOLLOWED: Final = ("executions", "balances")
STAYS_SECONDS: Final = 0.7  # per login


@final
class Changing:
    """Follows the private channels of one key's account, and then of another's.

    After its logout is answered, it must receive nothing more of the first account.
    """

    def __init__(self, record: Record, keys: list[Key]) -> None:
        self._record = record
        self._keys = keys
        self._whose = ""  # the key id that is logged in
        self._status: dict[str, Any] = {}
        self._answered = asyncio.Event()
        self._greeted = asyncio.Event()
        self._line = Line(self._take)

    async def live(self) -> None:
        """Log in with each key in turn."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._line, ADDRESS, PORT)
        try:
            for key in self._keys:
                await self._be(key)
        finally:
            self._line.transport.abort()

    async def _be(self, key: Key) -> None:
        await self._greeted.wait()
        self._greeted.clear()
        signature = key.login_signature(
            self._status["venue"],
            self._status["connection_id"],
            self._status["challenge"],
        )
        self._whose = key.key_id
        await self._ask("login", requests.Login(key.key_id, signature))
        for channel in FOLLOWED:
            await self._ask(
                "subscribe", requests.Subscribe(channel, account=key.key_id)
            )
        await asyncio.sleep(STAYS_SECONDS)
        await self._ask("logout", requests.Logout())
        self._record.count("logins that were given up for another")

    async def _ask(self, method: str, params: requests.Params) -> None:
        self._answered.clear()
        self._line.send(encode({"method": method, "params": params}))
        await self._answered.wait()

    def _take(self, data: bytes) -> None:
        self._record.trace.update(data)
        message = decode(data)
        if message.get("channel") == "status" and "method" not in message:
            self._status = message["data"][0]
            self._greeted.set()
        elif message.get("channel") in FOLLOWED and "method" not in message:
            self._hear(message["data"])
        elif "method" in message:
            if message["method"] == "logout":
                self._whose = ""
            self._answered.set()

    def _hear(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            if item["account"] != self._whose:
                told = f"{self._whose or 'nobody'} got {item}"
                self._record.fail("private to its owner", told)
