"""What clients sent and what they were told, as it went over their connections.

The ``tap`` in the SDK's client notes every request when it leaves and every
answer and frame when it arrives; the ``checker`` judges them all.
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
    """Somebody was told what is not so, or the log is not what it must be.

    The message begins with the check that found it, and a colon.
    """


def owner_of(key_id: str) -> str:
    """Return whose key it is: participant and account are named alike."""
    return key_id.partition("~")[0]


def wrong(check: str, what: object) -> Wrong:
    """Return the finding of a check."""
    return Wrong(f"{check}: {what}")


@final
@dataclass(slots=True, eq=False)
class Sent:
    """A request that left, or was about to, and its answer if one came.

    ``result`` is what the answer brought as it came, ``codec`` how to read it.
    """

    key: str
    method: str
    params: requests.Params
    codec: Codec
    session: str = ""  # under which it was sent
    sent: bool = False
    answered: bool = False
    result: bytes = b""
    error: answers.Error | None = None
    since: int = 0  # how far the venue was when it was sent
    upto: int = 0  # and when the answer came

    @property
    def commands(self) -> list[Command]:
        """What it is in the log, item by item; a query is nothing there."""
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
    """An order whose fate was unknown, and what it was found to be; on which day."""

    account: str
    client_order_id: str
    found: bool
    day: int


class Run(NamedTuple):
    """News of one channel that were told one after the other."""

    channel: str
    subject: str
    items: list[Any]


class Stated(NamedTuple):
    """A channel's snapshot of ``name``'s, told while the venue was between two rows."""

    channel: str
    name: str
    items: list[Any]
    since: int
    upto: int


class Held(NamedTuple):
    """An order as the SDK had it, who then knew the account's executions up to one."""

    account: str
    exec_seq: int
    order_id: str
    price: str
    quantity: int
    filled: int
    status: str


class Shown(NamedTuple):
    """What somebody saw, who then knew all up to command ``seq``.

    A book of ``depth`` levels is a pair of lists, a ticker or balances their struct.
    """

    seq: int
    channel: str
    name: str
    depth: int
    value: Any


@final
@dataclass(slots=True)
class Record:
    """Everything that anybody was told in one history."""

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
    # Account, from which execution on, and what was told.
    past_trades: list[tuple[str, int, list[Any]]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    stated: list[Stated] = field(default_factory=list)
    held: set[Held] = field(default_factory=set)
    position: Callable[[], int] = lambda: 0  # how far the venue is
    found: list[Wrong] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Count what happened."""
        self.counts[what] = self.counts.get(what, 0) + number

    def note_answer(self, sent: Sent) -> None:
        """Count an answer, and refusals by their reason."""
        sent.upto = self.position()
        name = "ok" if sent.error is None else sent.error.name
        self.coverage.answered(sent.method, name)
        if sent.error is not None:
            self.refusals[name] = self.refusals.get(name, 0) + 1

    def fail(self, check: str, what: object) -> None:
        """Note what is wrong; the run ends with it."""
        self.found.append(wrong(check, what))
