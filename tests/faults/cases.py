"""Commands about orders and the registry, and everything that can be wrong with each.

A ``Case`` is a command that the exchange of ``prepared`` accepts, and its
faults. A ``Fault`` makes the command or the exchange wrong in one way, which
has one ``Reason``. Faults of different fields can be combined, so that the
precedence of reasons can be tried in every pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FOK,
    MARKET,
    SELL,
    AddKey,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelDay,
    CancelOrder,
    Checkpoint,
    Deposit,
    EndDay,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    PostOnly,
    Reason,
    RegisterParticipant,
    ResumeInstrument,
    RevokeKey,
    Side,
    SkipRow,
    Trade,
    Transfer,
    Withdraw,
)

from .prepared import (
    NOW,
    ask_ahead,
    begin,
    bid_ahead,
    close,
    fill_the_vaults,
    halt,
    send_all,
    spend_all,
    use_up_ids,
    use_up_orders,
    use_up_refs,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Command, Event
    from driver import Driver

TOO_LONG = "x" * 37


@dataclass(frozen=True)
class Fault:
    """One way to be wrong; ``prepare`` makes the exchange so, earlier ``rank`` first."""

    reason: Reason
    changes: dict[str, object] = field(default_factory=dict)
    prepare: Callable[[Driver], None] | None = None
    rank: int = 0

    def excludes(self, other: Fault) -> bool:
        """Tell whether the two cannot be wrong together: they want one field."""
        return bool(self.changes.keys() & other.changes.keys())

    @property
    def hides_the_account(self) -> bool:
        """Tell whether the account's ids and refs are nothing to this sender."""
        return bool(self.changes.keys() & {"key", "account"})


@dataclass(frozen=True)
class Case:
    """A sound command and its faults."""

    name: str
    command: Command
    faults: tuple[Fault, ...]
    prepare: Callable[[Driver], None] | None = None


def anew(driver: Driver) -> None:
    """Begin another day, on which nothing has traded."""
    close(driver)
    begin(driver)


def trade(driver: Driver) -> None:
    events: list[Event] = []
    for who, side in (("rival", Side.SELL), ("ours", BUY)):
        events = driver.do(PlaceOrder("", who, "CEA", side, 100, 5))
    assert any(type(event) is Trade for event in events), events


LATE = Fault(Reason.DEADLINE_PASSED, {"deadline_ns": NOW - 1})
FOREIGN = Fault(Reason.NOT_PERMITTED, {"key": "k-rival"})
NO_KEY = Fault(Reason.NOT_PERMITTED, {"key": "nobody"})
NO_ACCOUNT = Fault(Reason.UNKNOWN_ACCOUNT, {"account": "nobody"})
NO_INSTRUMENT = Fault(Reason.UNKNOWN_INSTRUMENT, {"instrument": "NONE"})
NO_ORDER = Fault(Reason.UNKNOWN_ORDER, {"order_id": 99})
CLOSED = Fault(Reason.MARKET_CLOSED, prepare=close, rank=9)
HALTED = Fault(Reason.HALTED, prepare=halt, rank=8)
BAD_QTY = Fault(Reason.BAD_QTY, {"quantity": 102})
TOO_BIG = Fault(Reason.QTY_ABOVE_LISTED_MAX, {"quantity": 105})
NO_TICK = {BUY: 115, SELL: 85}
LACK = {
    BUY: Fault(Reason.INSUFFICIENT_FUNDS, prepare=spend_all, rank=7),
    SELL: Fault(Reason.INSUFFICIENT_HOLDINGS, prepare=send_all, rank=7),
}
OWN_FIRST = {
    BUY: Fault(Reason.SELF_TRADE, prepare=ask_ahead),
    SELL: Fault(Reason.SELF_TRADE, prepare=bid_ahead),
}


def _place(side: Side) -> Case:
    """An order that trades 5 and rests with 5."""
    price = 110 if side is BUY else 90
    return Case(
        f"place {side.name}",
        PlaceOrder("", "ours", "CEA", side, price, 10, client_order_id="new"),
        (
            Fault(Reason.DUPLICATE_CLIENT_ORDER_ID, {"client_order_id": "used"}),
            LATE,
            NO_INSTRUMENT,
            FOREIGN,
            NO_KEY,
            NO_ACCOUNT,
            Fault(Reason.BAD_NAME, {"client_order_id": TOO_LONG}),
            Fault(Reason.BAD_PARAMETER, {"order_type": MARKET}),
            CLOSED,
            HALTED,
            BAD_QTY,
            Fault(Reason.BAD_QTY, {"quantity": 0}),
            Fault(Reason.BAD_QTY, {"quantity": -5}),
            TOO_BIG,
            Fault(Reason.BAD_TICK, {"price": NO_TICK[side]}),
            LACK[side],
            OWN_FIRST[side],
            Fault(Reason.WOULD_TAKE_LIQUIDITY, {"post_only": PostOnly.REJECT}),
            Fault(Reason.FOK_UNFILLABLE, {"time_in_force": FOK}),
            Fault(Reason.TOO_MANY_CLIENT_IDS, prepare=use_up_ids, rank=-1),
            Fault(Reason.TOO_MANY_OPEN_ORDERS, prepare=use_up_orders),
        ),
    )


def _amend(side: Side) -> Case:
    """An order of 10, 5 of them filled, that becomes one of 15 and crosses."""
    order_id, post_only, price = (1, 5, 110) if side is BUY else (3, 6, 90)
    return Case(
        f"amend {side.name}",
        AmendOrder("", "ours", order_id, price=price, quantity=15),
        (
            LATE,
            FOREIGN,
            NO_ACCOUNT,
            NO_ORDER,
            CLOSED,
            HALTED,
            BAD_QTY,
            TOO_BIG,
            Fault(Reason.BAD_TICK, {"price": NO_TICK[side]}),
            Fault(Reason.QTY_BELOW_FILLED, {"order_id": order_id, "quantity": 5}),
            LACK[side],
            OWN_FIRST[side],
            Fault(Reason.WOULD_TAKE_LIQUIDITY, {"order_id": post_only}),
        ),
    )


NO_REF = Fault(Reason.BAD_NAME, {"client_ref": ""})
LONG_REF = Fault(Reason.BAD_NAME, {"client_ref": TOO_LONG})
USED_REF = Fault(Reason.DUPLICATE_CLIENT_REF, {"client_ref": "cash"})
FULL = Fault(Reason.BALANCE_LIMIT, prepare=fill_the_vaults)
NO_MORE_REFS = Fault(Reason.TOO_MANY_CLIENT_IDS, prepare=use_up_refs)
POOR_CASH = Fault(Reason.INSUFFICIENT_FUNDS, {"amount": 2_000_000})
POOR_TONNES = Fault(Reason.INSUFFICIENT_HOLDINGS, {"quantity": 2_000})
MOVING = (USED_REF, FOREIGN, NO_ACCOUNT, NO_REF, LONG_REF, NO_MORE_REFS)
NO_PARTICIPANT = Fault(Reason.UNKNOWN_PARTICIPANT, {"participant": "Nobody"})
LONG_PARTICIPANT = Fault(Reason.BAD_NAME, {"participant": TOO_LONG})


def _exists(**changes: object) -> Fault:
    return Fault(Reason.ALREADY_EXISTS, changes)


def _bad_name(**changes: object) -> Fault:
    return Fault(Reason.BAD_NAME, changes)


def _bad(**changes: object) -> Fault:
    return Fault(Reason.BAD_PARAMETER, changes)


CASES = (
    _place(BUY),
    _place(SELL),
    _amend(BUY),
    _amend(SELL),
    Case(
        "cancel",
        CancelOrder("", "ours", 1),
        (LATE, FOREIGN, NO_ACCOUNT, NO_ORDER),
    ),
    Case(
        "cancel all",
        CancelAll("", "ours", "CEA"),
        (NO_INSTRUMENT, FOREIGN, NO_ACCOUNT),
    ),
    Case(
        "deposit",
        Deposit("", "ours", 10, "new"),
        (*MOVING, Fault(Reason.BAD_AMOUNT, {"amount": 0}), FULL),
    ),
    Case(
        "withdraw",
        Withdraw("", "ours", 10, "new"),
        (*MOVING, Fault(Reason.BAD_AMOUNT, {"amount": -1}), POOR_CASH),
    ),
    Case(
        "issue",
        Issue("", "ours", "CEA", 10, "new"),
        (*MOVING, NO_INSTRUMENT, Fault(Reason.BAD_QTY, {"quantity": 0}), FULL),
    ),
    Case(
        "transfer",
        Transfer("", "ours", "rival", "CEA", 10, "new"),
        (
            *MOVING,
            NO_INSTRUMENT,
            Fault(Reason.UNKNOWN_ACCOUNT, {"to_account": "nobody"}),
            _bad(to_account="ours"),
            Fault(Reason.BAD_QTY, {"quantity": -1}),
            POOR_TONNES,
        ),
    ),
    Case(
        "register participant",
        RegisterParticipant("", "New"),
        (FOREIGN, _exists(participant="Rival"), LONG_PARTICIPANT),
    ),
    Case(
        "open account",
        OpenAccount("", "Ours", "new"),
        (
            FOREIGN,
            NO_PARTICIPANT,
            _exists(account="rival"),
            _bad_name(account=""),
            _bad(max_client_ids=0),
            _bad(max_open_orders=-1),
            _bad(max_open_orders=1_000_001),
            _bad(max_stop_orders=0),
            _bad(max_stop_orders=1_000_001),
        ),
    ),
    Case(
        "add key",
        AddKey("", "Ours", "new", b"p" * 32, Permission.READ),
        (
            FOREIGN,
            NO_PARTICIPANT,
            _exists(key_id="k-rival"),
            _bad_name(key_id=""),
            _bad(public_key=b"p" * 31),
            _bad(permissions=Permission(0)),
            _bad(permissions=Permission(32)),
        ),
    ),
    Case(
        "revoke key",
        RevokeKey("", "k-rival"),
        (FOREIGN, Fault(Reason.UNKNOWN_KEY, {"key_id": "nobody"})),
    ),
    Case(
        "list instrument",
        ListInstrument("", "NEW"),
        (
            FOREIGN,
            _exists(instrument="CEA"),
            _bad_name(instrument=""),
            _bad_name(product=TOO_LONG),
            _bad(tick=0),
            _bad(lot=0),
            _bad(max_quantity=0),
            _bad(market_protection_permille=1001),
        ),
    ),
    Case(
        "halt",
        HaltInstrument("", "CEA"),
        (FOREIGN, NO_INSTRUMENT, Fault(Reason.HALTED, {"instrument": "HALTED"})),
    ),
    Case(
        "resume",
        ResumeInstrument("", "HALTED"),
        (FOREIGN, NO_INSTRUMENT, Fault(Reason.NOT_HALTED, {"instrument": "CEA"})),
    ),
    Case(
        "begin day",
        BeginDay("", 20250108, 20_000),
        (
            FOREIGN,
            Fault(Reason.ALREADY_EXISTS, prepare=begin),
            _bad(date=20250106),
            _bad(date=20251301),
            _bad(ends_ns=10_000),
        ),
        prepare=close,
    ),
    Case(
        "end day",
        EndDay(""),
        (FOREIGN, Fault(Reason.NO_TRADING_DAY, prepare=close)),
    ),
    Case(
        "cancel day",
        CancelDay(""),
        (
            FOREIGN,
            Fault(Reason.NO_TRADING_DAY, prepare=close, rank=1),
            Fault(Reason.DAY_HAS_TRADED, prepare=trade),
        ),
        prepare=anew,
    ),
    Case("advance time", AdvanceTime(""), (FOREIGN,)),
    Case("checkpoint", Checkpoint("", b"d" * 32), (FOREIGN,)),
    Case("skip", SkipRow("", 1, b"h" * 32, "k", 1, "why", "s"), (FOREIGN,)),
)
