"""From a request's params to the engine's command, or to why there is none.

Here names become numbers: prices fen, microseconds nanoseconds, ids integers.
What only the gateway can see wrong is refused here, before the log; whatever
the market decides is left to the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from carbonex.engine import (
    AddKey,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    Deposit,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
    ResumeInstrument,
    RevokeKey,
    Transfer,
    Withdraw,
)
from carbonex.wire.answers import Error
from carbonex.wire.errors import Code, error
from carbonex.wire.login import decode_bytes
from carbonex.wire.money import parse_fen
from carbonex.wire.vocabulary import (
    ORDER_TYPES,
    POST_ONLY,
    SELF_TRADE,
    SIDES,
    TIMES_IN_FORCE,
    permissions_of,
)
from carbonex.wire.wanted import wanted

from .refusal import Refused


if TYPE_CHECKING:
    from carbonex.wire import requests


NS_PER_US: Final = 1_000


# Orders: the key and the account come from the login.


def place_order(p: requests.AddOrder, key: str, account: str) -> PlaceOrder:
    """Return the command of add_order."""
    price = p.price
    if price:
        fen = _fen("price", price)
    elif p.order_type == "limit":
        _missing("add_order", "price", "a limit order trades at its price or better")
    else:
        fen = 0
    return PlaceOrder(
        key,
        account,
        p.instrument,
        SIDES[p.side],
        fen,
        p.quantity,
        ORDER_TYPES[p.order_type],
        TIMES_IN_FORCE[p.time_in_force],
        POST_ONLY[p.post_only],
        SELF_TRADE[p.self_trade],
        p.client_order_id,
        p.deadline * NS_PER_US,
    )


def amend_order(p: requests.AmendOrder, key: str, account: str) -> AmendOrder:
    """Return the command of amend_order."""
    fen = 0 if p.price is None else _fen("price", p.price)
    # To the engine 0 means: as it is.
    if p.price is not None and not fen:
        _bad("price", "above 0, or left out to keep it", p.price)
    if p.quantity == 0:
        _bad("quantity", "above 0, or left out to keep it; cancel_order cancels", "0")
    if p.price is None and p.quantity is None:
        _missing("amend_order", "quantity", "a new total, or a new price")
    return AmendOrder(
        key,
        account,
        order_id_of("amend_order", p),
        p.client_order_id,
        fen,
        p.quantity or 0,
        p.deadline * NS_PER_US,
    )


def cancel_order(p: requests.CancelOrder, key: str, account: str) -> CancelOrder:
    """Return the command of cancel_order."""
    return CancelOrder(
        key,
        account,
        order_id_of("cancel_order", p),
        p.client_order_id,
        p.deadline * NS_PER_US,
    )


def cancel_all(p: requests.CancelAll, key: str, account: str) -> CancelAll:
    """Return the command of cancel_all."""
    side = None if p.side is None else SIDES[p.side]
    return CancelAll(key, account, p.instrument, side)


def order_id_of(
    method: str, p: requests.AmendOrder | requests.CancelOrder | requests.Order
) -> int:
    """Return the order id by which ``p`` names an order; 0 for its client's id.

    Raises:
        Refused: If ``p`` names it by neither, or by both.

    """
    if not p.order_id:
        if not p.client_order_id:
            _missing(method, "order_id", "or client_order_id, to name the order")
        return 0
    if p.client_order_id:
        _bad("client_order_id", "left out where order_id is given", p.client_order_id)
    return int(p.order_id)


# Operators and registry.


def list_instrument(p: requests.ListInstrument, key: str) -> ListInstrument:
    """Return the command of list_instrument."""
    return ListInstrument(
        key,
        p.instrument,
        p.product,
        _fen("tick", p.tick),
        p.lot,
        p.max_quantity,
        p.market_protection_permille,
    )


def halt(p: requests.Halt, key: str) -> HaltInstrument:
    """Return the command of halt."""
    return HaltInstrument(key, p.instrument)


def resume(p: requests.Resume, key: str) -> ResumeInstrument:
    """Return the command of resume."""
    return ResumeInstrument(key, p.instrument)


def begin_day(p: requests.BeginDay, key: str) -> BeginDay:
    """Return the command of begin_day."""
    return BeginDay(key, int(p.date.replace("-", "")), p.ends * NS_PER_US)


def register_participant(
    p: requests.RegisterParticipant, key: str
) -> RegisterParticipant:
    """Return the command of register_participant."""
    return RegisterParticipant(key, p.participant)


def open_account(p: requests.OpenAccount, key: str) -> OpenAccount:
    """Return the command of open_account."""
    return OpenAccount(
        key, p.participant, p.account, p.max_client_ids, p.max_open_orders
    )


def add_key(p: requests.AddKey, key: str) -> AddKey:
    """Return the command of add_key."""
    try:
        public_key = decode_bytes(p.public_key)
    except ValueError:
        _bad("public_key", wanted("public_key", str), p.public_key)
    permissions = permissions_of(p.permissions)
    return AddKey(key, p.participant, p.key_id, public_key, permissions)


def revoke_key(p: requests.RevokeKey, key: str) -> RevokeKey:
    """Return the command of revoke_key."""
    return RevokeKey(key, p.key_id)


def deposit(p: requests.Deposit, key: str) -> Deposit:
    """Return the command of deposit."""
    return Deposit(key, p.account, _fen("amount", p.amount), p.client_ref)


def withdraw(p: requests.Withdraw, key: str) -> Withdraw:
    """Return the command of withdraw."""
    return Withdraw(key, p.account, _fen("amount", p.amount), p.client_ref)


def issue(p: requests.Issue, key: str) -> Issue:
    """Return the command of issue."""
    return Issue(key, p.account, p.instrument, p.quantity, p.client_ref)


def transfer(p: requests.Transfer, key: str) -> Transfer:
    """Return the command of transfer."""
    return Transfer(
        key, p.account, p.to_account, p.instrument, p.quantity, p.client_ref
    )


def _fen(param: str, text: str) -> int:
    try:
        return parse_fen(text)
    except ValueError as problem:
        code = Code.BAD_TYPE
        raise Refused(Error(code, code.name, f"{param} {problem}", param)) from None


def _bad(param: str, expected: str, text: str) -> NoReturn:
    given = f'"{text[:40]}"'
    raise Refused(
        error(Code.BAD_TYPE, param, member=param, wanted=expected, given=given)
    )


def _missing(method: str, param: str, reason: str) -> NoReturn:
    raise Refused(
        error(Code.MISSING_MEMBER, param, owner=method, member=param, wanted=reason)
    )
