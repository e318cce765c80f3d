"""Why not: all the reasons for which a command must be refused, in any order."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FOK,
    IOC,
    MARKET,
    MAX_BALANCE,
    MAX_NAME,
    MAX_PRICE,
    Deposit,
    HaltInstrument,
    Issue,
    Permission,
    PostOnly,
    Reason,
    ResumeInstrument,
    SelfTrade,
    Trade,
    Transfer,
    Withdraw,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import AmendOrder, BeginDay, CancelAll, CancelOrder, PlaceOrder

    from .changes import Model
    from .world import Move, Row, World


def access(world: World, key: str, account: str) -> Iterator[Reason]:
    """A key trades for its participant's accounts, the venue for all."""
    terms = world.accounts.get(account)
    if key:
        known = world.keys.get(key)
        trades = known and Permission.TRADE in known.permissions
        if not (known and trades and terms and known.participant == terms.participant):
            yield Reason.NOT_PERMITTED
    if terms is None:
        yield Reason.UNKNOWN_ACCOUNT


def authority(world: World, key: str, permission: Permission) -> Iterator[Reason]:
    """A key does what it is permitted to, the venue does anything."""
    if key and not (key in world.keys and permission in world.keys[key].permissions):
        yield Reason.NOT_PERMITTED


def place(world: World, command: PlaceOrder) -> Iterator[Reason]:
    """What is wrong with an order as such."""
    yield from access(world, command.key, command.account)
    yield from _late(world, command.deadline_ns)
    if len(command.client_order_id) > MAX_NAME:
        yield Reason.BAD_NAME
    if command.post_only is not PostOnly.OFF and not _may_rest(command):
        yield Reason.BAD_PARAMETER
    if command.order_type is MARKET and command.price:
        yield Reason.BAD_PARAMETER
    if command.instrument not in world.instruments:
        yield Reason.UNKNOWN_INSTRUMENT
        return
    yield from _not_trading(world, command.instrument)
    yield from _bad_quantity(world, command.instrument, command.quantity)
    if command.order_type is not MARKET:
        yield from _bad_price(world, command.instrument, command.price)


def enter(model: Model, row: Row, held: int = 0) -> Iterator[Reason]:
    """What keeps an order from entering the market as ``row``.

    ``held`` is what it has locked already, in cash or in tonnes.
    """
    order = row.order
    if order.side is BUY:
        if row.price * row.remaining > model.free_cash(order.account) + held:
            yield Reason.INSUFFICIENT_FUNDS
    elif row.remaining > model.free_tonnes(order.account, order.instrument) + held:
        yield Reason.INSUFFICIENT_HOLDINGS
    makers = model.makers(order, row.price)
    if makers:
        newest = order.self_trade is SelfTrade.CANCEL_NEWEST
        if newest and model.own(makers[0], order):
            yield Reason.SELF_TRADE
        if order.post_only is not PostOnly.OFF:
            yield Reason.WOULD_TAKE_LIQUIDITY
    if order.time_in_force is FOK:
        trial, taker = copy.deepcopy((model, row))
        events = trial.trade(taker)
        traded = sum(event.quantity for event in events if isinstance(event, Trade))
        if traded < row.remaining:
            yield Reason.FOK_UNFILLABLE


def too_many(world: World, command: PlaceOrder) -> Iterator[Reason]:
    terms = world.accounts[command.account]
    ids = [name for account, name in world.ids if account == command.account]
    if command.client_order_id and len(ids) >= terms.max_client_ids:
        yield Reason.TOO_MANY_CLIENT_IDS
    resting = len(world.open(command.account))
    if _may_rest(command) and resting >= terms.max_open_orders:
        yield Reason.TOO_MANY_OPEN_ORDERS


def find(world: World, command: AmendOrder | CancelOrder) -> Iterator[Reason]:
    yield from access(world, command.key, command.account)
    yield from _late(world, command.deadline_ns)
    if not world.find(command.account, command.order_id, command.client_order_id):
        yield Reason.UNKNOWN_ORDER


def amend(world: World, row: Row, price: int, quantity: int) -> Iterator[Reason]:
    """What is wrong with ``row``'s new price and total as such."""
    yield from _not_trading(world, row.order.instrument)
    yield from _bad_quantity(world, row.order.instrument, quantity)
    yield from _bad_price(world, row.order.instrument, price)
    if quantity <= row.filled:
        yield Reason.QTY_BELOW_FILLED


def cancel_all(world: World, command: CancelAll) -> Iterator[Reason]:
    yield from access(world, command.key, command.account)
    if command.instrument and command.instrument not in world.instruments:
        yield Reason.UNKNOWN_INSTRUMENT


def move(world: World, command: Move) -> Iterator[Reason]:
    """What is wrong with moving value; the ref has not been used."""
    yield from authority(world, command.key, Permission.REGISTRY)
    if not 0 < len(command.client_ref) <= MAX_NAME:
        yield Reason.BAD_NAME
    if isinstance(command, Issue | Transfer):
        if command.instrument not in world.instruments:
            yield Reason.UNKNOWN_INSTRUMENT
        if not 0 < command.quantity <= MAX_BALANCE:
            yield Reason.BAD_QTY
    elif not 0 < command.amount <= MAX_BALANCE:
        yield Reason.BAD_AMOUNT
    if command.account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
        return
    refs = [ref for account, ref in world.refs if account == command.account]
    if len(refs) >= world.accounts[command.account].max_client_ids:
        yield Reason.TOO_MANY_CLIENT_IDS
    yield from _out_of_balance(world, command)


def _out_of_balance(world: World, command: Move) -> Iterator[Reason]:
    match command:
        case Deposit(_, _, amount):
            if world.ledger.paid_in + amount > MAX_BALANCE:
                yield Reason.BALANCE_LIMIT
        case Withdraw(_, account, amount):
            if amount > world.free_cash(account):
                yield Reason.INSUFFICIENT_FUNDS
        case Issue(_, _, instrument, quantity):
            if world.ledger.issued[instrument] + quantity > MAX_BALANCE:
                yield Reason.BALANCE_LIMIT
        case Transfer():
            yield from _untransferable(world, command)


def _untransferable(world: World, command: Transfer) -> Iterator[Reason]:
    if command.to_account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
    if command.to_account == command.account:
        yield Reason.BAD_PARAMETER
    free = world.free_tonnes(command.account, command.instrument)
    if command.quantity > free:
        yield Reason.INSUFFICIENT_HOLDINGS


def operate(
    world: World, command: HaltInstrument | ResumeInstrument
) -> Iterator[Reason]:
    yield from authority(world, command.key, Permission.OPERATE)
    halted = command.instrument in world.halted
    if command.instrument not in world.instruments:
        yield Reason.UNKNOWN_INSTRUMENT
    elif isinstance(command, HaltInstrument) and halted:
        yield Reason.HALTED
    elif isinstance(command, ResumeInstrument) and not halted:
        yield Reason.NOT_HALTED


def begin(world: World, command: BeginDay) -> Iterator[Reason]:
    yield from authority(world, command.key, Permission.OPERATE)
    if world.date:
        yield Reason.ALREADY_EXISTS
    if command.date <= world.last_date or command.ends_ns <= world.now:
        yield Reason.BAD_PARAMETER


def _may_rest(command: PlaceOrder) -> bool:
    at_once = command.time_in_force in {IOC, FOK}
    return not at_once and command.order_type is not MARKET


def _late(world: World, deadline_ns: int) -> Iterator[Reason]:
    if 0 < deadline_ns < world.now:
        yield Reason.DEADLINE_PASSED


def _not_trading(world: World, instrument: str) -> Iterator[Reason]:
    if not world.date:
        yield Reason.MARKET_CLOSED
    if instrument in world.halted:
        yield Reason.HALTED


def _bad_quantity(world: World, instrument: str, quantity: int) -> Iterator[Reason]:
    terms = world.instruments[instrument]
    if quantity <= 0 or quantity % terms.lot:
        yield Reason.BAD_QTY
    if quantity > terms.max_quantity:
        yield Reason.QTY_ABOVE_LISTED_MAX


def _bad_price(world: World, instrument: str, price: int) -> Iterator[Reason]:
    terms = world.instruments[instrument]
    if not 0 < price <= MAX_PRICE or price % terms.tick:
        yield Reason.BAD_TICK
