"""History queries, which are answered outside the event loop.

A session asks a question. The historian runs it in another thread and delivers the
answer later. Sans-I/O: this module defines the interface between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from carbonex.journal import HistoryReader
from carbonex.wire.answers import Error


# Runs in another thread: it may use only the history, constants, and objects that
# threads may share. It returns a result, or raises Refused or Behind.
Question = Callable[[HistoryReader], msgspec.Struct]
Told = Callable[[msgspec.Struct | None, Error | None], None]


class Behind(Exception):  # noqa: N818 - it says what is the matter
    """The history does not reach far enough yet to answer the question."""


class Historian(Protocol):
    """Answers questions from the history."""

    def ask(self, question: Question, tell: Told, /) -> None:
        """Answer ``question``; if it raises Behind, retry it for a while.

        ``tell`` is called once, with the result or the error, in the caller's thread,
        and never before this method returns. It must not raise, because later
        questions wait for it.
        """
