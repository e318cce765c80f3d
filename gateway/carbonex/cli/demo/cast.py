"""The traders of the demo, their resources and their purpose.

The companies are invented. The price levels are real: the allowances of 2025
closed that year at 74.63 CNY, and the official average of the certified
reductions on 2025-03-13 was 72.81 CNY.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Product(NamedTuple):
    """One instrument; ``reference`` is its initial fair price in fen."""

    instrument: str
    product: str
    title: str
    reference: int


class Maker(NamedTuple):
    """A market maker: it quotes both sides of every product.

    ``cash`` is in fen, ``tonnes`` is per product. ``size`` is the quantity at its
    best price, ``half_spread`` the distance in fen of that price from the fair price.
    """

    account: str
    cash: int
    tonnes: int
    size: int
    half_spread: int


class Mandated(NamedTuple):
    """A company that must buy or sell before the deadline.

    ``rate`` is in tonnes per second of the demo, so a longer demo has a larger
    mandate. Buyers bring cash, sellers bring tonnes.
    """

    account: str
    verb: str  # buys or sells
    instrument: str
    rate: int


CEA: Final = Product("CEA25", "CEA", "allowance of 2025", 7463)
CCER: Final = Product("CCER24", "CCER", "offshore wind of 2024", 7281)
PRODUCTS: Final = (CEA, CCER)

_MILLION_CNY: Final = 100_000_000  # in fen

MAKERS: Final = (
    Maker("maker-east", 80 * _MILLION_CNY, 600_000, 400, 2),
    Maker("maker-north", 60 * _MILLION_CNY, 450_000, 300, 3),
    Maker("maker-south", 60 * _MILLION_CNY, 450_000, 250, 3),
)
MANDATED: Final = (
    Mandated("huadong-power", "buys", CEA.instrument, 500),
    Mandated("hebei-steel", "buys", CEA.instrument, 320),
    Mandated("anhui-cement", "buys", CCER.instrument, 160),
    Mandated("aluminium-cn", "buys", CCER.instrument, 90),
    Mandated("jiangsu-power", "sells", CEA.instrument, 420),
    Mandated("rudong-wind", "sells", CCER.instrument, 200),
)
