"""Prices and amounts sent to the venue: exact, or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from carbonex.wire.money import format_fen, parse_fen


if TYPE_CHECKING:
    from collections.abc import Mapping

Price: TypeAlias = Decimal | str

# Written out, Decimal("1E+999999999") is a gigabyte of text.
MAX_DIGITS: Final = 30


def price_text(price: Price) -> str:
    """Return a price or an amount of CNY in wire format, with two decimals.

    Raises:
        TypeError: If it is a float, which cannot hold most prices exactly, or an int,
            which could mean yuan or fen.
        ValueError: If it is negative, not a number, or has a fraction of a fen.

    """
    if isinstance(price, str):
        return format_fen(parse_fen(price))
    if isinstance(price, Decimal):
        if price.is_finite() and abs(price.adjusted()) > MAX_DIGITS:
            raise ValueError(f"{price} has more than {MAX_DIGITS} digits")
        return format_fen(parse_fen(_plain(price)))
    if isinstance(price, float):
        raise TypeError(
            f"{price!r} is a float, which holds {Decimal(price)}, not a price:"
            f' write "{price:.2f}" or Decimal("{price:.2f}")'
        )
    raise TypeError(
        f"{price!r} is of type {type(price).__name__} and says neither yuan nor fen:"
        ' write a decimal string of CNY such as "74.63", or a Decimal'
    )


def with_prices(options: Mapping[str, Any], *prices: str) -> dict[str, Any]:
    """Return ``options`` with those named in ``prices`` in wire format; None stays.

    Raises:
        TypeError, ValueError: As for price_text.

    """
    return {
        name: price_text(value) if name in prices and value is not None else value
        for name, value in options.items()
    }


def _plain(price: Decimal) -> str:
    """Return digits without an exponent and without zeros beyond the fen."""
    text = f"{price:f}"
    whole, point, cents = text.partition(".")
    return f"{whole}{point}{cents[:2]}" if not cents[2:].strip("0") else text
