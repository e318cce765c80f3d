"""The words of a scenario about instruments, their rules and the trading day.

A ``list`` line takes rules of the market, each off where it is not named:

    list CEA band 100 p0 50.00 sessions 09:30-11:30,13:00-15:00 day-only
    list CEA levels 5 pick resale 1 fees 100/200 position 500 large 800
    list CEA blocks 1000/300 block-hours 13:00-15:00 call-open 60 call-resume 300
    list CEA auctions 100/900/5000

``update`` takes the same words. Bands and shares are per mille, calls in seconds,
fees maker/taker/block/auction in 0.01 bp; blocks are minimum/band, auctions
band/reserve/bidder's limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    ALL_KINDS,
    AuctionTerms,
    BandSet,
    BeginDay,
    BlockTerms,
    Bulletin,
    CallTerms,
    CancelDay,
    CompositeMethod,
    CompositeSet,
    DayBegun,
    DayCancelled,
    DayEnded,
    DelistInstrument,
    Fees,
    HaltInstrument,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    ListInstrument,
    OrderKind,
    PhaseChanged,
    PriceAwaited,
    ProductBulletin,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SuspendVenue,
    Uncrossed,
    UpdateInstrument,
    VenueResumed,
    VenueSuspended,
)
from carbonex.engine.market.schedule import SECOND_NS, midnight_ns
from carbonex.wire.money import format_fen, parse_fen

from .alerts import thresholds


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonex.engine import Command, Event, Sessions

    from .words import Words


def moment(text: str) -> int:
    """Return a time in ns: a number, or ``20250106T09:30:00.000000001`` in Shanghai."""
    date, wall, clock = text.partition("T")
    if not wall:
        return int(text)
    clock, _, fraction = clock.partition(".")
    ns = int(fraction.ljust(9, "0")) if fraction else 0
    return midnight_ns(int(date)) + _seconds(clock) * SECOND_NS + ns


def tell(event: Event) -> str | None:
    """Return an event as the floor would call it out; nothing for a bulletin."""
    match event:
        case InstrumentListed(terms):
            return f"listed {terms.instrument}"
        case InstrumentUpdated(terms, date):
            return f"updated {terms.instrument}" + (f" on {date}" if date else "")
        case CompositeSet(product, method):
            return f"composite of {product} {method.name.lower()}"
        case InstrumentDelisted(instrument):
            return f"delisted {instrument}"
        case PhaseChanged(instrument, phase, _, blocks):
            told = f"{instrument} {phase.name.lower().replace('_', '-')}"
            return told + (" with blocks" if blocks else "")
        case BandSet(instrument, _, reference, low, high):
            return f"{instrument} {_fen(low)} to {_fen(high)} around {_fen(reference)}"
        case DayCancelled(date):
            return f"day {date} cancelled"
        case Uncrossed():
            return _tell_uncrossed(event)
        case _:
            return _tell_day(event)


def _tell_day(event: Event) -> str | None:
    match event:
        case VenueSuspended():
            return "suspended"
        case VenueResumed():
            return "resumed"
        case PriceAwaited(instrument):
            return f"{instrument} awaits a price"
        case DayBegun(date):
            return f"begun {date}"
        case DayEnded(date):
            return f"ended {date}"
        case Bulletin() | ProductBulletin():
            return ""  # ``bulletin CEA`` reads it out
        case _:
            return None


def tell_bulletin(event: Bulletin | ProductBulletin) -> str:
    """Return a bulletin as it is published."""
    prices = " ".join(_fen(p) for p in (event.open, event.high, event.low, event.close))
    day = event.day
    told = f"{prices}, {day.listed_quantity} for {_fen(day.listed_turnover)}"
    for name, quantity, turnover in (
        ("blocks", day.block_quantity, day.block_turnover),
        ("auctions", day.auction_quantity, day.auction_turnover),
    ):
        if quantity:
            told += f", {name} {quantity} for {_fen(turnover)}"
    return told


def _tell_uncrossed(event: Uncrossed) -> str:
    if not event.price:
        return f"{event.instrument} uncrossed nothing"
    told = f"{event.instrument} uncrossed {event.quantity} @ {_fen(event.price)}"
    if event.imbalance:
        side = "buy" if event.imbalance > 0 else "sell"
        told += f" with {abs(event.imbalance)} left to {side}"
    return told


def _fen(price: int) -> str:
    return format_fen(price) if price else "-"


def _seconds(clock: str) -> int:
    hours, minutes, seconds = [*map(int, clock.split(":")), 0][:3]
    return hours * 3600 + minutes * 60 + seconds


def _sessions(text: str) -> Sessions:
    spans = [span.split("-") for span in text.split(",") if span]
    return tuple((_seconds(start), _seconds(end)) for start, end in spans)


def _pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition("/")
    return int(first), int(second or first)


def _auctions(words: Words) -> AuctionTerms:
    text = words.value("auctions")
    numbers = [int(number) for number in text.split("/") if number]
    band, reserve, limit = [*numbers, 0, 0, 0][:3]
    return AuctionTerms(bool(text), band, reserve, limit)


def _terms(words: Words) -> ListInstrument:
    min_block, block_band = _pair(words.value("blocks", "0/0"))
    block_hours = _sessions(words.value("block-hours"))
    return ListInstrument(
        words.key,
        product=words.value("product", "CEA"),
        tick=parse_fen(words.value("tick", "0.01")),
        lot=words.number("lot", 1),
        max_quantity=words.number("max", 1_000_000),
        market_protection_permille=words.number("protection", 100),
        reference=parse_fen(words.value("p0", "0.00")),
        band_permille=words.number("band"),
        sessions=_sessions(words.value("sessions")),
        multi_day=not words.choice({"day-only": True}, default=False),
        take_levels=words.number("levels"),
        pick=words.choice({"pick": True}, default=False),
        resale_days=words.number("resale"),
        offset_permille=words.number("offset", 1000),
        position_limit=words.number("position"),
        large_holder_permille=words.number("large", 800),
        fees=Fees(*map(int, words.value("fees", "0").split("/"))),
        blocks=BlockTerms(min_block, block_band, block_hours),
        auctions=_auctions(words),
        calls=CallTerms(words.number("call-open"), words.number("call-resume")),
        thresholds=thresholds(words),
        min_display_permille=words.number("shows", 50),
        vintage=words.number("vintage"),
        order_kinds=_order_kinds(words.value("kinds", "all")),
        instrument=words.take(),
    )


def _update(words: Words) -> UpdateInstrument:
    date = words.number("on")
    return UpdateInstrument(words.key, _terms(words), date)


def _begin(words: Words) -> BeginDay:
    return BeginDay(words.key, int(words.take()), moment(words.value("until", "0")))


VERBS: Mapping[str, Callable[[Words], Command]] = {
    "list": _terms,  # list CEA tick 0.05 lot 10 max 1000 protection 20
    "update": _update,  # update CEA band 50 on 20250108
    "delist": lambda words: DelistInstrument(words.key, words.take()),
    "halt": lambda words: HaltInstrument(words.key, words.take()),
    "resume": lambda words: ResumeInstrument(words.key, words.take()),
    "composite": lambda words: SetComposite(  # composite CEA newest
        words.key, words.take(), CompositeMethod[words.take().upper()]
    ),
    "suspend-venue": lambda words: SuspendVenue(words.key, "prices are wrong"),
    "resume-venue": lambda words: ResumeVenue(words.key, "prices are right"),
    "cancel-day": lambda words: CancelDay(words.key),
    "begin": _begin,  # begin 20250106 until 900
}


def _order_kinds(names: str) -> OrderKind:
    """Read ``ioc,fok``, ``all`` or ``none``: kinds beside limit orders."""
    kinds = ALL_KINDS if names == "all" else OrderKind(0)
    for name in names.upper().split(","):
        kinds |= OrderKind.__members__.get(name, OrderKind(0))
    return kinds
