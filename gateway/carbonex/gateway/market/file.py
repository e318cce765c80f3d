"""The tables of a market file; their keys are named like the engine's fields.

A key missing in an instrument's table takes its product's value, or else the engine's
default, which switches a rule off. Value ranges are not checked here: ``listings`` asks
the engine.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final, Literal, final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from carbonex.engine.commands import MAX_PRICE
from carbonex.gateway.documents import Section
from carbonex.wire.money import format_fen, parse_fen
from carbonex.wire.patterns import whole
from carbonex.wire.requests import CompositeName, OrderKindName


@final
class Price(int):
    """Fen, written as CNY: "74.63"."""


@final
class WallTime(int):
    """Seconds after Shanghai's midnight, written as "09:30" or "14:59:30"."""


A_NAME: Final = "a name of 1 to 36 printable ASCII characters without space"

Name = Annotated[str, Meta(pattern=whole("[!-~]{1,36}"), description=A_NAME)]
Text = Annotated[str, Meta(max_length=100)]
Hours = tuple[tuple[WallTime, WallTime], ...]


class FeesTable(Section, frozen=True):
    """What each side of a trade pays, in 0.01 bp."""

    maker: int | UnsetType = UNSET
    taker: int | UnsetType = UNSET
    block: int | UnsetType = UNSET
    auction: int | UnsetType = UNSET


class BlocksTable(Section, frozen=True):
    """Block trades, 大宗协议."""

    min_quantity: int | UnsetType = UNSET
    band_permille: int | UnsetType = UNSET
    sessions: Hours | UnsetType = UNSET


class AuctionsTable(Section, frozen=True):
    """One-way auctions, 单向竞价."""

    allowed: bool | UnsetType = UNSET
    band_permille: int | UnsetType = UNSET
    reserve_permille: int | UnsetType = UNSET
    bidder_limit: int | UnsetType = UNSET
    pricing: Literal["pay_as_bid", "uniform"] | UnsetType = UNSET
    too_few_bids: Literal["fill_valid", "cancel", "sell_at_lowest"] | UnsetType = UNSET
    sealed: bool | UnsetType = UNSET


class CallsTable(Section, frozen=True):
    """Call auctions, 集合竞价, in seconds."""

    open_seconds: int | UnsetType = UNSET
    resume_seconds: int | UnsetType = UNSET


class ThresholdsTable(Section, frozen=True):
    """When supervision raises an alert."""

    cancel_ratio: int | UnsetType = UNSET
    cancel_orders: int | UnsetType = UNSET
    large_order: int | UnsetType = UNSET
    quick_cancel_ms: int | UnsetType = UNSET
    reverse_quantity: int | UnsetType = UNSET
    vwap_deviation: int | UnsetType = UNSET
    vwap_volume: int | UnsetType = UNSET
    high_low: int | UnsetType = UNSET
    volume_share: int | UnsetType = UNSET
    share_volume: int | UnsetType = UNSET


class TermsTable(Section, frozen=True):
    """The terms of a product's instruments, or of one instrument."""

    tick: Price | UnsetType = UNSET
    lot: int | UnsetType = UNSET
    max_quantity: int | UnsetType = UNSET
    market_protection_permille: int | UnsetType = UNSET
    band_permille: int | UnsetType = UNSET
    sessions: Hours | UnsetType = UNSET
    multi_day: bool | UnsetType = UNSET
    take_levels: int | UnsetType = UNSET
    pick: bool | UnsetType = UNSET
    resale_days: int | UnsetType = UNSET
    offset_permille: int | UnsetType = UNSET
    position_limit: int | UnsetType = UNSET
    large_holder_permille: int | UnsetType = UNSET
    fees: FeesTable | UnsetType = UNSET
    blocks: BlocksTable | UnsetType = UNSET
    auctions: AuctionsTable | UnsetType = UNSET
    calls: CallsTable | UnsetType = UNSET
    thresholds: ThresholdsTable | UnsetType = UNSET
    min_display_permille: int | UnsetType = UNSET
    order_kinds: tuple[OrderKindName, ...] | UnsetType = UNSET


@final
class EligibilityTable(Section, frozen=True):
    """``[[product.NAME.eligibility]]``: vintages that cover obligations for years.

    A missing key means no bound, but without ``year_from`` a vintage covers no year
    before its own. ``until`` is the last date on which the rule is valid.
    """

    vintage_from: int = 0
    vintage_to: int = 0
    year_from: int = 0
    year_to: int = 0
    until: dt.date | None = None
    instruments: tuple[Name, ...] = ()


@final
class ProductTable(TermsTable, frozen=True, kw_only=True):
    """``[product.NAME]``: instruments' terms, composite method and eligibility rules.

    Without the key ``eligibility`` the venue's rules stay unchanged.
    """

    composite: CompositeName | UnsetType = UNSET
    eligibility: tuple[EligibilityTable, ...] | UnsetType = UNSET


@final
class InstrumentTable(TermsTable, frozen=True, kw_only=True):
    """``[[instrument]]``: a book, and the terms that differ from its product's.

    ``reference`` is its first P0; if missing, the product's composite close is used.
    ``vintage`` is a year.
    """

    name: Name
    product: Name
    vintage: int | UnsetType = UNSET
    project_type: Text = ""
    reference: Price | UnsetType = UNSET


@final
class CalendarTable(Section, frozen=True):
    """``[calendar]``: which dates are trading days.

    ``kind`` is either every day, or weekdays that are not Chinese public holidays.
    ``closed`` and ``open`` override it for single dates. Up to ``known_until``, every
    weekday that ``closed`` does not name is a trading day if the holidays are not
    known.
    """

    kind: Literal["every_day", "china"] = "every_day"
    closed: tuple[dt.date, ...] = ()
    open: tuple[dt.date, ...] = ()
    known_until: dt.date | None = None


@final
class PremiumTable(Section, frozen=True):
    """``[[premium]]``: the live premium of one instrument over another.

    ``cea`` may be "composite": the composite of the ``cea`` product in
    ``[daily_premium]``.
    """

    ccer: Name
    cea: Name


@final
class DailyPremiumTable(Section, frozen=True):
    """``[daily_premium]``: the two products whose daily figures are compared."""

    ccer: Name
    cea: Name


@final
class MarketTable(Section, frozen=True):
    """A whole file. Products and instruments are decoded later, one by one, by name."""

    begin: WallTime = WallTime(0)
    calendar: CalendarTable = CalendarTable()
    product: dict[str, Any] = msgspec.field(default_factory=dict)
    instrument: tuple[Any, ...] = ()
    premium: tuple[PremiumTable, ...] = ()
    daily_premium: DailyPremiumTable | None = None


_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def read_value(kind: type, value: Any) -> Any:
    """Return a value of one of this module's own types, for ``decode``.

    Raises:
        ValueError: If it is invalid; the message continues the text "key = value:".

    """
    return _price(value) if kind is Price else _wall_time(value)


def _price(value: object) -> Price:
    try:
        fen = parse_fen(value) if isinstance(value, str) else 0
    except ValueError:
        fen = 0
    if not 0 < fen <= MAX_PRICE:
        raise ValueError(
            'must be CNY in quotes with at most two decimals, such as "74.63",'
            f" from 0.01 to {format_fen(MAX_PRICE)}"
        )
    return Price(fen)


def _wall_time(value: object) -> WallTime:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    # Without a match, use a time beyond 24:00, which is refused below.
    hours, minutes, seconds = map(int, found.groups("0")) if found else (24, 0, 1)
    time = hours * 3600 + minutes * 60 + seconds
    if time > 86_400:
        raise ValueError('must be a time in quotes from "00:00" to "24:00"')
    return WallTime(time)
