"""Refusals of parameters that cannot be meant, in the words that a client reads."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
    MAX_PRICE,
    MAX_QUANTITY,
    SELL,
    AddKey,
    BeginDay,
    Command,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    Permission,
    PlaceOrder,
    ProposeBlock,
    Reason,
    Rejected,
    SessionOpened,
    SetCountdown,
    SetEligibility,
    SetObligation,
    Transfer,
    UpdateInstrument,
)


ORDER = PlaceOrder("k1", "acme-1", "CEA25", BUY, 7463, 10)
COUNTER = ProposeBlock("k1", "acme-1", "CEA25", SELL, 7463, 10, "beta", "b-1", 7)
AUCTION = OpenAuction("o1", "acme-1", "CEA25", SELL, 10_000, 1_000, 2_000, "a-1")
LIST = ListInstrument("o1", "CEA25")
UPDATE = UpdateInstrument("o1", LIST)
KEY = AddKey("r1", "acme", "k1", b"short", Permission.READ)
DAY = BeginDay("o1", 20260302, 5_000)
SESSION = SessionOpened("", "k1", "mm-1", "c-1")
COUNTDOWN = SetCountdown("k1", "acme-1", 5)
TRANSFER = Transfer("r1", "acme-1", "beta-1", "CEA25", 10, "t-1")


def _bad(param: str, value: int = 0, limit: int = 0) -> Rejected:
    return Rejected(Reason.BAD_PARAMETER, param, value, limit)


OF_PARAMETERS: list[tuple[Command, Rejected, str]] = [
    (
        ORDER,
        _bad("post_only"),
        "post_only is for limit orders that may rest: day, gtc or gtd",
    ),
    (
        ORDER,
        _bad("price", 7463),
        "a market or stop order has no price of its own: leave price out",
    ),
    (
        ORDER,
        _bad("stop_price", 8200),
        (
            "stop_price belongs to stop and stop_limit orders that still wait, which"
            " need one, not to others"
        ),
    ),
    (ORDER, _bad("time_in_force"), "a stop order waits: it is day, gtc or gtd"),
    (
        ORDER,
        _bad("display_quantity"),
        (
            "display_quantity is for limit and stop_limit orders that may rest: day, gtc"
            " or gtd"
        ),
    ),
    (
        ORDER,
        _bad("expires", 5_000),
        "a gtd order needs expires, and no other order has it",
    ),
    (
        ORDER,
        _bad("expires", 5_000, 9_000),
        "expires 5 must be later than 9, the venue's time",
    ),
    (
        ORDER,
        _bad("expires", 1_790_000_000 * 10**9, 1_780_000_000 * 10**9),
        (
            "expires 2026-09-21 22:13:20 (UTC+8) must not be after 2026-05-29 04:26:40"
            " (UTC+8), 366 days from now"
        ),
    ),
    (
        ORDER,
        _bad("pick", 51, 50),
        (
            "pick names at most 50 listings, and none for a stop order or with post_only,"
            " which take nobody as they come"
        ),
    ),
    (
        COUNTER,
        _bad("side"),
        "a counter-offer is on the other side than the proposal that it answers",
    ),
    (
        TRANSFER,
        _bad("to_account"),
        "to_account is the account itself; name another one",
    ),
    (KEY, _bad("public_key", 5, 32), "public_key has 5 bytes, an Ed25519 key 32"),
    (
        SESSION,
        _bad("grace", 3_600_001 * 10**6, 3_600_000 * 10**6),
        "grace_ms must be an integer of milliseconds from 0 to 3600000, not 3600001",
    ),
    (
        SESSION,
        _bad("grace", -(10**6), 0),
        "grace_ms must be an integer of milliseconds from 0 to 3600000, not -1",
    ),
    (
        COUNTDOWN,
        _bad("timeout", 86_401 * 10**9, 86_400 * 10**9),
        "timeout must be an integer of seconds from 1 to 86400, or 0 to disarm, not 86401",
    ),
    (
        COUNTDOWN,
        _bad("timeout", -(10**9), 10**9),
        "timeout must be an integer of seconds from 1 to 86400, or 0 to disarm, not -1",
    ),
    *(
        (SetEligibility("r1", "CEA"), _bad(*wrong), said)
        for wrong, said in (
            (("rules", 33, 32), "rules must be at most 32, not 33"),
            (
                ("rules.vintage_to", 2020, 2021),
                "rules.vintage_to must be at least 2021, not 2020",
            ),
            (
                ("rules.until", 20260229),
                "rules.until 2026-02-29 must be a day of the calendar",
            ),
            (
                ("rules.instruments",),
                "rules.instruments must name instruments of the product CEA",
            ),
            (
                ("rules.instruments", 33, 32),
                "a rule must name at most 32 instruments, not 33",
            ),
        )
    ),
    (
        KEY,
        _bad("permissions"),
        "permissions must name one of read, trade, operate, registry, transfer",
    ),
    (
        OpenAccount("r1", "acme", "acme-1", 0),
        _bad("max_client_ids", 0, 1),
        "max_client_ids must be at least 1, not 0",
    ),
    (
        OpenAccount("r1", "acme", "acme-1", 10, 2_000_000),
        _bad("max_open_orders", 2_000_000, 1_000_000),
        "max_open_orders must be at most 1000000, not 2000000",
    ),
    (
        SetObligation("r1", "acme", 25, 100),
        _bad("year", 25, 1990),
        "year must be at least 1990, not 25",
    ),
    (
        DAY,
        _bad("date", 20260301, 20260302),
        (
            "date 2026-03-01 must be a day of the calendar after 2026-03-02: later than"
            " the last trading day, and at most 31 days before the venue's date"
        ),
    ),
    (
        DAY,
        _bad("date", 20261301, 20270102),
        (
            "date 2026-13-01 must be a day of the calendar after 2027-01-02: later than"
            " the last trading day, and at most 31 days before the venue's date"
        ),
    ),
    (
        DAY,
        _bad("date", 26021203, 20270102),
        "date 2602-12-03 must not be after 2027-01-02, 31 days from the venue's date",
    ),
    (
        UPDATE,
        _bad("effective_date", 20260301, 20260302),
        (
            "effective_date 2026-03-01 must be a day of the calendar after 2026-03-02,"
            " the last trading day; leave it out for the next trading day"
        ),
    ),
    (
        DAY,
        _bad("ends", 1_780_000_000 * 10**9, 1_790_000_000 * 10**9),
        (
            "ends 2026-05-29 04:26:40 (UTC+8) must be later than 2026-09-21 22:13:20"
            " (UTC+8), the venue's time"
        ),
    ),
    (
        DAY,
        _bad("ends", 1_790_000_000 * 10**9, 1_780_000_000 * 10**9),
        (
            "ends 2026-09-21 22:13:20 (UTC+8) must not be after 2026-05-29 04:26:40"
            " (UTC+8): a trading day ends within 32 days"
        ),
    ),
    (AUCTION, _bad("opens", 9_000, 5_000), "opens 9 must be before closes 5"),
    (
        AUCTION,
        _bad("closes", 9_000, 9_000),
        "closes 9 must be later than 9, the venue's time",
    ),
    (
        AUCTION,
        _bad("closes", 9_000, 8_000),
        "closes 9 must not be after 8, the end of the trading day",
    ),
    (AUCTION, _bad("reserve", 0, 1), "reserve must be at least 0.01, not 0.00"),
    (AUCTION, _bad("bidder_limit", -1), "bidder_limit must be at least 0, not -1"),
    (LIST, _bad("tick", 0, 1), "tick must be at least 0.01, not 0.00"),
    (
        LIST,
        _bad("lot", 2**40, MAX_QUANTITY),
        "lot must be at most 2147483648, not 1099511627776",
    ),
    (
        LIST,
        _bad("band_permille", 1_000, 999),
        "band_permille must be at most 999, not 1000",
    ),
    (
        LIST,
        _bad("blocks.min_quantity", -1),
        "blocks.min_quantity must be at least 0, not -1",
    ),
    (
        LIST,
        _bad("reference", 0, 1),
        (
            "reference must be given: the band needs one, as product CEA has no"
            " composite close yet"
        ),
    ),
    (
        LIST,
        _bad("reference", 7463, 5),
        "the tick is 0.05: reference 74.63 is not a multiple of it",
    ),
    (
        LIST,
        _bad("reference", MAX_PRICE + 1, MAX_PRICE),
        "reference must be at most 21474836.48, not 21474836.49",
    ),
    (
        LIST,
        _bad("sessions", 41_400, 46_800),
        (
            "sessions must follow one another within the day, each with its end after"
            " its start; 11:30 is not"
        ),
    ),
    (
        LIST,
        _bad("blocks.sessions", 46_815, 46_815),
        (
            "blocks.sessions must follow one another within the day, each with its end"
            " after its start; 13:00:15 is not"
        ),
    ),
    (
        UPDATE,
        _bad("product"),
        "CEA25 keeps its product; list another instrument",
    ),
    (
        UPDATE,
        _bad("tick", 1, 5),
        "CEA25 keeps its tick of 0.05; list another instrument",
    ),
    (
        UPDATE,
        _bad("lot", 1, 10),
        "CEA25 keeps its lot of 10; list another instrument",
    ),
    (
        UPDATE,
        _bad("fees.maker", 100_001, 100_000),
        "fees.maker must be at most 100000, not 100001",
    ),
    (
        UPDATE,
        _bad("vintage", 2024, 2025),
        "CEA25 keeps its vintage of 2025; list another instrument",
    ),
    (
        UPDATE,
        _bad("vintage", 0, 2025),
        "CEA25 keeps its vintage of 2025; list another instrument",
    ),
    (
        LIST,
        _bad("vintage", 2101, 2100),
        "vintage must be a year from 1990 to 2100, or 0 for none, not 2101",
    ),
]
