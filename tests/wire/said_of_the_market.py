"""Refusals by the market's rules, in the words that a trader reads."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
    FOK,
    GTC,
    GTD,
    MAX_BALANCE,
    STOP,
    AmendOrder,
    CancelDay,
    Command,
    CompositeMethod,
    DelistInstrument,
    EndDay,
    HaltInstrument,
    ListInstrument,
    PlaceOrder,
    Reason,
    Rejected,
    RevokeKey,
    SetComposite,
    SetObligation,
    Surrender,
    Transfer,
    UpdateInstrument,
)


ORDER = PlaceOrder("k1", "acme-1", "CEA25", BUY, 8210, 500)
AMEND = AmendOrder("k1", "acme-1", 1042, quantity=50)
UPDATE = UpdateInstrument("o1", ListInstrument("o1", "CEA25"))
SURRENDER = Surrender("r1", "acme-1", "CCER-1", 51, 2025, "s-1")
OBLIGATION = SetObligation("r1", "acme", 2025, 100)

TRANSFER = Transfer("k1", "acme-1", "beta-1", "CEA25", 51, "t-1")

R = Reason
OF_THE_MARKET: list[tuple[Command, Rejected, str]] = [
    (
        TRANSFER,
        Rejected(R.RESTRICTED, "to_account"),
        (
            "account beta-1 may not receive tonnes from other participants, by decision"
            " of the venue"
        ),
    ),
    (
        TRANSFER,
        Rejected(R.POSITION_LIMIT, "to_account", 51, 1_000),
        (
            "account beta-1 cannot take 51 t: its participant's limit is 1000 t, with"
            " what it holds and its open buys may bring; transfer less"
        ),
    ),
    (
        TRANSFER,
        Rejected(R.NOT_PERMITTED, "account"),
        (
            "key k1 may not move tonnes of account acme-1: it was revoked, or lacks the"
            " permission"
        ),
    ),
    (
        UPDATE,
        Rejected(R.UNKNOWN_INSTRUMENT, "instrument"),
        "there is no instrument CEA25; the instrument channel lists them",
    ),
    (
        ORDER,
        Rejected(R.RESTRICTED, "account", 1),
        (
            "the participant of account acme-1 may only sell and cancel, by decision of"
            " the venue"
        ),
    ),
    (
        ORDER,
        Rejected(R.RESTRICTED, "account", 2),
        "the participant of account acme-1 may only cancel, by decision of the venue",
    ),
    (
        ORDER,
        Rejected(R.RESTRICTED, "account", 3),
        "the participant of account acme-1 is suspended, by decision of the venue",
    ),
    (
        ORDER,
        Rejected(R.NOT_TRADABLE, "instrument"),
        (
            "CEA25 is not traded: it is new and trades from the next trading day on,"
            " once its band has a price to lie around (awaits_price of the instrument"
            " channel), or it was delisted"
        ),
    ),
    (
        AMEND,
        Rejected(R.NOT_TRADABLE, "order_id"),
        (
            "the instrument of order 1042 is not traded: it is new and trades from the"
            " next trading day on,"
            " once its band has a price to lie around (awaits_price of the instrument"
            " channel), or it was delisted"
        ),
    ),
    *(
        (
            command,
            Rejected(R.NOT_TRADABLE, "instrument"),
            (
                "CEA25 is not traded: it is new and trades from the next trading day on,"
                " once its band has a price to lie around (awaits_price of the instrument"
                " channel), or it was delisted"
            ),
        )
        for command in (UPDATE, DelistInstrument("o1", "CEA25"))
    ),
    (
        HaltInstrument("o1", "CEA25"),
        Rejected(R.HALTED, "instrument"),
        "CEA25 is halted already; there is nothing to halt",
    ),
    (
        ORDER,
        Rejected(R.BAD_QTY, "display_quantity", 600, 500),
        "display_quantity 600 is above the order's quantity of 500 t",
    ),
    (
        ORDER,
        Rejected(R.BAD_QTY, "display_quantity", 15, 10),
        "the lot is 10 t: display_quantity 15 is not a multiple of it",
    ),
    (
        ORDER,
        Rejected(R.BAD_QTY, "display_quantity", 5, 10),
        "display_quantity 5 is too little; show at least 10 t",
    ),
    (
        ORDER,
        Rejected(R.BAD_QTY, "display_quantity", -5, 1),
        "display_quantity must be above 0 and at most 2147483648 t, not -5",
    ),
    (
        AMEND,
        Rejected(R.BAD_QTY, "display_quantity", 5, 10),
        "display_quantity 5 is too little; show at least 10 t",
    ),
    (
        OBLIGATION,
        Rejected(R.BAD_QTY, "due", 100, 150),
        "due must be at least 150 t, which were surrendered, not 100",
    ),
    (
        OBLIGATION,
        Rejected(R.BAD_QTY, "due", 2**63 - 1, MAX_BALANCE),
        (
            "due must be above 0 and at most 4611686018427387904 t,"
            " not 9223372036854775807"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.BAD_QTY, "quantity", 51, 50),
        "quantity 51 is above the 50 t still due for 2025; surrender at most that",
    ),
    (
        SURRENDER,
        Rejected(R.BAD_QTY, "quantity", 2**63 - 1, MAX_BALANCE),
        (
            "quantity must be above 0 and at most 4611686018427387904 t,"
            " not 9223372036854775807"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.BAD_QTY, "quantity", 0, MAX_BALANCE),
        "quantity must be above 0 and at most 4611686018427387904 t, not 0",
    ),
    (
        ORDER,
        Rejected(R.PRICE_OUT_OF_BAND, "price", 8210, 8209),
        "price 82.10 is above the limit up of 82.09; name at most that",
    ),
    (
        AmendOrder("k1", "acme-1", 1042, stop_price=5053),
        Rejected(R.PRICE_OUT_OF_BAND, "stop_price", 5053, 5054),
        "stop_price 50.53 is below the limit down of 50.54; name at least that",
    ),
    (
        ORDER,
        Rejected(R.STALE_PICK, "pick", 1041),
        (
            "picked listing 1041 is gone: it was filled, cancelled, shows its next slice,"
            " or never was on the other side"
        ),
    ),
    (
        ORDER,
        Rejected(R.NOT_BEST_PRICE, "pick", 1041),
        (
            "picked listing 1041 does not rest at the best price; only listings there may"
            " be picked"
        ),
    ),
    (
        ORDER,
        Rejected(R.PICK_OUT_OF_REACH, "price", 7463, 7464),
        (
            "the order picks at 74.64, which its own price 74.63 does not reach: set"
            " price to 74.64"
        ),
    ),
    (
        ORDER,
        Rejected(R.POSITION_LIMIT, "quantity", 1_500, 1_000),
        (
            "the participant would hold 1500 t, with what its open buys may bring; its"
            " limit is 1000 t: take less, or cancel open buys"
        ),
    ),
    (
        SURRENDER,
        Rejected(
            R.NOT_ELIGIBLE, "instrument", 2026, 2025, ((2021, 2023), (2025, 2025))
        ),
        (
            "CCER-1 (vintage 2026) does not cover the obligation for 2025: vintages 2021"
            " to 2023 and vintage 2025 cover it; eligibility tells the rules"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.NOT_ELIGIBLE, "instrument", 0, 2025, ((2025, 0),)),
        (
            "CCER-1 (no vintage) does not cover the obligation for 2025: vintages from"
            " 2025 on cover it; eligibility tells the rules"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.NOT_ELIGIBLE, "instrument", 2024, 2025),
        (
            "CCER-1 (vintage 2024) does not cover the obligation for 2025: no range of"
            " vintages does; eligibility tells the rules"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.VINTAGE_ENDED, "instrument", 2024, 20251231, ((0, 0),)),
        (
            "CCER-1 (vintage 2024) could be surrendered for 2025 until 2025-12-31, which"
            " is over: now all vintages cover it; eligibility tells the rules"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.OFFSET_CAP, "quantity", 51, 50),
        (
            "CCER-1 may still cover 50 t of the obligation for 2025, not 51, for it"
            " covers a share of what is due; surrender others for the rest"
        ),
    ),
    (
        OBLIGATION,
        Rejected(R.OFFSET_CAP, "due", 100, 120),
        (
            "due must be at least 120 t, so that the offsets surrendered stay within"
            " their share, not 100"
        ),
    ),
    (
        SURRENDER,
        Rejected(R.OBLIGATION_UNKNOWN, "year", 2025),
        (
            "the participant of account acme-1 has no obligation for 2025; it must be"
            " set first"
        ),
    ),
    (
        PlaceOrder("k1", "acme-1", "CEA25", BUY, 8210, 500, time_in_force=GTC),
        Rejected(R.KIND_NOT_ALLOWED, "time_in_force"),
        "CEA25 takes orders for the trading day only; use day or gtd",
    ),
    (
        PlaceOrder("k1", "acme-1", "CEA25", BUY, 8210, 500, time_in_force=GTD),
        Rejected(R.KIND_NOT_ALLOWED, "time_in_force"),
        (
            "CEA25 takes orders for the trading day only; let it expire before its end,"
            " or use day"
        ),
    ),
    (
        PlaceOrder("k1", "acme-1", "CEA25", BUY, 8210, 500, time_in_force=FOK),
        Rejected(R.KIND_NOT_ALLOWED, "time_in_force"),
        "CEA25 is in a call auction, in which nothing trades at once; use day",
    ),
    (
        PlaceOrder("k1", "acme-1", "CEA25", BUY, 8210, 500, time_in_force=FOK),
        Rejected(R.KIND_NOT_ALLOWED, "time_in_force", 8, 48),
        (
            "CEA25 takes no fok orders; the kinds that it takes are limit, ioc,"
            " post_only"
        ),
    ),
    (
        PlaceOrder("k1", "acme-1", "CEA25", BUY, 0, 500, order_type=STOP),
        Rejected(R.KIND_NOT_ALLOWED, "order_type", 1, 2),
        (
            "CEA25 takes no market orders, nor stop orders without a price (use"
            " stop_limit); the kinds that it takes are limit, stop"
        ),
    ),
    (
        ORDER,
        Rejected(R.KIND_NOT_ALLOWED, "display_quantity", 4, 0),
        "CEA25 takes no iceberg orders; the kinds that it takes are limit",
    ),
    (
        AMEND,
        Rejected(R.KIND_NOT_ALLOWED, "post_only", 32, 1),
        (
            "the instrument of order 1042 takes no post_only orders; the kinds that it"
            " takes are limit, market"
        ),
    ),
    (
        ORDER,
        Rejected(R.KIND_NOT_ALLOWED, "pick"),
        (
            "CEA25 lets no order name the orders that it takes, or is in a call auction;"
            " leave pick out"
        ),
    ),
    (
        ORDER,
        Rejected(R.KIND_NOT_ALLOWED, "order_type"),
        "CEA25 is in a call auction, which takes orders with a price only",
    ),
    (
        ORDER,
        Rejected(R.KIND_NOT_ALLOWED, "post_only"),
        (
            "CEA25 is in a call auction, in which nothing is taken or made; leave"
            " post_only out"
        ),
    ),
    (
        AMEND,
        Rejected(R.KIND_NOT_ALLOWED, "post_only"),
        (
            "the instrument of order 1042 is in a call auction, in which an order with"
            " post_only may only get smaller or be cancelled"
        ),
    ),
    (
        RevokeKey("r1", "r1"),
        Rejected(R.LAST_REGISTRY_KEY, "key_id"),
        (
            "key r1 is the last that has the permission registry; add another one first,"
            " or nobody could"
        ),
    ),
    (
        SetComposite("o1", "EUA", CompositeMethod.NEWEST),
        Rejected(R.UNKNOWN_PRODUCT, "product"),
        "there is no product EUA; the first instrument of one makes it",
    ),
    (
        EndDay("o1"),
        Rejected(R.NO_TRADING_DAY),
        "no trading day is open; begin_day begins one",
    ),
    (
        CancelDay("o1"),
        Rejected(R.DAY_HAS_TRADED, "", 2),
        ("the trading day has 2 trades: it cannot be taken back; end it with end_day"),
    ),
]
