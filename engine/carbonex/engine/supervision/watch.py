"""What supervision remembers of an instrument: its trading day, in bounded memory.

Of participants there is one row each; of pairs of participants who traded with
each other the MAX_PAIRS that did so last; of the orders and trades behind an
alert the KEPT newest numbers. Large orders are remembered while they are open
and have come lately.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, final

from .watch_rows import ConductRow, PairRow, TrailRow, WatchRow, large_row, whole
from .withdrawals import KEPT, Withdrawals, withdrawals


MAX_PAIRS: Final = 10_000  # of an instrument; beyond it the one longest idle goes

Numbers = tuple[tuple[int, ...], tuple[int, ...]]  # of orders and of trades
# Of an order in view: the entry with which it came and when that was (ns), since when
# it stands as it does, how many tonnes came, how many of them were withdrawn; and
# since it last grew: that entry and when it was, the tonnes then in view, how many of
# them were withdrawn, and how many count since then already.
Grown = tuple[int, int, int, int, int]
Shown = tuple[int, int, int, int, int, Grown | None]
# Of an open order that was amended: the tonnes that it had traded when it last grew or
# came to a worse price, and those that it then had left.
Renewed = tuple[int, int]


@final
class Trail:
    """Something that is followed: how much of it, and its newest numbers.

    ``amount`` counts orders, trades or tonnes, ``turnover`` is in fen. An alert
    is raised when its extent, which for most is the amount, is at least ``due``.
    """

    __slots__ = ("amount", "due", "orders", "trades", "turnover")

    def __init__(self) -> None:
        self.amount = 0
        self.turnover = 0
        self.due = 0
        self.orders: list[int] = []
        self.trades: list[int] = []

    def add(
        self, amount: int, turnover: int, orders: tuple[int, ...], trade_id: int
    ) -> None:
        """Follow more of it; ``trade_id`` is 0 where there was no trade. O(KEPT)."""
        self.amount += amount
        self.turnover += turnover
        for order_id in orders:
            if order_id in self.orders:
                self.orders.remove(order_id)
            self.orders.append(order_id)
        del self.orders[:-KEPT]
        if trade_id:
            self.trades.append(trade_id)
            del self.trades[:-KEPT]

    def remove(self, amount: int, turnover: int) -> None:
        """Follow less of it: a trade was annulled, whose numbers are still told."""
        self.amount -= amount
        self.turnover -= turnover

    def doubled(self, extent: int) -> bool:
        """Tell whether an alert is to be raised; the next is at twice the extent."""
        if extent < self.due:
            return False
        self.due = 2 * extent
        return True

    def again(self) -> bool:
        """Tell likewise for what is counted: the first KEPT times are told singly."""
        if self.amount < self.due:
            return False
        self.due = 2 * self.amount if self.amount >= KEPT else self.amount + 1
        return True

    def numbers(self) -> Numbers:
        """Return the numbers behind an alert, oldest first."""
        return tuple(self.orders), tuple(self.trades)

    def take(self) -> Numbers:
        """Return and forget them, so that the next alert has its own."""
        numbers = self.numbers()
        self.orders.clear()
        self.trades.clear()
        return numbers

    def image(self) -> TrailRow:
        """Return it as a snapshot holds it."""
        return TrailRow(
            self.amount,
            large_row(self.turnover),
            large_row(self.due),
            [*self.orders],
            [*self.trades],
        )


@final
class Conduct:
    """What a participant did in an instrument in a trading day.

    ``placed`` counts its orders, and ``cancelled`` those of them that it cancelled
    unfilled. Since number 2 the latter counts the tonnes that it withdrew, of those
    that it has ``shown``. ``hasty`` counts the large orders that it cancelled too
    soon; ``withdrawn`` is what it withdrew too soon lately, of buys and of sells.
    ``stray`` counts its trades, as the taker, far from the running vwap. ``bought`` and
    ``sold`` are tonnes of listed trades.
    """

    __slots__ = (
        "bought",
        "cancelled",
        "hasty",
        "participant",
        "placed",
        "shown",
        "sold",
        "stray",
        "withdrawn",
    )

    def __init__(self, participant: str) -> None:
        self.participant = participant
        self.placed = 0
        self.cancelled = Trail()
        self.hasty = Trail()
        self.stray = Trail()
        self.bought = Trail()
        self.sold = Trail()
        self.shown = 0
        self.withdrawn = Withdrawals(), Withdrawals()

    def image(self) -> ConductRow:
        """Return it as a snapshot holds it."""
        return ConductRow(
            self.participant,
            self.placed,
            self.cancelled.image(),
            self.hasty.image(),
            self.stray.image(),
            self.bought.image(),
            self.sold.image(),
            self.shown,
            self.withdrawn[0].image(),
            self.withdrawn[1].image(),
        )


@final
class Pair:
    """What two participants traded with each other in a trading day.

    ``forth`` is what ``first`` bought from ``second`` in tonnes and fen, ``back``
    what it sold to it. From ``due`` tonnes both ways on an alert is raised. Trades are
    followed from number ``since`` on.
    """

    __slots__ = ("back", "due", "first", "forth", "second", "since")

    def __init__(self, first: str, second: str, since: int) -> None:
        self.first = first
        self.second = second
        self.since = since
        self.due = 0
        self.forth = Trail()
        self.back = Trail()

    def numbers(self) -> Numbers:
        """Return the newest numbers, half of them from each way."""
        half = KEPT // 2
        forth, back = self.forth, self.back
        orders = sorted(forth.orders[-half:] + back.orders[-half:])
        trades = sorted(forth.trades[-half:] + back.trades[-half:])
        return tuple(orders), tuple(trades)

    def image(self) -> PairRow:
        """Return it as a snapshot holds it."""
        forth, back = self.forth.image(), self.back.image()
        return PairRow(self.first, self.second, self.due, forth, back, self.since)


@final
class Watch:
    """An instrument's trading day, as far as supervision needs it.

    ``first_order`` is the day's first order, or 0; ``quantity`` (tonnes) and
    ``turnover`` (fen) are those of its listed trades. ``large`` holds open large
    orders by number, with the time (ns) since which they count and their tonnes,
    longest ago first; ``pairs`` those who traded last at the end.

    Since number 2 it holds all ``young`` open orders instead, for any may be a piece
    of what is large. ``entries`` counts how often an order has come into view.
    ``renewed`` holds open orders that an amendment has brought into view anew.
    """

    __slots__ = (
        "conducts",
        "entries",
        "first_order",
        "large",
        "pairs",
        "quantity",
        "renewed",
        "turnover",
        "young",
    )

    def __init__(self) -> None:
        self.first_order = 0
        self.quantity = 0
        self.turnover = 0
        # Ordered: a plain dict takes O(n) to find its first item when those
        # before it have been deleted.
        self.large: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self.young: OrderedDict[int, Shown] = OrderedDict()
        self.renewed: dict[int, Renewed] = {}
        self.entries = 0
        self.conducts: dict[str, Conduct] = {}
        self.pairs: OrderedDict[tuple[str, str], Pair] = OrderedDict()

    def begin_day(self) -> None:
        """Forget the day before, but not how long large orders have been open."""
        self.first_order = self.quantity = self.turnover = 0
        self.conducts.clear()
        self.pairs.clear()

    def count_tonnes(self) -> None:
        """Begin to count by number 2: forget what number 1 has counted orders for."""
        self.large.clear()
        self.first_order = 0
        for conduct in self.conducts.values():
            conduct.placed, conduct.cancelled = 0, Trail()

    def conduct(self, participant: str) -> Conduct:
        """Return a participant's row. O(1)."""
        conduct = self.conducts.get(participant)
        if conduct is None:
            conduct = self.conducts[participant] = Conduct(participant)
        return conduct

    def known_pair(self, one: str, other: str) -> Pair | None:
        """Return the row of two, if they have one, in whichever order; O(1)."""
        return self.pairs.get((one, other) if one < other else (other, one))

    def pair(self, one: str, other: str, trade_id: int) -> Pair:
        """Return the row of two that trade, in whichever order; O(1).

        It may make the MAX_PAIRS + 1st pair: then the one that has not traded
        for longest is forgotten, with what was told about it.
        """
        key = (one, other) if one < other else (other, one)
        pair = self.pairs.get(key)
        if pair is None:
            pair = self.pairs[key] = Pair(*key, trade_id)
            if len(self.pairs) > MAX_PAIRS:
                self.pairs.popitem(last=False)
        else:
            self.pairs.move_to_end(key)
        return pair

    def enter(self, order_id: int, quantity: int, now_ns: int, old_ns: int) -> None:
        """Let a large order count from now on; forget those that are ``old_ns`` old."""
        large = self.large
        large[order_id] = now_ns, quantity
        large.move_to_end(order_id)
        while large:
            oldest = next(iter(large))
            if now_ns - large[oldest][0] < old_ns:
                return
            del large[oldest]

    def show(self, order_id: int, quantity: int, now_ns: int, old_ns: int) -> None:
        """Let tonnes of an order count as in view from now on.

        Forget orders that are ``old_ns`` old, two at most: more than one, so that they
        get fewer, and few, so that no command pays for a hundred thousand.
        """
        self.entries += 1
        young = self.young
        young[order_id] = self.entries, now_ns, now_ns, quantity, 0, None
        young.move_to_end(order_id)
        for _ in range(2):
            oldest = next(iter(young), 0)
            if not oldest or now_ns - young[oldest][2] < old_ns:
                return
            del young[oldest]

    def image(self) -> WatchRow:
        """Return it as a snapshot holds it. Linear in its size."""
        return WatchRow(
            self.first_order,
            self.quantity,
            large_row(self.turnover),
            [(order_id, *entry) for order_id, entry in self.large.items()],
            [conduct.image() for conduct in self.conducts.values()],
            [pair.image() for pair in self.pairs.values()],
            [(order_id, *shown) for order_id, shown in self.young.items()],
            self.entries,
            [(order_id, *renewed) for order_id, renewed in self.renewed.items()],
        )


def restored(row: WatchRow) -> Watch:
    """Return what ``Watch.image`` described; it goes on with identical alerts."""
    watch = Watch()
    watch.first_order = row.first_order
    watch.quantity = row.quantity
    watch.turnover = whole(row.turnover)
    for order_id, since_ns, quantity in row.large:
        watch.large[order_id] = since_ns, quantity
    for order_id, *shown, grown in row.young:
        entry, came_ns, since_ns, tonnes, gone = shown
        watch.young[order_id] = entry, came_ns, since_ns, tonnes, gone, grown
    watch.entries = row.entries
    for order_id, filled, left in row.renewed:
        watch.renewed[order_id] = filled, left
    for conduct in row.conducts:
        watch.conducts[conduct.participant] = _conduct(conduct)
    for pair in row.pairs:
        watch.pairs[pair.first, pair.second] = _pair(pair)
    return watch


def _conduct(row: ConductRow) -> Conduct:
    conduct = Conduct(row.participant)
    conduct.placed = row.placed
    conduct.cancelled = _trail(row.cancelled)
    conduct.hasty = _trail(row.hasty)
    conduct.stray = _trail(row.stray)
    conduct.bought = _trail(row.bought)
    conduct.sold = _trail(row.sold)
    conduct.shown = row.shown
    conduct.withdrawn = withdrawals(row.bids), withdrawals(row.asks)
    return conduct


def _pair(row: PairRow) -> Pair:
    pair = Pair(row.first, row.second, row.since)
    pair.due = row.due
    pair.forth = _trail(row.forth)
    pair.back = _trail(row.back)
    return pair


def _trail(row: TrailRow) -> Trail:
    trail = Trail()
    trail.amount = row.amount
    trail.turnover = whole(row.turnover)
    trail.due = whole(row.due)
    trail.orders = [*row.orders]
    trail.trades = [*row.trades]
    return trail
