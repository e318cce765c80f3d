"""The parts of an instrument's terms; they hold every number of the rulebook.

They are fields of ListInstrument and are stored with it. New fields are only added at
the end, with a default, so that old rows stay readable. A default switches its rule
off.
"""

from __future__ import annotations

from typing import Final, final

import msgspec

from .enums import Pricing, TooFewBids


# Trading hours, half-open: (start, end) in seconds after midnight in Shanghai.
Sessions = tuple[tuple[int, int], ...]

FEE_UNIT: Final = 1_000_000  # a rate of 1 is a millionth (0.01 bp) of the notional
MAX_FEE: Final = 100_000  # 10 %


@final
class Fees(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The fee rates of each side of a trade, in 0.01 bp of price × quantity."""

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
    """One-way auctions, where ``allowed``: the defaults that an auction may override.

    Bids lie within ``band_permille`` of P0 (0: no bound). The reserve price is
    ``reserve_permille`` of P0 (0: none). ``bidder_limit`` is in tonnes (0: none).
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
    """The length of call auctions at the open and after a halt; 0 for none."""

    open_seconds: int = 0
    resume_seconds: int = 0


@final
class Thresholds(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The thresholds for supervision alerts; 0 in the first of a group disables it.

    Shares are per mille and quantities tonnes, all within one trading day. The first
    four count displayed tonnes that their participant withdraws by any means (see
    ``supervision.effects``).
    """

    cancel_ratio: int = 0  # withdrawn share of a participant's displayed tonnes
    cancel_orders: int = 20  # cancel_ratio applies once it has placed this many orders
    large_order: int = 0  # tonnes that stood together on one side
    quick_cancel_ms: int = 1000  # large_order applies to tonnes withdrawn sooner
    reverse_quantity: int = 0  # tonnes traded both ways by the same two participants
    vwap_deviation: int = 0  # deviation of a trade from the running vwap
    vwap_volume: int = 1000  # vwap_deviation applies once this much has traded
    high_low: int = 0  # by how much it bought above its sales, same two participants
    volume_share: int = 0  # share of one participant in the day's volume, one side
    share_volume: int = 1000  # volume_share applies once this much has traded
