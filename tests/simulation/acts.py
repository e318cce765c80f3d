"""The actions of traders, one at a time, and the orders that they place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.sdk import SHANGHAI, NewOrder, Order

from .order_numbers import IDS


if TYPE_CHECKING:
    from carbonex.sdk import Venue

    from .traders import Trader


INSTRUMENTS: Final = ("CEA25", "CCER24")
# the simulated date is a month later; see host.BEGINS_NS
FIRST_DATE: Final = dt.date(2025, 5, 2)
SELF_TRADE: Final = ("cancel_newest", "cancel_oldest", "cancel_both", "decrement")
PICKS: Final = 3


@final
class Acts:
    """The actions of one trader."""

    def __init__(self, trader: Trader) -> None:
        self._trader = trader
        self._record = trader.world.record
        self._random = trader.world.random.random
        self._ends_us = 0  # due time of the trader's countdown

    async def next(self, venue: Venue) -> None:
        """Perform one action, preferring rare ones."""
        act = self._record.coverage.chosen(_ACTS, self._random)
        await act(self, venue)

    async def place(self, venue: Venue) -> None:
        new = self._new()
        place = venue.buy if new.side == "buy" else venue.sell
        options: Any = {name: getattr(new, name) for name in _OPTIONS}
        order = await place(new.instrument, new.quantity, new.price, **options)
        self._trader.keep(order)

    async def place_many(self, venue: Venue) -> None:
        number = int(self._draw(2, 30))
        for order in await venue.add_orders([self._new() for _ in range(number)]):
            if isinstance(order, Order):
                self._trader.keep(order)

    async def amend(self, _venue: Venue) -> None:
        order = self._chosen()
        draw = self._draw(0, 1)
        if draw < 0.5:
            change = int(self._draw(-20, 20))
            await order.amend(quantity=max(1, order.quantity + change))
        elif draw < 0.9 or order.stop_price is None:
            await order.amend(price=self._price(order.side))
        else:
            await order.amend(stop_price=self._price(order.side))

    async def cancel(self, _venue: Venue) -> None:
        await self._chosen().cancel()

    async def cancel_some(self, venue: Venue) -> None:
        await venue.cancel_orders([self._chosen() for _ in range(4)])

    async def cancel_all(self, venue: Venue) -> None:
        side: Any = (None, "buy", "sell")[int(self._draw(0, 3))]
        instrument = self._instrument() if self._draw(0, 1) < 0.7 else ""
        await venue.cancel_all(instrument, side)

    async def count_down(self, venue: Venue) -> None:
        """Arm or disarm the dead man's switch; only one trader does."""
        if self._trader.name == "json-2":
            armed = await venue.cancel_all_after(int(self._draw(0, 4)))
            self._ends_us = armed.due

    async def ask(self, venue: Venue) -> None:
        draw = self._draw(0, 1)
        if draw < 0.4:
            await venue.balances()
        elif draw < 0.6:
            await venue.order(self._chosen().order_id)
        elif draw < 0.8:
            await venue.order(client_order_id=self._chosen().client_order_id)
        elif draw < 0.85:
            await venue.obligations()
        elif draw < 0.9:
            await venue.eligibility()
        else:
            await venue.ping()

    async def look_back(self, venue: Venue) -> None:
        """Query the history from a random execution on, or the statement of a day."""
        if self._draw(0, 1) < 0.3:
            day = FIRST_DATE + dt.timedelta(days=int(self._draw(0, 12)))
            self._record.statements.append(await venue.statement(day))
            return
        since = int(self._draw(0, self._trader.next_seq))
        told = [trade async for trade in venue.account_trades(from_seq=since)]
        self._record.past_trades.append((self._trader.name, since, told))

    async def adopt(self, venue: Venue) -> None:
        for order in await venue.open_orders():
            self._trader.keep(order)

    async def bid(self, venue: Venue) -> None:
        """Bid in every auction; sometimes cancel a bid."""
        for auction in await venue.auctions():
            await venue.place_bid(auction, 1 + int(self._draw(0, 60)), "75.00")
        bids = await venue.bids()
        if bids and self._draw(0, 1) < 0.3:
            await venue.cancel_bid(bids[0])

    async def block(self, venue: Venue) -> None:
        """Propose a block to the other trader, or answer one."""
        blocks = await venue.blocks()
        if blocks and self._draw(0, 1) < 0.7:
            block = blocks[int(self._draw(0, len(blocks)))]
            if block.proposer == self._trader.name:
                await venue.withdraw_block(block)
            elif self._draw(0, 1) < 0.6:
                await venue.accept_block(block)
            else:
                await venue.decline_block(block)
        else:
            other = "json-2" if self._trader.name == "json-1" else "json-1"
            await venue.propose_block(other, "sell", "CEA25", 10_000, "74.00")

    async def overstep(self, venue: Venue) -> None:
        """Try an action without permission."""
        other = "json-2" if self._trader.name == "json-1" else "json-1"
        draw = self._draw(0, 1)
        if draw < 0.25:
            await venue.balances(other)
        elif draw < 0.5:
            await venue.halt("CEA25")
        elif draw < 0.75:
            await venue.deposit(self._trader.name, "1000.00", "gift")
        else:
            await venue.cancel_all(account=other)
        self._record.fail("who may not is refused", f"{self._trader.name} {draw:.2f}")

    def _new(self) -> NewOrder:
        side: Any = "buy" if self._draw(0, 1) < 0.5 else "sell"
        instrument = self._instrument()
        price: Any = self._price(side)
        quantity = 1 + int(self._draw(0, 60))
        options: dict[str, Any] = {}
        if self._draw(0, 1) < 0.5:
            options["self_trade"] = SELF_TRADE[int(self._draw(0, 4))]
        kind = _KINDS[int(self._draw(0, len(_KINDS)))]
        if kind in ("ioc", "fok", "gtc"):
            options["time_in_force"] = kind
        elif kind in ("reject", "reprice"):
            options["post_only"] = kind
        elif kind == "iceberg":
            options["display_quantity"] = 1 + quantity // 5
        elif kind == "stop":
            options["stop_price"] = price
        elif kind == "gtd":
            options["expires"] = self._moment()
        elif kind == "market":
            price = kind
        elif kind == "pick":
            instrument, options["pick"] = "CEA25", self._picks(side)
        return NewOrder(side, instrument, quantity, price, **options)

    def _picks(self, side: str) -> list[str]:
        """Return listing ids of others' orders that may be at the best price."""
        found = [
            order
            for trader in self._trader.world.traders
            for order in trader.orders
            if order.is_open and order.side != side and order.instrument == "CEA25"
        ]
        best = sorted(found, key=lambda o: -o.price if side == "sell" else o.price)
        ids = [IDS.meant(order.order_id) for order in best[:PICKS] if order.order_id]
        return [IDS.listing_shown("CEA25", order_id) for order_id in ids]

    def _moment(self) -> dt.datetime:
        """Return an expiry: in some seconds, or at the same time as another timer."""
        host, draw = self._trader.world.host, self._draw(0, 1)
        now_us = host.wall() // 1000
        time_us = now_us + int(self._draw(1, 5) * 1e6)
        ends_us = host.server.venue.exchange.day_ends_ns // 1000 if host.server else 0
        if draw < 0.4 and self._ends_us > now_us:
            time_us = self._ends_us
        elif draw < 0.6 and ends_us > now_us:
            time_us = ends_us
        seconds, micros = divmod(time_us, 1_000_000)
        moment = dt.datetime.fromtimestamp(seconds, SHANGHAI)
        return moment + dt.timedelta(microseconds=micros)

    def _price(self, side: str) -> Decimal:
        """Return a price around 74, sellers' slightly higher: some rest, some trade."""
        away = int(self._draw(-4, 9))
        return Decimal(7400 + (away if side == "sell" else -away)) / 100

    def _instrument(self) -> str:
        return INSTRUMENTS[self._draw(0, 1) < 0.3]

    def _chosen(self) -> Order:
        orders = self._trader.orders
        return orders[int(self._draw(0, len(orders)))]

    def _draw(self, low: float, high: float) -> float:
        return low + self._random() * (high - low)


_OPTIONS: Final = (
    *("time_in_force", "post_only", "self_trade", "display_quantity", "stop_price"),
    *("expires", "pick"),
)

# The kinds of orders, repeated by frequency.
_KINDS: Final = (
    *(["plain"] * 26 + ["ioc"] * 5 + ["gtc"] * 4 + ["gtd"] * 3),
    *("fok", "fok", "reject", "reprice", "iceberg", "iceberg", "stop", "stop"),
    *("market", "market", "pick", "pick"),
)

# A trader's actions, with weight and name.
_ACTS: Final[tuple[tuple[float, str, Any], ...]] = (
    (45, "place", Acts.place),
    (17, "place_many", Acts.place_many),
    (12, "cancel", Acts.cancel),
    (10, "amend", Acts.amend),
    (4, "cancel_some", Acts.cancel_some),
    (2, "cancel_all", Acts.cancel_all),
    (2, "count_down", Acts.count_down),
    (3, "ask", Acts.ask),
    (1, "adopt", Acts.adopt),
    (3, "bid", Acts.bid),
    (3, "block", Acts.block),
    (0.5, "look_back", Acts.look_back),
    (0.5, "overstep", Acts.overstep),
)
