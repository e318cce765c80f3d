"""A thread that runs only while it is told to: simulated time needs no other.

What it does can pause anywhere, whatever calls lie between, and goes on when it is
told to, or never: then it ends where it was, as the thread of a killed process.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, final

from .loop import Dead


if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Strand:
    """Does one piece of work, with pauses. Either it runs or its maker, never both."""

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
        """Run to the next pause or the end, and tell whether it is the end.

        Raises:
            BaseException: What the work raised.

        """
        assert not self._ended
        self._mine.release()
        self._others.acquire()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return self._ended

    def pause(self) -> None:
        """Let the others run; called from within the work."""
        self._others.release()
        self._mine.acquire()
        if self._dead:
            raise Dead

    def end(self) -> None:
        """Have it end where it is."""
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
