"""Every command, and the sentence that it reads as."""

from __future__ import annotations

from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    FOK,
    GTD,
    MARKET,
    SELL,
    STOP,
    AcceptBlock,
    ActivateSemantics,
    AddKey,
    AdvanceTime,
    AmendOrder,
    AnnulTrade,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    CallTerms,
    CancelAll,
    CancelBid,
    CancelDay,
    CancelOrder,
    Checkpoint,
    CloseAuction,
    CompositeMethod,
    Conditions,
    DeclineBlock,
    DelistInstrument,
    Deposit,
    EligibilityRule,
    EndDay,
    Fees,
    Freeze,
    GatewayOpened,
    HaltInstrument,
    HideOrderIds,
    Issue,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    OrderKind,
    Permission,
    PlaceBid,
    PlaceOrder,
    PostOnly,
    Pricing,
    ProposeBlock,
    RegisterParticipant,
    Restriction,
    RestrictParticipant,
    ResumeInstrument,
    ResumeVenue,
    Retire,
    RevokeKey,
    SelfTrade,
    SessionClosed,
    SessionEnd,
    SessionOpened,
    SetComposite,
    SetCountdown,
    SetEligibility,
    SetObligation,
    SkipRow,
    Surrender,
    SuspendVenue,
    TooFewBids,
    Transfer,
    Unfreeze,
    UpdateInstrument,
    Withdraw,
    WithdrawBlock,
)


NOON = 1_785_297_600_123_456_000  # 2026-07-29 12:00:00.123456 in Shanghai

BID = PlaceOrder("k", "maker-1", "CEA25", BUY, 7463, 1500, client_order_id="a-1")
ASK = PlaceOrder("k", "maker-2", "CEA25", SELL, 7462, 200)

BLOCK = ProposeBlock("k", "a", "CEA25", SELL, 7100, 100_000, "beta", "b-1")
AUCTION = OpenAuction(
    *("k", "a", "CEA25", SELL, 10_000, NOON, NOON + 10**9, "o-1", 7000, 500),
    pricing=Pricing.UNIFORM,
    too_few_bids=TooFewBids.FILL_VALID,
    sealed=False,
)
BID_3 = PlaceBid("k", "b", 1, 7200, 300, "p-1")

COMMANDS = [
    (BID, "buy 1,500 CEA25 @ 74.63 by maker-1 as 'a-1'"),
    (ASK, "sell 200 CEA25 @ 74.62 by maker-2"),
    (
        PlaceOrder(
            "k",
            "a",
            "CEA25",
            SELL,
            7462,
            5,
            time_in_force=FOK,
            self_trade=SelfTrade.DECREMENT,
        ),
        "sell 5 CEA25 @ 74.62 fok self-trade decrement by a",
    ),
    (
        PlaceOrder("k", "a", "CEA25", BUY, 7462, 5, post_only=PostOnly.REPRICE),
        "buy 5 CEA25 @ 74.62 post-only (reprice) by a",
    ),
    (
        PlaceOrder("k", "a", "CEA25", BUY, 0, 5, order_type=MARKET),
        "buy 5 CEA25 at market by a",
    ),
    (
        PlaceOrder(
            "k",
            "a",
            "CEA25",
            SELL,
            0,
            5,
            order_type=STOP,
            time_in_force=GTD,
            conditions=Conditions(7400, 0, NOON),
        ),
        (
            "sell 5 CEA25 at market once 74.00 trades"
            " until 2026-07-29 12:00:00.123456 by a"
        ),
    ),
    (
        PlaceOrder(
            "k", "a", "CEA25", BUY, 7463, 500, conditions=Conditions(0, 50, 0, (7, 9))
        ),
        "buy 500 CEA25 @ 74.63 showing 50 taking 7, 9 first by a",
    ),
    (AmendOrder("k", "a", 7, price=7460), "amend order 7 @ 74.60 by a"),
    (
        AmendOrder("k", "a", 7, stop_price=7410),
        "amend order 7 once 74.10 trades by a",
    ),
    (
        AmendOrder("k", "a", client_order_id="x", quantity=1200),
        "amend order 'x' to 1,200 by a",
    ),
    (CancelOrder("k", "a", 7), "cancel order 7 by a"),
    (CancelAll("k", "a"), "cancel all orders of a"),
    (CancelAll("k", "a", "CEA25", SELL), "cancel all sell CEA25 orders of a"),
    (
        ListInstrument("k", "CEA25", max_quantity=99_999),
        "list CEA25 (CEA, tick 0.01, lot 1, orders up to 99,999)",
    ),
    (
        ListInstrument(
            "k",
            "CEA25",
            max_quantity=99_999,
            reference=7463,
            band_permille=100,
            sessions=((34_200, 41_400), (46_800, 54_000)),
            take_levels=5,
            pick=True,
            resale_days=1,
            offset_permille=50,
            position_limit=10**6,
            fees=Fees(10, 20),
            blocks=BlockTerms(100_000, 300, ((46_800, 54_000),)),
            auctions=AuctionTerms(allowed=True),
            calls=CallTerms(600, 300),
            vintage=2025,
            order_kinds=OrderKind.IOC | OrderKind.POST_ONLY,
        ),
        (
            "list CEA25 (CEA of 2025, tick 0.01, lot 1, orders up to 99,999, P0 74.63,"
            " band 10 %, hours 09:30–11:30 13:00–15:00, 5 levels, pick, T+1, offset up to 5 %,"
            " positions up to 1,000,000, limit ioc post_only orders, fees 10/20 per million,"
            " blocks from 100,000 13:00–15:00, auctions, opening call 600 s,"
            " reopening call 300 s)"
        ),
    ),
    (
        UpdateInstrument("k", ListInstrument("k", "CEA25", band_permille=125)),
        (
            "let CEA25 trade from the next day on by new terms (CEA, tick 0.01, lot 1,"
            " orders up to 2,147,483,648, band 12.5 %)"
        ),
    ),
    (
        UpdateInstrument("k", ListInstrument("k", "CEA25", lot=5), 20270104),
        (
            "let CEA25 trade from 2027-01-04 on by new terms (CEA, tick 0.01, lot 5,"
            " orders up to 2,147,483,648)"
        ),
    ),
    (DelistInstrument("k", "CEA25"), "delist CEA25"),
    (
        SetComposite("k", "CEA", CompositeMethod.NEWEST),
        "let the composite of CEA follow the newest vintage from the next day on",
    ),
    (
        SetComposite("k", "CEA", CompositeMethod.MEAN),
        "let the composite of CEA follow the mean of all instruments from the next day on",
    ),
    (HaltInstrument("k", "CEA25"), "halt CEA25"),
    (ResumeInstrument("k", "CEA25"), "resume CEA25"),
    (RegisterParticipant("k", "acme"), "register participant acme"),
    (
        AddKey("k", "acme", "k-1", b"", Permission.READ | Permission.TRADE),
        "add key k-1 of acme (read, trade)",
    ),
    (RevokeKey("k", "k-1"), "revoke key k-1"),
    (OpenAccount("k", "acme", "acme-1"), "open account acme-1 for acme"),
    (
        Deposit("k", "a", 123_456_789, "r-1"),
        "deposit 1,234,567.89 CNY to a (ref r-1)",
    ),
    (Withdraw("k", "a", 5, "r-2"), "withdraw 0.05 CNY from a (ref r-2)"),
    (Issue("k", "a", "CEA25", 5000, "r-3"), "issue 5,000 CEA25 to a (ref r-3)"),
    (
        Transfer("k", "a", "b", "CEA25", 10, "r-4"),
        "transfer 10 CEA25 from a to b (ref r-4)",
    ),
    (
        Retire("k", "a", "CEA25", 10, "r-5"),
        "retire 10 CEA25 of a (ref r-5)",
    ),
    (
        Retire("k", "a", "CEA25", 10, "r-5", transferred_out=True),
        "transfer out 10 CEA25 of a (ref r-5)",
    ),
    (
        AnnulTrade("k", "CEA25", 7, "乌龙指"),
        "annul trade 7 of CEA25 (乌龙指)",
    ),
    (SuspendVenue("k", "行情中断"), "suspend the venue (行情中断)"),
    (ResumeVenue("k", "it is back"), "resume the venue (it is back)"),
    (
        Freeze("k", "a", "CEA25", 1000, "r-7", "court order 7"),
        "freeze 1,000 CEA25 of a (court order 7; ref r-7)",
    ),
    (
        Unfreeze("k", "a", "", 0, "r-8", "法院解冻", 123_456),
        "unfreeze 1,234.56 CNY of a (法院解冻; ref r-8)",
    ),
    (SetObligation("k", "acme", 2025, 1000), "state that acme owes 1,000 for 2025"),
    (
        SetEligibility(
            "k",
            "CEA",
            (
                EligibilityRule(2021, 2024, 2019, 2025, 20251231),
                EligibilityRule(2025, instruments=("CEA25", "CEA26")),
                EligibilityRule(0, 2020, 0, 2024),
                EligibilityRule(year_from=2030),
            ),
        ),
        (
            "let CEA of 2021 to 2024 cover 2019 to 2025 until 2025-12-31; 2025 on"
            " (CEA25, CEA26) cover their own year on; up to 2020 cover their own year to"
            " 2024; any vintage cover 2030 on"
        ),
    ),
    (SetEligibility("k", "CEA"), "let CEA of any vintage cover every year"),
    (
        Surrender("k", "a", "CCER24", 50, 2025, "r-6"),
        "surrender 50 CCER24 of a for 2025 (ref r-6)",
    ),
    (
        RestrictParticipant("k", "acme", Restriction.SELL_ONLY),
        "let acme only sell and cancel",
    ),
    (BLOCK, "propose block to beta: sell 100,000 CEA25 @ 71.00 by a (ref b-1)"),
    (
        replace(BLOCK, counters=6),
        (
            "propose block to beta: sell 100,000 CEA25 @ 71.00 by a,"
            " countering block 6 (ref b-1)"
        ),
    ),
    (AcceptBlock("k", "b", 7, "b-2"), "accept block 7 by b (ref b-2)"),
    (DeclineBlock("k", "b", 7), "decline block 7 by b"),
    (WithdrawBlock("k", "a", 7), "withdraw block 7 by a"),
    (
        OpenAuction("k", "a", "CEA25", SELL, 10_000, NOON, NOON + 10**9, "o-1"),
        (
            "auction to sell 10,000 CEA25 of a from 2026-07-29 12:00:00.123456"
            " to 2026-07-29 12:00:01.123456 (ref o-1)"
        ),
    ),
    (
        AUCTION,
        (
            "auction to sell 10,000 CEA25 of a from 2026-07-29 12:00:00.123456"
            " to 2026-07-29 12:00:01.123456, reserve 70.00, at most 500 a bidder, uniform,"
            " with too few bids fill valid, open bids (ref o-1)"
        ),
    ),
    (BID_3, "bid 300 @ 72.00 in auction 1 by b (ref p-1)"),
    (CancelBid("k", "b", 3), "cancel bid 3 by b"),
    (CloseAuction("k", 1), "close auction 1 early"),
    (CloseAuction("k", 1, cancel=True), "cancel auction 1 early"),
    (BeginDay("k", 20260729, NOON), "begin trading day 2026-07-29"),
    (EndDay("k"), "end the trading day"),
    (CancelDay("k"), "take back the trading day"),
    (AdvanceTime(""), "let time pass"),
    (GatewayOpened(""), "a gateway opens"),
    (
        SessionOpened("", "k-1", "mm-1", "c-1", 2_500_000_000),
        "session 'mm-1' of key k-1 opens, cancelling 2.5 s after it is lost",
    ),
    (
        SessionOpened("", "k-1", "mm-1", "c-1", 0, cancel_on_disconnect=False),
        "session 'mm-1' of key k-1 opens, keeping its orders",
    ),
    (SessionClosed("", "acme", "mm-1", "c-1"), "session 'mm-1' of acme is lost"),
    (
        SessionClosed("", "acme", "mm-1", "c-1", SessionEnd.LOGOUT),
        "session 'mm-1' of acme logs out",
    ),
    (
        SessionClosed("", "acme", "mm-1", "c-1", SessionEnd.LOGOUT_CANCELLING),
        "session 'mm-1' of acme logs out, cancelling its orders",
    ),
    (SetCountdown("k", "a", 60 * 10**9), "cancel all orders of a in 60 s"),
    (SetCountdown("k", "a", 0), "disarm the countdown of a"),
    (Checkpoint("", b"\x3f\xa9"), "checkpoint of state 3fa9"),
    (
        SkipRow("", 17, b"h" * 32, "op-1", NOON, "ticket 5", "s"),
        (
            "row 17 is passed over, by decision of key op-1 at 2026-07-29"
            " 12:00:00.123456: ticket 5"
        ),
    ),
    (ActivateSemantics("", 2), "commands have the meaning 2 from here on"),
    (
        HideOrderIds("", bytes(32)),
        "clients see hidden numbers of the orders from here on",
    ),
]
