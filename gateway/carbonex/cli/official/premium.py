"""The daily premium of certified reductions, derived from the record.

It compares the day's average over all certified reductions with the composite
close of allowances (MARKET-RULES §2). The venue's figure comes from its premium
channel.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple


class Quoted(NamedTuple):
    """A day's average and composite close in fen, and the premium to 0.1 %."""

    average: int
    composite: int
    percent: str


# The two days of the market's reopening with a quoted premium.
QUOTED: Final = {
    20250310: Quoted(10_736, 8_887, "+20.8 %"),
    20250313: Quoted(7_281, 8_804, "-17.3 %"),
}


def percent_of(average: int, composite: int) -> str:
    """Return the premium in per cent with two decimals, as in the channel."""
    return str(_rounded(Decimal(average - composite) * 100 / composite, "0.01"))


def as_quoted(percent: str | None) -> str:
    """Return a premium in the style of quotations: "20.81" is "+20.8 %"."""
    return f"{_rounded(Decimal(percent), '0.1'):+} %" if percent else "none"


def _rounded(number: Decimal, unit: str) -> Decimal:
    return number.quantize(Decimal(unit), ROUND_HALF_UP)
