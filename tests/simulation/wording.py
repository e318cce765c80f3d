"""The log's events as clients must receive them, member by member.

They are derived here from the engine's events, so that the gateway's rendering is
tested and not trusted. Executions and a ticker's statistics come from ``feed_model``.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import structs

from carbonex.engine import (
    Alert,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    Bulletin,
    CountdownFired,
    CountdownSet,
    LargeHolder,
    OffBookTrade,
    OrderStatus,
    ProductBulletin,
    Side,
    Trade,
)
from carbonex.wire import answers, channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import COMPOSITE_NAMES
from feed_model import change_of, price_of, statistics

from .order_numbers import IDS


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonex.engine import Event, Exchange, Order
    from carbonex.engine.accounts import Account
    from carbonex.engine.events.market import Volumes


class News(NamedTuple):
    """An item that must be sent once to followers of ``channel`` for ``subject``.

    The subject is an instrument or an account, or "" if the channel is one stream.
    """

    channel: str
    subject: str
    item: Any


def news_of(seq: int, time_ns: int, event: Event) -> Iterator[News]:
    """Yield the news of an event of command ``seq``; ``time_ns`` is its time."""
    tell = _TELL.get(type(event))
    if tell is not None and not getattr(event, "duplicate", False):
        yield from tell(seq, time_ns // 1000, event)


def _print(seq: int, time: int, event: Trade) -> Iterator[News]:
    order = event.taker
    item = channels.Trade(
        instrument=order.instrument,
        trade_id=str(event.trade_id),
        price=format_fen(event.price),
        quantity=event.quantity,
        side=_side(order.side),
        seq=seq,
        time=time,
        called=event.called,
    )
    yield News("trade", order.instrument, item)


def _print_off_book(seq: int, time: int, event: OffBookTrade) -> Iterator[News]:
    item = channels.Trade(
        instrument=event.instrument,
        trade_id=str(event.trade_id),
        price=format_fen(event.price),
        quantity=event.quantity,
        side=_side(event.taker_side),
        seq=seq,
        time=time,
        method=_name(event.method),
    )
    yield News("trade", event.instrument, item)


def _alert(seq: int, time: int, event: Alert) -> Iterator[News]:
    item = channels.Alert(
        kind=_name(event.kind),
        instrument=event.instrument,
        participant=event.participant,
        value=event.value,
        limit=event.limit,
        seq=seq,
        time=time,
        counterparty=event.counterparty,
        side="" if event.side is None else _side(event.side),
        orders=list(map(str, event.orders)),
        trades=list(map(str, event.trades)),
    )
    yield News("alerts", "", item)


def _large_holder(seq: int, time: int, event: LargeHolder) -> Iterator[News]:
    item = channels.Alert(
        kind="large_holder",
        instrument=event.instrument,
        participant=event.participant,
        value=event.held,
        limit=event.limit,
        seq=seq,
        time=time,
    )
    yield News("alerts", "", item)


def _bulletin(
    seq: int, _time: int, event: Bulletin | ProductBulletin
) -> Iterator[News]:
    scope: Any = "product" if event.product else "venue"
    name, composite = event.product, None
    if isinstance(event, Bulletin):
        scope, name = "instrument", event.instrument
    elif event.product:
        composite = COMPOSITE_NAMES[event.method]
    change, percent = change_of(event.close, event.reference)
    year, rest = divmod(event.date, 10_000)
    item = channels.Bulletin(
        scope=scope,
        name=name,
        product=event.product,
        date=f"{year}-{rest // 100:02}-{rest % 100:02}",
        previous_close=price_of(event.reference),
        open=price_of(event.open),
        high=price_of(event.high),
        low=price_of(event.low),
        close=price_of(event.close),
        change=change,
        change_percent=percent,
        day=_volumes(event.day),
        year=_volumes(event.year),
        since_listing=_volumes(event.total),
        composite=composite,
        seq=seq,
    )
    yield News("bulletin", "", item)


def _volumes(volumes: Volumes) -> channels.Volumes:
    numbers = [
        tuple(
            getattr(volumes, f"{method}_{what}")
            for what in ("quantity", "turnover", "trades")
        )
        for method in ("listed", "block", "auction")
    ]
    numbers.append(tuple(map(sum, zip(*numbers, strict=True))))
    return channels.Volumes(
        *(
            channels.Volume(quantity, format_fen(turnover), trades)
            for quantity, turnover, trades in numbers
        )
    )


def _countdown_set(_seq: int, _time: int, event: CountdownSet) -> Iterator[News]:
    armed, was_armed = bool(event.due_ns), event.was_armed
    if not armed and not was_armed:
        return  # nothing has changed
    name: Any = "disarmed"
    if armed:
        name = "renewed" if was_armed else "armed"
    item = answers.Countdown(
        event.account, name, event.timeout_ns // 10**9, event.due_ns // 1000
    )
    yield News("countdown", event.account, item)


def _countdown_fired(_seq: int, _time: int, event: CountdownFired) -> Iterator[News]:
    item = answers.Countdown(event.account, "fired", cancelled=event.orders)
    yield News("countdown", event.account, item)


def _block(_seq: int, _time: int, event: BlockProposed | BlockEnded) -> Iterator[News]:
    """Yield the news for both parties; accounts have their participants' names."""
    terms = event.terms
    for party in (event.proposer, terms.counterparty):
        owned = party == event.proposer
        item = answers.Block(
            block_id=IDS.blocks.shown(event.block_id),
            proposer=event.proposer,
            counterparty=terms.counterparty,
            instrument=terms.instrument,
            side=_side(terms.side),
            price=format_fen(terms.price),
            quantity=terms.quantity,
            status=_name(event.end) if isinstance(event, BlockEnded) else "open",
            counters=IDS.blocks.shown(terms.counters) if terms.counters else "",
            account=terms.account if owned else "",
            client_ref=terms.client_ref if owned else "",
        )
        yield News("blocks", party, item)


def _bid(_seq: int, _time: int, event: BidPlaced | BidEnded) -> Iterator[News]:
    terms = event.terms
    item = answers.Bid(
        bid_id=IDS.bids.shown(event.bid_id),
        auction_id=str(terms.auction_id),
        account=terms.account,
        price=format_fen(terms.price),
        quantity=terms.quantity,
        status=_name(event.end) if isinstance(event, BidEnded) else "open",
        client_ref=terms.client_ref,
        filled=event.filled if isinstance(event, BidEnded) else 0,
    )
    yield News("bids", terms.account, item)


def book_of(
    exchange: Exchange, instrument: str, depth: int
) -> tuple[list[channels.Level], list[channels.Level]]:
    """Return the bids and asks of a book with ``depth`` levels, 0 for all."""
    book = exchange.instruments[instrument].book
    bids, asks = (
        [
            (format_fen(price), total, orders)
            for price, total, orders in book.depth(side, depth or 1_000_000)
        ]
        for side in (Side.BUY, Side.SELL)
    )
    return bids, asks


def ticker_of(
    exchange: Exchange, instrument: str, deals: list[Event]
) -> channels.Ticker:
    """Return the current ticker; ``deals`` are the day's trades of all kinds."""
    bids, asks = book_of(exchange, instrument, 1)
    bid: Any = bids[0] if bids else (None, 0)
    ask: Any = asks[0] if asks else (None, 0)
    reference = exchange.instruments[instrument].reference
    return channels.Ticker(
        instrument=instrument,
        bid=bid[0],
        bid_quantity=bid[1],
        ask=ask[0],
        ask_quantity=ask[1],
        seq=exchange.seq,
        **statistics([(0, 0, deals)], instrument, reference),
    )


def order_of(order: Order) -> answers.OrderState:
    """Return an order's state as a query returns it."""
    command, conditions = order.command, order.command.conditions
    is_open = order.status is OrderStatus.OPEN
    special: dict[str, Any] = {}
    if conditions is not None:
        stop = conditions.stop_price
        if order.extras is not None:
            stop = order.extras.stop_price
        special = {
            "stop_price": format_fen(stop) if stop else "",
            "display_quantity": conditions.display_quantity,
            "expires": conditions.expires_ns // 1000,
            "waiting": order.waits and is_open,
        }
    return answers.OrderState(
        order_id=IDS.shown(order.order_id),
        account=command.account,
        instrument=command.instrument,
        side=_side(command.side),
        order_type=_name(command.order_type),
        time_in_force=_name(command.time_in_force),
        price=format_fen(order.price),
        quantity=order.quantity,
        filled=order.filled,
        remaining=order.quantity - order.filled if is_open else 0,
        status=_name(order.status),
        post_only=_name(command.post_only),
        self_trade=_name(command.self_trade),
        client_order_id=command.client_order_id,
        session=command.session,
        listing=_listing(order) if is_open and not order.waits else "",
        **special,
    )


def ended_order_of(order: Order) -> answers.OrderState:
    """Return an ended order's state as the history has it."""
    state, given = order_of(order), order.command.conditions
    stop = given.stop_price if given is not None else 0
    told = format_fen(stop) if stop else ""
    return structs.replace(state, stop_price=told, waiting=False)


def _listing(order: Order) -> str:
    """Return a resting order's listing id, or "" without picking."""
    extras = order.extras
    refills = extras.refills if extras is not None else 0
    number = order.order_id + refills * 2**38
    may_pick = order.level.book_side.numbers is not None
    return IDS.listing_shown(order.instrument, number) if may_pick else ""


def blocks_of(exchange: Exchange, party: str) -> list[answers.Block]:
    """Return the open proposals of or to a party, oldest first."""
    events = [
        BlockProposed(proposal.block_id, proposal.proposer.name, proposal.command)
        for _, proposal in sorted(exchange.blocks.items())
    ]
    news = itertools.chain.from_iterable(_block(0, 0, event) for event in events)
    return [item for _, subject, item in news if subject == party]


def bids_of(exchange: Exchange, account: str) -> list[answers.Bid]:
    """Return an account's open bids, oldest first."""
    return [
        item
        for number, bid in sorted(exchange.accounts[account].bids.items())
        for _, _, item in _bid(0, 0, BidPlaced(number, True, bid.command))
    ]


def countdown_of(account: Account) -> answers.Countdown:
    """Return the state of an account's dead man's switch."""
    if account.countdown is None:
        return answers.Countdown(account.name, "disarmed")
    timeout_ns, due_ns = account.countdown
    return answers.Countdown(account.name, "armed", timeout_ns // 10**9, due_ns // 1000)


def balances_of(account: Account, day_number: int) -> answers.Balances:
    """Return an account's cash and tonnes; resale days count from ``day_number``."""
    holdings = []
    for name, held in account.holdings.items():
        later = {day - day_number: tonnes for day, tonnes in held.maturing.items()}
        waiting = sum(later.values())
        locked = held.quantity - held.available - waiting - held.frozen
        tonnes = held.quantity, locked, held.available, waiting
        freeze = held.frozen, held.pending
        holdings.append(answers.Holding(name, *tonnes, later, *freeze))
    cash = account.cash_balance
    return answers.Balances(
        account.name,
        format_fen(account.cash),
        format_fen(account.locked),
        format_fen(account.cash - account.locked - cash.frozen),
        holdings,
        format_fen(cash.frozen),
        format_fen(cash.pending),
    )


def _side(side: Side) -> Any:
    return "buy" if side is Side.BUY else "sell"


def _name(member: Any) -> Any:
    return member.name.lower()


_TELL: Final[dict[type[Event], Callable[[int, int, Any], Iterable[News]]]] = {
    Trade: _print,
    OffBookTrade: _print_off_book,
    Alert: _alert,
    LargeHolder: _large_holder,
    Bulletin: _bulletin,
    ProductBulletin: _bulletin,
    CountdownSet: _countdown_set,
    CountdownFired: _countdown_fired,
    BlockProposed: _block,
    BlockEnded: _block,
    BidPlaced: _bid,
    BidEnded: _bid,
}
