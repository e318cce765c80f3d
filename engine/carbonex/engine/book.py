"""One instrument's resting orders, in price–time priority."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, final

from sortedcontainers import SortedList

from .enums import BUY, SELL, OrderStatus, Side


if TYPE_CHECKING:
    from collections.abc import Iterator

    from .accounts import Account, Balance, Holding
    from .commands import PlaceOrder
    from .orders.stops import Stops
    from .timers import Timers


# A listing, which is what a taker picks, has its order's id in these lower bits:
# 10,000 orders a second in every trading hour use them up in 7 years. Above them is
# how often the order was refilled, so that no slice of an iceberg has a number that
# another one had. Clients see 48 bits, which is room for MAX_REFILLS: terms let an
# iceberg have 1,000 slices at most, and an order that others made smaller cannot be
# raised beyond it.
ID_BITS: Final = 38
MAX_REFILLS: Final = 1023


@final
class Extras:
    """What only some orders have; a plain order has none of it.

    ``hidden`` tonnes of an iceberg are not shown yet, ``display`` is how many it
    shows at a time, and ``refills`` counts how often it has shown the next. ``stop_price`` is that of a stop order, and ``stops`` where it
    waits while no trade has reached it, behind those of a lower ``place``. ``timers`` is where a gtd order's time
    is noted while it is open. Where there are fees, ``rate`` is the higher of the
    two that a buy locks for; ``owed`` is notional × rate so far, exactly, in
    millionths of a fen, ``paid`` the fen charged of it, and ``reserve`` the fen
    locked for more. ``holding`` counts what a buy may bring, where a position
    limit wants it.
    """

    __slots__ = (
        "display",
        "hidden",
        "holding",
        "owed",
        "paid",
        "place",
        "rate",
        "refills",
        "reserve",
        "stop_price",
        "stops",
        "timers",
    )

    def __init__(self) -> None:
        self.display = 0
        self.hidden = 0
        self.refills = 0
        self.stop_price = 0
        self.place = 0
        self.stops: Stops | None = None
        self.timers: Timers | None = None
        self.rate = 0
        self.owed = 0
        self.paid = 0
        self.reserve = 0
        self.holding: Holding | None = None


@final
class Order:
    """An order's live state.

    ``quantity`` is the total, ``remaining`` what of it has not traded; a
    finished order keeps the remainder that was cancelled. While it is open it
    locks ``unit`` × ``remaining`` of ``balance``: its price of the account's
    cash for a buy, 1 of its tonnes for a sell; ``extras`` may lock more.
    ``command`` made the order, and is what a repeated client order id is
    compared with.
    """

    __slots__ = (
        "account",
        "balance",
        "command",
        "extras",
        "level",
        "newer",
        "older",
        "order_id",
        "price",
        "quantity",
        "remaining",
        "unit",
    )

    # No __init__: whoever makes an order sets these, which saves 90 ns of the
    # microsecond that placing one takes. They lie in memory in this order, compiled:
    # what a neighbour's end changes comes first, near what counts references.
    older: Order | None
    newer: Order | None
    level: Level  # this and its neighbours in the queue are set when it rests
    remaining: int
    extras: Extras | None
    balance: Balance
    account: Account
    unit: int
    order_id: int
    command: PlaceOrder
    price: int
    quantity: int

    @property
    def instrument(self) -> str:
        return self.command.instrument

    @property
    def side(self) -> Side:
        return self.command.side

    @property
    def filled(self) -> int:
        return self.quantity - self.remaining

    @property
    def shown(self) -> int:
        """What of the remainder the book shows."""
        extras = self.extras
        return self.remaining if extras is None else self.remaining - extras.hidden

    @property
    def listing(self) -> int:
        """The number by which a taker picks what the order shows now.

        It stays while the order is amended; each refill of an iceberg has the next.
        """
        extras = self.extras
        if extras is None:
            return self.order_id
        return self.order_id | extras.refills << ID_BITS

    @property
    def waits(self) -> bool:
        """Whether it is a stop order that no trade has triggered yet."""
        extras = self.extras
        return extras is not None and extras.stops is not None

    @property
    def status(self) -> OrderStatus:
        if self.order_id in self.account.orders:
            return OrderStatus.OPEN
        return OrderStatus.CANCELLED if self.remaining else OrderStatus.FILLED


@final
class Level:
    """The queue of orders resting at one price, oldest first, and its totals.

    ``total`` is what they show.
    """

    __slots__ = ("book_side", "count", "key", "newest", "oldest", "price", "total")

    def __init__(self, book_side: BookSide, key: int, price: int) -> None:
        self.book_side = book_side
        self.key = key
        self.price = price
        self.total = 0
        self.count = 0
        self.oldest: Order | None = None
        self.newest: Order | None = None

    def __iter__(self) -> Iterator[Order]:
        """Yield the orders, oldest first."""
        order = self.oldest
        while order is not None:
            yield order
            order = order.newer

    def remove(self, order: Order) -> None:
        """Take ``order`` out, with the remainder that the level counts. O(1)."""
        if self.book_side.numbers is not None:
            del self.book_side.numbers[order.listing]
        older, newer = order.older, order.newer
        if older is None:
            self.oldest = newer
        else:
            older.newer = newer
            order.older = None  # nothing cyclic is left behind
        if newer is None:
            self.newest = older
        else:
            newer.older = older
            order.newer = None
        self.total -= order.remaining if order.extras is None else order.shown
        self.count -= 1
        if self.count == 0:
            self.book_side.close(self)


@final
class BookSide:
    """The bids or the asks: levels keyed so that the best is the first.

    A new level costs O(log n) in the number of levels; adding to a level and
    finding the best cost O(1). ``numbers`` is an index of the orders by listing,
    kept where takers may name them: it costs an order some 60 ns. ``slices`` tells
    that each refill of an iceberg is another listing; where commands mean number 1,
    all of them are one.
    """

    __slots__ = ("best", "keys", "levels", "numbers", "sign", "slices")

    def __init__(self, side: Side) -> None:
        self.sign = -1 if side is BUY else 1  # the asymmetry of bid and ask
        # A dict beside a sorted list of its keys: a SortedDict does the same
        # and takes 1.2 µs to close and open a level, this 0.7.
        self.levels: dict[int, Level] = {}
        self.keys: SortedList[int] = SortedList()
        self.best: Level | None = None
        self.numbers: dict[int, Order] | None = None
        self.slices = False

    def __iter__(self) -> Iterator[Level]:
        """Yield the levels, best first."""
        levels = self.levels
        return (levels[key] for key in self.keys)

    def append(self, order: Order) -> None:
        """Put ``order`` behind all others at its price."""
        key = self.sign * order.price
        level = self.levels.get(key)
        if level is None:
            level = self._open(key, order.price)
        newest = level.newest
        order.level = level
        order.older = newest
        order.newer = None
        if newest is None:
            level.oldest = order
        else:
            newest.newer = order
        level.newest = order
        level.total += order.remaining if order.extras is None else order.shown
        level.count += 1
        if self.numbers is not None:
            self.numbers[order.listing] = order

    def reaches(self, price: int) -> bool:
        """Tell whether an opposite order at ``price`` would meet the best level."""
        best = self.best
        return best is not None and best.key <= self.sign * price

    def level(self, price: int) -> Level | None:
        """Return the level at ``price``, if orders rest there."""
        return self.levels.get(self.sign * price)

    def picked(self, picks: tuple[int, ...]) -> list[Order]:
        """Return the orders at the best price that ``picks`` names, in its order.

        Each once; none where the orders have no index. O(1) for each name.
        """
        best, numbers = self.best, self.numbers
        if not picks or best is None or numbers is None:
            return []
        named = [numbers.get(listing) for listing in dict.fromkeys(picks)]
        return [order for order in named if order is not None and order.level is best]

    def numbered(self) -> dict[int, Order]:
        """Return the orders by listing; linear in them."""
        return {order.listing: order for level in self for order in level}

    def close(self, level: Level) -> None:
        """Forget a level that no order is left in."""
        levels, keys = self.levels, self.keys
        del levels[level.key]
        keys.remove(level.key)
        if level is self.best:
            self.best = levels[keys[0]] if levels else None

    def _open(self, key: int, price: int) -> Level:
        level = self.levels[key] = Level(self, key, price)
        self.keys.add(key)
        best = self.best
        if best is None or key < best.key:
            self.best = level
        return level


@final
class Book:
    """Both sides of one instrument."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(BUY)
        self.asks = BookSide(SELL)

    def side(self, side: Side) -> BookSide:
        return self.bids if side is BUY else self.asks

    def sides(self, side: Side) -> tuple[BookSide, BookSide]:
        """Return the side that an order rests on, and the side it meets."""
        return (self.bids, self.asks) if side is BUY else (self.asks, self.bids)

    def opposite(self, side: Side) -> BookSide:
        return self.asks if side is BUY else self.bids

    def best(self, side: Side) -> Level | None:
        """Return the best level of ``side`` in O(1)."""
        return self.side(side).best

    def level(self, side: Side, price: int) -> Level | None:
        """Return the level of ``side`` at ``price`` in O(1)."""
        return self.side(side).level(price)

    def let_pick(self) -> None:
        """Keep the index of listings from now on; linear in the orders."""
        for half in (self.bids, self.asks):
            half.numbers = half.numbered()

    def let_none_pick(self) -> None:
        """Keep no index of listings any more."""
        self.bids.numbers = self.asks.numbers = None

    def tell_slices(self, each: bool) -> None:  # noqa: FBT001
        """Say whether each refill of an iceberg is another listing from now on."""
        self.bids.slices = self.asks.slices = each

    def orders(self) -> Iterator[Order]:
        """Yield all orders: bids then asks, best level first, oldest first."""
        for half in (self.bids, self.asks):
            for level in half:
                yield from level

    def depth(self, side: Side, limit: int) -> list[tuple[int, int, int]]:
        """Return up to ``limit`` levels as (price, tonnes, orders), best first."""
        return [
            (level.price, level.total, level.count)
            for level in islice(self.side(side), limit)
        ]
