"""The pipeline between clients and the engine, without sockets, files or threads.

    submit ─▶ waiting ─▶ take_batch ─▶ (the log makes it durable) ─▶ committed

While one batch is being written, whatever arrives waits and becomes the next
one: the group commit grows with the load by itself. Nothing is applied before
it is durable, and nothing is answered before it is applied.

What fits into the next batch waits in the order of arrival. What does not waits in a
line of its participant's, and the batches after take from the lines in turns: however
much one participant has waiting, another's next command is in the next batch.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from carbonex.engine import (
    VENUE_KEY,
    AdvanceTime,
    Batch,
    BeginDay,
    CancelAll,
    CancelDay,
    CancelOrder,
    Checkpoint,
    EndDay,
    GatewayOpened,
    HaltInstrument,
    RevokeKey,
    SessionClosed,
    SessionOpened,
    SetCountdown,
)
from carbonex.engine.snapshot import FORMAT
from carbonex.journal.log import UnappliableRowError
from carbonex.wire.errors import Code
from carbonex.wire.order_ids import OrderIds


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Command, Event, Exchange


# What a full log and a full queue still take: they let traders get out and operators
# act. The log's reserve is large enough for a day of them, and the queue holds as
# many again as it has room for.
ALWAYS_TAKEN: Final = frozenset(
    {
        CancelOrder,
        CancelAll,
        SetCountdown,
        HaltInstrument,
        RevokeKey,
        BeginDay,
        EndDay,
        CancelDay,
    }
)


# What a participant may have in its line: so many times the room that is left. Reason:
# whoever comes next finds room, however many others fill the queue: one leaves a fifth
# of it, five a twenty-first. Policy: one more of it is BUSY.
LINE_PER_ROOM: Final = 4

# The next batch, which knows no participants, takes no more than this part of the
# queue.
PARTS: Final = 8


class Submitter(Protocol):
    """Whoever submitted a command and waits for its outcome."""

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        """Take the outcome of the command that was submitted with ``token``."""


class Reader(Protocol):
    """Told everything that happened, in order, before its submitter is answered."""

    def published(self, seq: int, time_ns: int, events: list[Event]) -> None:
        """Take the events of command ``seq``.

        What time itself did before a batch's commands comes first, with the
        seq of the first of them.
        """


class Venue:
    """One gateway's pipeline onto one exchange.

    ``ids`` shows clients the numbers of orders. Three states bear on what ``submit``
    takes, and ``refusal`` names them: ``draining`` (the venue shuts down), ``log_full``
    (the disk's reserve is reached; see ALWAYS_TAKEN), and a full queue.

    The queue holds at most ``max_waiting`` commands, because what waits longer
    than a few batches is stale by the time it trades. Beyond that a command is
    refused as BUSY, which means: it was never logged and may be sent again; those
    that are always taken may fill the queue to twice as many. So is one of a
    participant who has most of it, see LINE_PER_ROOM. A
    batch holds at most ``max_batch``, so that one fsync's worth of answers
    does not keep the loop from reading for more than some milliseconds; but half of
    what waits where that is more, or a loop that reads from thousands of clients
    between two batches would never catch up.
    """

    def __init__(
        self,
        exchange: Exchange,
        name: str,
        gateway: int,
        epoch: int,
        max_waiting: int,
        max_batch: int,
    ) -> None:
        """Prepare ``epoch``, which must be newer than any the exchange has seen.

        The first batch that ``take_batch`` returns opens it.
        """
        assert epoch > exchange.gateways.get(gateway, (0, 0))[0]
        self.exchange = exchange
        self.ids: Final = OrderIds(exchange)
        self.name = name
        self.gateway = gateway
        self.epoch = epoch
        self.max_waiting: Final = max_waiting
        self.max_batch: Final = max_batch
        self.position = 0
        self.chain = b""
        self.opened = b""  # the chain where the newest epoch began
        self.readers: list[Reader] = []
        # Told of the commands that began with one kind of event, which is rare: a
        # look-up by kind costs a tenth of what it does to have a reader see them all.
        self.watchers: dict[type[Event], Callable[[Any], None]] = {}
        self.draining = False
        self.log_full = False
        self._to_state = False
        self._n = 0
        # The next batch, and how much of it is filled by whoever comes first.
        self._waiting: list[tuple[Submitter | None, int, Command]] = []
        self._room = min(max_batch, max_waiting // PARTS)
        # What waits behind it, by participant, and whose turn it is.
        self._lines: dict[str, deque[tuple[Submitter | None, int, Command]]] = {}
        self._turns: deque[str] = deque()
        self._behind = 0
        self._in_flight: Batch | None = None
        self._submitters: list[tuple[Submitter | None, int, Command]] = []

    @property
    def waiting(self) -> int:
        """How many commands wait for the next batches."""
        return len(self._waiting) + self._behind

    @property
    def in_flight(self) -> bool:
        """Whether a batch is being made durable."""
        return self._in_flight is not None

    @property
    def in_flight_commands(self) -> int:
        """How many commands are being made durable."""
        return 0 if self._in_flight is None else len(self._in_flight.commands)

    @property
    def idle(self) -> bool:
        """Whether nothing waits, nothing is in flight and no digest is to be stated."""
        return not (self.waiting or self.in_flight or self._to_state)

    def refusal(self, command: Command, count: int = 1) -> Code | None:
        """Return why ``count`` such commands would not all be taken now.

        None of them was ever logged. The venue's own commands (with the empty key)
        are always taken.
        """
        if command.key == VENUE_KEY:
            return None
        if self.draining:
            return Code.SHUTTING_DOWN
        urgent = type(command) in ALWAYS_TAKEN
        if self.log_full and not urgent:
            return Code.LOG_FULL
        limit = 2 * self.max_waiting if urgent else self.max_waiting
        left = limit - self.waiting - count
        if left < 0:
            return Code.BUSY
        line = self._lines.get(self._owner(command), ())
        if len(line) + count > LINE_PER_ROOM * (left + 1):
            return Code.BUSY
        return None

    def submit(self, submitter: Submitter | None, token: int, command: Command) -> bool:
        """Queue ``command``; its outcome goes to ``submitter`` with ``token``.

        Return False where ``refusal`` has a reason. O(1).
        """
        waiting = self._waiting
        if (  # all rare
            len(waiting) >= self._room or self._behind or self.log_full or self.draining
        ):
            return self._submit_behind(submitter, token, command)
        waiting.append((submitter, token, command))
        return True

    def submit_first(self, command: Command) -> None:
        """Put a command of the venue's own before everything that waits."""
        assert command.key == VENUE_KEY
        self._waiting.insert(0, (None, 0, command))

    def state_digest(self) -> None:
        """Have the log state the exchange's digest, once nothing waits or is due.

        It is taken no sooner than its batch: whatever came between them would make
        the log contradict itself. O(1) here, and O(state) then.
        """
        self._to_state = True

    def take_batch(self, now_ns: int) -> Batch | None:
        """Return what must be made durable next, stamped ``now_ns`` or later.

        None where nothing waits and nothing is due, or a batch is in flight.
        When something is due, the batch is one AdvanceTime, whatever waits: so the
        engine can let it happen slice by slice, and this loop go on between them.
        What goes on from batch to batch does so with commands as well. O(batch).
        """
        if self._in_flight is not None:
            return None
        commands = self._next_commands(now_ns)
        if not commands:
            return None
        time_ns = max(self.exchange.time_ns, now_ns)
        batch = Batch(time_ns, self.gateway, self.epoch, self._n, commands)
        self._n += 1
        self._in_flight = batch
        return batch

    def committed(self, batch: Batch, position: int, chain: bytes) -> Applied:
        """Apply a durable batch, at ``position`` with hash ``chain`` in the log.

        For each command in order, the readers see its events, a watcher the
        first of them, and then its submitter is answered. Batches of others
        (recovery replays them) have no submitters. A batch that the engine does not
        accept tells nobody.

        Raises:
            UnappliableRowError: If the engine raises an error. The exchange must not
                be used any more.

        """
        try:
            applied = self.replayed(batch, position, chain)
        except Exception as error:
            named = position, chain, batch, error, self.exchange.happening
            raise UnappliableRowError(*named) from error
        submitters: list[tuple[Submitter | None, int, Command]] = []
        if batch is self._in_flight:
            # Only a newer epoch of this very gateway could have pre-empted it,
            # and the log's lock keeps a second process out.
            assert applied.accepted
            submitters, self._submitters, self._in_flight = self._submitters, [], None
            if batch.n == 0:
                self.opened = chain
        if applied.due:
            self._publish(applied.first_seq, applied.time_ns, applied.due)
        self._tell(applied, submitters)
        return applied

    def replayed(self, batch: Batch, position: int, chain: bytes) -> Applied:
        """Apply a batch of the past, which nobody is told of."""
        applied = self.exchange.apply(batch)
        self.position = position
        self.chain = chain
        return applied

    def _next_commands(self, now_ns: int) -> list[Command]:
        """Take the next batch's commands off the queue."""
        if self._n == 0:  # an epoch's batch 0 is exactly this, whatever waits
            self._submitters = [(None, 0, GatewayOpened(VENUE_KEY))]
        elif self.exchange.is_late(now_ns):
            self._submitters = [(None, 0, AdvanceTime(VENUE_KEY))]
        elif self._behind or len(self._waiting) > self.max_batch:
            size = max(self.max_batch, self.waiting // 2)
            self._submitters = self._waiting[:size]
            del self._waiting[:size]
            self._take_turns(size - len(self._submitters))
        elif self._waiting:
            self._submitters, self._waiting = self._waiting, []
        elif self.exchange.goes_on:
            self._submitters = [(None, 0, AdvanceTime(VENUE_KEY))]
        elif self._to_state:
            self._to_state = False
            checkpoint = Checkpoint(VENUE_KEY, self.exchange.digest(), FORMAT)
            self._submitters = [(None, 0, checkpoint)]
        return [command for _, _, command in self._submitters]

    def _submit_behind(
        self, submitter: Submitter | None, token: int, command: Command
    ) -> bool:
        """Submit where not all that comes is simply taken."""
        if self.refusal(command) is not None:
            return False
        if not self._behind and len(self._waiting) < self._room:
            self._waiting.append((submitter, token, command))
            return True
        owner = self._owner(command)
        line = self._lines.get(owner)
        if line is None:
            line = self._lines[owner] = deque()
            self._turns.append(owner)
        line.append((submitter, token, command))
        self._behind += 1
        return True

    def _take_turns(self, count: int) -> None:
        """Take so many commands off the lines, one of each in turn. O(count)."""
        turns, lines, taken = self._turns, self._lines, self._submitters
        for _ in range(min(count, self._behind)):
            owner = turns.popleft()
            line = lines[owner]
            taken.append(line.popleft())
            self._behind -= 1
            if line:
                turns.append(owner)
            else:
                del lines[owner]

    def _owner(self, command: Command) -> str:
        """Return the participant whose command it is; none for the venue's own.

        What the venue says of a participant's sessions is among its commands.
        """
        if type(command) is SessionClosed:
            return command.participant
        key_id = command.key_id if type(command) is SessionOpened else command.key
        key = self.exchange.keys.get(key_id)
        return "" if key is None else key.participant.name

    def _publish(self, seq: int, time_ns: int, events: list[Event]) -> None:
        for reader in self.readers:
            reader.published(seq, time_ns, events)

    def _tell(
        self, applied: Applied, submitters: list[tuple[Submitter | None, int, Command]]
    ) -> None:
        """Tell readers, watchers, then submitters, command by command."""
        seq, time_ns = applied.first_seq, applied.time_ns
        readers, watchers = self.readers, self.watchers
        replies = applied.replies
        origins = submitters or [_NOBODY] * len(replies)
        for events, (submitter, token, _) in zip(replies, origins, strict=True):
            for reader in readers:
                reader.published(seq, time_ns, events)
            if events and (watcher := watchers.get(type(events[0]))) is not None:
                watcher(events[0])
            if submitter is not None:
                submitter.answered(token, events, seq, time_ns)
            seq += 1


_NOBODY: Final = (None, 0, AdvanceTime(VENUE_KEY))  # waits for a batch of others


def opening_epoch(exchange: Exchange, gateway: int) -> int:
    """Return the epoch that ``gateway`` opens next."""
    return exchange.gateways.get(gateway, (0, 0))[0] + 1
