"""The reasons that operators' emergencies bring, as a client is told them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import Reason

from .reasons import CASH, CEA, OPEN, TONNES, Scenario, buy, house, listed, sell


if TYPE_CHECKING:
    from .reasons import Request


R: Final = Reason


def freeze_cash(amount: str) -> Request:
    return house(
        "freeze_cash",
        account="acme-1",
        amount=amount,
        client_ref="f-1",
        reason="court order 7",
    )


def tonnes(method: str, quantity: int) -> Request:
    return house(
        method,
        account="beta-1",
        instrument=CEA,
        quantity=quantity,
        client_ref=f"{method}-1",
        reason="法院冻结 2026 第 7 号",
    )


SUSPENDED: Final = house("suspend_venue", reason="行情中断")

ANNUL: Final = house("annul_trade", instrument=CEA, trade_id="1", reason="乌龙指")

OF_EMERGENCIES: Final = (
    Scenario(
        R.VENUE_SUSPENDED,
        "instrument",
        "the venue is suspended by its operator, who says why in the status channel; until"
        " it resumes, only cancels work",
        buy(10, "74.63"),
        (*OPEN, SUSPENDED),
    ),
    Scenario(
        R.UNKNOWN_TRADE,
        "trade_id",
        "CEA25 has no trade 1 of the open trading day that can be annulled: it is of another"
        " day, is not among the newest 5000, or never was",
        ANNUL,
        OPEN,
    ),
    Scenario(
        R.TRADE_ANNULLED,
        "trade_id",
        "trade 1 of CEA25 is annulled already",
        ANNUL,
        (*OPEN, sell(10, "74.63"), buy(10, "74.63"), ANNUL),
    ),
    Scenario(
        R.NOT_SUSPENDED,
        "",
        "the venue is not suspended; there is nothing to resume",
        house("resume_venue", reason="it is back"),
    ),
    Scenario(
        R.CASH_FROZEN,
        "quantity",
        "CNY 746.30 are needed and account acme-1 has 100.00 that may be used; more is"
        " frozen: balances tells how much, the registry why",
        buy(10, "74.63"),
        (*OPEN, freeze_cash("99900.00")),
    ),
    Scenario(
        R.TONNES_FROZEN,
        "quantity",
        "11 t are needed and account beta-1 has 10 t that may be used; others are frozen:"
        " balances tells how many, the registry why",
        sell(11, "74.63"),
        (*OPEN, tonnes("freeze_tonnes", 990)),
    ),
    Scenario(
        R.NOT_FROZEN,
        "quantity",
        "quantity 5 t is above the 4 t of CEA25 that are frozen, or are to be, in account"
        " beta-1; unfreeze at most that",
        tonnes("unfreeze_tonnes", 5),
        (listed(), CASH, TONNES, tonnes("freeze_tonnes", 4)),
    ),
)
