"""An instrument's terms, in list_instrument and on the instrument channel.

Members have the names and meanings of the engine's ``ListInstrument``. Sessions are
pairs of wall times in Shanghai, ``["09:30", "11:30"]``.
"""

from __future__ import annotations

from typing import Annotated, Final, get_args

import msgspec

from carbonex.wire.patterns import whole

from .base import (
    Name,
    OrderKindName,
    Params,
    PricingName,
    Quantity,
    TooFewBidsName,
)


WallTime = Annotated[
    str,
    msgspec.Meta(pattern=whole("([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00")),
]
Hours = tuple[tuple[WallTime, WallTime], ...]


# Order kinds that an instrument accepts by default, besides limit orders.
ALL_KINDS: Final[tuple[OrderKindName, ...]] = get_args(OrderKindName)


class FeesSection(Params, frozen=True):
    """Fee rates of each side, in 0.01 bp of price × quantity."""

    maker: Quantity = 0
    taker: Quantity = 0
    block: Quantity = 0
    auction: Quantity = 0


class BlocksSection(Params, frozen=True):
    """Block trades (大宗协议); a ``min_quantity`` of 0 allows none."""

    min_quantity: Quantity = 0
    band_permille: Quantity = 0
    sessions: Hours = ()


class AuctionsSection(Params, frozen=True):
    """One-way auctions (单向竞价): the defaults for each auction."""

    allowed: bool = False
    band_permille: Quantity = 0
    reserve_permille: Quantity = 0
    bidder_limit: Quantity = 0
    pricing: PricingName = "pay_as_bid"
    too_few_bids: TooFewBidsName = "fill_valid"
    sealed: bool = True


class CallsSection(Params, frozen=True):
    """Call auctions at the open and after a halt, in seconds; 0 for none."""

    open_seconds: Quantity = 0
    resume_seconds: Quantity = 0


class ThresholdsSection(Params, frozen=True):
    """The thresholds of supervision alerts; 0 means never."""

    cancel_ratio: Quantity = 0
    cancel_orders: Quantity = 20
    large_order: Quantity = 0
    quick_cancel_ms: Quantity = 1000
    reverse_quantity: Quantity = 0
    vwap_deviation: Quantity = 0
    vwap_volume: Quantity = 1000
    high_low: Quantity = 0
    volume_share: Quantity = 0
    share_volume: Quantity = 1000


class Terms(Params, frozen=True, kw_only=True):
    """All terms of an instrument except its name; the defaults switch a rule off."""

    product: Name = "CEA"
    tick: str = "0.01"
    lot: Quantity = 1
    max_quantity: Quantity = 2**31
    market_protection_permille: Quantity = 100
    reference: str = "0.00"
    band_permille: Quantity = 0
    sessions: Hours = ()
    multi_day: bool = True
    take_levels: Quantity = 0
    pick: bool = False
    resale_days: Quantity = 0
    offset_permille: Quantity = 1000
    position_limit: Quantity = 0
    large_holder_permille: Quantity = 800
    fees: FeesSection = FeesSection()
    blocks: BlocksSection = BlocksSection()
    auctions: AuctionsSection = AuctionsSection()
    calls: CallsSection = CallsSection()
    thresholds: ThresholdsSection = ThresholdsSection()
    min_display_permille: Quantity = 50
    vintage: Quantity = 0
    order_kinds: tuple[OrderKindName, ...] = ALL_KINDS
