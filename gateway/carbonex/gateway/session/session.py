"""One client's conversation with the venue, without the socket.

A ``Session`` is sans-I/O: the server passes it whole messages and the time; it
submits commands to the venue and puts frames into its outbox. Every rule of the
protocol is in this module or its neighbours, so every rule can be tested without a
network. ``wire.reading`` defines valid messages, ``methods`` says who may call what,
``intake`` turns params into commands, ``rendering`` turns events into results, and
``queries`` and ``admission`` answer without the log.

Answers leave in the order of the requests (``pending``). A query holds back later
messages until the requests before it are answered. A batch is applied as one, so only
then does the query see all that was sent before it, and nothing that was sent after
it. A history query also holds back later messages until the historian answers it.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.engine import CancelAll
from carbonex.gateway.holds import HISTORY, QUERY
from carbonex.wire.closing import CloseCode
from carbonex.wire.diagnosis import Fault
from carbonex.wire.reading import READERS

from .admission import Door, greet
from .batches import Batch, commands_of
from .identity import Identity
from .kinds import BatchMethod, MoveMethod, OrderMethod, QueryMethod, VenueMethod
from .methods import METHODS
from .mistakes import take, tell
from .pending import Pending
from .refusal import Refused, wrong_encoding
from .states import CLOSED, CONNECTED, TRANSITIONS, Step
from .throttle import Throttle
from .withdrawals import WITHDRAWALS, Withdrawals


if TYPE_CHECKING:
    import msgspec

    from carbonex.engine import Command, Exchange, Key
    from carbonex.gateway.historian import Question
    from carbonex.gateway.outbox import Outbox
    from carbonex.wire.answers import Error

    from .kinds import Reply
    from .methods import AnyMethod
    from .resuming import Resumption
    from .roster import Presence
    from .services import Services


@final
class Session:
    """The venue's end of one connection.

    The server calls ``receive`` for each message, and ``closed`` when the connection
    is gone. It stops reading while ``wants_pause`` is true.
    """

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        connection_id: str,
        address: str = "",
    ) -> None:
        """Greet the client with the status frame, which holds its challenge.

        The limits by address count the connection under ``address``.
        """
        self.venue: Final = services.venue
        self.exchange: Final[Exchange] = services.venue.exchange
        self.feed: Final = services.feed
        self.outbox: Final = outbox
        self.connection_id: Final = connection_id
        self.address = address
        self.state = CONNECTED
        self.who = Identity(services.venue.ids)
        self.door: Final = Door(services.venue.name, connection_id)
        self.services: Final = services
        self.last_method = ""  # the last one called, as far as it could be read
        self._holds: Final = services.holds
        self._binary: Final = outbox.codec.binary
        self._reader: Final = READERS[outbox.codec.name]
        share = services.shares.of_address(address)
        self._throttle: Final = Throttle(services.limits, share)
        self.pending: Final = Pending(services, outbox, self._throttle, self._drained)
        self._requests: Final = self.pending.requests
        self._withdrawals: Final = Withdrawals(self.exchange)
        self._in_flight: Final = services.limits.in_flight
        # A query that waits for its turn, and the messages behind it.
        self._held: deque[tuple[str | bytes, int]] = deque()
        self.waiting = False  # for the historian or the roster; nothing is pending then
        self.resuming: Resumption | None = None  # asks the historian page by page
        self.presence: Presence | None = None  # its entry in the roster
        greet(self, "snapshot", services.clock())

    @property
    def key_id(self) -> str:
        """The id of the key that is logged in, or an empty string."""
        return self.who.key_id

    @property
    def wants_pause(self) -> bool:
        """Whether the server should stop reading until answers have left."""
        if self.resuming is not None:
            return self.resuming.full
        share = self._throttle.share
        return (
            len(self._requests) >= self._in_flight
            or share.in_flight >= share.most_in_flight
            or self.waiting
            or bool(self._held)
        )

    def receive(self, data: str | bytes, now_ns: int) -> None:
        """Handle one whole message: a text frame's str, a binary frame's bytes."""
        if self._held or self.waiting:
            self._held.append((data, now_ns))
            if self.resuming is not None:
                self.resuming.held_bytes += len(data)
            return
        if self.state is CLOSED:
            return
        if isinstance(data, str) is self._binary:
            self._fault(Fault(wrong_encoding(self.outbox.codec), "", None), now_ns)
            return
        try:
            name, params, req_id = self._reader.read(data)
        except Fault as fault:
            self.last_method = fault.method
            self._throttle.weigh(len(data), now_ns)
            self._fault(fault, now_ns)
            return
        self.last_method = name
        method = METHODS[name]
        # A query must see the effects of all earlier commands; ``_must_wait`` says when
        # a withdrawal must.
        if self._requests and (
            type(method) is QueryMethod or (not method.cost and self._must_wait(now_ns))
        ):
            self._held.append((data, now_ns))
            return
        try:
            self._handle(method, params, req_id, now_ns)
        except Refused as refused:
            # Decoding the params took time that this sender has no right to.
            if name not in self.who.allowed:
                self._throttle.weigh(len(data), now_ns)
            self._refuse(name, method.cost, req_id, now_ns, refused.error)

    def closed(self) -> None:
        """Forget the client, whose connection is gone. Its orders may have a grace."""
        if self.presence is not None:
            self.services.roster.lost(self.presence)
        if self.state is not CLOSED:
            self._step(Step.CLOSE)
        self.pending.forget()
        self._held.clear()
        self.resuming = None
        self.feed.drop(self.outbox)

    # Called by queries, subscriptions, admission and the server.

    def ask(self, question: Question, reply: Reply) -> None:
        """Put a question to the historian; later messages wait."""
        self.waiting = True
        self.services.historian.ask(question, partial(self._told, reply))

    def resume(self, resumption: Resumption) -> None:
        """Start resuming executions from the history; later messages wait."""
        self.resuming = resumption
        resumption.ask()

    def resumed(self) -> None:
        """Continue the resumption, if there is one: the client reads again."""
        if self.resuming is not None:
            self.resuming.resumed()

    def limit(self, cost: int, now_ns: int) -> None:
        """Charge ``cost`` to the rate limit.

        Raises:
            Refused: If the limit has less than ``cost`` left.

        """
        if cost and not self._throttle.charge(cost, now_ns):
            raise Refused(self._throttle.refusal(cost, now_ns))

    def go_on(self) -> None:
        """Handle the messages held behind a history query, a login or a logout."""
        self.waiting = False
        self.release()

    def log_in(self, key: Key, name: str) -> None:
        """Let the session speak for ``key``, under the session name ``name``."""
        self._step(Step.LOGIN)
        self.who = Identity(self.venue.ids, key, name)
        self.outbox.owner = key.participant.name
        self._throttle.share = self.services.shares.of_participant(self.outbox.owner)

    def log_out(self) -> None:
        """Let the session speak for no key."""
        self._step(Step.LOGOUT)
        self.who = Identity(self.venue.ids)
        self.outbox.owner = ""
        self._throttle.share = self.services.shares.of_address(self.address)
        self.presence = None

    # Incoming requests.

    def _handle(
        self, method: AnyMethod, params: Any, req_id: int | None, now_ns: int
    ) -> None:
        """Execute a request; check refusals in descending precedence.

        Login and permission, revocation, rate, account, values, the venue's state.
        Refusals by the engine come after all of these.
        """
        who, cost = self.who, method.cost
        if method.name not in who.allowed:
            self._throttle.charge(1, now_ns)
            who.require(method.permission, method.name)
        if who.key is not None and who.key.revoked:
            who.refuse_revoked(method.name)
        if type(method) is OrderMethod:
            if cost:
                self.limit(cost, now_ns)
            command = method.build(params, who, who.account(params.account))
            if not cost and self._is_careful(now_ns):
                self._withdraw(method, [command], req_id, now_ns)
            else:
                self.pending.submit(method, command, req_id, now_ns)
        elif type(method) is BatchMethod:
            self.limit(cost * len(params.orders), now_ns)
            self._submit_all(method, params.orders, req_id, now_ns)
        elif type(method) is VenueMethod or type(method) is MoveMethod:
            self.limit(cost, now_ns)
            if type(method) is MoveMethod:
                who.move_from(params.account)
            command = method.build(params, who.key_id)
            self.pending.submit(method, command, req_id, now_ns)
        else:
            self.limit(cost, now_ns)
            reply = partial(self.pending.send, method.name, cost, req_id, now_ns)
            before = self.outbox.queued_bytes
            self._answer(method, params, reply, now_ns)
            self._throttle.weigh_answer(self.outbox.queued_bytes - before, now_ns)

    def _answer(
        self, method: QueryMethod, params: Any, reply: Reply, now_ns: int
    ) -> None:
        """Answer a query."""
        began_ns = self._holds.now()
        method.answer(self, params, reply, now_ns)
        self._watch(QUERY, began_ns, method.name)

    def _watch(self, by: str, began_ns: int, method: str) -> None:
        """Report an answer that held up the event loop."""
        if held_ns := self._holds.inner(began_ns):
            self._holds.tell(
                by,
                held_ns,
                connection_id=self.connection_id,
                key_id=self.key_id,
                method=method,
            )

    def _fault(self, fault: Fault, now_ns: int) -> None:
        """Answer an invalid message, which counts as a request."""
        self._throttle.charge(1, now_ns)
        self._refuse(fault.method, 1, fault.req_id, now_ns, fault.error)

    def _submit_all(
        self, method: BatchMethod, orders: list[Any], req_id: int | None, now_ns: int
    ) -> None:
        """Submit all orders of a batch, or none if any is refused."""
        commands = commands_of(method, orders, self.who, self.venue)
        batch = Batch(len(commands))
        if not method.cost and self._is_careful(now_ns):
            self._withdraw(method, commands, req_id, now_ns, batch)
            return
        for command in commands:
            self.pending.submit(method, command, req_id, now_ns, batch)

    def _is_careful(self, now_ns: int) -> bool:
        """Tell whether an unlimited command must prove that it withdraws something."""
        return self.venue.log_full or not self._throttle.remaining(now_ns)

    def _must_wait(self, now_ns: int) -> bool:
        """Tell whether a withdrawal waits until the pending requests are answered.

        Only then are the open orders known, unless all pending commands are known
        withdrawals.
        """
        known = self._withdrawals.known == self.pending.submitted
        return not known and self._is_careful(now_ns)

    def _withdraw(
        self,
        method: OrderMethod | BatchMethod,
        commands: list[Command],
        req_id: int | None,
        now_ns: int,
        batch: Batch | None = None,
    ) -> None:
        """Submit effective withdrawals; answer and charge the ineffective ones.

        All pending commands are known withdrawals (see ``_must_wait``).
        """
        withdrawals, pending = self._withdrawals, self.pending
        throttle = self._throttle
        if not self._requests:
            withdrawals.begin()
        for command in commands:
            events = withdrawals.outcome(command, now_ns)
            if events is not None:
                throttle.charge(1, now_ns)
                pending.answer(method, command, req_id, now_ns, batch, events)
                continue
            if type(command) not in WITHDRAWALS and not throttle.share.reserve.take(
                1, now_ns
            ):
                raise Refused(throttle.refusal(1, now_ns))
            pending.submit(method, command, req_id, now_ns, batch)
            # After a CancelAll the open orders are unknown until it is done.
            withdrawals.known = -1 if type(command) is CancelAll else pending.submitted
        if throttle.exhausted:
            self.end("rate limit ignored")

    def release(self) -> None:
        """Handle the held messages, until one must wait again."""
        held, self._held = self._held, deque()
        while held and not (self._held or self.waiting or self.outbox.closing):
            take(self, *held.popleft())
        # A message that must wait again goes first; the rest stays behind it.
        self._held.extend(held)
        if self.resuming is not None:  # a new resumption, for which the rest waits
            self.resuming.held_bytes = sum(len(data) for data, _ in self._held)

    def _drained(self) -> None:
        """Handle a query that waited for the commands before it."""
        if self._held:
            self.release()

    def _told(
        self, reply: Reply, result: msgspec.Struct | None, problem: Error | None
    ) -> None:
        """Send the historian's answer, unless the connection is gone."""
        if self.state is not CLOSED:
            if self.who.revoked:  # the answer may hold the revoked key's private data
                self.resuming = None
            else:
                began_ns = self._holds.now()
                tell(self, partial(reply, result, problem))
                self._watch(HISTORY, began_ns, self.last_method)
            if self.resuming is None:
                self.go_on()

    def _refuse(
        self, name: str, cost: int, req_id: int | None, now_ns: int, problem: Error
    ) -> None:
        pending = self.pending
        pending.in_turn(
            partial(pending.send, name, cost, req_id, now_ns, None, problem)
        )
        if self.who.revoked:
            self.end("key revoked")
        elif self._throttle.exhausted:
            self.end("rate limit ignored")

    def end(self, reason: str) -> None:
        """Close the connection once all requests so far are answered."""
        self._step(Step.CLOSE)
        self.pending.in_turn(
            partial(self.outbox.close, CloseCode.POLICY_VIOLATION, reason)
        )

    def _step(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]
