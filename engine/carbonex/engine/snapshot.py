"""The state as bytes and back: equal logs give equal bytes.

Books are written best level first and oldest order first, everything else in
the order in which the log brought it, which a restored state keeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from .accounts import Account, Key, Participant
from .book import Order
from .commands import (
    Deposit,
    Issue,
    ListInstrument,
    PlaceOrder,
    Transfer,
    Withdraw,
)
from .enums import BUY, Permission
from .state import Instrument


if TYPE_CHECKING:
    from .state import State


FORMAT: Final = 1


class OrderRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An order, resting or remembered."""

    order_id: int
    price: int
    quantity: int
    remaining: int
    command: PlaceOrder


class KeyRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A key that may log in, or might."""

    key_id: str
    participant: str
    public_key: bytes
    permissions: Permission
    revoked: bool


class AccountRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An account; client ids point to orders by number."""

    name: str
    participant: str
    max_client_ids: int
    max_open_orders: int
    cash: int
    available: int
    exec_seq: int
    holdings: list[tuple[str, int, int]]
    ids_today: list[tuple[str, int]]
    ids_yesterday: list[tuple[str, int]]
    refs_today: list[Deposit | Withdraw | Issue | Transfer]
    refs_yesterday: list[Deposit | Withdraw | Issue | Transfer]


class InstrumentRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument with its bids and asks, best first, oldest first."""

    terms: ListInstrument
    halted: bool
    issued: int
    last_trade_id: int
    orders: list[OrderRow]


class Image(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The whole state."""

    format: int
    seq: int
    time_ns: int
    day: int
    last_day: int
    day_ends_ns: int
    last_order_id: int
    cash: int
    gateways: list[tuple[int, int, int]]
    participants: list[str]
    keys: list[KeyRow]
    accounts: list[AccountRow]
    instruments: list[InstrumentRow]
    finished: list[OrderRow]  # orders that only a client id remembers


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Image)


def snapshot(state: State) -> bytes:
    """Return ``state`` as MessagePack. Linear in its size."""
    return _encoder.encode(
        Image(
            FORMAT,
            state.seq,
            state.time_ns,
            state.day,
            state.last_day,
            state.day_ends_ns,
            state.last_order_id,
            state.cash,
            [(gateway, *last) for gateway, last in state.gateways.items()],
            list(state.participants),
            [_key_row(key) for key in state.keys.values()],
            [_account_row(account) for account in state.accounts.values()],
            [_instrument_row(item) for item in state.instruments.values()],
            _finished(state),
        )
    )


def restore(state: State, data: bytes) -> None:
    """Fill the empty ``state`` from a snapshot. Linear in its size.

    Raises:
        ValueError: If ``data`` is not a snapshot of this format.

    """
    try:
        image = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a snapshot: {error}") from None
    if image.format != FORMAT:
        raise ValueError(f"snapshot of format {image.format}; this reads {FORMAT}")
    state.seq = image.seq
    state.time_ns = image.time_ns
    state.day = image.day
    state.last_day = image.last_day
    state.day_ends_ns = image.day_ends_ns
    state.last_order_id = image.last_order_id
    state.cash = image.cash
    state.gateways = {gateway: (epoch, n) for gateway, epoch, n in image.gateways}
    state.participants = {name: Participant(name) for name in image.participants}
    for key in image.keys:
        _restore_key(state, key)
    for account in image.accounts:
        _restore_account(state, account)
    orders: dict[int, Order] = {}
    for instrument in image.instruments:
        _restore_instrument(state, instrument, orders)
    for order_id, order in sorted(orders.items()):
        order.account.orders[order_id] = order
    for row in image.finished:
        orders[row.order_id] = _order(state, row)
    for account in image.accounts:
        _restore_memories(state.accounts[account.name], account, orders)


def _key_row(key: Key) -> KeyRow:
    return KeyRow(
        key.key_id,
        key.participant.name,
        key.public_key,
        key.permissions,
        key.revoked,
    )


def _account_row(account: Account) -> AccountRow:
    ids, refs = account.client_ids, account.client_refs
    return AccountRow(
        account.name,
        account.participant.name,
        account.max_client_ids,
        account.max_open_orders,
        account.cash,
        account.available,
        account.exec_seq,
        [
            (name, holding.quantity, holding.available)
            for name, holding in account.holdings.items()
        ],
        [(name, order.order_id) for name, order in ids.today.items()],
        [(name, order.order_id) for name, order in ids.yesterday.items()],
        list(refs.today.values()),
        list(refs.yesterday.values()),
    )


def _instrument_row(instrument: Instrument) -> InstrumentRow:
    return InstrumentRow(
        instrument.terms,
        instrument.halted,
        instrument.issued,
        instrument.last_trade_id,
        [_order_row(order) for order in instrument.book.orders()],
    )


def _order_row(order: Order) -> OrderRow:
    return OrderRow(
        order.order_id,
        order.price,
        order.quantity,
        order.remaining,
        order.command,
    )


def _finished(state: State) -> list[OrderRow]:
    finished = {
        order.order_id: order
        for account in state.accounts.values()
        for generation in (account.client_ids.today, account.client_ids.yesterday)
        for order in generation.values()
        if order.order_id not in account.orders
    }
    return [_order_row(order) for _, order in sorted(finished.items())]


def _restore_key(state: State, row: KeyRow) -> None:
    participant = state.participants[row.participant]
    key = Key(row.key_id, participant, row.public_key, row.permissions)
    key.revoked = row.revoked
    state.add_key(key)


def _restore_account(state: State, row: AccountRow) -> None:
    participant = state.participants[row.participant]
    account = Account(row.name, participant, row.max_client_ids, row.max_open_orders)
    account.cash_balance.quantity = row.cash
    account.cash_balance.available = row.available
    account.exec_seq = row.exec_seq
    for name, quantity, available in row.holdings:
        holding = account.holding(name)
        holding.quantity, holding.available = quantity, available
    state.accounts[row.name] = participant.accounts[row.name] = account


def _restore_instrument(
    state: State, row: InstrumentRow, orders: dict[int, Order]
) -> None:
    instrument = Instrument(row.terms)
    instrument.halted = row.halted
    instrument.issued = row.issued
    instrument.last_trade_id = row.last_trade_id
    instrument.enter(state.phase_of(instrument))
    state.instruments[row.terms.instrument] = instrument
    for resting in row.orders:
        order = orders[resting.order_id] = _order(state, resting)
        instrument.book.side(order.side).append(order)


def _restore_memories(
    account: Account, row: AccountRow, orders: dict[int, Order]
) -> None:
    ids, refs = account.client_ids, account.client_refs
    ids.today = {name: orders[order_id] for name, order_id in row.ids_today}
    ids.yesterday = {name: orders[order_id] for name, order_id in row.ids_yesterday}
    refs.today = {move.client_ref: move for move in row.refs_today}
    refs.yesterday = {move.client_ref: move for move in row.refs_yesterday}


def _order(state: State, row: OrderRow) -> Order:
    order = Order()
    command = row.command
    account = state.accounts[command.account]
    order.order_id = row.order_id
    order.command = command
    order.account = account
    order.price = row.price
    if command.side is BUY:
        order.balance, order.unit = account.cash_balance, row.price
    else:
        order.balance, order.unit = account.holding(command.instrument), 1
    order.quantity = row.quantity
    order.remaining = row.remaining
    return order
