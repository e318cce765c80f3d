"""A thread that runs only when told to, for use in simulated time.

Its work can pause at any depth of calls, and continues when told to. A thread that is
not continued ends where it is, like the thread of a killed process.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, final

from .loop import Dead


if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Strand:
    """Does one piece of work with pauses; it and its maker never run together."""

    def __init__(self, do: Callable[[], bool]) -> None:
        self.result = False
        self._do = do
        self._mine = threading.Semaphore(0)
        self._others = threading.Semaphore(0)
        self._ended = False
        self._dead = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="strand", daemon=True)
        self._thread.start()

    def go_on(self) -> bool:
        """Run to the next pause or the end; return whether it is the end.

        Raises:
            BaseException: An error raised by the work.

        """
        assert not self._ended
        self._mine.release()
        self._others.acquire()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return self._ended

    def pause(self) -> None:
        """Let the maker run; called from within the work."""
        self._others.release()
        self._mine.acquire()
        if self._dead:
            raise Dead

    def end(self) -> None:
        """End the thread at its current pause."""
        if not self._ended:
            self._dead = True
            self._mine.release()
            self._thread.join()

    def _run(self) -> None:
        self._mine.acquire()
        try:
            if not self._dead:
                self.result = self._do()
        except BaseException as error:  # noqa: BLE001 - it is raised by ``go_on``
            self._error = error
        self._ended = True
        self._others.release()
