"""Sentences about the trading day: phases, prices and bulletins."""

from __future__ import annotations

from carbonex.engine import (
    ActivateSemantics,
    AdvanceTime,
    BandSet,
    BeginDay,
    Bulletin,
    CancelDay,
    Checkpoint,
    DayBegun,
    DayCancelled,
    DayEnded,
    DayEnding,
    EndDay,
    GatewayOpened,
    HideOrderIds,
    PhaseChanged,
    ProductBulletin,
    SkipRow,
    Uncrossed,
    Volumes,
)
from carbonex.journal.skips import outcome
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen

from .words import at, clock, cny, describe, moment, name


@describe.register(BeginDay)
def _(c: BeginDay) -> str:
    return f"begin trading day {date_text(c.date)}"


@describe.register(EndDay)
def _(_: EndDay) -> str:
    return "end the trading day"


@describe.register(CancelDay)
def _(_: CancelDay) -> str:
    return "take back the trading day"


@describe.register(AdvanceTime)
def _(_: AdvanceTime) -> str:
    return "let time pass"


@describe.register(GatewayOpened)
def _(_: GatewayOpened) -> str:
    return "a gateway opens"


@describe.register(Checkpoint)
def _(c: Checkpoint) -> str:
    return f"checkpoint of state {c.digest.hex()}"


@describe.register(ActivateSemantics)
def _(c: ActivateSemantics) -> str:
    return f"commands have the meaning {c.number} from here on"


@describe.register(HideOrderIds)
def _(_: HideOrderIds) -> str:
    return "clients see hidden numbers of the orders from here on"


@describe.register(SkipRow)
def _(c: SkipRow) -> str:
    return (
        f"row {c.position} is {outcome(c.leaves_out)}, by decision of key {c.key_id} at"
        f" {moment(c.time_ns)}: {c.reason}"
    )


@describe.register(DayBegun)
def _(e: DayBegun) -> str:
    return f"open until {moment(e.ends_ns)}"


@describe.register(BandSet)
def _(e: BandSet) -> str:
    limits = f"{format_fen(e.limit_down)} to {format_fen(e.limit_up)}"
    text = f"{e.instrument} P0 {format_fen(e.reference)}, limits {limits}"
    if not e.block_limit_up:
        return text
    blocks = f"{format_fen(e.block_limit_down)} to {format_fen(e.block_limit_up)}"
    return f"{text}, blocks {blocks}"


@describe.register(PhaseChanged)
def _(e: PhaseChanged) -> str:
    until = f" until {clock(e.until_ns)}" if e.until_ns else ""
    blocks = ", blocks open" if e.blocks else ""
    return f"{e.instrument} {name(e.phase)}{until}{blocks}"


@describe.register(Uncrossed)
def _(e: Uncrossed) -> str:
    if not e.price:
        return f"call auction of {e.instrument}: nothing crosses"
    side = "buy" if e.imbalance > 0 else "sell"
    left = f", {abs(e.imbalance):,} to {side} left" if e.imbalance else ""
    return f"call auction of {e.instrument}: {at(e.quantity, e.price)}{left}"


@describe.register(Bulletin)
def _(e: Bulletin) -> str:
    return f"bulletin of {e.instrument}: {_prices(e)}{_traded(e.day)}"


@describe.register(ProductBulletin)
def _(e: ProductBulletin) -> str:
    if not e.product:
        return f"bulletin of the venue: {_traded(e.day).removeprefix('; ')}"
    return f"bulletin of product {e.product}: {_prices(e)}{_traded(e.day)}"


@describe.register(DayEnded)
def _(e: DayEnded) -> str:
    return f"trading day {date_text(e.date)} is over"


@describe.register(DayEnding)
def _(e: DayEnding) -> str:
    return f"trading day {date_text(e.date)} ends at {moment(e.ends_ns)}"


@describe.register(DayCancelled)
def _(e: DayCancelled) -> str:
    return f"trading day {date_text(e.date)} is taken back"


def _prices(e: Bulletin | ProductBulletin) -> str:
    prices = (("open", e.open), ("high", e.high), ("low", e.low), ("close", e.close))
    known = [f"{what} {format_fen(price)}" for what, price in prices if price]
    return ", ".join(known) or "no price"


def _traded(v: Volumes) -> str:
    """Return the quantity and turnover of each method that had trades."""
    methods = (
        ("listed", v.listed_quantity, v.listed_turnover),
        ("block", v.block_quantity, v.block_turnover),
        ("auction", v.auction_quantity, v.auction_turnover),
    )
    traded = [
        f"{method} {quantity:,} for {cny(turnover)} CNY"
        for method, quantity, turnover in methods
        if quantity
    ]
    return "; " + (", ".join(traded) or "nothing traded")
