"""What clients sent and received over their connections.

The ``tap`` in the SDK's client records every request when it leaves, and every answer
and frame when it arrives. The ``checker`` judges them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, final

from carbonex.gateway.session.identity import Identity
from carbonex.gateway.session.kinds import NamingMethod, QueryMethod
from carbonex.gateway.session.methods import METHODS

from .coverage import Coverage
from .order_numbers import IDS


if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import blake2b

    from carbonex.engine import Command
    from carbonex.sdk import Statement
    from carbonex.wire import answers, channels, requests
    from carbonex.wire.codec import Codec


class Wrong(AssertionError):  # noqa: N818 - it says what it is
    """A client received something untrue, or the log is not as it must be.

    The message begins with the check that found it, and a colon.
    """


def owner_of(key_id: str) -> str:
    """Return the owner of a key: participant and account share this name."""
    return key_id.partition("~")[0]


def wrong(check: str, what: object) -> Wrong:
    """Return the finding of a check."""
    return Wrong(f"{check}: {what}")


@final
@dataclass(slots=True, eq=False)
class Sent:
    """A request that was sent or about to be, and its answer if one came.

    ``result`` is the undecoded result of the answer, ``codec`` its encoding.
    """

    key: str
    method: str
    params: requests.Params
    codec: Codec
    session: str = ""  # the session's name
    sent: bool = False
    answered: bool = False
    result: bytes = b""
    error: answers.Error | None = None
    since: int = 0  # the venue's position when it was sent
    upto: int = 0  # the venue's position when the answer came

    @property
    def commands(self) -> list[Command]:
        """Its commands in the log, item by item; none for a query."""
        method = METHODS[self.method]
        if isinstance(method, QueryMethod):
            return []
        items = getattr(self.params, "orders", None) or [self.params]
        return [self._command(method, item) for item in items]

    def _command(self, method: Any, item: Any) -> Command:
        if isinstance(method, NamingMethod):
            return method.build(item, self.key)
        who = Identity(IDS, session=self.session)
        who.key_id = self.key
        command: Command = method.build(item, who, item.account or owner_of(self.key))
        return command


class Fated(NamedTuple):
    """An order with unknown fate, whether it was found, and the day."""

    account: str
    client_order_id: str
    found: bool
    day: int


class Run(NamedTuple):
    """Consecutive news of one channel."""

    channel: str
    subject: str
    items: list[Any]


class Stated(NamedTuple):
    """A channel's snapshot for ``name``, made between rows ``since`` and ``upto``."""

    channel: str
    name: str
    items: list[Any]
    since: int
    upto: int


class Held(NamedTuple):
    """An order in the SDK, which knew the account's executions up to ``exec_seq``."""

    account: str
    exec_seq: int
    order_id: str
    price: str
    quantity: int
    filled: int
    status: str


class Shown(NamedTuple):
    """What a client saw when it knew everything up to command ``seq``.

    A book of ``depth`` levels is a pair of lists; tickers and balances are structs.
    """

    seq: int
    channel: str
    name: str
    depth: int
    value: Any


@final
@dataclass(slots=True)
class Record:
    """Everything that clients sent and received in one history."""

    trace: blake2b
    sent: list[Sent] = field(default_factory=list)
    executions: list[channels.Execution] = field(default_factory=list)
    greetings: list[channels.ExecutionsSnapshot] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    heartbeats: list[channels.Heartbeat] = field(default_factory=list)
    balances: list[answers.Balances] = field(default_factory=list)
    statuses: list[channels.Status] = field(default_factory=list)
    streams: list[tuple[str, int, list[int]]] = field(default_factory=list)
    fates: list[Fated] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    # Account, first execution number asked for, and the trades received.
    past_trades: list[tuple[str, int, list[Any]]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    stated: list[Stated] = field(default_factory=list)
    held: set[Held] = field(default_factory=set)
    position: Callable[[], int] = lambda: 0  # the venue's position
    found: list[Wrong] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Count an occurrence."""
        self.counts[what] = self.counts.get(what, 0) + number

    def note_answer(self, sent: Sent) -> None:
        """Count an answer, and refusals by reason."""
        sent.upto = self.position()
        name = "ok" if sent.error is None else sent.error.name
        self.coverage.answered(sent.method, name)
        if sent.error is not None:
            self.refusals[name] = self.refusals.get(name, 0) + 1

    def fail(self, check: str, what: object) -> None:
        """Record a finding; the run ends with it."""
        self.found.append(wrong(check, what))
