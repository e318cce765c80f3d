"""Who trades in the demo, with what, and what for.

The companies are invented, the price levels are not: 74.63 CNY is where the
allowances of 2025 closed that year, 72.81 the official average of the
certified reductions on 2025-03-13.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Product(NamedTuple):
    """One instrument; ``reference`` is its fair price in fen at the start."""

    instrument: str
    product: str
    title: str
    reference: int


class Maker(NamedTuple):
    """A market maker: it quotes both sides of every product.

    ``cash`` in fen; ``tonnes`` of each product. ``size`` is what it shows at
    its best price, ``half_spread`` in fen its distance from the fair price.
    """

    account: str
    cash: int
    tonnes: int
    size: int
    half_spread: int


class Mandated(NamedTuple):
    """A company that must buy or sell before the deadline.

    ``rate`` is tonnes per second of the demo: the mandate grows with its
    length. Buyers bring cash, sellers bring tonnes.
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
