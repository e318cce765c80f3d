"""The thread that answers questions about the past from the follower's file.

The file is another process's: it may be behind, and may be made anew at any
time. So it is opened for every question, which takes 0.2 ms.
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.gateway.archive import Behind
from carbonex.gateway.session.refusal import Refused
from carbonex.journal import HistoryError, HistoryReader
from carbonex.wire.errors import Code, error


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import msgspec

    from carbonex.gateway.archive import Question, Told
    from carbonex.wire.answers import Error

    _Answer = tuple[msgspec.Struct | None, Error | None]


# How long a question may wait for the follower, which looks at the log every
# second, and what is suggested when that was not enough.
PATIENCE_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 0.05
RETRY_MS: Final = 1_000

_log = structlog.get_logger("carbonex.gateway")


@final
class FileArchive:
    """Answers from the file ``path``, one question at a time.

    ``answered`` is called after each answer. A connection waits for its answer
    before it asks again, so that no more questions wait than there are
    connections.
    """

    def __init__(self, path: Path, answered: Callable[[], None]) -> None:
        self._path = path
        self._answered = answered
        self._stopped = threading.Event()
        self._executor = ThreadPoolExecutor(1, "archive")

    def ask(self, question: Question, tell: Told) -> None:
        """Have ``question`` answered in the thread; ``tell`` is called in the loop."""
        until = time.monotonic() + PATIENCE_SECONDS
        asyncio.get_running_loop().run_in_executor(
            self._executor, self._answer, question, until
        ).add_done_callback(partial(self._tell, tell))

    def stop(self) -> None:
        """Answer no more. The question that is being answered is given up."""
        self._stopped.set()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _tell(self, tell: Told, answer: asyncio.Future[_Answer]) -> None:
        if answer.cancelled():
            return
        tell(*answer.result())
        self._answered()

    def _answer(self, question: Question, until: float) -> _Answer:
        """Try until there is an answer, or no more time."""
        while True:
            try:
                with HistoryReader(self._path) as history:
                    return question(history), None
            except Refused as refused:
                return None, refused.error
            except (Behind, HistoryError) as problem:
                if time.monotonic() > until or self._stopped.wait(PAUSE_SECONDS):
                    return None, _failed(problem)
            except Exception as problem:  # noqa: BLE001 - it costs no more than its answer
                _log.exception("question to the history failed")
                return None, _failed(problem)


def _failed(problem: Exception) -> Error:
    if isinstance(problem, Behind):
        return error(Code.HISTORY_BEHIND, retry_after_ms=RETRY_MS)
    _log.error("the history cannot be read", reason=str(problem))
    return error(Code.HISTORY_UNREADABLE)
