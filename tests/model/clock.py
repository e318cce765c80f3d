"""What the clock says: phases, bands, and what is due."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from carbonex.engine import GTD, MAX_PRICE, Phase
from carbonex.engine.timers import Due

from .world import half_up


if TYPE_CHECKING:
    from carbonex.engine import ListInstrument, Sessions

    from .world import Paper, World

SECOND = 10**9
DAY = 86_400 * SECOND
SHANGHAI = timezone(timedelta(hours=8))


@cache
def midnight(date: int) -> int:
    first = datetime(date // 10_000, date // 100 % 100, 1, tzinfo=SHANGHAI)
    return int((first + timedelta(days=date % 100 - 1)).timestamp()) * SECOND


def today(time: int) -> int:
    """Return when the date of ``time`` begins, in ns."""
    date = datetime.fromtimestamp(time // SECOND, SHANGHAI)
    return int(date.replace(hour=0, minute=0, second=0).timestamp()) * SECOND


def last_possible_end(now: int) -> int:
    """Return when a day that begins now ends at the latest."""
    return now + 32 * DAY if now >= midnight(1990_01_01) else 2**62


def spans(world: World, sessions: Sessions) -> list[tuple[int, int]]:
    """Return hours in ns; without any the whole day."""
    start = midnight(world.date)
    hours = [(start + a * SECOND, start + b * SECOND) for a, b in sessions]
    return hours or [(0, world.ends)]


def plan(world: World, paper: Paper, time: int) -> tuple[Phase, bool]:
    """Return the phase that hours alone would make at ``time``, and blocks."""
    if not (world.date and paper.tradable and time < world.ends):
        return Phase.CLOSED, False
    sessions = spans(world, paper.terms.sessions)
    hours = spans(world, paper.terms.blocks.sessions)
    blocks = any(start <= time < end for start, end in hours)
    blocks = blocks and paper.terms.blocks.min_quantity > 0
    if any(start <= time < end for start, end in sessions):
        return Phase.TRADING, blocks
    if time < sessions[0][0]:
        return Phase.PRE_OPEN, blocks
    return Phase.BREAK if time < sessions[-1][1] else Phase.CLOSED, blocks


def now_planned(world: World, paper: Paper) -> Phase:
    return plan(world, paper, world.settled)[0]


def phase(world: World, paper: Paper) -> Phase:
    """Return the phase, halts and call auctions included."""
    if world.halts(paper):
        return Phase.HALTED
    planned = now_planned(world, paper)
    if clears(world, paper):
        return Phase.CLOSED
    return Phase.CALL if planned is Phase.TRADING and paper.call_ends else planned


def clears(world: World, paper: Paper) -> bool:
    """Tell whether orders that do not fit the day are still to go."""
    return any(m.clears and m.instrument == paper.name for m in world.masses)


def blocks_trade(world: World, paper: Paper) -> bool:
    return plan(world, paper, world.settled)[1] and not world.halts(paper)


def changes(world: World, paper: Paper) -> list[int]:
    """Return when, later in the day, hours alone will make another phase."""
    if not (world.date and paper.tradable):
        return []
    terms = paper.terms
    hours = spans(world, terms.sessions) + spans(world, terms.blocks.sessions)
    times = sorted({world.ends, *(time for span in hours for time in span)})
    return [
        time
        for time in times
        if time > world.settled
        and plan(world, paper, time) != plan(world, paper, time - 1)
    ]


def until(world: World, paper: Paper) -> int:
    """Return until when the phase lasts; 0: not known."""
    if phase(world, paper) is Phase.CALL:
        return paper.call_ends
    following = changes(world, paper)
    return following[0] if following and not world.halts(paper) else 0


def session_end(world: World, paper: Paper) -> int:
    """Return when the session that goes on now will end."""
    return next(
        time
        for time in changes(world, paper)
        if plan(world, paper, time)[0] is not Phase.TRADING
    )


def dues(world: World) -> list[tuple[int, Due, int]]:
    """Return all that time will do by itself, soonest first."""
    found = [
        (row.order.conditions.expires_ns, Due.EXPIRY, row.number)
        for row in world.open()
        if row.order.time_in_force is GTD and row.order.conditions
    ]
    numbers = {name: number for number, name in enumerate(world.accounts)}
    found += [
        (time, Due.COUNTDOWN, numbers[account])
        for account, time in world.countdowns.items()
    ]
    found += [
        (presence.ends, Due.GRACE, presence.number)
        for presence in world.presences.values()
        if presence.ends is not None
    ]
    found += [
        (sale.terms.closes_ns, Due.AUCTION, number)
        for number, sale in world.sales.items()
    ]
    for paper in world.papers.values():
        if paper.call_ends:
            found.append((paper.call_ends, Due.CALL, paper.number))
        found += [(time, Due.STEP, paper.number) for time in changes(world, paper)[:1]]
    if world.date:
        found.append((world.ends, Due.DAY, 0))
    return sorted(found)


def last_end(world: World, date: int) -> int:
    """Return when the last session of any instrument ends on ``date``."""
    ends = []
    for paper in world.papers.values():
        terms = coming_terms(world, paper, date)
        sessions = terms.sessions
        if terms.blocks.min_quantity and sessions:
            sessions += terms.blocks.sessions
        if not paper.delisted:
            ends.append(max((end for _, end in sessions), default=86_400) * SECOND)
    return midnight(date) + max(ends, default=DAY)


def coming_terms(world: World, paper: Paper, date: int) -> ListInstrument:
    """Return the terms of the next day; new ones wait for a price for their band."""
    terms = paper.upcoming
    if terms is None or paper.upcoming_date > date:
        return paper.terms
    price = terms.reference or paper.close or known_close(world, terms.product)
    return terms if price or not terms.band_permille else paper.terms


def known_close(world: World, product: str) -> int:
    """Return a product's close; before there is one, what its instruments' make."""
    known = [(paper, paper.close) for paper in world.own(product)]
    return world.closes.get(product, 0) or world.compose(product, known)


def band(reference: int, permille: int) -> tuple[int, int]:
    """Return the limits around P0, half up; both are allowed."""
    low = half_up(reference * (1000 - permille), 1000)
    high = half_up(reference * (1000 + permille), 1000)
    return max(low, 1), min(high, MAX_PRICE)


def limits(paper: Paper) -> tuple[int, int]:
    """Return the lowest and the highest price of an order."""
    permille = paper.terms.band_permille
    return band(paper.reference, permille) if permille else (1, MAX_PRICE)


def block_limits(paper: Paper) -> tuple[int, int]:
    """Return the lowest and the highest price of a block; zeros for no bound."""
    permille = paper.terms.blocks.band_permille
    return band(paper.reference, permille) if permille and paper.reference else (0, 0)
