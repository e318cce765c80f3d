"""Market files that are refused, and the sentences that say so."""

from __future__ import annotations

from typing import Final


MONEY = (
    'must be CNY in quotes with at most two decimals, such as "74.63",'
    " from 0.01 to 21474836.48"
)
TIME = 'must be a time in quotes from "00:00" to "24:00"'
NAME = "must be a name of 1 to 36 printable ASCII characters without space"
RISING = "each time must be later than the one before, and"
TERMS = "[product.X]\n"
BAND = TERMS + "band_permille = 100\n"
TWO = BAND + '[[instrument]]\nname = "A"\nproduct = "X"\nreference = "70"\n'

REFUSED: Final = [
    ("begin = ", "not TOML: Invalid value (at end of document)"),
    # Keys that are not there.
    (
        'kalendar = "china"',
        'kalendar = "china": there is no such key; did you mean calendar?',
    ),
    (
        "[calendar]\nzone = 8",
        (
            "calendar.zone = 8: there is no such key;"
            " there are kind, closed, open, known_until"
        ),
    ),
    (
        "[calendar.extra]\na = 1",
        (
            "[calendar.extra]: there is no such key;"
            " there are kind, closed, open, known_until"
        ),
    ),
    (
        TERMS + "band = 100",
        "product.X.band = 100: there is no such key; did you mean band_permille?",
    ),
    (
        TERMS + "fees.makr = 1",
        "product.X.fees.makr = 1: there is no such key; did you mean maker?",
    ),
    (
        TERMS + 'reference = "70"',
        (
            'product.X.reference = "70": there is no such key; there are tick, lot,'
            " max_quantity, market_protection_permille, band_permille, sessions,"
            " multi_day, take_levels, pick, resale_days, offset_permille,"
            " position_limit, large_holder_permille, fees, blocks, auctions, calls,"
            " thresholds, min_display_permille, order_kinds, composite, eligibility"
        ),
    ),
    (
        TWO + "blocks.quantity = 1",
        (
            "instrument.A.blocks.quantity = 1: there is no such key;"
            " did you mean min_quantity?"
        ),
    ),
    (
        TWO + "[[premium]]\nccer = 'A'\nceer = 'A'",
        'premium[0].ceer = "A": there is no such key; did you mean ccer?',
    ),
    # Keys that are missing.
    ("[[instrument]]\nname = 'A'", "instrument.A.product is missing"),
    ("[[instrument]]\nproduct = 'X'", "instrument[0].name is missing"),
    ("[[premium]]\nccer = 'A'", "premium[0].cea is missing"),
    ("[daily_premium]\nccer = 'A'", "daily_premium.cea is missing"),
    # Values of another type.
    ("begin = 9", f"begin = 9: {TIME}"),
    ("begin = 09:00:00", f'begin = "09:00:00": {TIME}'),
    ("calendar = 1", "calendar = 1: must be a table"),
    ("product = []", "product = []: must be a table"),
    ("product.X = 1", "product.X = 1: must be a table"),
    ("instrument = [1]", "instrument[0] = 1: must be a table"),
    ("[instrument]\nname = 'A'", "[instrument]: must be a list"),
    ("[[instrument]]\nname = 5", f"instrument[0].name = 5: {NAME}"),
    (TERMS + "lot = 'one'", 'product.X.lot = "one": must be a whole number'),
    (TERMS + "lot = 1.0", "product.X.lot = 1.0: must be a whole number"),
    (TERMS + "pick = 1", "product.X.pick = 1: must be true or false"),
    (TERMS + "tick = 0.01", f"product.X.tick = 0.01: {MONEY}"),
    (TERMS + "sessions = '9'", 'product.X.sessions = "9": must be a list'),
    (
        TERMS + "sessions = [['09:30']]",
        'product.X.sessions[0] = ["09:30"]: must have 2 items, not 1',
    ),
    (
        "[calendar]\nclosed = '2027-01-01'",
        'calendar.closed = "2027-01-01": must be a list',
    ),
    # Impossible values.
    ("begin = '24:01'", f'begin = "24:01": {TIME}'),
    ("begin = '9:00'", f'begin = "9:00": {TIME}'),
    (
        "begin = '24:00'",
        'begin = "24:00": must not be after 23:59:59, when the day is over',
    ),
    (
        "[calendar]\nkind = 'moon'",
        'calendar.kind = "moon": must be one of china, every_day',
    ),
    (
        "[calendar]\nclosed = ['2027-02-29']",
        'calendar.closed[0] = "2027-02-29": must be a date such as "2027-01-01"',
    ),
    (
        "[calendar]\nclosed = [2027-01-01]\nopen = [2027-01-01]",
        'calendar.open[0] = "2027-01-01": is in calendar.closed as well',
    ),
    ("[product.'A B']", f"[product.A B]: {NAME}"),
    (TERMS + "tick = '0.00'", f'product.X.tick = "0.00": {MONEY}'),
    (TERMS + "tick = '0.005'", f'product.X.tick = "0.005": {MONEY}'),
    (TERMS + "lot = 0", "product.X.lot = 0: must be at least 1"),
    (
        TERMS + "max_quantity = 2147483649",
        "product.X.max_quantity = 2147483649: must be at most 2147483648",
    ),
    (
        TERMS + "lot = 5\nmax_quantity = 4",
        "product.X.max_quantity = 4: must be at least 5",
    ),
    (
        TERMS + "band_permille = 1000",
        "product.X.band_permille = 1000: must be at most 999",
    ),
    (TERMS + "resale_days = -1", "product.X.resale_days = -1: must be at least 0"),
    (
        TERMS + "offset_permille = 1001",
        "product.X.offset_permille = 1001: must be at most 1000",
    ),
    (
        TERMS + "fees.taker = 100_001",
        "product.X.fees.taker = 100001: must be at most 100000",
    ),
    (
        TERMS + "calls.open_seconds = 3601",
        "product.X.calls.open_seconds = 3601: must be at most 3600",
    ),
    (
        TERMS + "thresholds.cancel_ratio = -5",
        "product.X.thresholds.cancel_ratio = -5: must be at least 0",
    ),
    (
        TWO + 'vintage = "2025"',
        'instrument.A.vintage = "2025": must be a whole number',
    ),
    (TWO + "vintage = 1989", "instrument.A.vintage = 1989: must be at least 1990"),
    (
        TERMS + "composite = 'median'",
        'product.X.composite = "median": must be one of mean, newest',
    ),
    (
        TERMS + "auctions.pricing = 'dutch'",
        'product.X.auctions.pricing = "dutch": must be one of pay_as_bid, uniform',
    ),
    (
        TERMS + "auctions.too_few_bids = 1",
        (
            "product.X.auctions.too_few_bids = 1: must be one of"
            " cancel, fill_valid, sell_at_lowest"
        ),
    ),
    (
        TERMS + "sessions = [['11:30', '09:30']]",
        f'product.X.sessions = [["11:30", "09:30"]]: {RISING} 09:30 follows 11:30',
    ),
    (
        TERMS + "blocks.sessions = [['13:00', '15:00'], ['14:00', '16:00']]",
        (
            'product.X.blocks.sessions = [["13:00", "15:00"], ["14:00", "16:00"]]:'
            f" {RISING} 14:00 follows 15:00"
        ),
    ),
    (
        TERMS + "sessions = [['09:30', '24:30']]",
        f'product.X.sessions[0][1] = "24:30": {TIME}',
    ),
    (
        "begin = '10:00'\n" + TWO + "sessions = [['09:30', '11:30']]",
        'begin = "10:00": must not be after 09:30, when A opens',
    ),
    # Instruments.
    (
        "[[instrument]]\nname = 'A'\nproduct = 'Y'",
        'instrument.A.product = "Y": there is no [product.Y]',
    ),
    (
        TERMS + "[[instrument]]\nname = 'A B'\nproduct = 'X'",
        f'instrument.A B.name = "A B": {NAME}',
    ),
    (
        TWO + "[[instrument]]\nname = 'A'\nproduct = 'X'",
        'instrument.A.name = "A": this name is taken; every instrument has its own',
    ),
    (
        TERMS + "[[instrument]]\nname = 'composite'\nproduct = 'X'",
        (
            'instrument.composite.name = "composite": this name is taken;'
            " every instrument has its own"
        ),
    ),
    (TWO + "lot = 0", "instrument.A.lot = 0: must be at least 1"),
    (
        TERMS + "max_quantity = 5\n[[instrument]]\nname='A'\nproduct='X'\nlot=9",
        "instrument.A.max_quantity = 5: must be at least 9",
    ),
    (
        TWO + "tick = '0.03'",
        'instrument.A.reference = "70": must be a multiple of the tick, 0.03',
    ),
    # Premiums.
    (
        TWO + "[[premium]]\nccer = 'B'\ncea = 'A'",
        'premium[0].ccer = "B": there is no [[instrument]] of this name',
    ),
    (
        TWO + "[[premium]]\nccer = 'A'\ncea = 'composite'",
        (
            'premium[0].cea = "composite":'
            " needs [daily_premium], which names the product that it is of"
        ),
    ),
    (
        TWO + "[daily_premium]\nccer = 'X'\ncea = 'Y'",
        'daily_premium.cea = "Y": there is no [product.Y]',
    ),
]
