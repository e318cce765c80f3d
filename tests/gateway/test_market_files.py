"""Market files: the presets, what a file may say, and how it is refused."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from carbonex.engine import (
    VENUE_KEY,
    BeginDay,
    ListInstrument,
    OrderKind,
    Rejected,
)
from carbonex.engine.enums import Pricing, TooFewBids
from carbonex.engine.terms import AuctionTerms, BlockTerms
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import (
    PRESETS,
    DailyPremium,
    DayKind,
    LivePremium,
    Market,
    difference,
    load_market,
    market_text,
    parse_market,
)
from carbonex.gateway.market.file import TermsTable
from driver import Driver
from gateway.bad_market_files import REFUSED


if TYPE_CHECKING:
    from pathlib import Path


def hours(*times: str) -> tuple[tuple[int, int], ...]:
    """Return sessions as the engine has them, of "09:30-11:30"."""

    def seconds(text: str) -> int:
        return int(text[:2]) * 3600 + int(text[3:]) * 60

    spans = [text.split("-") for text in times]
    return tuple((seconds(start), seconds(end)) for start, end in spans)


def terms_of(market: Market) -> dict[str, ListInstrument]:
    return {listing.terms.instrument: listing.terms for listing in market.listings}


# The presets are MARKET-RULES §§1–4 and 6.

DAY_HOURS = hours("09:30-11:30", "13:00-15:00")


def test_the_preset_cea() -> None:
    market = load_market("cea")
    terms = terms_of(market)
    assert list(terms) == ["CEA", "CEA21", "CEA22", "CEA23", "CEA24", "CEA25"]
    assert terms["CEA25"] == ListInstrument(
        VENUE_KEY,
        "CEA25",
        "CEA",
        max_quantity=99_999,
        reference=7463,
        band_permille=100,
        sessions=DAY_HOURS,
        multi_day=False,
        take_levels=5,
        pick=True,
        resale_days=1,
        blocks=BlockTerms(100_000, 300, hours("13:00-15:00")),
        auctions=AuctionTerms(allowed=True, band_permille=100, reserve_permille=1000),
        vintage=2025,
        order_kinds=OrderKind.IOC | OrderKind.POST_ONLY,
    )
    assert terms["CEA25"].auctions.pricing is Pricing.PAY_AS_BID
    assert terms["CEA25"].auctions.too_few_bids is TooFewBids.FILL_VALID
    for name, other in terms.items():  # vintages differ in name, year and price only
        same = structs.replace(other, instrument="CEA25", reference=7463, vintage=2025)
        assert same == terms["CEA25"], name
    assert market.begin_seconds == 9 * 3600
    years = [listing.terms.vintage for listing in market.listings]
    assert years == [2020, 2021, 2022, 2023, 2024, 2025]
    assert market.premiums == ()
    assert market.daily_premium is None


def test_the_preset_ccer() -> None:
    market = load_market("ccer")
    terms = terms_of(market)
    assert terms["CCER-WIND24"] == ListInstrument(
        VENUE_KEY,
        "CCER-WIND24",
        "CCER",
        reference=7650,
        band_permille=100,
        sessions=DAY_HOURS,
        multi_day=False,
        resale_days=5,
        offset_permille=50,
        blocks=BlockTerms(0, 300, DAY_HOURS),
        vintage=2024,
        order_kinds=OrderKind.IOC | OrderKind.POST_ONLY,
    )
    assert all(listing.project_type for listing in market.listings)


def test_the_preset_national_is_both() -> None:
    market = load_market("national")
    both = (*load_market("cea").listings, *load_market("ccer").listings)
    assert market.listings == both
    assert market.premiums == (
        LivePremium("CCER-WIND24", "composite"),
        LivePremium("CCER-WIND24", "CEA25"),
    )
    assert market.daily_premium == DailyPremium("CCER", "CEA")


def test_the_preset_continuous_trades_round_the_clock() -> None:
    market = load_market("continuous")
    assert market.begin_seconds == 0
    assert market.calendar.kind(dt.date(2026, 10, 1)) is DayKind.TRADING
    for terms in terms_of(market).values():
        assert (terms.band_permille, terms.sessions) == (0, ())
        assert terms.multi_day


@pytest.mark.parametrize("name", ["cea", "ccer", "national"])
def test_national_presets_name_every_term(name: str) -> None:
    """Somebody who copies one finds every rule in it, even those that are off."""
    for product, table in tomllib.loads(market_text(name))["product"].items():
        silent = {"market_protection_permille"}  # there is a band
        if product == "CCER":
            silent.add("max_quantity")  # it has no figure
        assert set(TermsTable.__struct_fields__) - set(table) == silent


@pytest.mark.parametrize("name", PRESETS)
def test_a_venue_takes_every_preset(name: str) -> None:
    driver = Driver(time_ns=1_785_288_600 * 10**9)  # 2026-07-29 09:30 in Shanghai
    market = load_market(name)
    for command in difference(market, driver.exchange).commands:
        assert not [e for e in driver.do(command) if isinstance(e, Rejected)]
    driver.do(BeginDay(VENUE_KEY, 20260729))
    assert all(item.tradable for item in driver.exchange.listed)
    assert difference(market, driver.exchange) == ([], [], [])


def test_without_a_file_every_day_trades_and_nothing_is_listed() -> None:
    assert load_market("").listings == ()
    market = parse_market("", "f")
    assert market.listings == ()
    assert market.begin_seconds == 0
    assert market.calendar.kind(dt.date(2027, 1, 1)) is DayKind.TRADING


# A file of one's own.

OWN = """
begin = "08:45"

[calendar]
kind = "china"
closed = ["2026-12-31", 2027-01-01]
open = ["2026-12-26"]
known_until = "2027-01-31"

[product.X]
tick = "0.05"
lot = 10
sessions = [["09:00", "11:30:30"]]
fees = { maker = 5, taker = 7 }
[product.X.auctions]
pricing = "uniform"
bidder_limit = 500

[[instrument]]
name = "X-1"
product = "X"
reference = "60"

[[instrument]]
name = "X-2"
product = "X"
vintage = 2026
lot = 20
order_kinds = ["stop", "market", "stop"]
fees.taker = 9
auctions.too_few_bids = "sell_at_lowest"
thresholds = { volume_share = 300 }
"""


def test_an_instrument_has_its_products_terms_where_it_says_nothing_else() -> None:
    first, second = terms_of(parse_market(OWN, "f")).values()
    assert first == ListInstrument(
        VENUE_KEY,
        "X-1",
        "X",
        tick=5,
        lot=10,
        reference=6000,
        sessions=((9 * 3600, 11 * 3600 + 1830),),
        fees=structs.replace(first.fees, maker=5, taker=7),
        auctions=AuctionTerms(pricing=Pricing.UNIFORM, bidder_limit=500),
    )
    assert second == structs.replace(
        first,
        instrument="X-2",
        lot=20,
        reference=0,
        fees=structs.replace(first.fees, maker=5, taker=9),
        auctions=structs.replace(
            first.auctions, too_few_bids=TooFewBids.SELL_AT_LOWEST
        ),
        thresholds=structs.replace(first.thresholds, volume_share=300),
        vintage=2026,
        order_kinds=OrderKind.MARKET | OrderKind.STOP,
    )


def test_a_file_says_which_days_trade() -> None:
    market = parse_market(OWN, "f")
    kinds = {
        day: market.calendar.kind(dt.date.fromisoformat(day)).name
        for day in (
            "2026-12-26",
            "2026-12-31",
            "2027-01-01",
            "2027-01-04",
            "2027-02-01",
        )
    }
    assert kinds == {
        "2026-12-26": "TRADING",  # a Saturday
        "2026-12-31": "CLOSED",
        "2027-01-01": "CLOSED",
        "2027-01-04": "TRADING",
        "2027-02-01": "UNKNOWN",
    }
    assert market.begin_seconds == 8 * 3600 + 45 * 60


def test_a_file_is_found_from_the_venues_directory(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    assert load_market("own.toml", tmp_path).listings[0].terms.instrument == "X-1"
    assert load_market(str(tmp_path / "own.toml")).source == str(tmp_path / "own.toml")


# Refusals.


def test_a_refusal_names_file_key_value_and_reason(subtests: pytest.Subtests) -> None:
    for text, message in REFUSED:
        with subtests.test(message):
            with pytest.raises(ConfigError) as caught:
                parse_market(text, "f.toml")
            assert str(caught.value) == f"f.toml: {message}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_market("sea", tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'sea'}: there is no such file,"
        " and the presets are cea, ccer, national, continuous"
    )
