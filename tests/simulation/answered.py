"""Check every answer against the log: logged once, and with this outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine import (
    VENUE_KEY,
    AuctionOpened,
    BeginDay,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    CancelAll,
    CancelOrder,
    CloseAuction,
    FreezeChanged,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    Reason,
    Rejected,
    Trade,
)
from carbonex.wire import answers
from carbonex.wire.errors import Code
from carbonex.wire.money import format_fen

from .order_numbers import IDS
from .record import wrong


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Command, Event

    from .record import Record, Sent
    from .truth import Truth


GATEWAYS_OWN: Final = frozenset(int(code) for code in Code)

# The outcome that a request's item was answered with; UNANSWERED if there was none.
Told = Any


def check_answers(record: Record, truth: Truth) -> None:
    """Compare every request with the log.

    Raises:
        Wrong: If the log has a command that no client sent, has it more often than
            it was sent, has one that was answered as never logged, lacks an answered
            one, or holds another outcome than was answered.

    """
    sent: dict[Command, list[Told]] = {}
    for request in record.sent:
        _check_urgent(request)
        for command, told in zip(request.commands, _told(request), strict=True):
            if request.sent and told is not NEVER_LOGGED:
                sent.setdefault(command, []).append(told)
            else:
                sent.setdefault(command, [])
    for command, outcomes in truth.outcomes.items():
        if command.key == VENUE_KEY:
            continue
        if command not in sent:
            raise wrong("the log holds what was sent", command)
        if len(outcomes) > len(sent[command]):
            raise wrong(
                "logged once",
                f"{command}: sent {len(sent[command])} times,"
                f" logged at {[outcome.seq for outcome in outcomes]}",
            )
    for command, all_told in sent.items():
        _match(command, [t for t in all_told if t is not UNANSWERED], truth)


def _match(command: Command, told: list[Told], truth: Truth) -> None:
    """Match each answer with a different logged outcome that is equal.

    A cancel that finds nothing may be answered without a row of the log.
    """
    outcomes = list(truth.outcomes.get(command, ()))
    logged = [one for one in told if not _found_nothing(command, one)]
    if len(outcomes) < len(logged):
        raise wrong("answered is in the log", f"{command}: {told} but {outcomes}")
    real = [outcome_of(command, outcome.events) for outcome in outcomes]
    for one in told:
        if one in real:
            real.remove(one)
        elif one in logged:
            raise wrong("answers are true", f"{command}: told {one}, but {real}")


def _check_urgent(sent: Sent) -> None:
    """Check that a full log does not refuse cancels."""
    cancels = sent.method in ("cancel_order", "cancel_all", "batch_cancel")
    if cancels and sent.error is not None and sent.error.code == Code.LOG_FULL:
        raise wrong("cancels go while the log is full", sent)


def _found_nothing(command: Command, told: Told) -> bool:
    """Return whether the answer is that of a cancel without effect."""
    if type(command) is CancelAll:
        return told in ([], Reason.UNKNOWN_INSTRUMENT)
    late = (Reason.UNKNOWN_ORDER, Reason.DEADLINE_PASSED)
    return type(command) is CancelOrder and told in late


class _Mark:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


UNANSWERED: Final = _Mark("no answer")
NEVER_LOGGED: Final = _Mark("refused before the log")


def _told(sent: Sent) -> list[Told]:
    """Return the answered outcome of each item of a request."""
    size = len(sent.commands)
    if not sent.answered:
        return [UNANSWERED] * size
    if sent.error is not None:
        code = sent.error.code
        return [NEVER_LOGGED if code in GATEWAYS_OWN else code] * size
    if sent.method in ("batch_add", "batch_cancel"):
        kind = answers.OrderResult if sent.method == "batch_add" else answers.Cancelled
        items: list[Any] = sent.codec.decoder(dict[str, list[dict[str, Any]]]).decode(
            sent.result
        )["orders"]
        return [_item(kind, item) for item in items]
    return [_result(sent)] * size


def _item(kind: Any, item: dict[str, Any]) -> Told:
    error = item.get("error")
    if error is not None:
        return error["code"]
    told = _told_order if kind is answers.OrderResult else _told_gone
    return told(item["result"])


def _told_order(result: dict[str, Any]) -> Told:
    return (
        *(IDS.meant(result["order_id"]), result["status"], result["price"]),
        *(result["quantity"], result["filled"], result.get("client_order_id", "")),
        *(result.get("reason", ""), result.get("duplicate", False)),
    )


def _told_gone(result: dict[str, Any]) -> Told:
    name = result.get("client_order_id", "")
    return IDS.meant(result["order_id"]), result["quantity"], result["filled"], name


def _result(sent: Sent) -> Told:
    result: Any = sent.codec.decoder(dict[str, Any]).decode(sent.result)
    method = sent.method
    if method in ("add_order", "amend_order"):
        return _told_order(result)
    if method == "cancel_order":
        return _told_gone(result)
    if method == "cancel_all":
        return [_told_gone(order) for order in result["orders"]]
    if "block_id" in result:
        return "block", IDS.blocks.meant(result["block_id"])
    if "bid_id" in result:
        return "bid", IDS.bids.meant(result["bid_id"])
    if "auction_id" in result:
        return "auction", int(result["auction_id"])
    if "client_ref" in result:
        return "moved", result["client_ref"], result.get("duplicate", False)
    return "done"


def outcome_of(command: Command, events: list[Event]) -> Told:
    """Return the outcome that a client must receive for these events."""
    if events and type(events[0]) is Rejected:
        return int(events[0].reason)
    if type(command) is CancelAll:
        return [_gone(event) for event in events if type(event) is OrderCancelled]
    if type(command) is CloseAuction:
        return "auction", command.auction_id
    if type(command) is BeginDay:  # its events may start with the old day's cancels
        return "done"
    tell = _TELL.get(type(events[0]))
    return "done" if tell is None else tell(events)


def _gone(event: OrderCancelled) -> Told:
    return event.order_id, event.quantity, event.filled, event.order.client_order_id


def _order(first: OrderAccepted | OrderAmended, events: list[Event]) -> Told:
    """Follow the order through all events of the command, including other orders'."""
    number = first.order_id
    if type(first) is OrderAccepted:
        total = left = first.order.quantity
    else:
        total, left = first.quantity, first.remaining
    reason = ""
    for event in events:
        if type(event) is Trade and number in (event.taker_id, event.maker_id):
            own = event.taker_id == number
            left = event.taker_remaining if own else event.maker_remaining
        elif type(event) is OrderReduced and event.order_id == number:
            total, left = event.total, event.remaining
        elif type(event) is OrderCancelled and event.order_id == number:
            reason = event.reason.name
    status = "cancelled" if reason else "open" if left else "filled"
    price, name = format_fen(first.price), first.order.client_order_id
    return number, status, price, total, total - left, name, reason, False


def _standing(event: OrderStands) -> Told:
    return (
        *(event.order_id, event.status.name.lower(), format_fen(event.price)),
        *(event.quantity, event.filled, event.order.client_order_id, "", True),
    )


# The outcome by a command's first event; all other events give "done".
_TELL: Final[dict[type[Event], Callable[[list[Any]], Told]]] = {
    OrderCancelled: lambda events: _gone(events[0]),
    OrderAccepted: lambda events: _order(events[0], events),
    OrderAmended: lambda events: _order(events[0], events),
    OrderStands: lambda events: _standing(events[0]),
    Moved: lambda events: ("moved", events[0].terms.client_ref, events[0].duplicate),
    FreezeChanged: lambda events: (
        ("moved", events[0].terms.client_ref, events[0].duplicate)
    ),
    BlockProposed: lambda events: ("block", events[0].block_id),
    BlockEnded: lambda events: ("block", events[0].block_id),
    BidPlaced: lambda events: ("bid", events[0].bid_id),
    BidEnded: lambda events: ("bid", events[0].bid_id),
    AuctionOpened: lambda events: ("auction", events[0].auction_id),
}
