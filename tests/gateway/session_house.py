"""A whole venue without sockets, and clients that speak with its sessions.

``House`` holds the real exchange, venue and feed; time and commits happen when
a test says so. ``Client`` sends what it is told and reads what it was sent.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.engine import (
    AddKey,
    BeginDay,
    Deposit,
    Exchange,
    Issue,
    KeyRevoked,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
)
from carbonex.gateway.feed import Feed
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.session import Services, Session
from carbonex.gateway.session.limits import SessionLimits
from carbonex.gateway.session.refusal import Refused
from carbonex.gateway.session.revocations import Revocations
from carbonex.gateway.venue import Venue
from carbonex.journal import HistoryReader, HistoryStore
from carbonex.wire.answers import Empty
from carbonex.wire.codec import JSON, Codec
from carbonex.wire.login import login_text, sign


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from carbonex.engine import Applied, Command
    from carbonex.gateway.historian import Question, Told
    from carbonex.wire.answers import Error

Json = dict[str, Any]

NOON = 1_772_424_000_000_000_000  # 2026-03-02 04:00 UTC, in ns
SECOND = 1_000_000_000
DAY_ENDS = NOON + 11 * 3600 * SECOND

VENUE = "test-venue"
ALL = Permission(15)

# key id -> participant and permissions. acme has one account, beta has two,
# the clearing house none.
KEYS = {
    "acme-key": ("acme", Permission.READ | Permission.TRADE),
    "beta-key": ("beta", Permission.READ | Permission.TRADE),
    "house-key": ("house", ALL),
}
ACCOUNTS = {"acme-1": "acme", "beta-1": "beta", "beta-2": "beta"}
CEA = "CEA25"


def private_key(key_id: str) -> Ed25519PrivateKey:
    """Return the same key for the same id, every time."""
    return Ed25519PrivateKey.from_private_bytes(key_id.encode().ljust(32, b"\0")[:32])


def add_key(key_id: str, participant: str, permissions: Permission) -> AddKey:
    public = private_key(key_id).public_key().public_bytes_raw()
    return AddKey("", participant, key_id, public, permissions)


class Library:
    """A historian that answers when a test says so: from ``path``, if it has one."""

    def __init__(self) -> None:
        self.applied: list[Applied] = []
        self.asked: list[tuple[Question, Told]] = []
        self.path: Path | None = None

    def ask(self, question: Question, tell: Told) -> None:
        self.asked.append((question, tell))

    def answer(self) -> None:
        """Answer what was asked."""
        while self.asked:
            question, tell = self.asked.pop(0)
            tell(*self._answer(question))

    def _answer(self, question: Question) -> tuple[msgspec.Struct | None, Error | None]:
        if self.path is None:
            return Empty(), None
        store = HistoryStore(self.path, VENUE)
        for position, applied in enumerate(self.applied, 1):
            store.put(position, applied, bytes(32))
        store.close()
        with HistoryReader(self.path) as history:
            try:
                return question(history), None
            except Refused as refused:
                return None, refused.error


FURNITURE: tuple[Command, ...] = (
    *(RegisterParticipant("", name) for name in ("acme", "beta", "house")),
    *(OpenAccount("", who, account) for account, who in ACCOUNTS.items()),
    *(add_key(key_id, *about) for key_id, about in KEYS.items()),
    ListInstrument("", CEA),
    BeginDay("", 20260302, DAY_ENDS),
    *(Deposit("", account, 10**10, "d-1") for account in ACCOUNTS),
    *(Issue("", account, CEA, 10**6, "i-1") for account in ACCOUNTS),
)


class House:
    """Exchange, venue, feed, and the time; ``furniture`` is what it begins with.

    By default every account has means to trade.
    """

    def __init__(
        self,
        limits: SessionLimits | None = None,
        max_waiting: int = 10_000,
        furniture: Sequence[Command] | None = None,
        max_batch: int = 1_000,
    ) -> None:
        self.exchange = Exchange()
        self.venue = Venue(self.exchange, VENUE, 1, 7, max_waiting, max_batch)
        self.feed = Feed(self.venue)
        self.venue.readers.append(self.feed)
        self.now_ns = NOON
        self.library = Library()
        self.services = Services(
            self.venue,
            self.feed,
            limits or SessionLimits(),
            self.library,
            lambda: self.now_ns,
            _challenges(),
        )
        self._connections = itertools.count(1)
        self.sessions: list[Session] = []
        revocations = Revocations(lambda: self.sessions)
        self.venue.watchers[KeyRevoked] = revocations.revoked
        self.do(*(FURNITURE if furniture is None else furniture))

    def do(self, *commands: Command) -> None:
        """Have the venue itself do something, successfully."""
        for command in commands:
            assert self.venue.submit(None, 0, command)
        self.commit()

    def commit(self) -> None:
        """Let everything that waits become durable, be applied and answered."""
        while self.commit_one() is not None:
            pass
        self.library.answer()

    def commit_one(self) -> Applied | None:
        """Do so with one batch of the venue."""
        batch = self.venue.take_batch(self.now_ns)
        if batch is None:
            return None
        applied = self.venue.committed(batch, self.venue.position + 1, b"")
        self.library.applied.append(applied)
        return applied

    def connect(self, codec: Codec = JSON) -> Client:
        return Client(self, codec, f"c-{next(self._connections)}")

    def trader(self, key_id: str = "acme-key", codec: Codec = JSON) -> Client:
        """Return a client that has logged in and read everything so far."""
        client = self.connect(codec)
        answer = client.log_in(key_id)
        assert answer["success"], answer
        return client


def _challenges() -> Any:
    numbers = itertools.count(1)
    return lambda: next(numbers).to_bytes(32, "big")


class Client:
    """The other end of one session."""

    def __init__(self, house: House, codec: Codec, connection_id: str) -> None:
        self.house = house
        self.codec = codec
        self.outbox = Outbox(codec)
        self.session = Session(house.services, self.outbox, connection_id)
        house.sessions.append(self.session)
        self.req_id = 0

    def send(self, method: str, **params: Any) -> int:
        """Send a request and return its req_id."""
        self.req_id += 1
        self.write({"method": method, "params": params, "req_id": self.req_id})
        return self.req_id

    def ask(self, method: str, **params: Any) -> Json:
        """Send a request, let the venue work, and return the answer to it."""
        req_id = self.send(method, **params)
        self.house.commit()
        (answer,) = (a for a in self.read() if a.get("req_id") == req_id)
        return answer

    def result(self, method: str, **params: Any) -> Json:
        """Ask for what must succeed; return the result."""
        answer = self.ask(method, **params)
        assert answer["success"], answer
        result: Json = answer["result"]
        return result

    def error(self, method: str, **params: Any) -> Json:
        """Ask for what must be refused; return the error."""
        answer = self.ask(method, **params)
        assert not answer["success"], answer
        error: Json = answer["error"]
        return error

    def write(self, message: object) -> None:
        """Send any message in this client's encoding."""
        data = self.codec.encode(message)
        self.write_raw(data if self.codec.binary else data.decode())

    def write_raw(self, data: str | bytes) -> None:
        """Send any frame."""
        self.session.receive(data, self.house.now_ns)

    def read(self) -> list[Json]:
        """Return every message that was sent to this client since the last call."""
        decode = msgspec.msgpack.decode if self.codec.binary else msgspec.json.decode
        return [decode(data) for data in _payloads(b"".join(self.outbox.take()))]

    def read_answers(self) -> list[Json]:
        """Return the answers among them."""
        return [message for message in self.read() if "method" in message]

    @property
    def closing(self) -> tuple[int, str] | None:
        return self.outbox.closing

    def challenge(self) -> str:
        """Read the newest status frame's challenge, and everything before it."""
        statuses = [m["data"][0] for m in self.read() if m.get("channel") == "status"]
        challenge: str = statuses[-1]["challenge"]
        return challenge

    def signature(self, key_id: str, challenge: str) -> str:
        """Return a client's proof that it holds ``key_id``."""
        connection_id = self.session.connection_id
        text = login_text(VENUE, connection_id, challenge, key_id)
        return sign(private_key(key_id), text)

    def log_in(self, key_id: str) -> Json:
        """Log in with the challenge that was sent last."""
        signature = self.signature(key_id, self.challenge())
        return self.ask("login", key_id=key_id, signature=signature)

    def buy(self, quantity: int = 10, price: str = "74.63", **params: Any) -> int:
        """Send a limit order to buy, and return its req_id."""
        return self.send(
            "add_order",
            instrument=CEA,
            side="buy",
            quantity=quantity,
            price=price,
            **params,
        )


def order(
    side: str = "buy", quantity: int = 10, price: str = "74.63", **more: Any
) -> Json:
    """Return the params of an order."""
    return {
        "instrument": CEA,
        "side": side,
        "quantity": quantity,
        "price": price,
        **more,
    }


def _payloads(data: bytes) -> list[bytes]:
    """Return what is in unmasked WebSocket frames."""
    payloads, at = [], 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length >= 126:
            start += 2 if length == 126 else 8
            length = int.from_bytes(data[at + 2 : start])
        at = start + length
        payloads.append(data[start:at])
    return payloads
