"""Refusals of what operators decide in an emergency, and of what it prevents, in words."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
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
        FREEZE,
        Rejected(R.BAD_PARAMETER, "semantics", 1, 2),
        (
            "the venue's log has semantics 1, which does not know this: its operator"
            " starts it once with --activate"
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
