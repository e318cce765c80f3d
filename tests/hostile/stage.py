"""A venue, an honest client that trades there, and what became of both.

``Stage`` is what the fuzzer and every scenario play on: it knows the server's
memory, tells how long the honest client waits, and at the end holds what that
client was told against the log.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from carbonex.journal import LogReader, SnapshotStore, recover
from market import CEA
from sources import WITH_TESTS

from .honest import Stretch, Told
from .venue import HostileVenue


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from types import TracebackType

    from carbonex.engine import Exchange


T = TypeVar("T")


class Stage:
    """The venue at ``port`` with the honest client trading, within the block."""

    def __init__(self, directory: Path, **limits: float) -> None:
        self.venue = HostileVenue(directory, **limits)
        self._honest: Process

    async def __aenter__(self) -> Self:
        await self.venue.__aenter__()
        self._honest = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hostile.honest", str(self.port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": WITH_TESTS},
            limit=2**30,
        )
        assert await self._said(str) == "trading"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._honest.returncode is None:
            self._honest.kill()
            await self._honest.wait()
        await self.venue.__aexit__(kind, error, traceback)

    @property
    def port(self) -> int:
        return self.venue.port

    async def stretch(self) -> Stretch:
        """Return the honest client's latencies since the last call."""
        await self._ask(b"stretch\n")
        return await self._said(Stretch)

    async def settle(self) -> str:
        """End everything; return the digest of the state.

        Raises:
            AssertionError: If the server logged a failure or ended with one, an
                invariant does not hold, or the honest client was told anything
                that the log does not say.

        """
        await self._ask(b"\n")
        told = await self._said(list[Told])
        await self._honest.wait()
        assert await self.venue.stop() == 0
        assert self.venue.alarms() == []
        exchange = replayed(self.venue.directory)
        for account in told:
            compare(exchange, account)
        return self.venue.verify()

    async def _ask(self, line: bytes) -> None:
        assert self._honest.stdin is not None
        self._honest.stdin.write(line)
        await self._honest.stdin.drain()

    async def _said(self, kind: type[T]) -> T:
        assert self._honest.stdout is not None
        line = await asyncio.wait_for(self._honest.stdout.readline(), 120)
        assert line, "the honest client was cut off"
        return msgspec.json.decode(line, type=kind)


def replayed(directory: Path) -> Exchange:
    """Return the exchange that the log leads to, from its first row on."""
    reader = LogReader(directory)
    first, _ = reader.bounds()
    exchange = recover(reader, SnapshotStore(directory), upto=first - 1).exchange
    for row in reader.tail(first):
        exchange.apply(row.batch())
    return exchange


def compare(exchange: Exchange, told: Told) -> None:
    """Assert that what an account's owner was told is what the log came to."""
    account = exchange.accounts[told.account]
    whole, _, hundredths = told.cash.partition(".")
    assert account.cash == int(whole) * 100 + int(hundredths)
    assert account.holdings[CEA].quantity == told.tonnes
    assert len(account.orders) == told.open_orders == 0
    numbers = range(told.first, told.first + len(told.executions))
    assert told.executions == list(numbers)  # each once, without a gap
    assert account.exec_seq == numbers.stop - 1
    assert told.tonnes == 10**8 + told.bought - told.sold
