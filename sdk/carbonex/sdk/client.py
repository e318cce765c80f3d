"""The client's end of the API, without sockets, clocks or tasks.

A ``Client`` is sans-I/O. Whoever owns the connection tells it what happened
(``connection_made``, ``receive``, ``connection_lost``) and the time in seconds,
and sends what ``take`` returns. Every rule of logging in, subscribing, resuming
and telling the fate of a request is here.

    OFFLINE ─▶ GREETING ─▶ LOGGING_IN ─▶ ONLINE       (no key: straight to ONLINE)
       ▲           │            │           │
       └───────────┴────────────┴───────────┘ connection_lost
    close, or a refused login: CLOSED, for good
"""

from __future__ import annotations

import enum
import logging
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from carbonex.wire import requests
from carbonex.wire.channels import Heartbeat
from carbonex.wire.codec import JSON
from carbonex.wire.errors import Code

from .calls import METHODS, QUERIES, Call
from .channel import Feed
from .clock import VenueClock
from .decoders import Decoders
from .errors import CarbonexError, LoginFailed, Overloaded, venue_error
from .executions import Executions
from .memory import Memory
from .presence import ANONYMOUS, Presence
from .reply import Reply, lost
from .signal import Signal
from .subscriptions import Subscriptions


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.wire.answers import Error, LoggedIn
    from carbonex.wire.channels import Status
    from carbonex.wire.codec import Codec
    from carbonex.wire.keys import Key

    from .calls import Incoming
    from .channel import Channel
    from .order import Desk
    from .witness import Witness


T = TypeVar("T")

_log = logging.getLogger("carbonex.sdk")


class State(enum.Enum):
    """The state of a client's connection and login."""

    OFFLINE = "offline"
    GREETING = "greeting"  # connected; the venue sends the first message
    LOGGING_IN = "logging in"
    ONLINE = "online"
    CLOSED = "closed"


class UnusableConnection(CarbonexError):  # noqa: N818 - it is no error of the caller
    """This connection is unusable: close it and open another."""


class Client:
    """A trader's session with a venue, over any number of connections."""

    def __init__(
        self,
        key: Key | None = None,
        *,
        account: str = "",
        codec: Codec = JSON,
        witness: Witness | None = None,
        presence: Presence = ANONYMOUS,
    ) -> None:
        self.codec: Final = codec
        self.account: Final = account  # the default account
        self.state = State.OFFLINE
        self.error: CarbonexError | None = None  # why it is CLOSED
        self.changed: Final = Signal()  # of ``state``
        self.clock: Final = VenueClock()
        self.been_online = False
        self._offline = "there is no connection"  # and, if there was one, why not
        self.heartbeats: Final = Feed[Heartbeat]("heartbeat")
        self.venue = ""
        self.shutting_down = False  # as the venue has announced
        self.suspended_why = ""  # likewise; empty while it is not suspended
        self.participant = ""
        self.accounts: list[str] = []
        self.permissions: list[requests.PermissionName] = []
        self.subscriptions: Final = Subscriptions(codec, self._send_subscription)
        self.memory: Final = Memory(witness, self.subscriptions.restored)
        self.presence: Final = presence
        self._key = key
        self._executions: dict[str, Executions] = {}
        self._decoders: Final = Decoders(codec)
        self._last_req_id = 0
        self._pending: dict[int, Reply[Any]] = {}  # sent or about to be, by req_id
        self._waiting: list[Reply[Any]] = []  # queries, for when it is online
        self._out: list[tuple[bytes, Reply[Any]]] = []

    @property
    def closed(self) -> bool:
        """Whether the client was closed for good, because of ``error``."""
        return self.state is State.CLOSED

    # The connection

    def connection_made(self) -> None:
        """Handle a new connection; the venue's greeting comes next."""
        assert self.state is State.OFFLINE
        self.clock.forget()
        self._become(State.GREETING)

    def receive(self, data: str | bytes, now: float) -> None:
        """Handle one whole message, read at ``now``.

        Raises:
            UnusableConnection: If the message is invalid, or the venue cannot log this
                client in now. The connection must be closed.

        """
        if self.state in (State.OFFLINE, State.CLOSED):
            return  # left over from a connection that was given up
        try:
            message = self._decoders.incoming.decode(data)
            if message.method is not None:
                self._take_answer(message, now)
            elif message.channel == "status":
                for status in self._decoders.statuses.decode(message.data):
                    self._take_status(status)
            elif message.channel == "heartbeat":
                for heartbeat in self._decoders.heartbeats.decode(message.data):
                    self.clock.observe(heartbeat.time, now)
                    self.memory.heard(heartbeat)
                    self.heartbeats.update(heartbeat)
                self.subscriptions.retry()
            else:
                self.subscriptions.deliver(message.channel, message.type, message.data)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise UnusableConnection(f"it brought what it must not: {error}") from error

    def connection_lost(self, reason: str) -> None:
        """Handle a lost connection; all pending answers are lost with it.

        Queries wait for the next connection. Other requests fail with ConnectionLost,
        which says whether they were sent.
        """
        if self.state in (State.OFFLINE, State.CLOSED):
            return
        self._offline = f"there is no connection: {reason}"
        self._become(State.OFFLINE)
        pending, self._pending = self._pending, {}
        self._out.clear()
        self.subscriptions.interrupted()
        for reply in pending.values():
            if isinstance(reply.params, QUERIES):
                self._waiting.append(reply)
            else:
                reply.fail(lost(reply, reason))

    def connection_closed(self, code: int, reason: str) -> None:
        """Handle the venue's close frame and its reason."""
        error = self.presence.end(code, reason)
        if error is not None:
            self.close(error)

    @property
    def wants_to_send(self) -> bool:
        """Whether ``take`` has anything to return."""
        return bool(self._out)

    def take(self) -> list[bytes]:
        """Return the frames to send now, oldest first; they count as sent."""
        frames = []
        for frame, reply in self._out:
            reply.sent = True
            frames.append(frame)
        self._out.clear()
        return frames

    def close(self, error: CarbonexError) -> None:
        """Close for good: everything that waits receives ``error``."""
        if self.state is State.CLOSED:
            return
        self.error = error
        self._become(State.CLOSED)
        pending = [*self._pending.values(), *self._waiting]
        self._pending.clear()
        self._waiting.clear()
        self._out.clear()
        self.subscriptions.interrupted()
        self.subscriptions.ended(error)
        self.heartbeats.ended(error)
        for reply in pending:
            unknown = lost(reply, str(error))
            unknown.__cause__ = error
            reply.fail(unknown if reply.sent else error)

    # The trader

    def request(self, params: requests.Params, convert: Callable[[Any], T]) -> Reply[T]:
        """Send a request; ``convert`` makes its result from the answer.

        A query waits for the connection. Other requests fail at once without a
        connection: an order sent later would trade at an outdated price.
        """
        reply = Reply(params, convert)
        if self.state is State.ONLINE:
            self._send(reply)
        elif self.error is not None:
            reply.fail(self.error)
        elif isinstance(params, QUERIES):
            self._waiting.append(reply)
        else:
            reply.fail(lost(reply, self._offline))
        return reply

    def withdraw(self, reply: Reply[Any]) -> None:
        """Remove a waiting query that has no caller any more."""
        if reply in self._waiting:
            self._waiting.remove(reply)

    def subscribe(self, channel: Channel) -> None:
        """Follow ``channel`` as long as somebody holds it."""
        self.subscriptions.add(channel)
        if self.error is not None:
            channel.ended(self.error)
        elif self.state is State.ONLINE:
            self.subscriptions.start(channel)

    def account_for(self, account: str | None) -> str:
        """Return the named account, or else the key's only one.

        Raises:
            ValueError: If none is named and the key has several accounts, or none.

        """
        if account or self.account:
            return account or self.account
        if len(self.accounts) == 1:
            return self.accounts[0]
        if self._key is None:
            raise ValueError("accounts need a key: connect(url, key=…)")
        names = ", ".join(self.accounts) or "no account"
        raise ValueError(f"say which account with account=…: this key has {names}")

    def executions(self, account: str, desk: Desk) -> Executions:
        """Return the account's executions, followed from the first call on."""
        executions = self._executions.get(account)
        if executions is None:
            executions = Executions(account, desk, self.memory.found_restored)
            self._executions[account] = executions
            self.subscribe(executions)
        return executions

    # What is under the hood

    def _become(self, state: State) -> None:
        self.state = state
        self.changed.notify()

    def _take_status(self, status: Status) -> None:
        self.venue = status.venue
        self.shutting_down = status.state == "server_shutdown"
        self.suspended_why = status.suspended_why
        if self.shutting_down:
            _log.info("%s shuts down", status.venue)
        if self.state is not State.GREETING:
            return
        self.memory.greeted(status)
        if self._key is None:
            self._go_online()
            return
        self._become(State.LOGGING_IN)
        signature = self._key.login_signature(
            status.venue, status.connection_id, status.challenge
        )
        login = self.presence.login(self._key.key_id, signature)
        self._send(Reply(login, self._logged_in))

    def _logged_in(self, answer: LoggedIn) -> None:
        self.participant = answer.participant
        self.accounts = answer.accounts
        self.permissions = answer.permissions
        self._go_online()

    def _go_online(self) -> None:
        """Resume everything after a login: subscriptions before queries.

        A query's answer is then never older than the followed state.
        """
        self._become(State.ONLINE)
        self.been_online = True
        _log.info("%s: online", self.venue)
        for channel in ("status", "heartbeat"):
            self._send_subscription(requests.Subscribe(channel), lambda _: None)
        self.subscriptions.start_all()
        waiting, self._waiting = self._waiting, []
        for reply in waiting:
            self._send(reply)

    def _send(self, reply: Reply[Any]) -> None:
        self._last_req_id += 1
        method, _ = METHODS[type(reply.params)]
        call = Call(method, reply.params, self._last_req_id)
        frame = self.codec.encode(call)  # may raise: encode before it counts as pending
        self._pending[self._last_req_id] = reply
        self._out.append((frame, reply))

    def _send_subscription(
        self, params: requests.Params, then: Callable[[CarbonexError | None], None]
    ) -> None:
        self._send(Reply(params, lambda _: then(None), then))

    def _take_answer(self, message: Incoming, now: float) -> None:
        self.clock.observe(message.time_out, now)
        reply = self._pending.pop(message.req_id or 0, None)
        if reply is None:
            raise UnusableConnection(
                f"it brought an answer to no request: {message.method},"
                f" req_id {message.req_id}, {message.error}"
            )
        if message.error is None:
            reply.complete(self._decoders.result(reply.params, message.result))
        elif isinstance(reply.params, requests.Login):
            self._login_refused(message.error)
        else:
            reply.fail(venue_error(message.error))

    def _login_refused(self, error: Error) -> None:
        """Close if the key is at fault; a busy venue may accept it later."""
        refused = venue_error(error)
        if isinstance(refused, Overloaded) or error.code == Code.CHALLENGE_USED:
            raise UnusableConnection(f"the login was put off: {refused}")
        self.close(LoginFailed(error.code, error.name, error.message, error.param))
