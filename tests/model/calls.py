"""Call auctions: every tick is tried, and the best taken (MARKET-RULES §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Event, Phase, Uncrossed

from . import clock, matching


if TYPE_CHECKING:
    from .world import Paper, Row, World


def begin(world: World, paper: Paper) -> None:
    """Begin the call that waits, if the instrument would trade now."""
    planned = clock.now_planned(world, paper)
    closed = world.halts(paper) or clock.clears(world, paper)
    if paper.call_waits and not closed and planned is Phase.TRADING:
        ends = clock.session_end(world, paper)
        paper.call_ends = min(world.now + paper.call_waits, ends)
        paper.call_waits = 0


def wait(paper: Paper, seconds: int) -> None:
    """Let a call of so many seconds come first when it trades next."""
    paper.call_waits = max(paper.call_waits, seconds * clock.SECOND)


def end(world: World, paper: Paper) -> list[Event]:
    """Match what the call has gathered."""
    paper.call_ends = 0
    name = paper.name
    rows = [row for row in world.open("", name) if row.rests]
    price, quantity, imbalance = _clear(world, paper, rows)
    uncrossed = Uncrossed(name, price, quantity, imbalance)
    return [uncrossed, *matching.uncross(world, name, price, quantity)]


def _clear(world: World, paper: Paper, rows: list[Row]) -> tuple[int, int, int]:
    """Return price, tonnes and imbalance; all ticks between bid and ask are tried."""
    bid = max((row.price for row in rows if row.buys), default=0)
    ask = min((row.price for row in rows if not row.buys), default=bid + 1)
    ticks = list(range(ask, bid + 1, paper.terms.tick))
    ticks = [price for price in ticks if _is_fair(rows, price)]
    if not ticks:
        return 0, 0, 0
    most = max(min(_sums(rows, price)) for price in ticks)
    ticks = [price for price in ticks if min(_sums(rows, price)) == most]
    least = min(abs(_imbalance(rows, price)) for price in ticks)
    ticks = [price for price in ticks if abs(_imbalance(rows, price)) == least]
    near = 2 * (paper.reference or world.last(paper.name)) or ticks[0] + ticks[-1]
    price = min(ticks, key=lambda price: (abs(2 * price - near), -price))
    return price, most, _imbalance(rows, price)


def _is_fair(rows: list[Row], price: int) -> bool:
    """Tell whether every buy above and every sell below is filled completely."""
    most = min(_sums(rows, price))
    buys = sum(row.remaining for row in rows if row.buys and row.price > price)
    sells = sum(row.remaining for row in rows if not row.buys and row.price < price)
    return max(buys, sells) <= most


def _sums(rows: list[Row], price: int) -> tuple[int, int]:
    """Return what would be bought and what would be sold at ``price``."""
    bought = sum(row.remaining for row in rows if row.buys and row.price >= price)
    sold = sum(row.remaining for row in rows if not row.buys and row.price <= price)
    return bought, sold


def _imbalance(rows: list[Row], price: int) -> int:
    bought, sold = _sums(rows, price)
    return bought - sold
