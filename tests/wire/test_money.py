"""Decimal strings of CNY and integers of fen, exactly, in both directions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import MAX_BALANCE
from carbonex.wire.money import MAX_FEN, format_fen, parse_fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("74.63", 7463),
        ("74.6", 7460),
        ("74", 7400),
        ("0.01", 1),
        ("0", 0),
        ("0.00", 0),
        ("92233720368547758.07", 2**63 - 1),
    ],
)
def test_amounts(text: str, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "74.635",
        "74.",
        ".63",
        "074.63",
        "00",
        "-1",
        "+1",
        "1e2",
        "1_000",
        "1,000.00",
        "74.63 ",
        "\n74.63",
        "74.63\n",
        "74,63",
        "NaN",
        "Infinity",
        "0x10",
        "七",
        "٧٤",  # digits, but not ASCII's
        "1" * 19,
        "92233720368547758.08",  # 2^63 fen
        "999999999999999999.99",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"write digits|the most there can be"):
        parse_fen(text)


def test_the_message_quotes_no_more_than_forty_characters() -> None:
    with pytest.raises(ValueError, match="is not an amount") as caught:
        parse_fen("9" * 10_000)
    assert len(str(caught.value)) < 140


def test_the_limit_covers_every_balance() -> None:
    assert parse_fen(format_fen(MAX_BALANCE)) == MAX_BALANCE <= MAX_FEN


@given(st.integers(0, MAX_FEN))
def test_round_trip(fen: int) -> None:
    text = format_fen(fen)
    assert parse_fen(text) == fen
    assert Decimal(text) * 100 == fen


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_formatting_is_exact_below_zero_too(fen: int) -> None:
    assert Decimal(format_fen(fen)) * 100 == fen
