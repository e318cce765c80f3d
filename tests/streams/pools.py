"""What random commands talk about: names, prices, quantities, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AddKey,
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Command,
    Deposit,
    Fees,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
    SetObligation,
    Thresholds,
)


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Exchange

SECOND = 10**9
START = 1_736_126_999 * SECOND  # 2025-01-06 09:29:59 in Shanghai
TODAY = 20250106

HOURS = ((34_200, 41_400), (46_800, 54_000))  # 09:30-11:30, 13:00-15:00
# Everything that the rulebook has, at numbers small enough to be met.
FULL = ListInstrument(
    "",
    "CEA25",
    max_quantity=50,
    reference=100,
    band_permille=50,
    sessions=HOURS,
    multi_day=False,
    take_levels=2,
    pick=True,
    resale_days=2,
    offset_permille=500,
    position_limit=110,
    fees=Fees(3_000, 5_000, 700, 900),
    blocks=BlockTerms(5, 100, ((34_260, 41_400), HOURS[1])),
    auctions=AuctionTerms(True, 50, 960, 20),
    calls=CallTerms(90, 60),
    thresholds=Thresholds(
        cancel_ratio=300,
        cancel_orders=2,
        large_order=10,
        quick_cancel_ms=60_000,
        reverse_quantity=10,
        vwap_deviation=20,
        vwap_volume=10,
        high_low=10,
        volume_share=300,
        share_volume=20,
    ),
    min_display_permille=250,
    vintage=2025,
)
INSTRUMENTS = (
    ListInstrument("", "CEA", max_quantity=50),
    ListInstrument("", "CCER", "CCER", 5, 10, 100, 50, 100, 100),
    FULL,
)
COMPANIES = ("Huaneng", "Datang", "Guodian", "Huadian")
ACCOUNTS = (
    OpenAccount("", "Huaneng", "h-1", 4, 4),
    OpenAccount("", "Huaneng", "h-2"),
    OpenAccount("", "Datang", "d-1", max_stop_orders=1),
    OpenAccount("", "Guodian", "g-1"),
    OpenAccount("", "Huadian", "e-1"),
)
OWNER = Permission.READ | Permission.TRADE | Permission.TRANSFER
KEYS = (
    AddKey("", "Huaneng", "k-h", b"h" * 32, OWNER),
    AddKey("", "Datang", "k-all", b"d" * 32, Permission(31)),
    AddKey("", "Datang", "k-read", b"r" * 32, Permission.READ),
)
FUNDS: tuple[Deposit | Issue, ...] = (
    *(Deposit("", account.account, 12_000, "cash") for account in ACCOUNTS),
    *(Issue("", account.account, "CEA", 50, "CEA") for account in ACCOUNTS),
    *(Issue("", account.account, "CCER", 120, "CCER") for account in ACCOUNTS),
    *(Issue("", account.account, "CEA25", 40, "CEA25") for account in ACCOUNTS),
)
SETUP: tuple[Command, ...] = (
    *INSTRUMENTS,
    *(RegisterParticipant("", name) for name in COMPANIES),
    *ACCOUNTS,
    *KEYS,
    *FUNDS,
    *(SetObligation("", name, 2024, 30) for name in COMPANIES),
)

# Most of a pool is sound; "nobody", "NONE" and "?" are not, nor is a long name.
NAMES = ["h-1", "h-2", "d-1", "g-1", "e-1"]
ABSURD = [-(2**63), -1, 0, 2**31, 2**31 + 1, 2**62, 2**63 - 1]
IDS = [*"abcdefgh", "x" * 37]
SESSIONS = ["mm-1", "mm-2", "taker"]
REFS = [*"abcdefghijklmnop", "cash", "", "x" * 37]


def one_in(r: Random, n: int) -> bool:
    return r.randrange(n) == 0


def account(r: Random) -> str:
    return "nobody" if one_in(r, 60) else r.choice(NAMES)


def company(r: Random) -> str:
    return "Nobody" if one_in(r, 30) else r.choice(COMPANIES)


def key(r: Random) -> str:
    return "" if r.randrange(12) else r.choice(["k-h", "k-all", "k-read", "nobody"])


def ref(r: Random) -> str:
    return r.choice(REFS) if one_in(r, 2) else f"ref-{r.randrange(10**6)}"


def session(r: Random) -> str:
    return r.choice(SESSIONS)


def instrument(r: Random) -> str:
    pool = ["CEA", "CEA", "CCER", "CEA25", "CEA25", "CEA25"]
    return "NONE" if one_in(r, 60) else r.choice(pool)


def price(r: Random, name: str) -> int:
    if one_in(r, 40):
        return r.choice(ABSURD)
    if name == "CCER" and r.randrange(20):
        return r.randrange(90, 111, 5)
    return r.randint(95, 105)


def quantity(r: Random, name: str) -> int:
    if one_in(r, 40):
        return r.choice(ABSURD)
    if name == "CCER" and r.randrange(20):
        return r.randrange(10, 61, 10)
    return r.randint(1, 15)


def deadline(r: Random, exchange: Exchange) -> int:
    return 0 if r.randrange(12) else exchange.time_ns + r.choice([-1, 0, 1, 2, 9])
