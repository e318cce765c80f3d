"""The thread that answers history queries from the follower's file.

The file belongs to another process: it may lag, and may be rebuilt at any time.
Therefore it is opened for every query, which takes 0.2 ms.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.gateway.historian import Behind
from carbonex.gateway.session.refusal import Refused
from carbonex.journal import HistoryError, HistoryReader
from carbonex.journal.lineage import foreign
from carbonex.wire.errors import Code, error


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import msgspec

    from carbonex.gateway.historian import Question, Told
    from carbonex.journal import Tail
    from carbonex.wire.answers import Error

    # Result, refusal, and the problem if a retry may succeed.
    _Answer = tuple[msgspec.Struct | None, Error | None, Exception | None]


# How long a query may wait for the follower, which looks at the log every second, and
# the retry delay suggested to the client after that.
PATIENCE_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 0.05
RETRY_MS: Final = 1_000

_log = structlog.get_logger("carbonex.gateway")


@final
class FileHistorian:
    """Answers queries from the file ``path``, one at a time.

    A file that belongs to another log counts as missing: the follower rebuilds it. A
    query that must wait for the follower is retried later and blocks no other query.
    ``answered`` is called after each answer. A connection waits for its answer before
    it sends the next query, so there are no more pending queries than connections.
    """

    def __init__(self, path: Path, log: Tail, answered: Callable[[], None]) -> None:
        self._path = path
        self._log = log
        self._is_ours = False
        self._answered = answered
        self._stopped = False
        self._executor = ThreadPoolExecutor(1, "historian")
        self.waiting = 0  # queries without an answer

    def ask(self, question: Question, tell: Told) -> None:
        """Have the thread answer ``question``; ``tell`` is called in the loop."""
        self.waiting += 1
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        self._try(question, tell, until)

    def stop(self) -> None:
        """Stop answering; drop pending queries."""
        self._stopped = True
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _try(self, question: Question, tell: Told, until: float) -> None:
        """Have the thread try to answer; retry until the time ``until``."""
        if not self._stopped:
            asyncio.get_running_loop().run_in_executor(
                self._executor, self._answer, question
            ).add_done_callback(partial(self._tell, question, tell, until))

    def _tell(
        self,
        question: Question,
        tell: Told,
        until: float,
        answer: asyncio.Future[_Answer],
    ) -> None:
        if answer.cancelled():
            return
        result, refusal, problem = answer.result()
        if problem is not None:
            loop = asyncio.get_running_loop()
            if loop.time() < until:
                loop.call_later(PAUSE_SECONDS, self._try, question, tell, until)
                return
            refusal = _failed(problem)
        self.waiting -= 1
        tell(result, refusal)
        self._answered()

    def _answer(self, question: Question) -> _Answer:
        try:
            with HistoryReader(self._path) as history:
                self._compare(history)
                return question(history), None, None
        except Refused as refused:
            return None, refused.error, None
        except (Behind, HistoryError) as problem:
            return None, None, problem
        except Exception as problem:  # noqa: BLE001 - a bug costs only this one answer
            _log.exception("question to the history failed")
            return None, _failed(problem), None

    def _compare(self, history: HistoryReader) -> None:
        """Check once that the file belongs to this log; the follower keeps it so.

        Raises:
            Behind: If it belongs to another log.

        """
        if not self._is_ours:
            if foreign(self._log, *history.watermark):
                raise Behind
            self._is_ours = True


def _failed(problem: Exception) -> Error:
    if isinstance(problem, Behind):
        return error(Code.HISTORY_BEHIND, retry_after_ms=RETRY_MS)
    _log.error("the history cannot be read", reason=str(problem))
    return error(Code.HISTORY_UNREADABLE)
