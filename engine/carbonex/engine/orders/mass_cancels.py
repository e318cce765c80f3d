"""Mass cancels: one command or timer cancels many orders, over several batches.

A slice is cancelled at once and the others with later batches (``backlog``), so that no
single row blocks the venue for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine import work
from carbonex.engine.enums import DAY, STOP, CancelReason

from .leaving import cancel_by_number


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.book import Order
    from carbonex.engine.enums import Side
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State


@final
class MassCancel:
    """A selection of open orders to cancel, and the progress through it.

    The selection covers one ``account``, all accounts of a ``participant``, or all
    accounts. Where given, ``instrument``, ``side`` and ``session`` restrict it. Orders
    with ids above ``newest`` are not part of it. Accounts are visited by number, and
    their orders by age: all orders up to ``order_id`` of account number ``place`` have
    been visited. A ``parked`` mass cancel stops until the same selection is requested
    again, or a trading day begins (see ``omissions``).
    """

    __slots__ = (
        "account",
        "instrument",
        "newest",
        "order_id",
        "parked",
        "participant",
        "place",
        "reason",
        "session",
        "side",
    )

    def __init__(
        self,
        reason: CancelReason,
        account: str = "",
        participant: str = "",
        instrument: str = "",
        side: Side | None = None,
        session: str = "",
    ) -> None:
        self.reason = reason
        self.account = account
        self.participant = participant
        self.instrument = instrument
        self.side = side
        self.session = session
        self.newest = 0
        self.place = 0
        self.order_id = 0
        self.parked = False

    @property
    def clears(self) -> bool:
        """Whether the instrument stays closed until the orders are cancelled."""
        reason = self.reason
        return (
            reason is CancelReason.OUT_OF_BAND or reason is CancelReason.TERMS_CHANGED
        )

    @property
    def chosen(self) -> tuple[object, ...]:
        """The selection's criteria; mass cancels with equal criteria are merged."""
        return (
            self.reason,
            self.account,
            self.participant,
            self.instrument,
            self.side,
            self.session,
        )

    def restart(self) -> None:
        """Prepare to cover orders that have come since.

        In a single account they come after the visited orders, so progress is kept.
        """
        if not self.account:
            self.place = self.order_id = 0

    def passed(self, order: Order) -> bool:
        """Tell whether the order was already visited, or is newer than the request."""
        place = order.account.number
        if place == self.place:
            return order.order_id <= self.order_id or order.order_id > self.newest
        return place < self.place or order.order_id > self.newest


def request(state: State, cancel: MassCancel) -> list[Event]:
    """Cancel the selected orders, oldest first.

    Cancel as many as the current slice has room for, and the others with later batches.
    """
    for known in state.cancels:
        # Extend an equal mass cancel, so that repeated requests do not pile up.
        if known.chosen == cancel.chosen:
            state.cancels.remove(known)
            known.restart()
            known.parked = False
            cancel = known
            break
    cancel.newest = state.last_order_id
    events: list[Event] = []
    if not work_off(state, cancel, work.SLICE - state.done, events):
        state.cancels.append(cancel)
    state.done += len(events)
    return events


def accounts(state: State, cancel: MassCancel) -> Iterable[Account]:
    """Return the accounts that may hold selected orders and are not done, by number."""
    if cancel.account:
        return [state.accounts[cancel.account]]
    if not cancel.participant:
        return state.opened[cancel.place :]
    owned = state.participants[cancel.participant].accounts.values()
    return [account for account in owned if account.number >= cancel.place]


def chooses(state: State, cancel: MassCancel, order: Order) -> bool:
    """Tell whether the mass cancel selects an order of its accounts. O(1)."""
    command = order.command
    if cancel.instrument and cancel.instrument != command.instrument:
        return False
    if cancel.side is not None and cancel.side is not command.side:
        return False
    if cancel.session and cancel.session != command.session:
        return False
    if cancel.reason is CancelReason.SESSION_CLOSE:
        multi_day = state.instruments[command.instrument].terms.multi_day
        return not multi_day or command.time_in_force is DAY
    if cancel.reason is CancelReason.OUT_OF_BAND:
        return outside(state.instruments[command.instrument], order)
    return True


def awaited(state: State, cancel: MassCancel) -> Iterator[Order]:
    """Yield the orders still to cancel. Linear in the orders of its accounts."""
    for account in accounts(state, cancel):
        for order in account.orders.values():
            if not cancel.passed(order) and chooses(state, cancel, order):
                yield order


def count_awaited(state: State, cancel: MassCancel) -> int:
    """Count the orders still to cancel. Linear in the orders of its accounts."""
    return sum(1 for _ in awaited(state, cancel))


def work_off(state: State, cancel: MassCancel, room: int, events: list[Event]) -> bool:
    """Continue a mass cancel for up to ``room`` events; return whether it is done.

    The orders of one call are cancelled oldest first. Each visited account, and each
    visited order that is not selected, uses 1 / ``LOOKS`` of an event.
    """
    chosen: list[Order] = []
    looks = max(room, 0) * work.LOOKS
    for account in accounts(state, cancel):
        if account.number > cancel.place:
            cancel.place, cancel.order_id = account.number, 0
        looks -= 1
        for order in _named(account, cancel, looks):
            if looks <= 0:
                break
            if cancel.passed(order):
                continue
            cancel.order_id = order.order_id
            if chooses(state, cancel, order):
                chosen.append(order)
                looks -= work.LOOKS
            else:
                looks -= 1
        if looks <= 0:
            break
    events += cancel_by_number(chosen, cancel.reason)
    return looks > 0


def _named(account: Account, cancel: MassCancel, most: int) -> Iterable[Order]:
    """Return the account's orders of the session, instrument and side, oldest first.

    The result has all the orders not yet visited, or at least ``most`` of them.
    """
    if cancel.session:
        return account.own.of_session(cancel.session, cancel.order_id, most)
    if cancel.instrument or cancel.side is not None:
        instrument, side = cancel.instrument, cancel.side
        return account.own.find(instrument, side, cancel.order_id, most)
    return account.orders.values()


def outside(instrument: Instrument, order: Order) -> bool:
    """Tell whether an order is outside the band.

    Its limit price decides; a stop order without a limit goes by its stop price.
    """
    price = order.price
    if order.command.order_type is STOP:
        assert order.extras is not None
        price = order.extras.stop_price
    return not instrument.limit_down <= price <= instrument.limit_up


def all_in(instrument: Instrument, reason: CancelReason) -> MassCancel:
    """Return a mass cancel of the instrument's orders to which the reason applies."""
    return MassCancel(reason, "", "", instrument.name)


def of_participant(
    reason: CancelReason, participant: Participant, side: Side | None, session: str
) -> MassCancel:
    """Return a mass cancel of orders in all accounts of a participant."""
    return MassCancel(reason, "", participant.name, "", side, session)
