"""Converting the state to its image."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from carbonex.engine.market.tape import print_of
from carbonex.engine.supervision.watch_rows import large_row
from carbonex.engine.terms import FEE_UNIT

from .images import (
    FORMAT,
    AccountRow,
    BeforeRow,
    ExtrasRow,
    HoldingRow,
    Image,
    InstrumentRow,
    KeyRow,
    MassCancelRow,
    OrderRow,
    ParticipantRow,
    ProductRow,
    RecordRow,
    SessionRow,
    TapeRow,
)


if TYPE_CHECKING:
    from carbonex.engine.accounts import (
        Account,
        Done,
        Holding,
        Key,
        Participant,
    )
    from carbonex.engine.book import Extras, Order
    from carbonex.engine.commands import PlaceBid, RefCommand
    from carbonex.engine.events import RefEvent
    from carbonex.engine.market.days_undone import Before
    from carbonex.engine.market.statistics import (
        Prices,
        Product,
        Record,
        Tallies,
        Tally,
    )
    from carbonex.engine.market.tape import Tape
    from carbonex.engine.orders.mass_cancels import MassCancel
    from carbonex.engine.registry.sessions import Session
    from carbonex.engine.state import Instrument, State

    from .images import PricesRow, PrintRow, TalliesRow, TallyRow


_encoder = msgspec.msgpack.Encoder()


def snapshot(state: State) -> bytes:
    """Return ``state`` as MessagePack. Linear in its size."""
    return _encoder.encode(
        Image(
            FORMAT,
            state.semantics,
            state.seq,
            state.time_ns,
            state.day,
            state.last_day,
            state.day_number,
            state.day_ends_ns,
            state.last_order_id,
            state.last_block_id,
            state.last_auction_id,
            state.last_bid_id,
            state.last_session_id,
            state.cash,
            state.suspension,
            state.gateway,
            [(gateway, *last) for gateway, last in state.gateways.items()],
            [_participant(item) for item in state.participants.values()],
            [_key(key) for key in state.keys.values()],
            [_account(account) for account in state.accounts.values()],
            [_session(session) for session in state.sessions.values()],
            [_product(product) for product in state.products.values()],
            [_instrument(instrument) for instrument in state.listed],
            [(number, block.command) for number, block in state.blocks.items()],
            [(number, auction.command) for number, auction in state.auctions.items()],
            _bids(state),
            None if state.before is None else _before(state.before),
            [_cancel(cancel) for cancel in state.cancels],
            [(item.number, item.stops.low, item.stops.high) for item in state.reaching],
            state.unfinished,
            state.secret,
            state.plain_ids,
            state.plain_blocks,
            state.plain_bids,
        )
    )


def digest(data: bytes) -> bytes:
    """Return a snapshot's BLAKE2b-256: equal states have equal digests. O(its size)."""
    return blake2b(data, digest_size=32).digest()


def _before(before: Before) -> BeforeRow:
    years = [_tallies(year) for year in before.years]
    lists = years, [*before.terms], [*before.unpriced]
    return BeforeRow(before.last_day, before.last_order_id, *lists)


def _cancel(cancel: MassCancel) -> MassCancelRow:
    return MassCancelRow(
        cancel.reason,
        cancel.account,
        cancel.participant,
        cancel.instrument,
        cancel.side,
        cancel.session,
        cancel.newest,
        cancel.place,
        cancel.order_id,
        cancel.parked,
    )


def _participant(participant: Participant) -> ParticipantRow:
    return ParticipantRow(
        participant.name,
        participant.restriction,
        [
            (year, item.due, item.surrendered, item.offset)
            for year, item in participant.obligations.items()
        ],
        list(participant.large_in.items()),
    )


def _key(key: Key) -> KeyRow:
    return KeyRow(
        key.key_id,
        key.participant.name,
        key.public_key,
        key.permissions,
        key.revoked,
    )


def _account(account: Account) -> AccountRow:
    ids, refs = account.client_ids, account.client_refs
    return AccountRow(
        account.name,
        account.participant.name,
        account.max_client_ids,
        account.max_open_orders,
        account.max_stop_orders,
        account.cash,
        account.available,
        (account.cash_balance.frozen, account.cash_balance.pending),
        account.exec_seq,
        [_holding(name, holding) for name, holding in account.holdings.items()],
        [_order(order, order.extras) for order in account.orders.values()],
        _finished(account),
        [order.order_id for order in ids.today.values()],
        [order.order_id for order in ids.yesterday.values()],
        _refs(refs.today),
        _refs(refs.yesterday),
        account.countdown,
    )


def _session(session: Session) -> SessionRow:
    return SessionRow(
        session.number,
        session.participant.name,
        session.name,
        session.connection,
        session.grace_ns,
        session.ends_ns,
        session.gateway,
    )


def _holding(name: str, holding: Holding) -> HoldingRow:
    return HoldingRow(
        name,
        holding.quantity,
        holding.available,
        holding.buying,
        list(holding.maturing.items()),
        (holding.frozen, holding.pending),
    )


def _refs(refs: dict[str, Done]) -> list[tuple[RefCommand, RefEvent]]:
    return [(done.command, done.answer) for done in refs.values()]


def _product(product: Product) -> ProductRow:
    return ProductRow(
        _prices(product.prices),
        product.reference,
        product.close,
        product.method,
        product.next_method,
        product.eligibility,
    )


def _instrument(instrument: Instrument) -> InstrumentRow:
    return InstrumentRow(
        instrument.terms,
        instrument.next_terms,
        instrument.next_terms_date,
        instrument.halted,
        instrument.tradable,
        instrument.delisted,
        instrument.issued,
        instrument.last_trade_id,
        instrument.fees,
        instrument.reference,
        instrument.close,
        instrument.limit_down,
        instrument.limit_up,
        instrument.sellable_day,
        instrument.call_ends_ns,
        instrument.call_waits_ns,
        _record(instrument.record),
        instrument.annulled,
        _tape(instrument.tape),
        None if instrument.watch is None else instrument.watch.image(),
        [order.order_id for level in instrument.book.bids for order in level],
        [order.order_id for level in instrument.book.asks for order in level],
        [order.order_id for order in instrument.stops.orders()],
        instrument.stops.last,
        instrument.awaits_price,
    )


def _tape(tape: Tape) -> TapeRow:
    trades: list[PrintRow] = [print_of(trade) for trade in tape.trades]
    uncharged = [(*key, value) for key, value in tape.uncharged.items()]
    return TapeRow(trades, _prices(tape.before), list(tape.annulled), uncharged)


def _record(record: Record) -> RecordRow:
    return RecordRow(
        _prices(record.prices),
        _tallies(record.day),
        _tallies(record.year),
        _tallies(record.total),
    )


def _prices(prices: Prices) -> PricesRow:
    return prices.open, prices.high, prices.low, prices.last


def _tallies(tallies: Tallies) -> TalliesRow:
    return _tally(tallies.listed), _tally(tallies.block), _tally(tallies.auction)


def _tally(tally: Tally) -> TallyRow:
    return tally.quantity, tally.trades, *large_row(tally.turnover)


def _order(order: Order, extras: Extras | None) -> OrderRow:
    return OrderRow(
        order.order_id,
        order.price,
        order.quantity,
        order.remaining,
        order.command,
        None if extras is None else _extras(extras),
    )


def _extras(extras: Extras) -> ExtrasRow:
    return ExtrasRow(
        extras.display,
        extras.hidden,
        extras.stop_price,
        extras.rate,
        extras.paid,
        extras.paid * FEE_UNIT - extras.owed,
        extras.reserve,
        extras.holding is not None,
        extras.place,
        extras.refills,
    )


def _finished(account: Account) -> list[OrderRow]:
    """Return closed orders that a repeated client order id may still ask for."""
    ids = account.client_ids
    return [
        _order(order, None)
        for generation in (ids.yesterday, ids.today)
        for order in generation.values()
        if order.order_id not in account.orders
    ]


def _bids(state: State) -> list[tuple[int, PlaceBid]]:
    return sorted(
        (number, bid.command)
        for auction in state.auctions.values()
        for number, bid in auction.bids.items()
    )
