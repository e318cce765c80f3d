"""The thread that answers questions about the past from the follower's file.

The file is another process's: it may be behind, and may be made anew at any
time. So it is opened for every question, which takes 0.2 ms.
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

    # With the problem, where another try may have an answer.
    _Answer = tuple[msgspec.Struct | None, Error | None, Exception | None]


# How long a question may wait for the follower, which looks at the log every
# second, and what is suggested when that was not enough.
PATIENCE_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 0.05
RETRY_MS: Final = 1_000

_log = structlog.get_logger("carbonex.gateway")


@final
class FileHistorian:
    """Answers from the file ``path``, one question at a time.

    A file that is not of ``log`` is as good as none: the follower makes it anew.
    One that has to wait for the follower is asked again later, and holds up
    nobody else. ``answered`` is called after each answer. A connection waits for
    its answer before it asks again, so that no more questions wait than there
    are connections.
    """

    def __init__(self, path: Path, log: Tail, answered: Callable[[], None]) -> None:
        self._path = path
        self._log = log
        self._is_ours = False
        self._answered = answered
        self._stopped = False
        self._executor = ThreadPoolExecutor(1, "historian")
        self.waiting = 0  # questions without an answer

    def ask(self, question: Question, tell: Told) -> None:
        """Have ``question`` answered in the thread; ``tell`` is called in the loop."""
        self.waiting += 1
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        self._try(question, tell, until)

    def stop(self) -> None:
        """Answer no more. What waits for its answer is given up."""
        self._stopped = True
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _try(self, question: Question, tell: Told, until: float) -> None:
        """Have the thread look for an answer, which may not be there before ``until``."""
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
        except Exception as problem:  # noqa: BLE001 - it costs no more than its answer
            _log.exception("question to the history failed")
            return None, _failed(problem), None

    def _compare(self, history: HistoryReader) -> None:
        """Make sure, once, that the file is of this log; the follower keeps it so.

        Raises:
            Behind: If it is of another one.

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
