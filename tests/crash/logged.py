"""What the log says, followed row by row by an exchange of its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from carbonex.engine import (
    AmendOrder,
    BlockEnd,
    BlockEnded,
    BlockProposed,
    CancelReason,
    Checkpoint,
    DayBegun,
    Exchange,
    GatewayOpened,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    PlaceOrder,
)
from carbonex.wire.order_ids import OrderIds

from .facts import facts_of


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import Command, Event
    from carbonex.journal import Row

    from .facts import Fact
    from .told import Name


class Logged:
    """Everything that a client may have been told, by the log itself.

    ``faults`` are contradictions within the log.
    """

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.ids = OrderIds(self.exchange)
        self.position = 0
        self.commands = 0
        self.days = 0
        self.checkpoints = 0
        self.faults: list[str] = []
        self.hashes: dict[int, str] = {}  # by position
        self.digests: dict[int, str] = {}  # of the states in which a venue may start
        self.sent: Counter[Name] = Counter()  # orders as commands
        self.orders: dict[Name, int] = {}  # as accepted; their order ids
        self.amends: Counter[int] = Counter()  # as commands, by order id
        self.amended: Counter[int] = Counter()
        self.cancelled: Counter[int] = Counter()  # by their owners
        self.moved: Counter[str] = Counter()  # by client ref, done
        self.proposed: dict[str, int] = {}  # client ref: block id
        self.accepted: dict[str, int] = {}
        self.begun: set[int] = set()
        self.newest: Counter[str] = Counter()  # exec_seq by account
        # Of which no client was told yet, by account and exec_seq.
        self.executions: dict[tuple[str, int], Fact] = {}

    def add(self, row: Row) -> None:
        """Apply the next row. O(its events), and O(state) where it has a digest."""
        exchange, batch = self.exchange, row.batch()
        if row.position != self.position + 1:
            self._wrong(f"row {row.position} follows row {self.position}")
        for command in batch.commands:
            self._take_command(command)
        applied = exchange.apply(batch)
        if not applied.accepted:
            self._wrong(f"row {row.position} is of no use: {batch}")
        self.position = row.position
        self.hashes[row.position] = row.hash.hex()
        self.commands += len(batch.commands)
        self._take_all(applied.due)
        for command, events in zip(batch.commands, applied.replies, strict=True):
            self._take_reply(command, events)

    def note_digest(self) -> str:
        """Remember and return the digest of this position's state. O(state)."""
        return self.digests.setdefault(self.position, self.exchange.digest().hex())

    def _told(self, order_id: int) -> int:
        """Return the number by which clients know an order."""
        return int(self.ids.shown(order_id))

    def _told_block(self, block_id: int) -> int:
        """Return the number by which clients know a block proposal."""
        return int(self.ids.blocks.shown(block_id))

    def _wrong(self, what: str) -> None:
        self.faults.append(f"the log: {what}")

    def _take_command(self, command: Command) -> None:
        if type(command) is GatewayOpened:
            self.note_digest()
        elif type(command) is Checkpoint:
            self.checkpoints += 1
            if command.digest.hex() != self.note_digest():
                self._wrong(f"the checkpoint after row {self.position} differs")
        elif type(command) is PlaceOrder:
            self.sent[command.account, command.client_order_id] += 1
        elif type(command) is AmendOrder:
            self.amends[self._told(command.order_id)] += 1

    def _take_reply(self, command: Command, events: Sequence[Event]) -> None:
        self._take_all(events)
        for event in events:
            if type(event) is OrderCancelled and event.reason is CancelReason.CLIENT:
                self.cancelled[self._told(event.order_id)] += 1
            elif (
                type(event) is BlockEnded
                and event.end is BlockEnd.ACCEPTED
                and not event.duplicate
            ):
                ref: str = getattr(command, "client_ref", "")
                self._once(self.accepted, ref, self._told_block(event.block_id))

    def _take_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._take(event)
            for account, exec_seq, fact in facts_of(event, self.ids):
                if exec_seq != self.newest[account] + 1:
                    last = self.newest[account]
                    self._wrong(f"{account}: execution {exec_seq} follows {last}")
                self.newest[account] = exec_seq
                self.executions[account, exec_seq] = fact

    def _take(self, event: Event) -> None:
        if type(event) is OrderAccepted:
            order = event.order
            name = order.account, order.client_order_id
            if name in self.orders:
                self._wrong(f"order {name} was accepted twice")
            self.orders[name] = self._told(event.order_id)
        elif type(event) is OrderAmended:
            self.amended[self._told(event.order_id)] += 1
        elif type(event) is Moved and not event.duplicate:
            self.moved[event.terms.client_ref] += 1
        elif type(event) is BlockProposed and not event.duplicate:
            number = self._told_block(event.block_id)
            self._once(self.proposed, event.terms.client_ref, number)
        elif type(event) is DayBegun:
            self.days += 1
            self.begun.add(event.date)

    def _once(self, done: dict[str, int], ref: str, number: int) -> None:
        if ref in done:
            self._wrong(f"{ref} was done as {done[ref]} and again as {number}")
        done[ref] = number
