"""A deep book for a behaviour: an instrument and accounts of its own."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Final, Self

from stranger import public_text

from .peer import Peer


if TYPE_CHECKING:
    from types import TracebackType

    from .stage import Stage


BATCH: Final = 50  # orders of a message
PER_MAKER: Final = 500  # orders of an account
PRICES: Final = 100  # cents from LOWEST on
LOWEST: Final = 7_000
FAR: Final = "99.00"  # beyond every order
TRADE: Final = ["read", "trade"]


class DeepBook:
    """The instrument ``name``; who trades there is named after it.

    Its traders are connected and logged in until the block ends.
    """

    def __init__(self, stage: Stage, name: str) -> None:
        self.name = name
        self._port = stage.port
        self._traders = contextlib.AsyncExitStack()
        self._makers = 0
        self.operator: Peer

    async def __aenter__(self) -> Self:
        self.operator = await self._traders.enter_async_context(
            await Peer.open(self._port)
        )
        await self.operator.login("fuzz-operator")
        terms = {"pick": True, "calls": {"open_seconds": 0, "resume_seconds": 600}}
        await self.operator.result("list_instrument", instrument=self.name, **terms)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._traders.aclose()

    async def trader(self, role: str, **session: object) -> Peer:
        """Return a new participant, with means, who has one account and one key."""
        name, registry = f"{self.name}-{role}", self.operator.result
        await registry("register_participant", participant=name)
        await registry("open_account", participant=name, account=name)
        key = {"key_id": name, "public_key": public_text(name)}
        await registry("add_key", participant=name, permissions=TRADE, **key)
        await registry("deposit", account=name, amount="1000000000.00", client_ref="c")
        tonnes = {"instrument": self.name, "quantity": 10**9, "client_ref": "t"}
        await registry("issue", account=name, **tonnes)
        return await self.connected(role, **session)

    async def connected(self, role: str, **session: object) -> Peer:
        """Return a connection of a participant that is there."""
        peer = await self._traders.enter_async_context(await Peer.open(self._port))
        await peer.login(f"{self.name}-{role}", **session)
        return peer

    async def rest(self, orders: int, **more: object) -> None:
        """Have that many orders rest, of as many accounts as it takes."""
        for _ in range(0, orders, PER_MAKER):
            maker = await self.trader(f"maker-{self._makers}")
            self._makers += 1
            await self.fill(maker, min(orders, PER_MAKER), **more)
            orders -= PER_MAKER

    async def fill(self, maker: Peer, orders: int, **more: object) -> int:
        """Place orders to sell over PRICES, by one; return how many were taken."""
        taken = 0
        for at in range(0, orders, BATCH):
            prices = range(at, min(at + BATCH, orders))
            batch = [{**self.order("sell", _price(n)), **more} for n in prices]
            done = await maker.result("batch_add", orders=batch)
            taken += sum(each["success"] for each in done["orders"])
        return taken

    def order(self, side: str, price: str = FAR, **more: object) -> dict[str, object]:
        """Return an order of a tonne, unless ``more`` says otherwise."""
        order = {"instrument": self.name, "side": side, "quantity": 1, "price": price}
        return {**order, **more}


async def repeated(
    peer: Peer, times: int, method: str, **params: object
) -> Counter[str]:
    """Send a request again and again, BATCH of them at a time; count the answers."""
    told: Counter[str] = Counter()
    for at in range(0, times, BATCH):
        sent = [peer.call(method, **params) for _ in range(min(BATCH, times - at))]
        await peer.answered(sent[-1])
        told += peer.errors()
    return told


def _price(number: int) -> str:
    return f"{(LOWEST + number % PRICES) / 100:.2f}"
