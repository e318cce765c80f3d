"""carbonex: from the decoded command, through the batch, to its events."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from benchmarks.flow import ACCOUNTS, AMEND, CANCEL, MARKET, POST, TAKE, Op
from carbonex.cli.flows.flow import ANY_DAY
from carbonex.engine import (
    BUY,
    GTC,
    IOC,
    LIMIT,
    SELL,
    AddKey,
    AmendOrder,
    Batch,
    BeginDay,
    CancelOrder,
    Command,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    ListInstrument,
    OpenAccount,
    OrderType,
    Permission,
    PlaceOrder,
    PostOnly,
    RegisterParticipant,
    SelfTrade,
    Trade,
)
from carbonex.engine.commands import MAX_OPEN_ORDERS


if TYPE_CHECKING:
    from collections.abc import Iterator


INSTRUMENT = "CEA25"
NAMES = [f"trader-{n}" for n in range(ACCOUNTS)]
# fen, and tonnes: no order is rejected, and all sums stay below 2⁶²
RICH: Final = 2**55


class Engine:
    """An exchange with accounts, keys and the market's rules."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self._numbers: Iterator[int] = itertools.count(1)
        self.exchange.apply(Batch(0, 1, 1, 0, [GatewayOpened("")]))
        self.run([*market()])

    def prepare(self, ops: list[Op]) -> list[Command]:
        return [command(op) for op in ops]

    def run(self, commands: list[Command]) -> None:
        self.exchange.apply(Batch(0, 1, 1, next(self._numbers), commands))

    def outcome(self, commands: list[Command]) -> list[tuple[int, ...]]:
        batch = Batch(0, 1, 1, next(self._numbers), commands)
        return [
            (event.price, event.quantity, event.maker_id, event.taker_id)
            for events in self.exchange.apply(batch).replies
            for event in events
            if type(event) is Trade
        ]


def market(day: BeginDay = ANY_DAY) -> list[Command]:
    """Return the setup of a market: ACCOUNTS accounts with cash and tonnes."""
    commands: list[Command] = [ListInstrument("", INSTRUMENT), day]
    for name in NAMES:
        commands += [
            RegisterParticipant("", name),
            OpenAccount("", name, name, max_open_orders=MAX_OPEN_ORDERS),
            AddKey("", name, name, bytes(32), Permission.TRADE),
            Deposit("", name, RICH, "cash"),
            Issue("", name, INSTRUMENT, RICH, "tonnes"),
        ]
    return commands


def command(op: Op) -> Command:
    """Return the command of an operation."""
    name = NAMES[op.account]
    if op.kind == CANCEL:
        return CancelOrder(name, name, op.order)
    if op.kind == AMEND:
        return AmendOrder(name, name, op.order, quantity=op.quantity)
    order = name, name, INSTRUMENT, BUY if op.buys else SELL, op.price, op.quantity
    if op.kind == MARKET:
        return PlaceOrder(*order, OrderType.MARKET, IOC)
    if op.kind == POST:
        oldest = SelfTrade.CANCEL_OLDEST  # so that only post-only can reject it
        return PlaceOrder(*order, LIMIT, GTC, PostOnly.REJECT, oldest)
    return PlaceOrder(*order, LIMIT, IOC if op.kind == TAKE else GTC)
