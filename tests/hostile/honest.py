"""An honest client, in a process of its own, that trades while others attack.

One side sells, the other buys half of it, the rest is cancelled: each is one
answer that is waited for, and timed. A line on standard input ends a stretch,
whose latencies are printed; an empty one ends the trading, and what was told of
both accounts is printed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, Self

import msgspec
import uvloop

from market import CEA, TRADERS
from stranger import Stranger


PAUSE_SECONDS = 0.005  # between two rounds


class Stretch(msgspec.Struct):
    """The latencies of a stretch of trading, in microseconds."""

    answers: int
    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: list[float]) -> Self:
        ordered = sorted(seconds) or [0.0]

        def at(share: float) -> float:
            return round(ordered[int(share * (len(ordered) - 1))] * 1e6, 1)

        return cls(len(seconds), at(0.5), at(0.99), at(1))


class Told(msgspec.Struct):
    """What the venue said of one account."""

    account: str
    cash: str
    tonnes: int
    open_orders: int
    first: int  # of the executions that were streamed
    executions: list[int]  # their numbers
    bought: int  # by executions, and sold
    sold: int


class Trader(Stranger):
    """One side. Executions are noted as they come; other frames are forgotten."""

    async def begin(self, name: str) -> None:
        await self.login(name)
        self.executions: list[int] = []
        self.volumes = {"buy": 0, "sell": 0}
        await self.call("subscribe", channel="executions", account=name)
        (snapshot,) = self.seen("executions", "snapshot") or [
            (await self.receive())["data"][0]
        ]
        self.first = snapshot["exec_seq"] + 1
        self.note()

    def note(self) -> None:
        """Take note of the executions that have come."""
        for item in self.seen("executions", "update"):
            self.executions.append(item["exec_seq"])
            if item["event"] == "trade":
                self.volumes[item["side"]] += item["last_quantity"]
        self.frames.clear()

    async def timed(self, method: str, **params: object) -> Any:
        """Call, and return the result with the seconds it took."""
        began = time.perf_counter()
        result = await self.call(method, **params)
        seconds = time.perf_counter() - began
        self.note()
        return result, seconds

    async def told(self, account: str) -> Told:
        balances = await self.call("balances")
        orders = await self.call("open_orders")
        self.note()
        return Told(
            account,
            balances["cash"],
            next(h["quantity"] for h in balances["holdings"] if h["instrument"] == CEA),
            len(orders["orders"]),
            self.first,
            self.executions,
            self.volumes["buy"],
            self.volumes["sell"],
        )


async def round_of(seller: Trader, buyer: Trader) -> list[float]:
    """Trade once, at a price that nobody else uses; return three latencies."""
    order = {"instrument": CEA, "price": "74.63"}
    sold, first = await seller.timed("add_order", side="sell", quantity=2, **order)
    _, second = await buyer.timed("add_order", side="buy", quantity=1, **order)
    _, third = await seller.timed("cancel_order", order_id=sold["order_id"])
    return [first, second, third]


async def trade(port: int) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async with Trader(port) as seller, Trader(port) as buyer:
        await seller.begin(TRADERS[0])
        await buyer.begin(TRADERS[1])
        say("trading")
        asked = asyncio.create_task(lines.readline())
        seconds: list[float] = []
        while True:
            seconds += await round_of(seller, buyer)
            await asyncio.sleep(PAUSE_SECONDS)
            if asked.done():
                if not asked.result().strip():
                    break
                say(Stretch.of(seconds))
                seconds = []
                asked = asyncio.create_task(lines.readline())
        say([await seller.told(TRADERS[0]), await buyer.told(TRADERS[1])])


def say(what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(trade(int(sys.argv[1])))
