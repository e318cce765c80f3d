"""Supervision's record of an instrument's trading day, in bounded memory.

There is one row per participant. Of pairs of participants that traded with each other,
the MAX_PAIRS that did so last are kept; of the orders and trades behind an alert, the
KEPT newest numbers. Large orders are kept while they are open and recent.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, final

from .watch_rows import ConductRow, PairRow, TrailRow, WatchRow, large_row, whole
from .withdrawals import KEPT, Withdrawals, withdrawals


MAX_PAIRS: Final = 10_000  # per instrument; beyond it the longest idle pair is dropped

Numbers = tuple[tuple[int, ...], tuple[int, ...]]  # of orders, and of trades
# An order in view: the number of the entry with which it came into view, the time of
# that entry (ns), the time since which it stands unchanged (ns), the tonnes that came,
# and how many of those were withdrawn. Then Grown, about when it last grew: the entry
# and its time, the tonnes then in view, how many of those were withdrawn, and how many
# already count since then.
Grown = tuple[int, int, int, int, int]
Shown = tuple[int, int, int, int, int, Grown | None]
# An amended open order, when it last grew or moved to a worse price: the tonnes traded
# by then, and the tonnes then left.
Renewed = tuple[int, int]


@final
class Trail:
    """A running total, and the newest order and trade numbers behind it.

    ``amount`` counts orders, trades or tonnes; ``turnover`` is in fen. An alert is
    raised when its extent, usually the amount, is at least ``due``.
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
        """Add to the total; ``trade_id`` is 0 if there was no trade. O(KEPT)."""
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
        """Subtract an annulled trade; its number is kept."""
        self.amount -= amount
        self.turnover -= turnover

    def doubled(self, extent: int) -> bool:
        """Tell whether to raise an alert; the next one is due at twice the extent."""
        if extent < self.due:
            return False
        self.due = 2 * extent
        return True

    def again(self) -> bool:
        """Like ``doubled``, for single events: the first KEPT raise an alert each."""
        if self.amount < self.due:
            return False
        self.due = 2 * self.amount if self.amount >= KEPT else self.amount + 1
        return True

    def numbers(self) -> Numbers:
        """Return the order and trade numbers behind an alert, oldest first."""
        return tuple(self.orders), tuple(self.trades)

    def take(self) -> Numbers:
        """Return the numbers and clear them, so that the next alert has its own."""
        numbers = self.numbers()
        self.orders.clear()
        self.trades.clear()
        return numbers

    def image(self) -> TrailRow:
        """Return the total's snapshot row."""
        return TrailRow(
            self.amount,
            large_row(self.turnover),
            large_row(self.due),
            [*self.orders],
            [*self.trades],
        )


@final
class Conduct:
    """A participant's conduct in an instrument on a trading day.

    ``placed`` counts its orders, and ``cancelled`` the tonnes that it withdrew out of
    the tonnes ``shown``. ``hasty`` counts its withdrawals that came too soon.
    ``withdrawn`` are its recent withdrawals that came too soon, of buys and of sells.
    ``stray`` counts its trades as taker far from the running vwap. ``bought`` and
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
        """Return the participant's snapshot row."""
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
    """What two participants traded with each other on a trading day.

    ``forth`` is what ``first`` bought from ``second`` in tonnes and fen, ``back`` what
    it sold to it. An alert is raised from ``due`` tonnes both ways on. Trades count
    from trade number ``since`` on.
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
        """Return the newest numbers, half of them from each direction."""
        half = KEPT // 2
        forth, back = self.forth, self.back
        orders = sorted(forth.orders[-half:] + back.orders[-half:])
        trades = sorted(forth.trades[-half:] + back.trades[-half:])
        return tuple(orders), tuple(trades)

    def image(self) -> PairRow:
        """Return the pair's snapshot row."""
        forth, back = self.forth.image(), self.back.image()
        return PairRow(self.first, self.second, self.due, forth, back, self.since)


@final
class Watch:
    """Supervision's record of an instrument's trading day.

    ``first_order`` is the day's first order id, or 0. ``quantity`` (tonnes) and
    ``turnover`` (fen) are those of its listed trades. ``young`` holds all open orders
    that came recently, because any may be a piece of a large quantity. ``entries``
    counts how often an order has come into view. ``renewed`` holds open orders that an
    amendment has brought into view again. ``pairs`` has the pairs that traded last at
    the end.
    """

    __slots__ = (
        "conducts",
        "entries",
        "first_order",
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
        # Ordered: a plain dict takes O(n) to find its first item after earlier ones
        # were deleted.
        self.young: OrderedDict[int, Shown] = OrderedDict()
        self.renewed: dict[int, Renewed] = {}
        self.entries = 0
        self.conducts: dict[str, Conduct] = {}
        self.pairs: OrderedDict[tuple[str, str], Pair] = OrderedDict()

    def begin_day(self) -> None:
        """Forget the previous day, but not the open orders in view."""
        self.first_order = self.quantity = self.turnover = 0
        self.conducts.clear()
        self.pairs.clear()

    def conduct(self, participant: str) -> Conduct:
        """Return a participant's row, created if missing. O(1)."""
        conduct = self.conducts.get(participant)
        if conduct is None:
            conduct = self.conducts[participant] = Conduct(participant)
        return conduct

    def known_pair(self, one: str, other: str) -> Pair | None:
        """Return the row of two participants, in either order, or None. O(1)."""
        return self.pairs.get((one, other) if one < other else (other, one))

    def pair(self, one: str, other: str, trade_id: int) -> Pair:
        """Return the row of two participants that trade, in either order. O(1).

        A missing row is created. Beyond MAX_PAIRS the longest idle pair is dropped,
        with what it remembers of its alerts.
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

    def show(self, order_id: int, quantity: int, now_ns: int, old_ns: int) -> None:
        """Count tonnes of an order as in view from now on.

        Drop orders that are ``old_ns`` old, at most two: more than one, so that their
        number falls; and few, so that no single command pays for a hundred thousand.
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
        """Return the snapshot row. Linear in its size."""
        return WatchRow(
            self.first_order,
            self.quantity,
            large_row(self.turnover),
            [conduct.image() for conduct in self.conducts.values()],
            [pair.image() for pair in self.pairs.values()],
            [(order_id, *shown) for order_id, shown in self.young.items()],
            self.entries,
            [(order_id, *renewed) for order_id, renewed in self.renewed.items()],
        )


def restored(row: WatchRow) -> Watch:
    """Rebuild the Watch from the row of ``Watch.image``; its alerts go on unchanged."""
    watch = Watch()
    watch.first_order = row.first_order
    watch.quantity = row.quantity
    watch.turnover = whole(row.turnover)
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
