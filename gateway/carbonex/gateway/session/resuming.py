"""Resume executions older than the feed keeps, page by page from the history.

The answer to ``subscribe`` and the snapshot are sent with the first page, so that an
impossible request is refused like any other. The account's live executions follow its
history without gap or duplicate: the pages end where the feed begins, and the last
page, the feed's executions and the live stream are joined in one step. Executions up
to the snapshot's ``exec_seq`` are marked as replayed. Executions that happen while the
pages are under way are not, because the snapshot does not include them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, final

import msgspec
from msgspec.structs import replace

from carbonex.gateway.feed.executions import updates
from carbonex.gateway.feed.topic import understood
from carbonex.gateway.historian import Behind
from carbonex.journal.history import HistoryError
from carbonex.wire.closing import CloseCode
from carbonex.wire.errors import Code, error
from carbonex.wire.executions import with_ids

from .refusal import Refused


if TYPE_CHECKING:
    from carbonex.journal import HistoryReader
    from carbonex.wire import requests
    from carbonex.wire.answers import Error
    from carbonex.wire.codec import Codec
    from carbonex.wire.order_ids import OrderIds

    from .kinds import Reply
    from .session import Session


# Executions per history query: some 400 KB on the wire, and 10 ms of the thread that
# answers all history queries. The next page is requested when the client's connection
# can take more. The memory cost is then two pages and the transport's buffer, however
# long the history is.
PAGE_EXECUTIONS: Final = 1_000

# Bytes that a connection may send while it receives its past. The server reads on up
# to this limit, so that a client's pings are answered; further messages wait.
MAX_HELD_BYTES: Final = 256 * 1024


class Page(msgspec.Struct, frozen=True):
    """Encoded executions, and the number of the execution after them."""

    frames: bytes
    next_seq: int


class _Language(NamedTuple):
    """The encoding and the order ids that a client uses."""

    codec: Codec
    ids: OrderIds


@final
class Resumption:
    """A subscription to executions that is catching up with the present.

    Meanwhile later messages of the connection wait, so that their answers follow its
    executions.
    """

    def __init__(self, session: Session, p: requests.Subscribe, reply: Reply) -> None:
        self._session: Final = session
        self._p: Final = p
        self._reply: Final = reply
        self._next_seq = p.from_seq
        self._greeted = 0  # newest execution in the snapshot; 0: snapshot not sent
        self._waits = False  # until the client reads
        self.held_bytes = 0

    @property
    def full(self) -> bool:
        """Whether the held messages exceed MAX_HELD_BYTES."""
        return self.held_bytes > MAX_HELD_BYTES

    def ask(self) -> None:
        """Request the next page."""
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
        else:  # the whole first page happened before its snapshot
            question = partial(
                _first_page,
                account,
                self._next_seq,
                oldest,
                language,
            )
        session.ask(question, self._told)

    def resumed(self) -> None:
        """Continue: the client reads again."""
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
        """Refuse the subscription; once it is answered, close so the client returns."""
        self._session.resuming = None
        if self._greeted:
            self._session.outbox.close(CloseCode.TRY_AGAIN_LATER, problem.name.lower())
        else:
            self._reply(None, problem)


# The history thread runs the functions below.


def _first_page(
    account: str,
    from_seq: int,
    oldest: int,
    language: _Language,
    history: HistoryReader,
) -> Page:
    """Return a page, if all from ``from_seq`` to ``oldest`` (exclusive) exist."""
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
    """Return up to PAGE_EXECUTIONS from ``from_seq`` on, before ``oldest``."""
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
        with_ids(entry.execution, language.ids, replayed=entry.exec_seq <= greeted)
        for entry in entries
    ]
    frames = b"".join(message.framed(language.codec) for message in updates(told))
    return Page(frames, next_seq)
