"""Commands and events as sentences that a trader reads.

``buy 500 CEA25 @ 74.63 by maker-1`` → ``accepted as order 317``, ``filled 200
@ 74.62 with order 288 of maker-2``. Money is CNY, quantities are tonnes, times
are of Shanghai (UTC+8, no daylight saving).
"""

from __future__ import annotations

import datetime as dt
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from carbonex.engine.commands import (
    AddKey,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    Checkpoint,
    Deposit,
    GatewayOpened,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
    ResumeInstrument,
    RevokeKey,
    Transfer,
    Withdraw,
)
from carbonex.engine.enums import (
    DAY,
    MARKET,
    CancelReason,
    Permission,
    PostOnly,
    SelfTrade,
)
from carbonex.engine.events import (
    AccountOpened,
    DayBegun,
    DayEnded,
    InstrumentListed,
    KeyAdded,
    KeyRevoked,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    ParticipantRegistered,
    PhaseChanged,
    Rejected,
    Trade,
)
from carbonex.gateway.server.days import SHANGHAI
from carbonex.wire.money import format_fen
from carbonex.wire.sentences import error_of


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine.commands import Command
    from carbonex.engine.events import Event


def story(command: Command, events: Iterable[Event]) -> str:
    """Return a command and what came of it as one line: ``buy … → accepted …``."""
    outcome = [
        _refusal(event, command) if isinstance(event, Rejected) else describe(event)
        for event in events
    ]
    return " → ".join(
        [describe(command), ", ".join(outcome)] if outcome else [describe(command)]
    )


@singledispatch
def describe(thing: object) -> str:
    """Return a command, or an event that is no refusal, as text.

    Raises:
        TypeError: If it is neither.

    """
    raise TypeError(f"{type(thing).__name__} is neither a command nor an event")


def clock(time_ns: int) -> str:
    """Return the time of day in Shanghai, to the microsecond."""
    return _moment(time_ns).strftime("%H:%M:%S.%f")


def date_of(time_ns: int) -> str:
    """Return the calendar date in Shanghai."""
    return _moment(time_ns).strftime("%Y-%m-%d")


def cny(fen: int) -> str:
    """Return ``fen`` as CNY with thousands separators: ``1,234.50``."""
    yuan, _, cents = format_fen(fen).partition(".")
    return f"{int(yuan):,}.{cents}"


@describe.register
def _(c: PlaceOrder) -> str:
    price = "at market" if c.order_type is MARKET else f"@ {format_fen(c.price)}"
    words = [c.side.name.lower(), f"{c.quantity:,}", c.instrument, price]
    if c.time_in_force is not DAY and c.order_type is not MARKET:
        words.append(c.time_in_force.name.lower())
    if c.post_only is not PostOnly.OFF:
        words.append(f"post-only ({c.post_only.name.lower()})")
    if c.self_trade is not SelfTrade.CANCEL_NEWEST:
        words.append(f"self-trade {c.self_trade.name.lower()}")
    words.append(f"by {c.account}")
    if c.client_order_id:
        words.append(f"as {c.client_order_id!r}")
    return " ".join(words)


@describe.register
def _(c: AmendOrder) -> str:
    quantity = f" to {c.quantity:,}" if c.quantity else ""
    price = f" @ {format_fen(c.price)}" if c.price else ""
    return f"amend {_named(c)}{quantity}{price} by {c.account}"


@describe.register
def _(c: CancelOrder) -> str:
    return f"cancel {_named(c)} by {c.account}"


@describe.register
def _(c: CancelAll) -> str:
    side = f" {c.side.name.lower()}" if c.side is not None else ""
    instrument = f" {c.instrument}" if c.instrument else ""
    return f"cancel all{side}{instrument} orders of {c.account}"


@describe.register
def _(c: ListInstrument) -> str:
    return (
        f"list {c.instrument} ({c.product}, tick {format_fen(c.tick)},"
        f" lot {c.lot:,}, orders up to {c.max_quantity:,})"
    )


@describe.register
def _(c: HaltInstrument) -> str:
    return f"halt {c.instrument}"


@describe.register
def _(c: ResumeInstrument) -> str:
    return f"resume {c.instrument}"


@describe.register
def _(c: RegisterParticipant) -> str:
    return f"register participant {c.participant}"


@describe.register
def _(c: AddKey) -> str:
    permissions = [p.name.lower() for p in Permission if p in c.permissions and p.name]
    return f"add key {c.key_id} of {c.participant} ({', '.join(permissions)})"


@describe.register
def _(c: RevokeKey) -> str:
    return f"revoke key {c.key_id}"


@describe.register
def _(c: OpenAccount) -> str:
    return f"open account {c.account} for {c.participant}"


@describe.register
def _(c: Deposit) -> str:
    return f"deposit {cny(c.amount)} CNY to {c.account} (ref {c.client_ref})"


@describe.register
def _(c: Withdraw) -> str:
    return f"withdraw {cny(c.amount)} CNY from {c.account} (ref {c.client_ref})"


@describe.register
def _(c: Issue) -> str:
    what = f"{c.quantity:,} {c.instrument}"
    return f"issue {what} to {c.account} (ref {c.client_ref})"


@describe.register
def _(c: Transfer) -> str:
    what = f"{c.quantity:,} {c.instrument}"
    return f"transfer {what} from {c.account} to {c.to_account} (ref {c.client_ref})"


@describe.register
def _(c: BeginDay) -> str:
    return f"begin trading day {_day(c.date)}"


@describe.register
def _(_: AdvanceTime) -> str:
    return "let time pass"


@describe.register
def _(_: GatewayOpened) -> str:
    return "a gateway opens"


@describe.register
def _(c: Checkpoint) -> str:
    return f"checkpoint of state {c.digest.hex()}"


@describe.register
def _(e: OrderAccepted) -> str:
    price = "" if e.price == e.order.price else f" @ {format_fen(e.price)}"
    return f"accepted as order {e.order_id}{price}"


@describe.register
def _(e: Trade) -> str:
    what = f"{e.quantity:,} @ {format_fen(e.price)}"
    return f"filled {what} with order {e.maker_id} of {e.maker.account}"


@describe.register
def _(e: OrderCancelled) -> str:
    why = _REASONS[e.reason]
    return f"order {e.order_id} cancelled{why}, {e.quantity:,} not traded"


@describe.register
def _(e: OrderReduced) -> str:
    return (
        f"order {e.order_id} reduced by {e.quantity:,} (self-trade) to {e.remaining:,}"
    )


@describe.register
def _(e: OrderAmended) -> str:
    place = "keeps its place" if e.priority_kept else "goes to the back"
    what = f"{e.quantity:,} @ {format_fen(e.price)}"
    return f"order {e.order_id} is now {what}, {e.remaining:,} open, {place}"


@describe.register
def _(e: OrderStands) -> str:
    filled = f"{e.filled:,} of {e.quantity:,} filled"
    return f"was placed before: order {e.order_id} {e.status.name.lower()}, {filled}"


@describe.register
def _(_: InstrumentListed) -> str:
    return "listed"


@describe.register
def _(e: PhaseChanged) -> str:
    return f"{e.instrument} {e.phase.name.lower()}"


@describe.register
def _(_: ParticipantRegistered) -> str:
    return "registered"


@describe.register
def _(_: KeyAdded) -> str:
    return "added"


@describe.register
def _(_: KeyRevoked) -> str:
    return "revoked"


@describe.register
def _(_: AccountOpened) -> str:
    return "opened"


@describe.register
def _(e: Moved) -> str:
    return "was done before" if e.duplicate else "done"


@describe.register
def _(e: DayBegun) -> str:
    return f"open until {date_of(e.ends_ns)} {clock(e.ends_ns)}"


@describe.register
def _(e: DayEnded) -> str:
    return f"trading day {_day(e.date)} is over"


_REASONS: Final = {
    CancelReason.CLIENT: "",
    CancelReason.IOC: " (nothing more to trade at once)",
    CancelReason.SELF_TRADE: " (self-trade)",
    CancelReason.SESSION_CLOSE: " (the trading day ended)",
}


def _refusal(event: Rejected, command: Command) -> str:
    error = error_of(event, command)
    return f"refused {error.name}: {error.message}"


def _named(c: AmendOrder | CancelOrder) -> str:
    return f"order {c.order_id}" if c.order_id else f"order {c.client_order_id!r}"


def _day(date: int) -> str:
    text = f"{date:08d}"
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _moment(time_ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, SHANGHAI).replace(
        microsecond=time_ns // 1_000 % 1_000_000
    )
