"""The methods of a product's composite, and how one follows another (MARKET-RULES §2)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from carbonex.engine import (
    BeginDay,
    CancelDay,
    CompositeMethod,
    Exchange,
    ListInstrument,
    SetComposite,
    UpdateInstrument,
)
from driver import Driver
from scenario import check


ACCOUNTS = """
    account maker cash 1000000.00
    account taker cash 1000000.00
    account third
"""

TWO = f"""
list CEA24 p0 80.00 band 100 product allowances vintage 2024
list CEA25 p0 81.00 band 100 product allowances vintage 2025
{ACCOUNTS}
third: issue 9 CEA24
third: issue 9 CEA25
"""
BEGIN_TWO = "begin 20250106 until 1000 -> begun 20250106, CEA24 72.00 to 88.00 around 80.00, CEA25 72.90 to 89.10 around 81.00, CEA24 trading, CEA25 trading"


def test_the_newest_vintage_makes_the_composite_and_any_trade_opens_it() -> None:
    """As on 2026-02-04: CEA24 traded first, so it opened at 81.00, CEA25's P0."""
    check(
        f"""
        composite allowances newest        -> composite of allowances newest
        {BEGIN_TWO}
        third: sell #1 2 CEA24 @ 75.00     -> accepted #1
        taker: buy #2 2 CEA24 @ 75.00      -> accepted #2, traded #1 #2 2 @ 75.00
        third: sell #3 1 CEA25 @ 78.00     -> accepted #3
        third: sell #4 2 CEA25 @ 79.00     -> accepted #4
        taker: buy #5 3 CEA25 @ 79.00      -> accepted #5, traded #3 #5 1 @ 78.00, traded #4 #5 2 @ 79.00
        third: sell #6 1 CEA24 @ 88.00     -> accepted #6
        taker: buy #7 1 CEA24 @ 88.00      -> accepted #7, traded #6 #7 1 @ 88.00
        time 1000                          -> CEA24 closed, CEA25 closed, ended 20250106
        bulletin CEA25                     -> 78.00 79.00 78.00 78.67, 3 for 236.00
        bulletin product allowances        -> 81.00 81.00 78.00 78.67, 6 for 474.00
        """,
        TWO,
    )


def test_a_day_on_which_only_older_vintages_trade_moves_nothing() -> None:
    check(
        f"""
        composite allowances newest        -> composite of allowances newest
        {BEGIN_TWO}
        third: sell #1 2 CEA24 @ 75.00     -> accepted #1
        taker: buy #2 2 CEA24 @ 75.00      -> accepted #2, traded #1 #2 2 @ 75.00
        time 1000                          -> CEA24 closed, CEA25 closed, ended 20250106
        bulletin product allowances        -> 81.00 81.00 81.00 81.00, 2 for 150.00
        """,
        TWO,
    )


def test_another_method_holds_from_the_next_day_on() -> None:
    """The day's close is still the mean, and P0 of what is listed meanwhile."""
    check(
        f"""
        {BEGIN_TWO}
        composite allowances newest        -> composite of allowances newest
        list CEA26 band 100 product allowances vintage 2026 -> listed CEA26, CEA26 closed
        third: sell #1 1 CEA25 @ 79.00     -> accepted #1
        taker: buy #2 1 CEA25 @ 79.00      -> accepted #2, traded #1 #2 1 @ 79.00
        time 1000                          -> CEA24 closed, CEA25 closed, ended 20250106
        bulletin product allowances        -> 79.50 79.50 79.50 79.50, 1 for 79.00
        begin 20250107 until 2000          -> begun 20250107, CEA24 72.00 to 88.00 around 80.00, CEA25 71.10 to 86.90 around 79.00, CEA26 71.55 to 87.45 around 79.50, CEA24 trading, CEA25 trading, CEA26 trading
        third: sell #3 1 CEA25 @ 77.00     -> accepted #3
        taker: buy #4 1 CEA25 @ 77.00      -> accepted #4, traded #3 #4 1 @ 77.00
        composite allowances mean          -> composite of allowances mean
        time 2000                          -> CEA24 closed, CEA25 closed, CEA26 closed, ended 20250107
        bulletin product allowances        -> 79.50 79.50 79.50 79.50, 1 for 77.00
        begin 20250108 until 3000          -> begun 20250108, CEA24 72.00 to 88.00 around 80.00, CEA25 69.30 to 84.70 around 77.00, CEA26 71.55 to 87.45 around 79.50, CEA24 trading, CEA25 trading, CEA26 trading
        time 3000                          -> CEA24 closed, CEA25 closed, CEA26 closed, ended 20250108
        bulletin product allowances        -> 79.50 79.50 79.50 78.83, 0 for -
        """,
        TWO,
    )


def test_the_present_method_takes_back_what_was_set() -> None:
    check(
        f"""
        composite allowances newest        -> composite of allowances newest
        composite allowances mean          -> composite of allowances mean
        {BEGIN_TWO}
        time 1000                          -> CEA24 closed, CEA25 closed, ended 20250106
        bulletin product allowances        -> 80.50 80.50 80.50 80.50, 0 for -
        """,
        TWO,
    )


def test_of_equal_vintages_the_last_listed_counts() -> None:
    """And one that states no vintage is older than any that does."""
    check(
        """
        composite allowances newest        -> composite of allowances newest
        begin 20250106 until 1000          -> begun 20250106, A 72.00 to 88.00 around 80.00, B 63.00 to 77.00 around 70.00, C 54.00 to 66.00 around 60.00, A trading, B trading, C trading
        time 1000                          -> A closed, B closed, C closed, ended 20250106
        bulletin product allowances        -> 70.00 70.00 70.00 70.00, 0 for -
        """,
        """
        list A p0 80.00 band 100 product allowances vintage 2025
        list B p0 70.00 band 100 product allowances vintage 2025
        list C p0 60.00 band 100 product allowances
        """,
    )


def test_when_the_newest_goes_the_next_makes_the_composite() -> None:
    check(
        f"""
        composite allowances newest        -> composite of allowances newest
        {BEGIN_TWO}
        third: sell #1 1 CEA25 @ 79.00     -> accepted #1
        taker: buy #2 1 CEA25 @ 79.00      -> accepted #2, traded #1 #2 1 @ 79.00
        delist CEA25                       -> CEA25 closed, delisted CEA25
        third: sell #3 1 CEA24 @ 83.00     -> accepted #3
        taker: buy #4 1 CEA24 @ 83.00      -> accepted #4, traded #3 #4 1 @ 83.00
        time 1000                          -> CEA24 closed, ended 20250106
        bulletin product allowances        -> 79.00 83.00 79.00 83.00, 2 for 162.00
        """,
        TWO,
    )


def test_an_instrument_without_a_price_is_the_newest_once_it_has_one() -> None:
    check(
        """
        composite allowances newest        -> composite of allowances newest
        begin 20250106 until 1000          -> begun 20250106, A trading, B trading
        third: sell #1 1 B @ 79.00         -> accepted #1
        taker: buy #2 1 B @ 79.00          -> accepted #2, traded #1 #2 1 @ 79.00
        time 1000                          -> A closed, B closed, ended 20250106
        bulletin product allowances        -> 79.00 79.00 79.00 79.00, 1 for 79.00
        """,
        f"""
        list A p0 80.00 product allowances vintage 2024
        list B product allowances vintage 2025
        {ACCOUNTS}
        third: issue 5 B
        """,
    )


def test_only_an_operator_changes_it_and_only_where_there_is_a_product() -> None:
    check(
        """
        composite none newest              -> refused UNKNOWN_PRODUCT
        composite allowances newest as k-1 -> refused NOT_PERMITTED
        composite none newest as k-1       -> refused NOT_PERMITTED
        """,
        TWO,
    )


@pytest.mark.parametrize("begun", [False, True])
def test_it_is_in_the_snapshot(begun: bool) -> None:
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA24", reference=8000, band_permille=100, vintage=2024),
        ListInstrument("", "CEA25", reference=8100, band_permille=100, vintage=2025),
    )
    mean = driver.exchange.digest()
    driver.apply(SetComposite("", "CEA", CompositeMethod.NEWEST))
    assert driver.exchange.digest() != mean
    if begun:
        driver.apply(BeginDay("", 20250106, driver.time_ns + 1000))
    copy = Exchange.restore(driver.exchange.snapshot())
    assert copy.digest() == driver.exchange.digest()
    copy.check()
    product = copy.products["CEA"]
    newest = CompositeMethod.NEWEST
    assert (product.method, product.next_method, product.value()) == (
        (newest, None, 8100) if begun else (CompositeMethod.MEAN, newest, 0)
    )


def test_a_day_that_is_taken_back_leaves_the_method_that_came_with_it() -> None:
    """It weighs no order, and the next day is by the same one in any case."""
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA25", reference=8100, band_permille=100, vintage=2025),
        SetComposite("", "CEA", CompositeMethod.NEWEST),
        BeginDay("", 20250106, driver.time_ns + 1000),
        CancelDay(""),
    )
    product = driver.exchange.products["CEA"]
    assert (product.method, product.next_method) == (CompositeMethod.NEWEST, None)
    driver.exchange.check()


@pytest.mark.parametrize("date", [0, 20250106])
def test_a_vintage_that_waits_again_leads_no_more(date: int) -> None:
    """Terms are given back with the day, and the composite with them."""
    driver = Driver()
    older = ListInstrument("", "CEA25", reference=8100, band_permille=100)
    driver.apply(
        older,
        ListInstrument("", "CEA24", reference=8000, band_permille=100, vintage=2024),
        SetComposite("", "CEA", CompositeMethod.NEWEST),
        UpdateInstrument("", replace(older, vintage=2025), date),
        BeginDay("", 20250106, driver.time_ns + 1000),
    )
    product = driver.exchange.products["CEA"]
    assert product.value() == 8100
    driver.apply(CancelDay(""))
    driver.exchange.check()
    assert product.value() == 8000
