"""The parts of an instrument's terms: every number of the rulebook is one of them.

They are fields of ListInstrument and are stored with it: fields are only ever
added at the end, with a default. The defaults switch a rule off.
"""

from __future__ import annotations

from typing import Final, final

import msgspec

from .enums import Pricing, TooFewBids


# Hours of trading, half-open: (start, end) in seconds after Shanghai's midnight.
Sessions = tuple[tuple[int, int], ...]

FEE_UNIT: Final = 1_000_000  # a rate of 1 is a millionth (0.01 bp) of the notional
MAX_FEE: Final = 100_000  # 10 %


@final
class Fees(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What each side of a trade pays, in 0.01 bp of price × quantity."""

    maker: int = 0
    taker: int = 0
    block: int = 0
    auction: int = 0


@final
class BlockTerms(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Block trades of at least ``min_quantity`` tonnes; 0 allows none.

    ``band_permille`` of P0 bounds the price (0: no bound); ``sessions`` are the
    hours, empty for the whole trading day.
    """

    min_quantity: int = 0
    band_permille: int = 0
    sessions: Sessions = ()


@final
class AuctionTerms(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One-way auctions, where ``allowed``: what one is unless it says otherwise.

    Bids lie within ``band_permille`` of P0 (0: no bound). The reserve is
    ``reserve_permille`` of P0 (0: none); ``bidder_limit`` in tonnes, 0 for none.
    """

    allowed: bool = False
    band_permille: int = 0
    reserve_permille: int = 0
    bidder_limit: int = 0
    pricing: Pricing = Pricing.PAY_AS_BID
    too_few_bids: TooFewBids = TooFewBids.FILL_VALID
    sealed: bool = True


@final
class CallTerms(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Call auctions of so many seconds at the open and after a halt; 0 for none."""

    open_seconds: int = 0
    resume_seconds: int = 0


@final
class Thresholds(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """When supervision raises an alert; a 0 in the first of a group: never.

    Shares are per mille, quantities tonnes, all of one trading day. Since number 2
    the first four count tonnes that the book showed and their participant withdrew, by
    any means (see ``supervision.effects``); before, orders that it cancelled unfilled.
    """

    cancel_ratio: int = 0  # of the tonnes that a participant showed, withdrawn by it,
    cancel_orders: int = 20  # once it has placed that many orders
    large_order: int = 0  # so many tonnes that stood together on one side,
    quick_cancel_ms: int = 1000  # each withdrawn sooner than that
    reverse_quantity: int = 0  # traded both ways between the same two participants
    vwap_deviation: int = 0  # of a trade from the running vwap,
    vwap_volume: int = 1000  # once that much has traded
    high_low: int = 0  # by how much it bought higher than it sold, same two
    volume_share: int = 0  # of the day's volume on one participant's side,
    share_volume: int = 1000  # once that much has traded
