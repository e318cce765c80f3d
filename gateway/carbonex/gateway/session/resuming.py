"""Executions from before what the feed keeps: page by page from the history.

The answer to ``subscribe`` and the snapshot come together with the first page,
so that a request that cannot be met is refused like any other. What the account
does from that moment on follows its history, once: the pages end where the feed
begins, and the last one, what the feed keeps and the live stream are joined in
one step. Executions up to the snapshot's ``exec_seq`` are marked as replayed;
those that happened while the pages were on their way are not, because the
snapshot does not know of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, final

import msgspec
from msgspec.structs import replace

from carbonex.gateway.feed.executions import updates
from carbonex.gateway.feed.topic import understood
from carbonex.gateway.historian import Behind
from carbonex.gateway.statements import wire_execution
from carbonex.journal.history import HistoryError
from carbonex.wire.closing import CloseCode
from carbonex.wire.errors import Code, error

from .refusal import Refused


if TYPE_CHECKING:
    from carbonex.journal import HistoryReader
    from carbonex.wire import requests
    from carbonex.wire.answers import Error
    from carbonex.wire.codec import Codec
    from carbonex.wire.order_ids import OrderIds

    from .kinds import Reply
    from .session import Session


# Executions of one question to the history: some 400 KB on the wire, and 10 ms of
# the thread that answers everybody's questions. The next page is asked for when
# the client's connection takes more, so that it costs the venue's memory two
# pages and what the transport holds, however long the history is.
PAGE_EXECUTIONS: Final = 1_000

# What a connection may send while it is being told its past, in bytes. The shell
# reads on up to here, so that a client's pings are answered; beyond it waits.
MAX_HELD_BYTES: Final = 256 * 1024


class Page(msgspec.Struct, frozen=True):
    """Frames of executions, and the number of the one after them."""

    frames: bytes
    next_seq: int


class _Language(NamedTuple):
    """How a client is told of its orders."""

    codec: Codec
    ids: OrderIds


@final
class Resumption:
    """A subscription to executions on its way to the present.

    Meanwhile what the connection sends waits: whatever it asked for behind the
    subscription comes behind its executions.
    """

    def __init__(self, session: Session, p: requests.Subscribe, reply: Reply) -> None:
        self._session: Final = session
        self._p: Final = p
        self._reply: Final = reply
        self._next_seq = p.from_seq
        self._greeted = 0  # the newest execution that the snapshot knew; 0: not sent
        self._waits = False  # for the client to read
        self.held_bytes = 0

    @property
    def full(self) -> bool:
        """Whether enough of what the connection sent meanwhile is held."""
        return self.held_bytes > MAX_HELD_BYTES

    def ask(self) -> None:
        """Ask for the next page."""
        session, account = self._session, self._p.account
        oldest = session.feed.oldest_execution(account)
        language = _Language(session.outbox.codec, session.venue.ids)
        if self._greeted:
            question = partial(
                _page,
                account,
                self._next_seq,
                oldest,
                self._greeted,
                language,
            )
        else:  # all that it tells has happened before the snapshot that comes first
            question = partial(
                _first_page,
                account,
                self._next_seq,
                oldest,
                language,
            )
        session.ask(question, self._told)

    def resumed(self) -> None:
        """Go on: the client reads again."""
        if self._waits:
            self._go_on()

    def _told(self, page: msgspec.Struct | None, problem: Error | None = None) -> None:
        session, outbox, account = self._session, self._session.outbox, self._p.account
        if problem is not None:
            self._fail(problem)
            return
        assert isinstance(page, Page)
        frames, self._next_seq = [page.frames], page.next_seq
        if not self._greeted:
            self._reply(understood(self._p))
            greeting, self._greeted = session.feed.greet_executions(outbox, account)
            frames = greeting + frames
        if self._next_seq >= session.feed.oldest_execution(account):
            rest = replace(self._p, from_seq=self._next_seq)
            frames += session.feed.resume_executions(outbox, rest, self._greeted)
            session.resuming = None
        for data in frames:
            outbox.send_frame(data)
        if outbox.closing is not None:
            session.resuming = None
        elif session.resuming is not None:
            self._go_on()

    def _go_on(self) -> None:
        self._waits = self._session.outbox.paused
        if not self._waits:
            self.ask()

    def _fail(self, problem: Error) -> None:
        """Refuse the subscription; once that is too late, have the client come back."""
        self._session.resuming = None
        if self._greeted:
            self._session.outbox.close(CloseCode.TRY_AGAIN_LATER, problem.name.lower())
        else:
            self._reply(None, problem)


# The questions, which run in another thread.


def _first_page(
    account: str,
    from_seq: int,
    oldest: int,
    language: _Language,
    history: HistoryReader,
) -> Page:
    """Return a page, if all from ``from_seq`` to ``oldest`` (exclusive) can be had."""
    missing = history.missing_executions(account)
    if from_seq <= missing:
        available = min(missing + 1, oldest)
        raise Refused(
            error(
                Code.HISTORY_GONE,
                "from_seq",
                account=account,
                oldest=available,
                from_seq=from_seq,
            )
        )
    if history.newest_execution(account) < oldest - 1:
        raise Behind
    return _page(account, from_seq, oldest, oldest - 1, language, history)


def _page(
    account: str,
    from_seq: int,
    oldest: int,
    greeted: int,
    language: _Language,
    history: HistoryReader,
) -> Page:
    """Return the executions from ``from_seq`` on, before ``oldest``."""
    limit = min(PAGE_EXECUTIONS, oldest - from_seq)
    entries = history.executions(account, from_seq, limit)
    if not entries:
        raise Behind
    next_seq = from_seq + len(entries)
    if entries[-1].exec_seq != next_seq - 1:
        raise HistoryError(
            f"executions of {account} are missing from {from_seq} to"
            f" {entries[-1].exec_seq}; stop the server and remove the history,"
            " the next start makes it anew"
        )
    told = [
        wire_execution(e, language.ids, replayed=e.exec_seq <= greeted) for e in entries
    ]
    frames = b"".join(message.framed(language.codec) for message in updates(told))
    return Page(frames, next_seq)
