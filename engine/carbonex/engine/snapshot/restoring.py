"""Rebuilding the state from its image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from carbonex.engine import semantics
from carbonex.engine.accounts import (
    Account,
    Countdown,
    Done,
    Key,
    Obligation,
    Participant,
)
from carbonex.engine.book import Extras, Order
from carbonex.engine.dues import dues
from carbonex.engine.enums import BUY, GTD
from carbonex.engine.market.days_undone import Before
from carbonex.engine.market.phases import day_schedule
from carbonex.engine.market.statistics import Tallies
from carbonex.engine.market.tape import Print
from carbonex.engine.off_book.auctions import enter_auction, enter_bid
from carbonex.engine.off_book.blocks import enter_proposal
from carbonex.engine.orders.mass_cancels import MassCancel
from carbonex.engine.registry.sessions import Session
from carbonex.engine.supervision.watch import restored
from carbonex.engine.supervision.watch_rows import whole
from carbonex.engine.terms import FEE_UNIT

from .images import FORMAT, Head, Image


if TYPE_CHECKING:
    from carbonex.engine.accounts import Balance
    from carbonex.engine.commands import RefCommand
    from carbonex.engine.events import RefEvent
    from carbonex.engine.market.statistics import Prices, Record
    from carbonex.engine.state import Instrument, State

    from .images import (
        AccountRow,
        BeforeRow,
        ExtrasRow,
        HoldingRow,
        InstrumentRow,
        KeyRow,
        MassCancelRow,
        OrderRow,
        ParticipantRow,
        PricesRow,
        RecordRow,
        SessionRow,
        TalliesRow,
    )


_head_decoder = msgspec.msgpack.Decoder(Head)
_decoder = msgspec.msgpack.Decoder(Image)


def restore(state: State, data: bytes) -> None:
    """Fill the empty ``state`` from a snapshot. Linear in its size.

    Raises:
        ValueError: If ``data`` is not a snapshot of this format.
        SemanticsError: If the snapshot needs semantics that this build does not know.

    """
    image = _decode(data)
    if image.semantics > semantics.NEWEST:
        raise semantics.SemanticsError(image.semantics)
    _restore_counters(state, image)
    for participant in image.participants:
        _restore_participant(state, participant)
    for key in image.keys:
        _restore_key(state, key)
    # Accounts come before instruments: books refer to the accounts' orders.
    orders: dict[int, Order] = {}
    for account in image.accounts:
        orders.update(_restore_account(state, account))
    for session in image.sessions:
        _restore_session(state, session)
    state.cancels = [_cancel(row) for row in image.cancels]
    for row in image.instruments:
        instrument = state.add_instrument(row.terms)
        _restore_instrument(state, instrument, row)
        _restore_book(state, instrument, row, orders)
    _restore_reaching(state, image)
    _restore_products(state, image)
    _restore_offers(state, image)
    # Last, because timers are derived from everything else.
    _restore_timers(state, orders)
    state.watch()


def _decode(data: bytes) -> Image:
    try:
        # The format alone first: an image of another format may not decode.
        number = _head_decoder.decode(data).format
        if number == FORMAT:
            return _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a snapshot: {error}") from None
    raise ValueError(f"snapshot of format {number}; this reads {FORMAT}")


def _restore_counters(state: State, image: Image) -> None:
    state.semantics = image.semantics
    state.seq = image.seq
    state.time_ns = image.time_ns
    state.day = image.day
    state.last_day = image.last_day
    state.day_number = image.day_number
    state.day_ends_ns = image.day_ends_ns
    state.last_order_id = image.last_order_id
    state.last_block_id = image.last_block_id
    state.last_auction_id = image.last_auction_id
    state.last_bid_id = image.last_bid_id
    state.last_session_id = image.last_session_id
    state.cash = image.cash
    state.suspension = image.suspension
    state.gateway = image.gateway
    state.unfinished = image.unfinished
    state.secret = image.secret
    state.plain_ids = image.plain_ids
    state.plain_blocks = image.plain_blocks
    state.plain_bids = image.plain_bids
    state.gateways = {gateway: (epoch, n) for gateway, epoch, n in image.gateways}
    if image.before is not None:
        state.before = _before(image.before)


def _before(row: BeforeRow) -> Before:
    before = Before(row.last_day, row.last_order_id)
    before.years = [Tallies() for _ in row.years]
    for tallies, year in zip(before.years, row.years, strict=True):
        _restore_tallies(tallies, year)
    before.terms = row.terms
    before.unpriced = row.unpriced
    return before


def _restore_participant(state: State, row: ParticipantRow) -> None:
    participant = state.participants[row.name] = Participant(row.name)
    participant.restriction = row.restriction
    participant.large_in = dict(row.large_in)
    for year, due, surrendered, offset in row.obligations:
        obligation = participant.obligations[year] = Obligation()
        obligation.due = due
        obligation.surrendered = surrendered
        obligation.offset = offset


def _restore_key(state: State, row: KeyRow) -> None:
    participant = state.participants[row.participant]
    key = Key(row.key_id, participant, row.public_key, row.permissions)
    key.revoked = row.revoked
    state.add_key(key)


def _restore_account(state: State, row: AccountRow) -> dict[int, Order]:
    """Restore an account; return its open orders, which are not in the book yet."""
    participant = state.participants[row.participant]
    account = Account(
        row.name,
        participant,
        row.max_client_ids,
        row.max_open_orders,
        row.max_stop_orders,
    )
    cash = account.cash_balance
    cash.quantity, cash.available = row.cash, row.available
    _restore_freeze(state, cash, row.frozen)
    account.exec_seq = row.exec_seq
    for holding in row.holdings:
        _restore_holding(state, account, holding)
    orders = account.orders
    for item in row.orders:
        order = orders[item.order_id] = _order(account, item)
        if item.extras is not None:
            order.extras = _extras(state, order, item.extras)
    known = orders | {item.order_id: _order(account, item) for item in row.finished}
    account.client_ids.today = _ids(row.ids_today, known)
    account.client_ids.yesterday = _ids(row.ids_yesterday, known)
    account.client_refs.today = _refs(row.refs_today)
    account.client_refs.yesterday = _refs(row.refs_yesterday)
    state.add_account(account)
    if row.countdown is not None:
        account.countdown = Countdown(*row.countdown)
    return orders


def _restore_session(state: State, row: SessionRow) -> None:
    participant = state.participants[row.participant]
    session = Session(row.number, row.name, participant)
    session.connection = row.connection
    session.grace_ns = row.grace_ns
    session.ends_ns = row.ends_ns
    session.gateway = row.gateway
    state.add_session(session)


def _restore_freeze(state: State, balance: Balance, row: tuple[int, int]) -> None:
    balance.frozen, balance.pending = row
    if balance.pending:
        state.freezing.append(balance)


def _restore_holding(state: State, account: Account, row: HoldingRow) -> None:
    holding = account.holding(row.instrument)
    holding.quantity = row.quantity
    holding.available = row.available
    holding.buying = row.buying
    holding.maturing = dict(row.maturing)
    _restore_freeze(state, holding, row.frozen)


def _restore_instrument(
    state: State, instrument: Instrument, row: InstrumentRow
) -> None:
    instrument.next_terms = row.next_terms
    instrument.next_terms_date = row.next_terms_date
    instrument.halted = row.halted
    instrument.tradable = row.tradable
    instrument.awaits_price = row.awaits_price
    instrument.delisted = row.delisted
    instrument.issued = row.issued
    instrument.last_trade_id = row.last_trade_id
    instrument.fees = row.fees
    instrument.reference = row.reference
    instrument.close = row.close
    instrument.limit_down = row.limit_down
    instrument.limit_up = row.limit_up
    instrument.sellable_day = row.sellable_day
    instrument.call_ends_ns = row.call_ends_ns
    instrument.call_waits_ns = row.call_waits_ns
    _restore_record(instrument.record, row.record)
    instrument.annulled = row.annulled
    tape = instrument.tape
    tape.trades = [Print(*trade) for trade in row.tape.trades]
    _restore_prices(tape.before, row.tape.before)
    tape.annulled = dict.fromkeys(row.tape.annulled)
    for method, number, uncharged in row.tape.uncharged:
        tape.uncharged[method, number] = uncharged
    instrument.watch = None if row.watch is None else restored(row.watch)
    if row.tradable:
        instrument.product.instruments.append(instrument)
    instrument.schedule = day_schedule(state, instrument)
    phase, blocks = state.phase_of(instrument), state.blocks_open(instrument)
    instrument.enter(phase, blocks=blocks)


def _restore_record(record: Record, row: RecordRow) -> None:
    _restore_prices(record.prices, row.prices)
    _restore_tallies(record.day, row.day)
    _restore_tallies(record.year, row.year)
    _restore_tallies(record.total, row.total)


def _restore_prices(prices: Prices, row: PricesRow) -> None:
    prices.open, prices.high, prices.low, prices.last = row


def _restore_tallies(tallies: Tallies, row: TalliesRow) -> None:
    parts = (tallies.listed, tallies.block, tallies.auction)
    for tally, (quantity, trades, high, low) in zip(parts, row, strict=True):
        tally.add(quantity, whole((high, low)), trades)


def _restore_book(
    state: State, instrument: Instrument, row: InstrumentRow, orders: dict[int, Order]
) -> None:
    book, stops = instrument.book, instrument.stops
    for half, numbers in ((book.bids, row.bids), (book.asks, row.asks)):
        for number in numbers:
            half.append(orders[number])
    for number in row.waiting:
        order = orders[number]
        assert order.extras is not None
        order.extras.stops = stops
        stops.put_back(order)
    stops.last = row.last_place
    state.attend(instrument)


def _cancel(row: MassCancelRow) -> MassCancel:
    """Restore a mass cancel; it refers to its objects by name."""
    cancel = MassCancel(
        row.reason, row.account, row.participant, row.instrument, row.side, row.session
    )
    cancel.newest = row.newest
    cancel.place = row.place
    cancel.order_id = row.order_id
    cancel.parked = row.parked
    return cancel


def _restore_reaching(state: State, image: Image) -> None:
    """Restore the price ranges that reached stop orders which have not entered yet."""
    for number, low, high in image.reaching:
        instrument = state.listed[number]
        instrument.stops.low, instrument.stops.high = low, high
        state.reaching.append(instrument)


def _order(account: Account, row: OrderRow) -> Order:
    order = Order()
    order.order_id = row.order_id
    order.command = command = row.command
    order.account = account
    order.price = row.price
    if command.side is BUY:
        order.balance, order.unit = account.cash_balance, row.price
    else:
        order.balance, order.unit = account.holdings[command.instrument], 1
    order.quantity = row.quantity
    order.remaining = row.remaining
    order.extras = None
    return order


def _extras(state: State, order: Order, row: ExtrasRow) -> Extras:
    extras = Extras()
    extras.display = row.display
    extras.hidden = row.hidden
    extras.stop_price = row.stop_price
    extras.rate = row.rate
    extras.paid = row.paid
    extras.owed = row.paid * FEE_UNIT - row.uncharged
    extras.reserve = row.reserve
    extras.place = row.place
    extras.refills = row.refills
    if row.counted:
        extras.holding = order.account.holdings[order.instrument]
    if order.command.time_in_force is GTD:
        extras.timers = state.timers
    return extras


def _restore_products(state: State, image: Image) -> None:
    """Restore products, which adding the instruments has created already."""
    for product, row in zip(state.products.values(), image.products, strict=True):
        _restore_prices(product.prices, row.prices)
        product.reference = row.reference
        product.close = row.close
        product.method = row.method
        product.next_method = row.next_method
        product.eligibility = row.eligibility
        product.weigh()


def _restore_offers(state: State, image: Image) -> None:
    """Restore block proposals, auctions and bids; balances include locks already."""
    for block_id, proposal in image.blocks:
        enter_proposal(state, block_id, proposal)
    for auction_id, auction in image.auctions:
        enter_auction(state, auction_id, auction)
    for bid_id, bid in image.bids:
        enter_bid(state, bid_id, bid)


def _restore_timers(state: State, orders: dict[int, Order]) -> None:
    timers = state.timers
    expiring = [
        number
        for number, order in orders.items()
        if order.extras is not None and order.extras.timers is not None
    ]
    timers.expiring = {number: orders[number] for number in sorted(expiring)}
    for due_ns, kind, number in dues(state):
        timers.set(due_ns, kind, number)


def _ids(numbers: list[int], orders: dict[int, Order]) -> dict[str, Order]:
    named = (orders[number] for number in numbers)
    return {order.command.client_order_id: order for order in named}


def _refs(rows: list[tuple[RefCommand, RefEvent]]) -> dict[str, Done]:
    return {command.client_ref: Done(command, answer) for command, answer in rows}
