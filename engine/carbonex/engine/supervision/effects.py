"""Supervision by effect: shown tonnes that are withdrawn, by whatever means.

Only tonnes that the book showed count: not an iceberg's hidden tonnes, waiting stop
orders or the rest of a taker. A tonne is withdrawn when its participant took it back or
could have arranged that: by a cancel, an amendment to fewer tonnes or a worse price, an
expiry before the close, the end of a session, the dead man's switch, or self-trade
prevention. What the venue ends is not a withdrawal. An order counts nothing once half
of it has traded since it came into view, or since it last grew or moved to a worse
price: it was meant seriously. Earlier trades excuse no tonnes that an amendment adds
later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.enums import STOP, STOP_LIMIT, AlertKind, CancelReason, Phase
from carbonex.engine.events import (
    Alert,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .watch import Conduct, Shown, Watch


MS_NS: Final = 1_000_000
# Cancels that the participant made or could have arranged.
OWN: Final = frozenset(
    {
        CancelReason.CLIENT,
        CancelReason.DISCONNECTED,
        CancelReason.COUNTDOWN,
        CancelReason.SELF_TRADE,
    }
)
# Why the rest of a taker is cancelled. A waiting stop order is never cancelled for
# these reasons.
OF_TAKERS: Final = frozenset(
    {
        CancelReason.IOC,
        CancelReason.TAKE_LEVELS,
        CancelReason.FILL_LIMIT,
        CancelReason.SELF_TRADE,
    }
)


def participant_of(state: State, order: PlaceOrder) -> str:
    """Return the name of an order's participant."""
    return state.accounts[order.account].participant.name


def _accepted(state: State, event: OrderAccepted) -> Iterable[Alert]:
    order = event.order
    instrument = state.instruments[order.instrument]
    watch = instrument.watch
    if watch is None:
        return ()
    limits = instrument.terms.thresholds
    if limits.cancel_ratio:
        watch.first_order = watch.first_order or event.order_id
        watch.conduct(participant_of(state, order)).placed += 1
    # A stop order comes into view only when it is triggered.
    if order.order_type is not STOP and order.order_type is not STOP_LIMIT:
        _show(state, instrument, watch, event, order.quantity)
    if not limits.cancel_ratio:
        return ()
    return _cancel_ratio(instrument, watch.conduct(participant_of(state, order)))


def _triggered(state: State, event: OrderTriggered) -> Iterable[Alert]:
    instrument = state.instruments[event.order.instrument]
    if instrument.watch is not None:
        _show(state, instrument, instrument.watch, event, event.quantity)
    return ()


def _refilled(state: State, event: OrderRefilled) -> Iterable[Alert]:
    """Start the time of an iceberg's next tonnes; the previous ones have traded."""
    instrument = state.instruments[event.order.instrument]
    if instrument.watch is not None:
        _show(state, instrument, instrument.watch, event, event.shown)
    return ()


def _amended(state: State, event: OrderAmended) -> Iterator[Alert]:
    """Read the tonnes an amendment withdrew, and count those it brought into view.

    At a better price or with more tonnes, the order's time restarts. If it came into
    view recently, it still counts as standing since then. Otherwise pieces that are
    moved one by one before their withdrawal would look as if they had never stood
    together.
    """
    order, order_id = event.order, event.order_id
    instrument = state.instruments[order.instrument]
    watch = instrument.watch
    # With a stop price set, the order still waits and is not in view.
    if watch is None or event.stop_price:
        return
    left, filled = event.remaining, event.quantity - event.remaining
    moved = event.withdrawn and event.added
    if event.withdrawn:
        numbers = (event.withdrawn, filled, event.previous_quantity - filled)
        yield from _withdrawn(state, instrument, order, order_id, numbers)
    if event.priority_kept:
        return
    if event.added or event.quantity > event.previous_quantity:
        watch.renewed[order_id] = filled, left
    entry = watch.young.get(order_id)
    old_ns = instrument.terms.thresholds.quick_cancel_ms * MS_NS
    if entry is None or moved or state.time_ns - entry[1] >= old_ns:
        _enter(state, instrument, watch, order_id, _in_view(order, left))
    else:
        _stand_anew(state, watch, event, entry)
    _count(state, instrument, watch, event, event.added)


def _stand_anew(state: State, watch: Watch, event: OrderAmended, entry: Shown) -> None:
    """Restart a young order's time; count tonnes it shows in addition from now on."""
    place, came_ns, _, shown, gone, grown = entry
    if event.added:
        watch.entries += 1
        tonnes = _in_view(event.order, event.remaining)
        grown = (watch.entries, state.time_ns, tonnes, 0, 0)
    young = watch.young
    young[event.order_id] = place, came_ns, state.time_ns, shown, gone, grown
    young.move_to_end(event.order_id)


def _cancelled(state: State, event: OrderCancelled) -> Iterator[Alert]:
    order, order_id, reason = event.order, event.order_id, event.reason
    instrument = state.instruments[order.instrument]
    watch = instrument.watch
    if watch is None:
        return
    if event.rested and (reason in OWN or _early(state, instrument, reason)):
        shown = event.quantity - event.hidden
        numbers = (shown, event.filled, event.quantity)
        yield from _withdrawn(state, instrument, order, order_id, numbers)
    elif not event.rested and reason in OF_TAKERS:
        # Its tonnes were counted as shown when it entered, but they never rested.
        _count(state, instrument, watch, event, -_in_view(order, event.quantity))
        if instrument.terms.thresholds.cancel_ratio:
            conduct = watch.conduct(participant_of(state, order))
            yield from _cancel_ratio(instrument, conduct)
    watch.young.pop(order_id, None)
    watch.renewed.pop(order_id, None)


def _reduced(state: State, event: OrderReduced) -> Iterator[Alert]:
    """Read the tonnes that self-trade prevention took from a resting order."""
    order, left = event.order, event.remaining
    instrument = state.instruments[order.instrument]
    if instrument.watch is not None and event.rested:
        numbers = (event.quantity, event.total - left, left + event.quantity)
        yield from _withdrawn(state, instrument, order, event.order_id, numbers)


def _early(state: State, instrument: Instrument, reason: CancelReason) -> bool:
    """Tell whether an order expires before the close of the instrument's day.

    An order that expires at the close or later is like a day order.
    """
    if reason is not CancelReason.EXPIRED:
        return False
    return state.step_of(instrument).phase is not Phase.CLOSED


def _in_view(order: PlaceOrder, left: int) -> int:
    """Return the tonnes that the book shows of an order with ``left`` tonnes."""
    conditions = order.conditions
    if conditions is None or not conditions.display_quantity:
        return left
    return min(left, conditions.display_quantity)


def _show(
    state: State,
    instrument: Instrument,
    watch: Watch,
    event: OrderAccepted | OrderTriggered | OrderRefilled,
    left: int,
) -> None:
    """Count an order that comes into view from now on."""
    tonnes = _in_view(event.order, left)
    _enter(state, instrument, watch, event.order_id, tonnes)
    _count(state, instrument, watch, event, tonnes)


def _enter(
    state: State, instrument: Instrument, watch: Watch, order_id: int, tonnes: int
) -> None:
    limits = instrument.terms.thresholds
    if limits.large_order:
        old_ns = limits.quick_cancel_ms * MS_NS
        watch.show(order_id, tonnes, state.time_ns, old_ns)


def _count(
    state: State,
    instrument: Instrument,
    watch: Watch,
    event: OrderAccepted
    | OrderTriggered
    | OrderRefilled
    | OrderAmended
    | OrderCancelled,
    tonnes: int,
) -> None:
    """Count shown tonnes, unless the order is of an earlier day."""
    if not instrument.terms.thresholds.cancel_ratio:
        return
    if 0 < watch.first_order <= event.order_id:
        watch.conduct(participant_of(state, event.order)).shown += tonnes


def _withdrawn(
    state: State,
    instrument: Instrument,
    order: PlaceOrder,
    order_id: int,
    numbers: tuple[int, int, int],
) -> Iterator[Alert]:
    """Read a withdrawal of an order's tonnes.

    ``numbers`` are tonnes: withdrawn now, traded before, and left before.
    """
    tonnes, filled, left = numbers
    whole = order.quantity
    watch, limits = instrument.watch, instrument.terms.thresholds
    assert watch is not None
    if order_id in watch.renewed:
        before, whole = watch.renewed[order_id]
        filled -= before
    # Half or more has traded: the order was meant seriously.
    if 2 * filled >= max(whole, filled + left):
        return
    conduct = watch.conduct(participant_of(state, order))
    if limits.cancel_ratio and 0 < watch.first_order <= order_id:
        conduct.cancelled.add(tonnes, 0, (order_id,), 0)
        yield from _cancel_ratio(instrument, conduct)
    yield from _quick_cancel(state, instrument, conduct, order, (order_id, tonnes))


def _quick_cancel(
    state: State,
    instrument: Instrument,
    conduct: Conduct,
    order: PlaceOrder,
    withdrawn: tuple[int, int],
) -> Iterator[Alert]:
    """Alert on many tonnes that stood together and were soon withdrawn.

    ``value`` is those tonnes. An order of which more than half is withdrawn counts with
    all the tonnes that it showed, both when it came into view and when it last grew.
    """
    watch, limits = instrument.watch, instrument.terms.thresholds
    order_id, tonnes = withdrawn
    assert watch is not None
    entry, old_ns = watch.young.get(order_id), limits.quick_cancel_ms * MS_NS
    if entry is None or state.time_ns - entry[2] >= old_ns:
        return
    place, came_ns, since_ns, shown, gone, grown = entry
    more = _weight(shown, gone + tonnes) - _weight(shown, gone)
    lately = 0
    if grown is not None:
        grew, grew_ns, then, left, counted = grown
        lately = max(0, _weight(then, left + tonnes) - counted - more)
        grown = (grew, grew_ns, then, left + tonnes, counted + more + lately)
    watch.young[order_id] = (place, came_ns, since_ns, shown, gone + tonnes, grown)
    if not (more or lately):
        return
    side = conduct.withdrawn[order.side]
    # Doubled: the order may have come almost ``old_ns`` before it was moved, and the
    # move may be almost ``old_ns`` ago.
    now, old_ns = (watch.entries, state.time_ns), 2 * old_ns
    value = 0
    if grown is not None and lately:
        place = grown[0]
        value = side.add(order_id, lately, grown[:2], now, old_ns)
    if more:
        place = entry[0]
        value = side.add(order_id, more, (place, came_ns), now, old_ns)
    if value < limits.large_order:
        return
    trail = conduct.hasty
    for number in side.take(place):
        trail.add(0, 0, (number,), 0)
    trail.amount += 1
    if trail.again():
        kind, who, limit = (
            AlertKind.QUICK_CANCEL,
            conduct.participant,
            limits.large_order,
        )
        yield Alert(kind, instrument.name, who, "", value, limit, *trail.take())


def _weight(shown: int, gone: int) -> int:
    """Return the weight of ``gone`` tonnes out of those ``shown`` together."""
    # More than half withdrawn counts as all: the rest was for show as well.
    return shown if 2 * gone > shown else gone


def _cancel_ratio(instrument: Instrument, conduct: Conduct) -> Iterator[Alert]:
    """Alert on withdrawing too much of the shown tonnes; ``value`` is in per mille."""
    limits, trail = instrument.terms.thresholds, conduct.cancelled
    if conduct.placed < limits.cancel_orders or not conduct.shown:
        return
    value, limit = 1000 * trail.amount // conduct.shown, limits.cancel_ratio
    if value >= limit and trail.doubled(trail.amount):
        kind, who = AlertKind.CANCEL_RATIO, conduct.participant
        yield Alert(kind, instrument.name, who, "", value, limit, *trail.numbers())


# The reader of each event type. Any, because a reader takes only its own key's type.
READERS: Final[dict[type[Event], Callable[[State, Any], Iterable[Alert]]]] = {
    OrderAccepted: _accepted,
    OrderTriggered: _triggered,
    OrderRefilled: _refilled,
    OrderAmended: _amended,
    OrderCancelled: _cancelled,
    OrderReduced: _reduced,
}
