"""Supervision: suspicious trading raises an alert; nothing is prevented.

The rules are those of MARKET-RULES §6, each with a threshold in the instrument's terms.
Listed trades count for every rule, blocks only for the rules about pairs of
participants.

An alert is raised when a measure reaches its threshold. In the same trading day it is
raised again only when its extent (orders cancelled, tonnes traded, fen lost) has at
least doubled since the last alert. Single events, which are quick cancels and deviating
trades, each raise an alert for the first 20 per participant; after that an alert is
raised whenever their number has doubled. So a storm of alerts is bounded, and no abuse
goes unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.engine.enums import (
    BUY,
    SELL,
    AlertKind,
    Method,
    Side,
)
from carbonex.engine.events import (
    Alert,
    OffBookTrade,
    Trade,
    TradeAnnulled,
)

from . import effects
from .effects import participant_of


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonex.engine.commands import ListInstrument
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .watch import Conduct, Pair, Trail, Watch


def watched(terms: ListInstrument) -> bool:
    """Tell whether any threshold is set, so that the instrument needs a Watch."""
    limits = terms.thresholds
    return any(
        (
            limits.cancel_ratio,
            limits.large_order,
            limits.reverse_quantity,
            limits.vwap_deviation,
            limits.high_low,
            limits.volume_share,
        )
    )


def supervise(state: State, events: Iterable[Event]) -> list[Alert]:
    """Read the events of a command (or of time) and return the alerts they raise.

    Amortised O(1) per event.
    """
    alerts: list[Alert] = []
    for event in events:
        read = _READERS.get(type(event))
        if read is not None:
            alerts += read(state, event)
    return alerts


def _traded(state: State, event: Trade) -> Iterator[Alert]:
    instrument = state.instruments[event.taker.instrument]
    watch = instrument.watch
    if watch is None:
        return
    if watch.young or watch.renewed:
        _forget_filled(watch, event)
    taker = participant_of(state, event.taker)
    maker = participant_of(state, event.maker)
    # Before the trade is added: it is compared with the vwap of the trades before it.
    yield from _price_deviation(instrument, watch, event, taker, maker)
    buyer, seller = taker, maker
    buy_id, sell_id = event.taker_id, event.maker_id
    if event.taker.side is not BUY:
        buyer, seller, buy_id, sell_id = seller, buyer, sell_id, buy_id
    quantity, notional = event.quantity, event.price * event.quantity
    watch.quantity += quantity
    watch.turnover += notional
    limits = instrument.terms.thresholds
    if limits.volume_share:
        bought = watch.conduct(buyer)
        bought.bought.add(quantity, notional, (buy_id,), event.trade_id)
        sold = watch.conduct(seller)
        sold.sold.add(quantity, notional, (sell_id,), event.trade_id)
        yield from _volume_share(instrument, watch, bought, sold, quantity)
    if limits.reverse_quantity or limits.high_low:
        pair = watch.pair(buyer, seller, event.trade_id)
        way = _way(pair, buyer)
        way.add(quantity, notional, (buy_id, sell_id), event.trade_id)
        yield from _between(instrument, pair)


def _settled(state: State, event: OffBookTrade) -> Iterator[Alert]:
    """Read a block. Auction trades are skipped: nobody chose the counterparty."""
    instrument = state.instruments[event.instrument]
    watch, limits = instrument.watch, instrument.terms.thresholds
    if watch is None or event.method is not Method.BLOCK:
        return
    if limits.reverse_quantity or limits.high_low:
        buyer = state.accounts[event.buyer].participant.name
        seller = state.accounts[event.seller].participant.name
        pair = watch.pair(buyer, seller, event.trade_id)
        notional = event.price * event.quantity
        _way(pair, buyer).add(event.quantity, notional, (), event.trade_id)
        yield from _between(instrument, pair)


def _annulled(state: State, event: TradeAnnulled) -> Iterator[Alert]:
    """Subtract an annulled trade from the totals; the other shares of volume grow."""
    instrument = state.instruments[event.instrument]
    watch, limits = instrument.watch, instrument.terms.thresholds
    if watch is None or event.method is Method.AUCTION:
        return
    quantity, notional = event.quantity, event.price * event.quantity
    buyer = state.accounts[event.buyer].participant.name
    seller = state.accounts[event.seller].participant.name
    if limits.reverse_quantity or limits.high_low:
        pair = watch.known_pair(buyer, seller)
        if pair is not None and pair.since <= event.trade_id:
            _way(pair, buyer).remove(quantity, notional)
    if event.method is Method.LISTED:
        watch.quantity -= quantity
        watch.turnover -= notional
        if limits.volume_share:
            watch.conduct(buyer).bought.remove(quantity, notional)
            watch.conduct(seller).sold.remove(quantity, notional)
            yield from _shares(instrument, watch, _everybody(watch))


def _price_deviation(
    instrument: Instrument, watch: Watch, event: Trade, taker: str, maker: str
) -> Iterator[Alert]:
    """Alert on a trade far from the vwap before it; ``value`` is per mille of that."""
    limits, volume = instrument.terms.thresholds, watch.quantity
    limit = limits.vwap_deviation
    if limit == 0 or volume == 0 or volume < limits.vwap_volume:
        return
    value = 1000 * abs(event.price * volume - watch.turnover) // watch.turnover
    if value < limit:
        return
    trail = watch.conduct(taker).stray
    trail.add(1, 0, (event.maker_id, event.taker_id), event.trade_id)
    if trail.again():
        kind = AlertKind.PRICE_DEVIATION
        yield Alert(kind, instrument.name, taker, maker, value, limit, *trail.take())


def _volume_share(
    instrument: Instrument, watch: Watch, buyer: Conduct, seller: Conduct, quantity: int
) -> Iterator[Alert]:
    """Alert on too large a share of one side of the day's volume; ``value`` per mille.

    The newest trade, of ``quantity`` tonnes, raised only the two shares of its own
    parties. But when the volume first suffices for shares to count, all participants
    are checked once.
    """
    total, enough = watch.quantity, instrument.terms.thresholds.share_volume
    shares: Iterable[tuple[Side, Conduct]] = ((BUY, buyer), (SELL, seller))
    if total - quantity < enough:
        shares = _everybody(watch)
    yield from _shares(instrument, watch, shares)


def _everybody(watch: Watch) -> list[tuple[Side, Conduct]]:
    return [(side, conduct) for conduct in watch.conducts.values() for side in Side]


def _shares(
    instrument: Instrument, watch: Watch, shares: Iterable[tuple[Side, Conduct]]
) -> Iterator[Alert]:
    """Alert on those shares that are too large, if the volume suffices."""
    limits, total = instrument.terms.thresholds, watch.quantity
    limit = limits.volume_share
    if total == 0 or total < limits.share_volume:
        return
    for side, conduct in shares:
        trail = conduct.bought if side is BUY else conduct.sold
        value = 1000 * trail.amount // total
        if value >= limit and trail.doubled(trail.amount):
            kind, names = AlertKind.VOLUME_SHARE, (conduct.participant, "")
            numbers = trail.numbers()
            yield Alert(kind, instrument.name, *names, value, limit, *numbers, side)


def _between(instrument: Instrument, pair: Pair) -> Iterator[Alert]:
    yield from _reverse_trades(instrument, pair)
    yield from _high_low(instrument, pair)


def _reverse_trades(instrument: Instrument, pair: Pair) -> Iterator[Alert]:
    """Alert on two participants that trade both ways; ``value``: tonnes both ways."""
    limit = instrument.terms.thresholds.reverse_quantity
    value = min(pair.forth.amount, pair.back.amount)
    if limit and value >= max(limit, pair.due):
        pair.due = 2 * value
        kind, names = AlertKind.REVERSE_TRADES, (pair.first, pair.second)
        yield Alert(kind, instrument.name, *names, value, limit, *pair.numbers())


def _high_low(instrument: Instrument, pair: Pair) -> Iterator[Alert]:
    """Alert on buying high from and selling low to one counterparty.

    Average prices are compared; ``value`` is per mille of the selling price. The extent
    is the resulting loss in fen on the tonnes that went both ways.
    """
    limit = instrument.terms.thresholds.high_low
    bought, sold, names = pair.forth, pair.back, (pair.first, pair.second)
    if not (limit and bought.amount and sold.amount):
        return
    # The difference of the average prices, cross-multiplied to stay in integers.
    excess = bought.turnover * sold.amount - sold.turnover * bought.amount
    if excess < 0:
        excess, bought, sold, names = -excess, sold, bought, names[::-1]
    value = 1000 * excess // (sold.turnover * bought.amount)
    lost = -(-excess // max(bought.amount, sold.amount))  # at least 1 fen
    if value >= limit and bought.doubled(lost):
        kind = AlertKind.HIGH_LOW
        yield Alert(kind, instrument.name, *names, value, limit, *pair.numbers())


def _way(pair: Pair, buyer: str) -> Trail:
    return pair.forth if buyer == pair.first else pair.back


def _forget_filled(watch: Watch, event: Trade) -> None:
    if event.maker_remaining == 0:
        watch.young.pop(event.maker_id, None)
        watch.renewed.pop(event.maker_id, None)
    if event.taker_remaining == 0:
        watch.young.pop(event.taker_id, None)
        watch.renewed.pop(event.taker_id, None)


# The reader of each event type. Any, because a reader takes only its own key's type.
_READERS: dict[type[Event], Callable[[State, Any], Iterable[Alert]]] = {
    **effects.READERS,
    Trade: _traded,
    OffBookTrade: _settled,
    TradeAnnulled: _annulled,
}
