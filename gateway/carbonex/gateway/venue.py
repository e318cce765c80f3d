"""The pipeline between clients and the engine, without sockets, files or threads.

    submit ─▶ waiting ─▶ take_batch ─▶ (the log makes it durable) ─▶ committed

While one batch is being written, new commands wait and form the next batch, so the
group commit grows with the load. No command is applied before it is durable, and none
is answered before it is applied.

Commands that fit into the next batch wait in order of arrival. Each other command waits
in its participant's line. Later batches take from the lines in turn: however many
commands one participant has waiting, another's next command is in the next batch.
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


# Commands that a full log and a full queue still accept: they let traders get out and
# operators act. The log's reserve is large enough for a day of them. The queue has
# twice its usual room for them.
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


# A participant's line may hold this many times the room left in the queue. Reason: a
# newcomer finds room however many others fill the queue: one participant leaves a
# fifth of it free, five leave a twenty-first. Policy: further commands are BUSY.
LINE_PER_ROOM: Final = 4

# The next batch fills in order of arrival, whoever the participants are. It takes at
# most this fraction (1/PARTS) of the queue.
PARTS: Final = 8


class Submitter(Protocol):
    """A party that submits a command and waits for its outcome."""

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        """Handle the outcome of the command submitted with ``token``."""


class Reader(Protocol):
    """Receives all events in order, before the submitter is answered."""

    def published(self, seq: int, time_ns: int, events: list[Event]) -> None:
        """Handle the events of command ``seq``.

        Events that time itself caused before a batch's commands come first, with
        the seq of the first command.
        """


class Venue:
    """One gateway's pipeline to one exchange.

    ``ids`` converts the engine's order ids to those that clients see. Three states
    restrict what ``submit`` accepts, and ``refusal`` names them: ``draining`` (the
    venue shuts down), ``log_full`` (the disk's reserve is reached; see ALWAYS_TAKEN),
    and a full queue.

    The queue holds at most ``max_waiting`` commands, because a command that waits
    longer than a few batches is stale by the time it trades. Beyond that a command is
    refused as BUSY: it was never logged and may be sent again. Commands in
    ALWAYS_TAKEN may fill the queue to twice as many. A participant that has most of
    the queue is also refused as BUSY, see LINE_PER_ROOM.

    A batch holds at most ``max_batch`` commands, so that the answers of one fsync keep
    the loop from reading for some milliseconds at most. If more than twice as many
    wait, a batch takes half of them. Otherwise a loop that reads from thousands of
    clients between two batches would never catch up.
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
        self.opened = b""  # the chain at the start of the newest epoch
        self.readers: list[Reader] = []
        # Called for commands whose first event is of one kind, which is rare. A look-up
        # by kind costs a tenth of a reader that sees all events.
        self.watchers: dict[type[Event], Callable[[Any], None]] = {}
        self.draining = False
        self.log_full = False
        self._to_state = False
        self._n = 0
        # The next batch, and how many of its places fill in order of arrival.
        self._waiting: list[tuple[Submitter | None, int, Command]] = []
        self._room = min(max_batch, max_waiting // PARTS)
        # Commands behind the next batch, by participant, and whose turn is next.
        self._lines: dict[str, deque[tuple[Submitter | None, int, Command]]] = {}
        self._turns: deque[str] = deque()
        self._behind = 0
        self._in_flight: Batch | None = None
        self._submitters: list[tuple[Submitter | None, int, Command]] = []

    @property
    def waiting(self) -> int:
        """How many commands wait for a batch."""
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
        """Whether nothing waits, is in flight, or is left to state (a digest)."""
        return not (self.waiting or self.in_flight or self._to_state)

    def refusal(self, command: Command, count: int = 1) -> Code | None:
        """Return why the venue would not accept ``count`` such commands now, or None.

        A refused command was never logged. The venue's own commands (with the empty
        key) are always accepted.
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

        Return False if ``refusal`` has a reason. O(1).
        """
        waiting = self._waiting
        if (  # all rare
            len(waiting) >= self._room or self._behind or self.log_full or self.draining
        ):
            return self._submit_behind(submitter, token, command)
        waiting.append((submitter, token, command))
        return True

    def submit_first(self, command: Command) -> None:
        """Put a command of the venue's own ahead of all waiting commands."""
        assert command.key == VENUE_KEY
        self._waiting.insert(0, (None, 0, command))

    def state_digest(self) -> None:
        """Have the log state the exchange's digest, once nothing waits or is due.

        The digest is computed only with its batch: a command between the two would
        make the log contradict itself. O(1) here, O(state) then.
        """
        self._to_state = True

    def take_batch(self, now_ns: int) -> Batch | None:
        """Return the next batch to make durable, stamped ``now_ns`` or later.

        Return None if nothing waits and nothing is due, or if a batch is in flight.
        If something is due, the batch is one AdvanceTime, whatever waits. The engine
        can then do the due work in slices, and the event loop runs between them. Work
        that goes on from batch to batch also advances in batches of commands. O(batch).
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

        For each command in order, the readers receive its events, then a watcher the
        first of them, and then its submitter is answered. Batches of others (which
        recovery replays) have no submitters. A batch that the engine does not accept
        is not published or answered.

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
        """Apply a batch of the past, without publishing its events."""
        applied = self.exchange.apply(batch)
        self.position = position
        self.chain = chain
        return applied

    def _next_commands(self, now_ns: int) -> list[Command]:
        """Remove the next batch's commands from the queue and return them."""
        if self._n == 0:  # batch 0 of an epoch holds this alone, whatever waits
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
        """Submit a command while the fast path of ``submit`` is closed."""
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
        """Take ``count`` commands off the lines, one from each in turn. O(count)."""
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
        """Return the participant to whom the command counts; "" for the venue's own.

        The venue's commands about a participant's sessions count to the participant.
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
        """Inform readers, watchers, then submitters, command by command."""
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


_NOBODY: Final = (None, 0, AdvanceTime(VENUE_KEY))  # stands in for another's submitter


def opening_epoch(exchange: Exchange, gateway: int) -> int:
    """Return the epoch that ``gateway`` opens next."""
    return exchange.gateways.get(gateway, (0, 0))[0] + 1
