"""A venue whose feed keeps little, and a historian that answers when a test says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from carbonex.gateway.feed import Feed
from carbonex.gateway.historian import Behind
from carbonex.gateway.session.refusal import Refused
from carbonex.journal import HistoryReader, HistoryStore
from carbonex.wire.errors import Code, error
from gateway.session_house import VENUE, Client, House


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.historian import Question, Told
    from gateway.session_house import Json


KEPT = 5  # executions of an account in the feed


class Shelf:
    """A historian with its follower, which comes and answers when a test says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = HistoryStore(path, VENUE)
        self.asked: list[tuple[Question, Told]] = []

    def ask(self, question: Question, tell: Told) -> None:
        self.asked.append((question, tell))

    def follow(self, house: House) -> None:
        """Write down everything so far."""
        for position, applied in enumerate(house.library.applied, 1):
            self.store.put(position, applied, bytes(32))
        self.store.flush()

    def answer(self) -> None:
        """Answer one question; its patience is over when it is asked."""
        question, tell = self.asked.pop(0)
        with HistoryReader(self.path) as history:
            try:
                tell(question(history), None)
            except Refused as refused:
                tell(None, refused.error)
            except Behind:
                tell(None, error(Code.HISTORY_BEHIND, retry_after_ms=1))


class Past(House):
    """A venue whose feed keeps little, and its historian."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.shelf = Shelf(path)
        self.small = Feed(self.venue, max_executions_per_account=KEPT)
        self.venue.readers.append(self.small)
        self.services = replace(self.services, feed=self.small, historian=self.shelf)

    def buy(self, count: int = 1) -> None:
        """Let acme have that many executions more."""
        trader = self.trader()
        for _ in range(count):
            trader.buy(1, "70.00")
            self.commit()
        trader.session.closed()

    def buy_stored(self, count: int = 1) -> None:
        """Let acme have them, and the history know of all that has happened."""
        self.buy(count)
        self.shelf.follow(self)

    def returning(self, from_seq: int = 1) -> Client:
        """Return a client of acme-1 who wants executions from that one on."""
        client = self.trader()
        subscribe(client, from_seq)
        return client

    def answer_all(self) -> None:
        while self.shelf.asked:
            self.shelf.answer()


def executions(messages: list[Json], kind: str = "update") -> list[Json]:
    return [
        item
        for message in messages
        if message.get("channel") == "executions" and message["type"] == kind
        for item in message["data"]
    ]


def numbers(messages: list[Json]) -> list[int]:
    return [execution["exec_seq"] for execution in executions(messages)]


def subscribe(client: Client, from_seq: int) -> int:
    return client.send("subscribe", channel="executions", from_seq=from_seq)
