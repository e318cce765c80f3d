"""Questions about the past, which are answered beside the event loop.

A session puts a question; whoever has the history runs it elsewhere and tells
the answer later. Sans-I/O: here is what both sides agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from carbonex.journal import HistoryReader
from carbonex.wire.answers import Error


# Runs in another thread: it may use nothing but the history, constants and what threads
# may share. It returns a result, or raises Refused, or Behind.
Question = Callable[[HistoryReader], msgspec.Struct]
Told = Callable[[msgspec.Struct | None, Error | None], None]


class Behind(Exception):  # noqa: N818 - it says what is the matter
    """The history does not reach far enough yet to answer the question."""


class Historian(Protocol):
    """Has the history, and answers questions from it."""

    def ask(self, question: Question, tell: Told, /) -> None:
        """Have ``question`` answered, again and again for a while if it is Behind.

        ``tell`` is called once with the result or else the error, in the
        caller's thread, and never before this returns. It may not raise: others wait.
        """
