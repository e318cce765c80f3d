"""Instruments and trading days: what operators decide, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.engine import (
    AdvanceTime,
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    ListInstrument,
    OrderKind,
    Pricing,
    Thresholds,
    TooFewBids,
)
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import CEA, DAY_ENDS, SECOND, Client, House, order


# Instruments

# The preset of MARKET-RULES §1, and what has no published figure.
TERMS: dict[str, Any] = {
    "product": "CEA",
    "tick": "0.01",
    "lot": 1,
    "max_quantity": 99_999,
    "market_protection_permille": 50,
    "reference": "74.63",
    "band_permille": 100,
    "sessions": [["09:30", "11:30"], ["13:00", "15:00"]],
    "multi_day": False,
    "take_levels": 5,
    "pick": True,
    "resale_days": 1,
    "offset_permille": 1000,
    "position_limit": 5_000_000,
    "large_holder_permille": 800,
    "min_display_permille": 100,
    "vintage": 2026,
    "order_kinds": ["stop", "ioc"],
    "fees": {"maker": 10, "taker": 20, "block": 5, "auction": 15},
    "blocks": {
        "min_quantity": 100_000,
        "band_permille": 300,
        "sessions": [["13:00", "15:00:30"]],
    },
    "auctions": {
        "allowed": True,
        "band_permille": 100,
        "reserve_permille": 900,
        "bidder_limit": 500_000,
        "pricing": "uniform",
        "too_few_bids": "sell_at_lowest",
        "sealed": False,
    },
    "calls": {"open_seconds": 300, "resume_seconds": 600},
    "thresholds": {
        "cancel_ratio": 500,
        "cancel_orders": 30,
        "large_order": 50_000,
        "quick_cancel_ms": 2000,
        "reverse_quantity": 10_000,
        "vwap_deviation": 50,
        "vwap_volume": 2000,
        "high_low": 20,
        "volume_share": 300,
        "share_volume": 3000,
    },
}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_every_term_reaches_the_engine_and_is_told(house: House, codec: Codec) -> None:
    clerk = house.trader("house-key", codec)
    assert clerk.result("list_instrument", instrument="CEA26", **TERMS) == {}
    assert house.exchange.instruments["CEA26"].terms == ListInstrument(
        key="house-key",
        instrument="CEA26",
        product="CEA",
        tick=1,
        lot=1,
        max_quantity=99_999,
        market_protection_permille=50,
        reference=7463,
        band_permille=100,
        sessions=((34_200, 41_400), (46_800, 54_000)),
        multi_day=False,
        take_levels=5,
        pick=True,
        resale_days=1,
        offset_permille=1000,
        position_limit=5_000_000,
        large_holder_permille=800,
        fees=Fees(10, 20, 5, 15),
        blocks=BlockTerms(100_000, 300, ((46_800, 54_030),)),
        auctions=AuctionTerms(
            True,
            100,
            900,
            500_000,
            Pricing.UNIFORM,
            TooFewBids.SELL_AT_LOWEST,
            False,
        ),
        calls=CallTerms(300, 600),
        thresholds=Thresholds(500, 30, 50_000, 2000, 10_000, 50, 2000, 20, 300, 3000),
        min_display_permille=100,
        vintage=2026,
        order_kinds=OrderKind.STOP | OrderKind.IOC,
    )
    stranger = house.connect(codec)
    stranger.send("subscribe", channel="instrument", instrument="CEA26")
    _, _, snapshot = stranger.read()
    (told,) = snapshot["data"]
    assert {name: told[name] for name in TERMS} == TERMS
    assert (told["phase"], told["tradable"]) == ("closed", False)


def test_a_new_banded_instrument_trades_from_the_next_day_on(
    house: House, clerk: Client
) -> None:
    banded = {"reference": "74.63", "band_permille": 100, "resale_days": 1}
    clerk.result("list_instrument", instrument="CEA26", **banded)
    trader = house.trader("acme-key")
    early = trader.error("add_order", **order() | {"instrument": "CEA26"})
    assert early["name"] == "NOT_TRADABLE"
    house.now_ns = DAY_ENDS + SECOND
    assert clerk.result("begin_day", date="2026-03-03") == {}
    result = trader.result(
        "add_order", **order(price="82.09") | {"instrument": "CEA26"}
    )
    assert result["status"] == "open"
    error = trader.error("add_order", **order(price="82.10") | {"instrument": "CEA26"})
    assert error["message"] == (
        "price 82.10 is above the limit up of 82.09; name at most that"
    )


def test_new_terms_hold_from_the_next_day_on_and_replace_all(
    house: House, clerk: Client
) -> None:
    instrument = house.exchange.instruments[CEA]
    fees = {"maker": 100}
    assert clerk.result("update_instrument", instrument=CEA, fees=fees) == {}
    assert instrument.terms.fees == Fees()
    house.now_ns = DAY_ENDS + SECOND
    clerk.result("begin_day", date="2026-03-03")
    assert instrument.terms.fees == Fees(100)
    assert clerk.result("update_instrument", instrument=CEA) == {}
    assert instrument.next_terms is not None
    assert instrument.next_terms.fees == Fees()


@pytest.mark.parametrize(
    ("changes", "param", "message"),
    [
        (
            {"product": "CCER"},
            "product",
            "CEA25 keeps its product; list another instrument",
        ),
        (
            {"tick": "0.05"},
            "tick",
            "CEA25 keeps its tick of 0.01; list another instrument",
        ),
        ({"lot": 10}, "lot", "CEA25 keeps its lot of 1; list another instrument"),
        (
            {"fees": {"taker": -1}},
            "fees.taker",
            "fees.taker must be at least 0, not -1",
        ),
        (
            {"sessions": [["09:30", "11:30"], ["11:00", "15:00"]]},
            "sessions",
            (
                "sessions must follow one another within the day, each with its end"
                " after its start; 11:00 is not"
            ),
        ),
        (
            {"blocks": {"sessions": [["15:00", "13:00"]]}},
            "blocks.sessions",
            (
                "blocks.sessions must follow one another within the day, each with its"
                " end after its start; 13:00 is not"
            ),
        ),
        (
            {"calls": {"open_seconds": 3601}},
            "calls.open_seconds",
            "calls.open_seconds must be at most 3600, not 3601",
        ),
        (
            {"auctions": {"reserve_permille": 2001}},
            "auctions.reserve_permille",
            "auctions.reserve_permille must be at most 2000, not 2001",
        ),
        (
            {"thresholds": {"large_order": -5}},
            "thresholds.large_order",
            "thresholds.large_order must be at least 0, not -5",
        ),
        (
            {"vintage": 1989},
            "vintage",
            "vintage must be a year from 1990 to 2100, or 0 for none, not 1989",
        ),
    ],
)
def test_terms_that_cannot_be_are_named_with_their_section(
    clerk: Client, changes: dict[str, Any], param: str, message: str
) -> None:
    error = clerk.error("update_instrument", instrument=CEA, **changes)
    assert (error["name"], error["param"]) == ("BAD_PARAMETER", param)
    assert error["message"] == message


def test_a_band_needs_a_price_to_lie_around(clerk: Client) -> None:
    error = clerk.error(
        "list_instrument", instrument="X", product="NEW", band_permille=100
    )
    assert error["message"] == (
        "reference must be given: the band needs one, as product NEW has no composite"
        " close yet"
    )


@pytest.mark.parametrize("method", ["update_instrument", "delist_instrument", "halt"])
def test_there_is_nothing_to_change_in_what_is_not_listed(
    clerk: Client, method: str
) -> None:
    assert clerk.error(method, instrument="CEA99") == {
        "code": 3001,
        "name": "UNKNOWN_INSTRUMENT",
        "message": "there is no instrument CEA99; the instrument channel lists them",
        "param": "instrument",
    }


def test_delisting_is_for_good(house: House, clerk: Client) -> None:
    trader = house.trader("acme-key")
    trader.result("subscribe", channel="executions")
    trader.result("add_order", **order())
    trader.read()
    assert clerk.result("delist_instrument", instrument=CEA) == {}
    (gone,) = trader.read()
    assert gone["data"][0]["reason"] == "DELISTED"
    sentence = (
        "CEA25 is not traded: it is new and trades from the next trading day on,"
        " once its band has a price to lie around (awaits_price of the instrument"
        " channel), or it was delisted"
    )
    assert trader.error("add_order", **order())["message"] == sentence
    for method in ("update_instrument", "delist_instrument", "halt", "resume"):
        error = clerk.error(method, instrument=CEA)
        assert (error["name"], error["message"]) == ("NOT_TRADABLE", sentence)
    held = trader.result("balances")["holdings"][0]
    assert (held["instrument"], held["quantity"]) == (CEA, 10**6)


def test_halting_twice(clerk: Client) -> None:
    clerk.result("halt", instrument=CEA)
    error = clerk.error("halt", instrument=CEA)
    assert (error["name"], error["message"]) == (
        "HALTED",
        "CEA25 is halted already; there is nothing to halt",
    )


@pytest.mark.parametrize(
    ("date", "message"),
    [
        (
            "2026-03-02",
            (
                "date 2026-03-02 must be a day of the calendar after 2026-03-02: later"
                " than the last trading day, and at most 31 days before the venue's date"
            ),
        ),
        (
            "2026-13-01",
            (
                "date 2026-13-01 must be a day of the calendar after 2026-03-02: later"
                " than the last trading day, and at most 31 days before the venue's date"
            ),
        ),
        (
            "2602-12-03",
            (
                "date 2602-12-03 must not be after 2026-04-02, 31 days from the venue's"
                " date"
            ),
        ),
    ],
)
def test_days_that_cannot_begin(
    house: House, clerk: Client, date: str, message: str
) -> None:
    house.now_ns = DAY_ENDS
    house.do(AdvanceTime(""))
    seq = house.exchange.seq
    error = clerk.error("begin_day", date=date)
    assert (error["name"], error["message"]) == ("BAD_PARAMETER", message)
    assert house.exchange.seq == seq + 1
