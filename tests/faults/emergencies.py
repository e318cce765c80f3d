"""What operators decide in an emergency, and what can be wrong with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    MAX_BALANCE,
    SELL,
    AnnulTrade,
    Freeze,
    PlaceOrder,
    Reason,
    Rejected,
    ResumeVenue,
    SuspendVenue,
    Transfer,
    Unfreeze,
    Withdraw,
)

from .cases import (
    FOREIGN,
    LATE,
    LONG_REF,
    NO_ACCOUNT,
    NO_INSTRUMENT,
    NO_MORE_REFS,
    NO_REF,
    USED_REF,
    Case,
    Fault,
)
from .prepared import close


if TYPE_CHECKING:
    from carbonex.engine import Command
    from driver import Driver


def _do(driver: Driver, *commands: Command) -> None:
    for command in commands:
        events = driver.do(command)
        assert Rejected not in map(type, events), (command, events)


def freeze(driver: Driver) -> None:
    for account in ("ours", "rival"):
        _do(driver, Freeze("", account, "CEA", 10**9, "frozen", "order 7"))
    _do(driver, Freeze("", "rival", "", 0, "frozen-2", "order 7", 10**9))


def freeze_cash(driver: Driver) -> None:
    _do(driver, Freeze("", "ours", "", 0, "frozen", "order 7", 10**9))


def annul(driver: Driver) -> None:
    _do(driver, AnnulTrade("", "CEA", 1, "typed wrongly"))


def spend(driver: Driver) -> None:
    """Let the seller have no cash any more."""
    cash = driver.exchange.accounts["rival"].available
    _do(driver, Withdraw("", "rival", cash, "all"))


def send(driver: Driver) -> None:
    """Let the buyer have no tonnes any more."""
    tonnes = driver.exchange.accounts["ours"].holdings["CEA"].available
    _do(driver, Transfer("", "ours", "rival", "CEA", tonnes, "all-t"))


def suspend(driver: Driver) -> None:
    _do(driver, SuspendVenue("", "wrong prices"))


def resume(driver: Driver) -> None:
    _do(driver, ResumeVenue("", "right prices"))


UNREASONED = tuple(
    Fault(Reason.BAD_PARAMETER, {"reason": text})
    for text in ("", " ", "x" * 201, "one\ntwo")
)
FREEZING = (USED_REF, FOREIGN, NO_ACCOUNT, NO_REF, LONG_REF, *UNREASONED)
TONNES_FROZEN = Fault(Reason.TONNES_FROZEN, prepare=freeze)
CASH_FROZEN = Fault(Reason.CASH_FROZEN, prepare=freeze_cash)
NO_QUANTITY = Fault(Reason.BAD_QTY, {"quantity": 0})

SUSPENDED = Fault(Reason.VENUE_SUSPENDED, prepare=suspend)

EMERGENCY_CASES = (
    Case(
        "annul a trade",
        AnnulTrade("", "CEA", 1, "typed wrongly"),
        (
            FOREIGN,
            NO_INSTRUMENT,
            *UNREASONED,
            Fault(Reason.NO_TRADING_DAY, prepare=close, rank=9),
            Fault(Reason.UNKNOWN_TRADE, {"trade_id": 3}),
            Fault(Reason.UNKNOWN_TRADE, {"trade_id": 0}),
            Fault(Reason.TRADE_ANNULLED, prepare=annul),
            Fault(Reason.INSUFFICIENT_FUNDS, prepare=spend, rank=5),
            Fault(Reason.INSUFFICIENT_HOLDINGS, prepare=send, rank=5),
        ),
    ),
    Case(
        "suspend the venue",
        SuspendVenue("", "wrong prices"),
        (FOREIGN, *UNREASONED, SUSPENDED),
    ),
    Case(
        "resume the venue",
        ResumeVenue("", "right prices"),
        (FOREIGN, *UNREASONED, Fault(Reason.NOT_SUSPENDED, prepare=resume)),
        prepare=suspend,
    ),
    Case(
        "place in a suspension",
        PlaceOrder("", "ours", "CEA", SELL, 130, 10),
        (LATE, FOREIGN, SUSPENDED, Fault(Reason.BAD_QTY, {"quantity": 102})),
    ),
    Case(
        "freeze tonnes",
        Freeze("", "rival", "CEA", 10, "new", "order 7"),
        (
            *FREEZING,
            NO_INSTRUMENT,
            NO_QUANTITY,
            Fault(Reason.BALANCE_LIMIT, {"quantity": MAX_BALANCE}, freeze),
        ),
    ),
    Case(
        "freeze cash",
        Freeze("", "ours", "", 0, "new", "order 7", 10),
        (*FREEZING, NO_MORE_REFS, Fault(Reason.BAD_AMOUNT, {"amount": 0})),
    ),
    Case(
        "unfreeze tonnes",
        Unfreeze("", "rival", "CEA", 10, "new", "order 8"),
        (
            *FREEZING,
            NO_INSTRUMENT,
            NO_QUANTITY,
            Fault(Reason.NOT_FROZEN, {"quantity": 10**9 + 1}),
        ),
        prepare=freeze,
    ),
    Case(
        "unfreeze cash",
        Unfreeze("", "rival", "", 0, "new", "order 8", 10),
        (
            *FREEZING,
            Fault(Reason.BAD_AMOUNT, {"amount": 0}),
            Fault(Reason.NOT_FROZEN, {"amount": 10**9 + 1}),
        ),
        prepare=freeze,
    ),
    Case(
        "sell what may be frozen",
        PlaceOrder("", "ours", "CEA", SELL, 130, 10),
        (LATE, FOREIGN, TONNES_FROZEN),
    ),
    Case(
        "buy with what may be frozen",
        PlaceOrder("", "ours", "CEA", BUY, 70, 10),
        (LATE, FOREIGN, CASH_FROZEN),
    ),
    Case(
        "transfer what may be frozen",
        Transfer("", "ours", "rival", "CEA", 10, "new"),
        (USED_REF, NO_QUANTITY, TONNES_FROZEN),
    ),
    Case(
        "withdraw what may be frozen",
        Withdraw("", "ours", 10, "new"),
        (USED_REF, CASH_FROZEN),
    ),
)
