"""Every event, and the words that it reads as."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
    SELL,
    Alert,
    AlertKind,
    AuctionClosed,
    AuctionOpened,
    BandSet,
    BidEnd,
    BidEnded,
    BidPlaced,
    BlockEnd,
    BlockEnded,
    BlockProposed,
    Bulletin,
    CancelReason,
    CancelsFollow,
    CompositeMethod,
    CompositeSet,
    CountdownFired,
    CountdownSet,
    DayBegun,
    DayCancelled,
    DayEnded,
    DayEnding,
    Deposit,
    EligibilitySet,
    Freeze,
    FreezeChanged,
    InstrumentDelisted,
    InstrumentUpdated,
    LargeHolder,
    ListInstrument,
    Method,
    Moved,
    ObligationSet,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderStatus,
    OrderTriggered,
    ParticipantRestricted,
    Phase,
    PhaseChanged,
    PriceAwaited,
    ProductBulletin,
    Restriction,
    SetEligibility,
    SetObligation,
    Trade,
    TradeAnnulled,
    Uncrossed,
    VenueResumed,
    VenueSuspended,
    Volumes,
)
from cli.described_commands import ASK, AUCTION, BID, BID_3, BLOCK, NOON


FREEZE = Freeze("k", "a", "CEA25", 1, "r", "order 7")


LISTING = ListInstrument("k", "CEA25")
VOLUMES = Volumes(300, 22_389_00, 2, 100_000, 7_100_000_00, 1)

EVENTS = [
    (OrderAccepted(1042, 1, 7463, BID), "accepted as order 1042"),
    (OrderAccepted(1042, 1, 7461, BID), "accepted as order 1042 @ 74.61"),
    (
        Trade(1, 7463, 200, 1042, 2, 1500, 1300, BID, 1043, 2, 7463, 200, 0, ASK),
        "filled 200 @ 74.63 with order 1042 of maker-1",
    ),
    (
        Trade(
            *(1, 7463, 200, 1042, 2, 1500, 1300, BID, 1043, 2, 7463, 200, 0, ASK),
            maker_fee=15,
            taker_fee=30,
        ),
        "filled 200 @ 74.63 with order 1042 of maker-1 (fees 0.15 and 0.30)",
    ),
    (
        Trade(
            *(1, 7463, 200, 1042, 2, 1500, 1300, BID, 1043, 2, 7463, 200, 0, ASK),
            called=True,
        ),
        "200 @ 74.63 between order 1042 of maker-1 and order 1043 of maker-2",
    ),
    (
        OrderTriggered(1042, 2, 7500, 1500, BID),
        "order 1042 of maker-1 triggered: 1,500 @ 75.00",
    ),
    (
        OrderRefilled(1042, 2, 7463, 50, 1500, 1300, BID),
        "order 1042 shows 50 of 1,300, at the back",
    ),
    (
        OrderCancelled(1042, 3, 7463, 1300, 200, CancelReason.CLIENT, True, BID),
        "order 1042 cancelled, 1,300 not traded",
    ),
    (
        OrderCancelled(1042, 3, 7463, 1300, 200, CancelReason.IOC, False, BID),
        "order 1042 cancelled (nothing more to trade at once), 1,300 not traded",
    ),
    (
        OrderReduced(1042, 3, 7463, 100, 1400, 1200, True, BID),
        "order 1042 reduced by 100 (self-trade) to 1,200",
    ),
    (
        OrderAmended(1042, 3, 7460, 900, 700, 7463, False, BID),
        "order 1042 is now 900 @ 74.60, 700 open, goes to the back",
    ),
    (
        OrderStands(1042, OrderStatus.OPEN, 7463, 1500, 200, BID),
        "was placed before: order 1042 open, 200 of 1,500 filled",
    ),
    (
        OrderAmended(1042, 3, 7460, 900, 900, 7463, False, BID, 7410),
        "order 1042 is now 900 @ 74.60, 900 open, waits until 74.10 trades",
    ),
    (PhaseChanged("CEA25", Phase.TRADING), "CEA25 trading"),
    (
        PhaseChanged("CEA25", Phase.PRE_OPEN, NOON, blocks=True),
        "CEA25 pre open until 12:00:00.123456, blocks open",
    ),
    (InstrumentUpdated(LISTING), "new terms await the next trading day"),
    (InstrumentUpdated(LISTING, 20270104), "new terms await 2027-01-04"),
    (
        PriceAwaited("CEA25", 20260729),
        "CEA25 has no price for its band to lie around",
    ),
    (InstrumentDelisted("CEA25"), "CEA25 delisted"),
    (
        CompositeSet("CEA", CompositeMethod.NEWEST),
        "the composite of CEA follows the newest vintage from the next trading day on",
    ),
    (
        BandSet("CEA25", 20260729, 7463, 6717, 8209),
        "CEA25 P0 74.63, limits 67.17 to 82.09",
    ),
    (
        BandSet("CEA25", 20260729, 7463, 6717, 8209, 5224, 9702),
        "CEA25 P0 74.63, limits 67.17 to 82.09, blocks 52.24 to 97.02",
    ),
    (
        Uncrossed("CEA25", 7830, 600, -150),
        "call auction of CEA25: 600 @ 78.30, 150 to sell left",
    ),
    (Uncrossed("CEA25", 7830, 600, 0), "call auction of CEA25: 600 @ 78.30"),
    (Uncrossed("CEA25", 0, 0, 0), "call auction of CEA25: nothing crosses"),
    (
        Bulletin(
            *("CEA25", "CEA", 20260729, 7400, 7410, 7480, 7400, 7463),
            *(VOLUMES, VOLUMES, VOLUMES),
        ),
        (
            "bulletin of CEA25: open 74.10, high 74.80, low 74.00, close 74.63;"
            " listed 300 for 22,389.00 CNY, block 100,000 for 7,100,000.00 CNY"
        ),
    ),
    (
        Bulletin(
            *("CEA25", "CEA", 20260729, 0, 0, 0, 0, 0),
            *(Volumes(), Volumes(), Volumes()),
        ),
        "bulletin of CEA25: no price; nothing traded",
    ),
    (
        ProductBulletin(
            *("CEA", 20260729, 7400, 7400, 7400, 7400, 7400),
            *(VOLUMES, VOLUMES, VOLUMES),
        ),
        (
            "bulletin of product CEA: open 74.00, high 74.00, low 74.00, close 74.00;"
            " listed 300 for 22,389.00 CNY, block 100,000 for 7,100,000.00 CNY"
        ),
    ),
    (
        ProductBulletin("", 20260729, 0, 0, 0, 0, 0, VOLUMES, VOLUMES, VOLUMES),
        (
            "bulletin of the venue:"
            " listed 300 for 22,389.00 CNY, block 100,000 for 7,100,000.00 CNY"
        ),
    ),
    (
        ParticipantRestricted("acme", Restriction.SUSPENDED),
        "acme may do nothing (suspended)",
    ),
    (
        ObligationSet(SetObligation("k", "acme", 2025, 1000), 200, 50),
        "acme owes 1,000 for 2025, 200 surrendered, 50 of them offsets",
    ),
    (EligibilitySet(SetEligibility("k", "CEA")), "set"),
    (
        LargeHolder("acme", "CEA25", 850, 1000),
        "large holder: acme holds 850 CEA25 of at most 1,000",
    ),
    (
        Alert(AlertKind.REVERSE_TRADES, "CEA25", "acme", "beta", 42, 5, (1,), (2,)),
        "alert: reverse trades of acme and beta in CEA25, 42 reaches 5",
    ),
    (
        Alert(AlertKind.VOLUME_SHARE, "CEA25", "acme", "", 700, 500, side=SELL),
        "alert: volume share of acme in CEA25 on the sell side, 700 reaches 500",
    ),
    (
        OffBookTrade(
            *(5, Method.BLOCK, 7, 0, "CEA25", 7100, 100_000),
            *("b", 3, 0, "a", 4, 0, BUY),
        ),
        "block 7: 100,000 @ 71.00 from a to b",
    ),
    (
        OffBookTrade(
            *(5, Method.AUCTION, 1, 3, "CEA25", 7200, 300),
            *("b", 3, 22, "a", 4, 11, BUY),
        ),
        "auction 1: 300 @ 72.00 from a to b (fees 0.11 and 0.22)",
    ),
    (BlockProposed(7, "acme", BLOCK), "block 7 proposed"),
    (
        BlockProposed(7, "acme", BLOCK, duplicate=True),
        "was proposed before: block 7",
    ),
    (BlockEnded(7, "acme", BLOCK, BlockEnd.EXPIRED), "block 7 expired"),
    (
        BlockEnded(7, "acme", BLOCK, BlockEnd.ACCEPTED, "b", duplicate=True),
        "block 7 was accepted before",
    ),
    (AuctionOpened(1, 0, AUCTION), "auction 1 announced"),
    (AuctionOpened(1, 7700, AUCTION), "auction 1 announced, bids to 77.00"),
    (
        AuctionOpened(1, 7700, AUCTION, duplicate=True),
        "was opened before: auction 1",
    ),
    (BidPlaced(3, True, BID_3), "bid 3 stands"),
    (BidPlaced(3, True, BID_3, duplicate=True), "was placed before: bid 3"),
    (BidEnded(3, True, BID_3, BidEnd.LOST), "bid 3 lost"),
    (
        BidEnded(3, True, BID_3, BidEnd.PARTLY_FILLED, 120),
        "bid 3 partly filled with 120",
    ),
    (
        AuctionClosed(1, AUCTION, False, 7200, 300, 21_600_00, 2, 420),
        (
            "auction 1 closed: 300 of 10,000 traded for 21,600.00 CNY,"
            " at the margin 72.00, 2 bids for 420"
        ),
    ),
    (
        AuctionClosed(1, AUCTION, False, 0, 0, 0, 0, 0),
        "auction 1 closed: 0 of 10,000 traded, 0 bids for 0",
    ),
    (
        AuctionClosed(1, AUCTION, True, 0, 0, 0, 2, 420),
        "auction 1 cancelled, 2 bids for 420",
    ),
    (Moved(Deposit("k", "a", 1, "r")), "done"),
    (Moved(Deposit("k", "a", 1, "r"), duplicate=True), "was done before"),
    (
        TradeAnnulled(
            *("CEA25", 7, Method.LISTED, 7463, 500, "a", 9, 3, 0, "b", 8, 2, 5),
            *(BUY, False, "乌龙指"),
        ),
        "trade 7 annulled: 500 @ 74.63 from b to a (fees 0.05 and 0.00)",
    ),
    (VenueSuspended("行情中断"), "the venue is suspended"),
    (VenueResumed("it is back"), "the venue goes on"),
    (FreezeChanged(FREEZE, 5, 0), "5 CEA25 frozen"),
    (FreezeChanged(FREEZE, 1_000, 5), "1,000 CEA25 frozen, 5 CEA25 more to be"),
    (
        FreezeChanged(Freeze("k", "a", "", 0, "r", "order 7", 1), 123_456, 0, True),
        "was done before: 1,234.56 CNY frozen",
    ),
    (DayBegun(20260729, NOON), "open until 2026-07-29 12:00:00.123456"),
    (DayEnded(20260729), "trading day 2026-07-29 is over"),
    (
        DayEnding(20260729, NOON),
        "trading day 2026-07-29 ends at 2026-07-29 12:00:00.123456",
    ),
    (DayCancelled(20260729), "trading day 2026-07-29 is taken back"),
    (
        CountdownSet("a", 10**9, NOON, was_armed=False),
        "armed until 2026-07-29 12:00:00.123456",
    ),
    (
        CountdownSet("a", 10**9, NOON, was_armed=True),
        "renewed until 2026-07-29 12:00:00.123456",
    ),
    (CountdownSet("a", 0, 0, was_armed=True), "disarmed"),
    (CountdownSet("a", 0, 0, was_armed=False), "was not armed"),
    (
        CountdownFired("a", 1_200),
        "countdown of a has run out, cancelling 1,200 orders",
    ),
    (CancelsFollow("a", 1_200), "1,200 orders of a are still to be cancelled"),
]
