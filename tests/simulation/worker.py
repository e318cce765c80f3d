"""The commit thread in the simulation: step by step, between other callbacks.

A batch is handed over, written, synced and reported. Between these steps other
callbacks run, and the process or the machine may die.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

from .strand import Strand


if TYPE_CHECKING:
    from collections.abc import Callable

    from .disk import Port
    from .loop import Process


# The disk calls after which the thread may be delayed, and the state then reached.
STEPS: Final = {"pwrite": "written", "sync": "synced"}


class Pace(NamedTuple):
    """A step's time in ns: mostly about ``usual_ns``, sometimes ``slow_ns`` more."""

    usual_ns: int = 150_000
    slow_ns: int = 300_000_000
    slow: float = 0.004


@final
class SimulatedWorker:
    """Implements ``Worker`` in a process's loop; ``step`` is the state reached."""

    def __init__(
        self,
        process: Process,
        port: Port,
        pace: Pace,
        do: Callable[[Any], bool],
        slowed: Callable[[], None],
    ) -> None:
        self.step = ""
        self._process = process
        self._port = port
        self._pace = pace
        self._do = do
        self._slowed = slowed  # called at each slow step
        self._work: deque[Any] = deque()
        self._strand: Strand | None = None
        self._hurries = False
        self._ended = False

    def start(self) -> None:
        """Do nothing: there is no work yet."""

    def put(self, work: Any) -> None:
        self._work.append(work)
        if len(self._work) == 1:
            self._hand_over()

    def stop(self) -> None:
        self._hurries = True
        while self._work:
            self._next()

    def abandon(self) -> None:
        """End at the current step: the process is dead."""
        self._ended = True
        self._work.clear()
        strand, self._strand = self._strand, None
        if strand is not None:
            strand.end()

    def _hand_over(self) -> None:
        self.step = "handed over"
        self._wait()

    def _wait(self) -> None:
        turns, pace = self._process.turns, self._pace
        draw = turns.random.random
        delay_ns = pace.usual_ns * 2 * draw()
        if draw() < pace.slow:
            delay_ns += pace.slow_ns * draw()
            self._slowed()
        turns.network.later(self._process, int(delay_ns), self._next)

    def _next(self) -> None:
        """Run to the end of the next step."""
        if not self._work or self._ended:
            return
        if self._strand is None:
            self._strand = Strand(partial(self._do, self._work[0]))
        strand, port = self._strand, self._port
        port.beside_loop, port.done = True, self._pause
        try:
            is_done = strand.go_on()
        except BaseException:
            self._ended = True
            self._work.clear()
            raise
        finally:
            port.beside_loop, port.done = False, _nothing
        if is_done:
            self._finish(strand)
        elif not self._hurries:
            self._wait()

    def _pause(self, call: str) -> None:
        """Let other callbacks run at the end of a step."""
        step = STEPS.get(call)
        if step is not None and self._strand is not None:
            self.step = step
            self._strand.pause()

    def _finish(self, strand: Strand) -> None:
        self.step, self._strand = "", None
        self._ended = not strand.result
        self._work.popleft()
        if self._ended:
            self._work.clear()
        elif self._work:
            self._hand_over()


def _nothing(_call: str) -> None:
    """Continue at once."""
