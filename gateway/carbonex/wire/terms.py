"""An instrument's terms, between the engine and the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.engine import (
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    ListInstrument,
    Sessions,
    Thresholds,
)

from . import channels
from .dates import wall_seconds, wall_text
from .money import format_fen
from .vocabulary import (
    PRICING,
    PRICING_NAMES,
    TOO_FEW_BIDS,
    TOO_FEW_BIDS_NAMES,
    order_kind_names,
    order_kinds_of,
)


if TYPE_CHECKING:
    import msgspec

    from .requests import Hours, Terms


def sessions_of(hours: Hours) -> Sessions:
    """Return wall times as seconds after Shanghai's midnight."""
    return tuple((wall_seconds(start), wall_seconds(end)) for start, end in hours)


def hours_of(sessions: Sessions) -> Hours:
    """Return seconds after midnight as wall times."""
    return tuple((wall_text(start), wall_text(end)) for start, end in sessions)


def engine_terms(
    key: str, instrument: str, terms: Terms, tick: int, reference: int
) -> ListInstrument:
    """Return the engine's command; ``tick`` and ``reference`` in fen."""
    blocks, auctions = terms.blocks, terms.auctions
    return ListInstrument(
        key,
        instrument,
        terms.product,
        tick,
        terms.lot,
        terms.max_quantity,
        terms.market_protection_permille,
        reference,
        terms.band_permille,
        sessions_of(terms.sessions),
        terms.multi_day,
        terms.take_levels,
        terms.pick,
        terms.resale_days,
        terms.offset_permille,
        terms.position_limit,
        terms.large_holder_permille,
        Fees(*_values(terms.fees)),
        BlockTerms(
            blocks.min_quantity, blocks.band_permille, sessions_of(blocks.sessions)
        ),
        AuctionTerms(
            auctions.allowed,
            auctions.band_permille,
            auctions.reserve_permille,
            auctions.bidder_limit,
            PRICING[auctions.pricing],
            TOO_FEW_BIDS[auctions.too_few_bids],
            auctions.sealed,
        ),
        CallTerms(*_values(terms.calls)),
        Thresholds(*_values(terms.thresholds)),
        terms.min_display_permille,
        terms.vintage,
        order_kinds_of(terms.order_kinds),
    )


def wire_terms(terms: ListInstrument) -> dict[str, Any]:
    """Return the engine's terms as the members of the channel's ``InstrumentTerms``."""
    blocks, auctions = terms.blocks, terms.auctions
    return {
        "product": terms.product,
        "tick": format_fen(terms.tick),
        "lot": terms.lot,
        "max_quantity": terms.max_quantity,
        "market_protection_permille": terms.market_protection_permille,
        "reference": format_fen(terms.reference),
        "band_permille": terms.band_permille,
        "sessions": hours_of(terms.sessions),
        "multi_day": terms.multi_day,
        "take_levels": terms.take_levels,
        "pick": terms.pick,
        "resale_days": terms.resale_days,
        "offset_permille": terms.offset_permille,
        "position_limit": terms.position_limit,
        "large_holder_permille": terms.large_holder_permille,
        "fees": channels.Fees(*_values(terms.fees)),
        "blocks": channels.BlockTerms(
            blocks.min_quantity, blocks.band_permille, hours_of(blocks.sessions)
        ),
        "auctions": channels.AuctionTerms(
            auctions.allowed,
            auctions.band_permille,
            auctions.reserve_permille,
            auctions.bidder_limit,
            PRICING_NAMES[auctions.pricing],
            TOO_FEW_BIDS_NAMES[auctions.too_few_bids],
            auctions.sealed,
        ),
        "calls": channels.CallTerms(*_values(terms.calls)),
        "thresholds": channels.Thresholds(*_values(terms.thresholds)),
        "min_display_permille": terms.min_display_permille,
        "vintage": terms.vintage,
        "order_kinds": order_kind_names(terms.order_kinds),
    }


def _values(part: msgspec.Struct) -> list[int]:
    return [getattr(part, name) for name in part.__struct_fields__]
