"""Refusals of what operators decide in an emergency, and of what it prevents, in words."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
    AnnulTrade,
    Command,
    Freeze,
    PlaceOrder,
    Reason,
    Rejected,
    ResumeVenue,
    Surrender,
    SuspendVenue,
    Unfreeze,
    Withdraw,
)


R = Reason
BUY_10 = PlaceOrder("k1", "acme-1", "CEA25", BUY, 7463, 10)
ANNUL = AnnulTrade("o1", "CEA25", 17, "typed wrongly")
FREEZE = Freeze("r1", "acme-1", "CEA25", 10, "f-1", "")
UNFREEZE = Unfreeze("r1", "acme-1", "CEA25", 10, "f-1", "order 7")
UNFREEZE_CASH = Unfreeze("r1", "acme-1", "", 0, "f-1", "order 7", 1_000)

OF_EMERGENCIES: list[tuple[Command, Rejected, str]] = [
    (
        BUY_10,
        Rejected(R.CASH_FROZEN, "quantity", 74_630, 50_000),
        (
            "CNY 746.30 are needed and account acme-1 has 500.00 that may be used; more is"
            " frozen: balances tells how much, the registry why"
        ),
    ),
    (
        Withdraw("r1", "acme-1", 74_630, "w-1"),
        Rejected(R.CASH_FROZEN, "amount", 74_630, 0),
        (
            "CNY 746.30 are needed and account acme-1 has 0.00 that may be used; more is"
            " frozen: balances tells how much, the registry why"
        ),
    ),
    (
        Surrender("r1", "acme-1", "CEA25", 10, 2025, "s-1"),
        Rejected(R.TONNES_FROZEN, "quantity", 10, 4),
        (
            "10 t are needed and account acme-1 has 4 t that may be used; others are"
            " frozen: balances tells how many, the registry why"
        ),
    ),
    (
        ANNUL,
        Rejected(R.UNKNOWN_TRADE, "trade_id", 17),
        (
            "CEA25 has no trade 17 of the open trading day that can be annulled: it is of"
            " another day, is not among the newest 5000, or never was"
        ),
    ),
    (
        ANNUL,
        Rejected(R.TRADE_ANNULLED, "trade_id", 17),
        "trade 17 of CEA25 is annulled already",
    ),
    (
        ANNUL,
        Rejected(R.INSUFFICIENT_HOLDINGS, "trade_id", 10, 4),
        (
            "the buyer of trade 17 has 4 t of CEA25 that no order locks, and 10 t are to"
            " go back: it has moved or sold the rest; have it cancel orders, or give"
            " tonnes back"
        ),
    ),
    (
        ANNUL,
        Rejected(R.INSUFFICIENT_FUNDS, "trade_id", 74_630, 50),
        (
            "the seller of trade 17 has CNY 0.50 that no order locks, and 746.30 are to go"
            " back: it has spent or withdrawn the rest; have it cancel orders, or deposit"
            " cash"
        ),
    ),
    (
        BUY_10,
        Rejected(R.VENUE_SUSPENDED, "instrument"),
        (
            "the venue is suspended by its operator, who says why in the status channel;"
            " until it resumes, only cancels work"
        ),
    ),
    (
        SuspendVenue("o1", "why"),
        Rejected(R.VENUE_SUSPENDED),
        "the venue is suspended already; resume_venue ends it",
    ),
    (
        ResumeVenue("o1", "why"),
        Rejected(R.NOT_SUSPENDED),
        "the venue is not suspended; there is nothing to resume",
    ),
    (
        FREEZE,
        Rejected(R.BAD_PARAMETER, "reason", 0, 200),
        (
            "reason must be a line of 1 to 200 characters that tells people why, without"
            " control characters"
        ),
    ),
    (
        UNFREEZE,
        Rejected(R.NOT_FROZEN, "quantity", 10, 4),
        (
            "quantity 10 t is above the 4 t of CEA25 that are frozen, or are to be, in"
            " account acme-1; unfreeze at most that"
        ),
    ),
    (
        UNFREEZE_CASH,
        Rejected(R.NOT_FROZEN, "amount", 1_000, 0),
        (
            "amount 10.00 is above the 0.00 of cash that are frozen, or are to be, in"
            " account acme-1; unfreeze at most that"
        ),
    ),
]
