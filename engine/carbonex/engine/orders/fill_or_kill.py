"""Fill or kill: whether all of an order would trade, told before anything does."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from carbonex.engine.enums import SelfTrade


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.book import Level, Order
    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.state import Instrument


OWN: Final = 0  # tonnes that trade with an order of the taker's own participant
CANCEL_OLDEST: Final = SelfTrade.CANCEL_OLDEST


def fillable(
    instrument: Instrument,
    account: Account,
    command: PlaceOrder,
    price: int,
    wanted: int,
) -> bool:
    """Tell whether all of an order would trade at once: fill or kill.

    One that would meet more orders than it may, a refill of an iceberg counted anew,
    would not. Linear in the orders that it may meet (see ``work``). Self-trade
    prevention counts: an own order is passed over only where the mode would cancel it
    and go on.
    """
    makers = instrument.book.opposite(command.side)
    limit = makers.sign * price
    passes = command.self_trade is CANCEL_OLDEST
    picks = () if command.conditions is None else command.conditions.pick
    named = makers.picked(picks)
    left = instrument.max_fills
    for level in islice(makers, instrument.terms.take_levels or None):
        if level.key > limit:
            return False
        for tonnes in _fills(level, named, account.participant):
            if left == 0 or (tonnes == OWN and not passes):
                return False
            left -= 1
            wanted -= tonnes
            if wanted <= 0:
                return True
        named = []
    return False


def _fills(level: Level, named: list[Order], participant: Participant) -> Iterator[int]:
    """Yield the tonnes of each fill that a taker finds in a level, in their order.

    The refills of icebergs come behind all that rested before them.
    """
    icebergs: deque[tuple[int, int]] = deque()  # what each hides, and its display
    for order in _queue(level, named):
        if order.account.participant is participant:
            yield OWN
            continue
        yield order.shown
        if order.extras is not None and order.extras.hidden:
            icebergs.append((order.extras.hidden, order.extras.display))
    while icebergs:
        hidden, display = icebergs.popleft()
        yield min(hidden, display)
        if hidden > display:
            icebergs.append((hidden - display, display))


def _queue(level: Level, named: list[Order]) -> Iterator[Order]:
    """Yield a level's orders: those that are named, then the others by age."""
    yield from named
    numbers = {order.order_id for order in named}
    for order in level:
        if order.order_id not in numbers:
            yield order
