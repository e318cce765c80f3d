"""Random decisions of operators: halts, terms, restrictions, days."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    ALL_KINDS,
    ActivateSemantics,
    AdvanceTime,
    AnnulTrade,
    BeginDay,
    CallTerms,
    CancelDay,
    Checkpoint,
    CompositeMethod,
    DelistInstrument,
    EndDay,
    Fees,
    GatewayOpened,
    HaltInstrument,
    HideOrderIds,
    ListInstrument,
    OrderKind,
    Phase,
    Restriction,
    RestrictParticipant,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SkipRow,
    SuspendVenue,
    UpdateInstrument,
)

from . import pools
from .orders import plain_order
from .pools import HOURS, INSTRUMENTS, SECOND, one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Command, Exchange

SHANGHAI = timezone(timedelta(hours=8))


def halt(r: Random, _: Exchange) -> HaltInstrument | ResumeInstrument:
    """A halt, or the end of one."""
    kind = ResumeInstrument if one_in(r, 4) else HaltInstrument
    return kind(pools.key(r), pools.instrument(r))


def suspend(r: Random, exchange: Exchange) -> SuspendVenue | ResumeVenue:
    """A suspension of the venue, mostly soon over."""
    ends = bool(exchange.suspension) is bool(r.randrange(12))
    kind = ResumeVenue if ends else SuspendVenue
    return kind(pools.key(r), "" if one_in(r, 12) else "报价源故障")


def annul(r: Random, exchange: Exchange) -> AnnulTrade:
    """The end of a trade, mostly of one of the newest."""
    name = pools.instrument(r)
    listed = exchange.instruments.get(name)
    last = listed.last_trade_id if listed else 5
    number = r.randint(-1, last + 1) if one_in(r, 6) else max(last - r.randrange(4), 1)
    return AnnulTrade(pools.key(r), name, number, "" if one_in(r, 15) else "乌龙指")


def restrict(r: Random, exchange: Exchange) -> RestrictParticipant:
    """A restriction of any kind, often of a bidder."""
    auctions = exchange.auctions.values()
    bids = [bid for auction in auctions for bid in auction.bids.values()]
    name = r.choice(bids).account.participant.name if bids else pools.company(r)
    return RestrictParticipant(pools.key(r), name, r.choice([*Restriction]))


def lift(r: Random, exchange: Exchange) -> Command:
    """The end of a halt or of a restriction, where there is one."""
    halted = [
        name
        for name, instrument in exchange.instruments.items()
        if instrument.phase is Phase.HALTED
    ]
    restricted = [
        name
        for name, participant in exchange.participants.items()
        if participant.restriction is not Restriction.NONE
    ]
    if exchange.suspension and one_in(r, 2):
        return suspend(r, exchange)
    if halted:
        return ResumeInstrument(pools.key(r), r.choice(halted))
    if restricted:
        return RestrictParticipant(pools.key(r), r.choice(restricted), Restriction.NONE)
    return plain_order(r, exchange)


def terms(r: Random, exchange: Exchange) -> Command:
    """New terms for an instrument, a new one, or rarely the end of one."""
    key = pools.key(r)
    if one_in(r, 6):
        product = r.choice(["CEA", "CEA", "CCER", "new", "none"])
        return SetComposite(key, product, r.choice([*CompositeMethod]))
    if one_in(r, 3):
        return _list(r, key)
    if one_in(r, 12):
        return DelistInstrument(key, r.choice(["u", "v", "w", "CEA25", "NONE"]))
    name = r.choice([*exchange.instruments, "NONE"])
    known = exchange.instruments.get(name)
    before = known.terms if known else INSTRUMENTS[0]
    usual = next((item for item in INSTRUMENTS if item.instrument == name), before)
    changes: dict[str, object] = {
        "band_permille": r.choice([0, 50, 60]),
        "sessions": r.choice([(), HOURS, HOURS[:1]]),
        "multi_day": one_in(r, 2),
        "take_levels": r.choice([0, 1, 2]),
        "pick": one_in(r, 2),
        "resale_days": r.choice([0, 1, 2]),
        "position_limit": r.choice([0, 100, 120]),
        "fees": r.choice([Fees(), Fees(3_000, 5_000, 700, 900), Fees(100_000, 0)]),
        "calls": r.choice([CallTerms(), CallTerms(90, 60), CallTerms(0, 10)]),
        "max_quantity": r.choice([50, 100]),
        "min_display_permille": r.choice([1, 50, 500]),
        "order_kinds": r.choice([ALL_KINDS, ALL_KINDS, OrderKind(r.randrange(64))]),
        "vintage": r.choice([before.vintage] * 5 + [2024]),
        "tick": r.choice([before.tick] * 9 + [3]),
        "lot": r.choice([before.lot] * 9 + [2]),
        "product": r.choice([before.product] * 9 + ["other"]),
    }
    kept = {item: value for item, value in changes.items() if one_in(r, 3)}
    date = 0
    if exchange.last_day and one_in(r, 3):
        date = r.choice([exchange.last_day + days for days in (0, 1, 1, 2, 3, 99)])
    return UpdateInstrument(key, replace(usual, instrument=name, **kept), date)


def _list(r: Random, key: str) -> ListInstrument:
    usual = r.choice(INSTRUMENTS)
    name = r.choice(["u", "v", "w", "CEA", "", "x" * 37])
    return replace(
        usual,
        key=key,
        instrument=name,
        product=r.choice(["CEA", "CEA", "CCER", "new", ""]),
        reference=r.choice([usual.reference, 0, 100, 110]),
        tick=r.choice([1, 1, 1, 5, 0]),
        lot=r.choice([1, 1, 1, 10, 0]),
        multi_day=one_in(r, 2),
        vintage=r.choice([0, 2024, 2025, 2026, 2026, 1989]),
    )


def family(r: Random, exchange: Exchange) -> Command:
    """The next step of a family: its young one has no price when the old one is gone."""
    key, listed = pools.key(r), exchange.instruments
    if "old" not in listed:
        return ListInstrument(key, "old", "family", reference=100)
    if "young" not in listed:
        return ListInstrument(key, "young", "family", band_permille=50)
    if not listed["old"].delisted:
        return DelistInstrument(key, "old")
    return UpdateInstrument(key, replace(listed["young"].terms, reference=110))


def mark(r: Random, exchange: Exchange) -> Command:
    """What only marks the log, and a day too many."""
    date = exchange.last_day + r.choice([0, -1, 1])
    ends_ns = exchange.time_ns + r.choice([-1, 0, 1, 3600 * SECOND])
    commands: list[Command] = [
        AdvanceTime(pools.key(r)),
        _noted(pools.key(r), exchange.seq),
        SkipRow(pools.key(r), 1, b"h" * 32, "k", 1, "why", "s"),
        GatewayOpened(pools.key(r)),
        ActivateSemantics(pools.key(r), exchange.semantics - r.randrange(2)),
        EndDay(pools.key(r) if one_in(r, 3) else "nobody"),
        CancelDay(pools.key(r)),
        BeginDay(pools.key(r), date if exchange.day else 0, ends_ns),
    ]
    return r.choice(commands)


def _noted(key: str, seq: int) -> Command:
    """Return by turns a checkpoint and a secret, some of which are too short."""
    length = 32 if seq % 4 == 0 else 31
    return Checkpoint(key, b"d" * 32) if seq % 2 else HideOrderIds(key, b"s" * length)


def begin(r: Random, exchange: Exchange) -> tuple[int, BeginDay]:
    """Return when the next trading day begins, in the morning, and its command."""
    now = datetime.fromtimestamp(exchange.time_ns // SECOND, SHANGHAI)
    day, last = now.date(), exchange.last_day
    if last >= _number(now) or now.hour >= 15:
        day += timedelta(days=1)
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    opens = int(morning.timestamp()) * SECOND
    time_ns = max(
        exchange.time_ns,
        opens + r.choice([0, 1799, 1799, 1800, 1800, 3600, 14_400]) * SECOND,
    )
    ends_ns = opens + r.choice([2, 6, 6, 6, 9]) * 3600 * SECOND
    ends_ns = 0 if one_in(r, 8) or ends_ns <= time_ns else ends_ns
    return time_ns, BeginDay("", _number(morning), ends_ns)


def _number(moment: datetime) -> int:
    return moment.year * 10_000 + moment.month * 100 + moment.day
