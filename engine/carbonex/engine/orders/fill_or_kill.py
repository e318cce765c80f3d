"""Fill or kill: predict whether an order would fill completely, before any fill."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from carbonex.engine import work
from carbonex.engine.enums import SelfTrade


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.book import Level, Order
    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.state import Instrument


OWN: Final = 0  # stands for an order of the taker's own participant: nothing trades
CANCEL_OLDEST: Final = SelfTrade.CANCEL_OLDEST


def fillable(
    instrument: Instrument,
    account: Account,
    command: PlaceOrder,
    price: int,
    wanted: int,
) -> bool:
    """Tell whether an order of ``wanted`` tonnes would fill completely at once.

    Each maker, and each refill of an iceberg, counts towards the limit on orders met
    (see ``work``); an order that would exceed it is not fillable. Linear in the
    orders met. Self-trade prevention applies: an own order is skipped only where the
    mode would cancel it and continue.
    """
    makers = instrument.book.opposite(command.side)
    limit = makers.sign * price
    passes = command.self_trade is CANCEL_OLDEST
    picks = () if command.conditions is None else command.conditions.pick
    named = makers.picked(picks)
    left = work.MAX_FILLS
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
    """Yield the tonnes of each fill that a level offers to a taker, in match order.

    A refilled iceberg queues behind all orders that already rest in the level.
    """
    icebergs: deque[tuple[int, int]] = deque()  # hidden tonnes, display quantity
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
    """Yield a level's orders: the picked orders first, then the others by age."""
    yield from named
    numbers = {order.order_id for order in named}
    for order in level:
        if order.order_id not in numbers:
            yield order
