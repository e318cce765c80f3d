"""Prices are exact, or refused with a sentence that says what to write."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from carbonex.sdk.prices import price_text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("74.63", "74.63"),
        ("74.6", "74.60"),
        ("74", "74.00"),
        (Decimal("74.63"), "74.63"),
        (Decimal("74.6300"), "74.63"),
        (Decimal(74), "74.00"),
        (Decimal("7.4E+1"), "74.00"),
        (Decimal("0.01"), "0.01"),
    ],
)
def test_exact_prices(price: str | Decimal, text: str) -> None:
    assert price_text(price) == text


@pytest.mark.parametrize(
    ("price", "sentence"),
    [
        (
            74.63,
            (
                r"74\.63 is a float, which holds 74\.6299\d+, not a price:"
                r' write "74\.63" or Decimal\("74\.63"\)'
            ),
        ),
        (7463, r"7463 is of type int and says neither yuan nor fen"),
        (True, r"True is of type bool"),
        (None, r"None is of type NoneType"),
    ],
)
def test_what_is_not_exact_is_a_type_error(price: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        price_text(price)


@pytest.mark.parametrize(
    "price",
    [
        "74.631",
        "-1",
        "1e3",
        "",
        " 74",
        "七十四",
        Decimal("74.631"),
        Decimal("-0.01"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+30"),
    ],
)
def test_what_is_no_price_is_a_value_error(price: str | Decimal) -> None:
    with pytest.raises(ValueError, match=r"is not an amount of CNY|is above"):
        price_text(price)


@given(st.integers(0, 2**62))
def test_every_fen_survives(fen: int) -> None:
    exact = Decimal(fen).scaleb(-2)
    assert Decimal(price_text(exact)) == exact
    assert price_text(price_text(exact)) == price_text(exact)
