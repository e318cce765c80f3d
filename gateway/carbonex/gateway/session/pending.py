"""Pending requests, and how answers leave in the order of the requests.

The venue answers commands in the order of submission. A refusal of a later request
waits for its turn. If nothing is pending, a refusal is sent without being stored.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import CountdownSet, Rejected
from carbonex.gateway.outbox import frame
from carbonex.wire.answers import Answer

from .refusal import Refused, problem_of, unavailable


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.engine import Command, Event
    from carbonex.gateway.outbox import Outbox
    from carbonex.wire.answers import Error

    from .batches import Batch
    from .kinds import BatchMethod, NamingMethod, OrderMethod
    from .services import Services
    from .throttle import Throttle

    # A submitted command's method, the command, req_id, time of arrival and batch;
    # or an action to run once the commands before it have been answered.
    Sent = tuple[
        OrderMethod | NamingMethod | BatchMethod, Command, int | None, int, Batch | None
    ]


REJECTED: Final = Rejected  # compiled code loads a constant faster
COUNTDOWN_SET: Final = CountdownSet


@final
class Pending:
    """One connection's pending requests; the submitter of its commands.

    ``requests`` holds them, oldest first. The session stops reading in time: their
    number never exceeds its limit plus the requests of the last chunk read.
    """

    __slots__ = (
        "_answered",
        "_clock",
        "_drained",
        "_errors",
        "_ids",
        "_throttle",
        "_venue",
        "outbox",
        "requests",
        "submitted",
    )

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        throttle: Throttle,
        drained: Callable[[], None],
    ) -> None:
        """Start empty; call ``drained`` whenever all requests have been answered."""
        self._venue: Final = services.venue
        self._clock: Final = services.clock
        self._errors: Final = services.errors
        self._ids: Final = services.venue.ids
        self._throttle: Final = throttle
        self._drained = drained
        self.outbox: Final = outbox
        self.requests: Final[deque[Sent | Callable[[], None]]] = deque()
        self.submitted = 0
        self._answered = 0

    def submit(
        self,
        method: OrderMethod | NamingMethod | BatchMethod,
        command: Command,
        req_id: int | None,
        now_ns: int,
        batch: Batch | None = None,
    ) -> None:
        """Submit a command to the venue.

        Raises:
            Refused: If the venue does not accept it.

        """
        if not self._venue.submit(self, self.submitted, command):
            code = self._venue.refusal(command)
            assert code is not None
            raise Refused(unavailable(code, method.name))
        self.submitted += 1
        self._throttle.share.in_flight += 1
        self.requests.append((method, command, req_id, now_ns, batch))

    def answer(
        self,
        method: OrderMethod | NamingMethod | BatchMethod,
        command: Command,
        req_id: int | None,
        now_ns: int,
        batch: Batch | None,
        events: list[Event],
    ) -> None:
        """Answer, in its turn, a command that need not be submitted."""
        self.in_turn(
            partial(self._tell, (method, command, req_id, now_ns, batch), events)
        )

    def in_turn(self, act: Callable[[], None]) -> None:
        """Run ``act`` once all requests so far are answered; now if none is left."""
        if self.requests:
            self.requests.append(act)
        else:
            act()

    def forget(self) -> None:
        """Drop the requests and the callback: the connection is gone."""
        self._throttle.share.in_flight -= self.submitted - self._answered
        self._answered = self.submitted
        self.requests.clear()
        self._drained = _nobody

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        """Send the answer to a command, then run the actions that waited for it."""
        requests = self.requests
        if not requests:
            return  # the connection is gone
        sent = requests.popleft()
        assert isinstance(sent, tuple)
        assert token == self._answered
        self._answered = token + 1
        self._throttle.share.in_flight -= 1
        if not sent[0].cost and _withdraws_nothing(events):
            self._throttle.owe(1, self._clock())
        self._tell(sent, events)
        while requests and not isinstance(act := requests[0], tuple):
            requests.popleft()
            act()
        if not requests:
            self._drained()

    def _tell(self, sent: Sent, events: list[Event]) -> None:
        """Send a command's answer, or keep it until its batch is complete."""
        method, command, req_id, time_in_ns, batch = sent
        result: msgspec.Struct | None = None
        problem: Error | None = None
        if events and type(events[0]) is REJECTED:
            known = self._venue.exchange.instruments
            problem = problem_of(events[0], command, self._ids, known)
        else:
            result = method.result(events, self._ids)
        if batch is None:
            self.send(method.name, method.cost, req_id, time_in_ns, result, problem)
        elif batch.add(result, problem):
            self.send(method.name, method.cost, req_id, time_in_ns, batch.result())

    def send(
        self,
        name: str,
        cost: int,
        req_id: int | None,
        time_in_ns: int,
        result: msgspec.Struct | None = None,
        problem: Error | None = None,
    ) -> None:
        """Send one answer; limited methods also report the requests that remain."""
        now_ns = self._clock()
        if problem is not None:
            self._errors[problem.code, problem.name] += 1
        answer = Answer(
            name,
            problem is None,
            time_in_ns // 1000,
            now_ns // 1000,
            req_id,
            result,
            problem,
            self._throttle.remaining(now_ns) if cost else None,
        )
        outbox = self.outbox  # does the same as its ``send``, but saves a call
        outbox.send_frame(frame(outbox.codec, answer))


def _withdraws_nothing(events: list[Event]) -> bool:
    """Tell whether an unlimited command withdrew nothing, and so counts as a request.

    A countdown counts too, because a client can set it again and again.
    """
    if not events:
        return True
    kind = type(events[0])
    return kind is REJECTED or kind is COUNTDOWN_SET


def _nobody() -> None:
    """Do nothing: the connection is gone."""
