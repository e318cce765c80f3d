"""Supervision against a supervisor who adds everything up anew, and its"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine.accounts import Account, Participant
from carbonex.engine.commands import ListInstrument, PlaceOrder
from carbonex.engine.enums import (
    BUY,
    LIMIT,
    SELL,
    STOP_LIMIT,
    CancelReason,
    Method,
    Phase,
    Side,
)
from carbonex.engine.events import (
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderTriggered,
    Trade,
)
from carbonex.engine.market.schedule import Step
from carbonex.engine.state import State
from carbonex.engine.supervision.alerts import supervise, watched
from carbonex.engine.supervision.watch import MAX_PAIRS, Watch, restored
from carbonex.engine.supervision.watch_rows import WatchRow
from carbonex.engine.supervision.withdrawals import KEPT
from carbonex.engine.terms import Thresholds
from supervisor import Supervisor, thresholds


if TYPE_CHECKING:
    from carbonex.engine.events import Alert, Event

OWNERS = {"h-1": "Huaneng", "h-2": "Huaneng", "d-1": "Datang", "g-1": "Guodian"}
CLIENT, EXPIRED = CancelReason.CLIENT, CancelReason.EXPIRED


class Market:
    """Makes up what an exchange might say of one instrument, with no book behind it.

    ``open`` holds each open order's command, total, remainder and whether it is
    a stop order that waits.
    """

    def __init__(self, limits: Thresholds, owners: dict[str, str] = OWNERS) -> None:
        self.state = State()
        self.random = Random(0)
        for account, owner in owners.items():
            self.state.accounts[account] = Account(account, Participant(owner), 9, 9, 9)
        terms = ListInstrument("", "CEA", thresholds=limits)
        self.instrument = self.state.add_instrument(terms)
        self.instrument.watch = Watch()
        self.instrument.schedule = (Step(0, Phase.TRADING, blocks=False),)
        self.open: dict[int, tuple[PlaceOrder, int, int, bool]] = {}
        self.orders = self.trades = 0

    @property
    def watch(self) -> Watch:
        watch = self.instrument.watch
        assert watch is not None
        return watch

    def supervise(self, *events: Event) -> list[Alert]:
        return supervise(self.state, events)

    def restore(self) -> None:
        """Go on with a copy of the watch, made from its image's bytes."""
        data = msgspec.msgpack.encode(self.watch.image())
        watch = restored(msgspec.msgpack.decode(data, type=WatchRow))
        assert watch.image() == self.watch.image()
        self.instrument.watch = watch

    def place(
        self, account: str, side: Side, quantity: int, *, waits: bool = False
    ) -> OrderAccepted:
        self.orders += 1
        kind = STOP_LIMIT if waits else LIMIT
        order = PlaceOrder("", account, "CEA", side, 100, quantity, kind)
        self.open[self.orders] = order, quantity, quantity, waits
        return OrderAccepted(self.orders, 0, 100, order)

    def cancel(self, number: int, reason: CancelReason = CLIENT) -> OrderCancelled:
        order, total, rest, waits = self.open.pop(number)
        filled = total - rest
        return OrderCancelled(number, 0, 100, rest, filled, reason, not waits, order)

    def reduce(self, number: int) -> OrderReduced:
        """Take a tonne of an order that rests and has more."""
        order, total, rest, waits = self.open[number]
        self.open[number] = order, total - 1, rest - 1, waits
        return OrderReduced(
            number, 0, 100, 1, total - 1, rest - 1, rested=True, order=order
        )

    def amend(self, number: int, total: int, *, kept: bool) -> OrderAmended:
        """Change the total, and at random the price; nothing hides."""
        order, before, rest, waits = self.open[number]
        shown = rest
        rest += total - before
        self.open[number] = order, total, rest, waits
        price = 100 if kept else self.random.choice([99, 100, 101])
        worse = price < 100 if order.side is BUY else price > 100
        stays = 0 if worse else min(rest, shown)
        seen = (shown - stays, rest - stays, before)
        return OrderAmended(number, 0, price, total, rest, 100, kept, order, 0, *seen)

    def trigger(self, number: int) -> OrderTriggered:
        order, total, rest, _ = self.open[number]
        self.open[number] = order, total, rest, False
        return OrderTriggered(number, 0, 100, rest, order)

    def trade(self, maker_id: int, taker_id: int, price: int, quantity: int) -> Trade:
        self.trades += 1
        maker, taker = self._fill(maker_id, quantity), self._fill(taker_id, quantity)
        return Trade(
            self.trades,
            price,
            quantity,
            maker_id,
            0,
            maker[1],
            maker[2],
            maker[0],
            taker_id,
            0,
            price,
            taker[1],
            taker[2],
            taker[0],
        )

    def off_book(
        self, method: Method, buyer: str, seller: str, price: int, quantity: int
    ) -> OffBookTrade:
        self.trades += 1
        number = self.trades
        return OffBookTrade(
            number, method, 1, 0, "CEA", price, quantity, buyer, 0, 0, seller, 0, 0, BUY
        )

    def deal(self, buyer: str, seller: str, price: int, quantity: int) -> list[Event]:
        """Let two accounts trade new orders of theirs; the buyer takes."""
        sell, buy = self.place(seller, SELL, quantity), self.place(buyer, BUY, quantity)
        return [sell, buy, self.trade(sell.order_id, buy.order_id, price, quantity)]

    def _fill(self, number: int, quantity: int) -> tuple[PlaceOrder, int, int, bool]:
        order, total, rest, waits = self.open[number]
        self.open[number] = filled = order, total, rest - quantity, waits
        if rest == quantity:
            del self.open[number]
        return filled


def _place(r: Random, market: Market) -> list[Event]:
    side, quantity = r.choice([*Side]), r.randint(1, 9)
    waits = r.randrange(9) == 0
    return [market.place(r.choice([*OWNERS]), side, quantity, waits=waits)]


def _finish(r: Random, market: Market) -> list[Event]:
    number = r.choice([*market.open])
    reasons = [CLIENT, CLIENT, EXPIRED, CancelReason.RESTRICTED]
    return [market.cancel(number, r.choice(reasons))]


def _change(r: Random, market: Market) -> list[Event]:
    number = r.choice([*market.open])
    _, total, rest, waits = market.open[number]
    if waits:
        return [market.trigger(number)]
    if rest > 1 and r.random() < 0.2:
        return [market.reduce(number)]
    another = r.randint(total - rest + 1, 12)
    return [market.amend(number, another, kept=another <= total and r.random() < 0.5)]


def _deal(r: Random, market: Market) -> list[Event]:
    pairs = [
        (maker, taker)
        for maker, (one, *_, waits) in market.open.items()
        for taker, (other, *_, also) in market.open.items()
        if one.side is not other.side and not waits and not also
        if OWNERS[one.account] != OWNERS[other.account]
    ]
    if not pairs:
        return []
    maker, taker = r.choice(pairs)
    most = min(market.open[maker][2], market.open[taker][2])
    return [market.trade(maker, taker, r.randint(95, 105), r.randint(1, most))]


def _off_book(r: Random, market: Market) -> list[Event]:
    buyer, seller = r.choice([("h-1", "d-1"), ("d-1", "h-2"), ("g-1", "d-1")])
    method = r.choice([Method.BLOCK, Method.AUCTION])
    return [market.off_book(method, buyer, seller, r.randint(90, 110), r.randint(1, 9))]


def _command(r: Random, market: Market) -> list[Event]:
    """Return the events of one command."""
    kinds = [_place] * 4 + [_deal] * 4 + [_finish] * 2 + [_change, _off_book]
    events: list[Event] = []
    for _ in range(r.choice([1, 1, 2, 3])):
        make = r.choice(kinds) if market.open else _place
        events += make(r, market)
    return events


@given(limits=thresholds, seed=st.integers(0, 2**32), commands=st.integers(1, 250))
def test_alerts_are_those_of_a_supervisor_who_adds_up_the_whole_day(
    limits: Thresholds, seed: int, commands: int
) -> None:
    r = Random(seed)
    market = Market(limits)
    supervisor = Supervisor("CEA", limits, OWNERS)
    for _ in range(commands):
        market.state.time_ns += r.choice([0, 0, 1, 999_999, 5_000_000])
        events = _command(r, market)
        expected = supervisor.read(market.state.time_ns, events)
        assert _sorted(market.supervise(*events)) == _sorted(expected)
        if r.randrange(20) == 0:
            market.restore()
        if r.randrange(80) == 0:
            market.watch.begin_day()
            supervisor.begin_day()


@given(limits=thresholds, seed=st.integers(0, 2**32), commands=st.integers(1, 100))
def test_memory_is_bounded_by_participants_pairs_and_open_large_orders(
    limits: Thresholds, seed: int, commands: int
) -> None:
    r, market = Random(seed), Market(limits)
    for _ in range(commands):
        market.supervise(*_command(r, market))
    watch = market.watch
    assert watch.conducts.keys() <= set(OWNERS.values())
    assert watch.young.keys() <= market.open.keys()
    for conduct in watch.conducts.values():
        for trail in (conduct.cancelled, conduct.hasty, conduct.stray, conduct.sold):
            assert len(trail.orders) <= KEPT >= len(trail.trades)
    for pair in watch.pairs.values():
        assert len(pair.forth.orders) <= KEPT >= len(pair.forth.trades)


def test_a_watch_is_needed_where_a_threshold_is_on() -> None:
    names = ["cancel_ratio", "large_order", "reverse_quantity", "vwap_deviation"]
    terms = ListInstrument("", "CEA")
    assert not watched(terms)
    for name in [*names, "high_low", "volume_share"]:
        assert watched(replace(terms, thresholds=Thresholds(**{name: 1})))


def test_an_instrument_without_a_watch_is_not_supervised() -> None:
    market = Market(Thresholds(large_order=1, vwap_volume=0, vwap_deviation=1))
    market.instrument.watch = None
    first, second = market.deal("h-1", "d-1", 100, 5), market.deal("d-1", "g-1", 1, 5)
    order = market.place("h-1", BUY, 5)
    block = market.off_book(Method.BLOCK, "h-1", "d-1", 1, 1)
    change = market.amend(order.order_id, 6, kept=False)
    cancel = market.cancel(order.order_id)
    assert market.supervise(*first, *second, order, block, change, cancel) == []


def test_the_pair_that_has_not_traded_for_longest_is_forgotten_first() -> None:
    market = Market(Thresholds(reverse_quantity=1))
    market.supervise(*market.deal("h-1", "d-1", 100, 1))
    market.supervise(*market.deal("d-1", "g-1", 100, 1))
    market.supervise(*market.deal("h-2", "d-1", 100, 1))  # Huaneng and Datang again
    for number in range(MAX_PAIRS - 2):
        market.watch.pair("Huaneng", f"company {number}", number)
    market.supervise(*market.deal("g-1", "h-1", 100, 1))
    assert ("Datang", "Guodian") not in market.watch.pairs
    assert next(iter(market.watch.pairs)) == ("Datang", "Huaneng")
    assert market.supervise(*market.deal("g-1", "d-1", 100, 1)) == []  # forgotten
    assert market.supervise(*market.deal("d-1", "g-1", 100, 1)) != []


def test_ten_thousand_pairs_are_remembered_and_no_more() -> None:
    owners = {f"a-{number}": f"company {number}" for number in range(150)}
    market = Market(Thresholds(high_low=10), owners)
    names = [*owners]
    for one in range(150):
        for other in range(one):
            market.supervise(*market.deal(names[one], names[other], 100, 1))
    assert 150 * 149 // 2 > len(market.watch.pairs) == MAX_PAIRS == 10_000
    assert len(market.watch.image().pairs) == 10_000
    market.restore()


def test_orders_in_view_are_forgotten_when_they_are_no_longer_young() -> None:
    market = Market(Thresholds(large_order=5, quick_cancel_ms=1))
    for _ in range(50):
        market.supervise(market.place("h-1", BUY, 1))
        market.state.time_ns += 250_000
    assert [*market.watch.young] == [47, 48, 49, 50]


def test_shares_of_the_volume_count_from_the_tonne_that_is_enough() -> None:
    """Then they count for those too who have no part in the last trade."""
    market = Market(Thresholds(volume_share=600, share_volume=10))
    assert market.supervise(*market.deal("h-1", "d-1", 100, 7)) == []
    assert market.supervise(*market.deal("g-1", "d-1", 100, 2)) == []
    alerts = market.supervise(*market.deal("d-1", "g-1", 100, 1))
    told = [(alert.participant, alert.side, alert.value) for alert in alerts]
    assert told == [("Huaneng", BUY, 700), ("Datang", SELL, 900)]
    assert [(alert.orders, alert.trades) for alert in alerts] == [
        ((2,), (1,)),
        ((1, 3), (1, 2)),
    ]


def test_sums_beyond_64_bits_are_restored() -> None:
    market = Market(Thresholds(high_low=1, volume_share=1))
    for _ in range(9):
        market.supervise(*market.deal("h-1", "d-1", 2**31, 2**31))
        market.supervise(*market.deal("d-1", "h-1", 2, 2**31))
    assert market.watch.turnover > 2**64
    market.restore()
    assert market.watch.turnover == 9 * 2**31 * (2**31 + 2)


def _sorted(alerts: list[Alert]) -> list[Alert]:
    """Order them by what they say: in which order is left to the engine."""
    return sorted(alerts, key=repr)
