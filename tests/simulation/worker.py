"""The commit thread as a simulation has it: later, in the same thread."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, final


if TYPE_CHECKING:
    from collections.abc import Callable

    from .disk import Port
    from .loop import Process


class Pace(NamedTuple):
    """How long a commit takes in ns: mostly some of ``usual``, now and then ``slow``."""

    usual_ns: int = 400_000
    slow_ns: int = 300_000_000
    slow: float = 0.01


@final
class SimulatedWorker:
    """Satisfies ``Worker`` in the loop of a process."""

    def __init__(
        self,
        process: Process,
        port: Port,
        pace: Pace,
        do: Callable[[Any], bool],
        slowed: Callable[[], None],
    ) -> None:
        self._process = process
        self._port = port
        self._pace = pace
        self._do = do
        self._slowed = slowed  # is told of each slow commit
        self._work: deque[Any] = deque()
        self._ended = False

    def start(self) -> None:
        """There is no thread to start."""

    def put(self, work: Any) -> None:
        self._work.append(work)
        if len(self._work) == 1:
            self._wait()

    def stop(self) -> None:
        while self._work:
            self._next()

    def _wait(self) -> None:
        turns, pace = self._process.turns, self._pace
        draw = turns.random.random
        delay_ns = pace.usual_ns * 2 * draw()
        if draw() < pace.slow:
            delay_ns += pace.slow_ns * draw()
            self._slowed()
        turns.network.later(self._process, int(delay_ns), self._next)

    def _next(self) -> None:
        """Do one piece of work, as the thread would have by now."""
        if not self._work or self._ended:
            return
        work = self._work[0]
        self._port.beside_loop = True
        try:
            self._ended = not self._do(work)
        finally:
            self._port.beside_loop = False
        self._work.popleft()
        if self._ended:
            self._work.clear()
        elif self._work:
            self._wait()
