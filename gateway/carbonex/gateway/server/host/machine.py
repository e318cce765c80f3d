"""All of a server's side effects on the machine: disk, clocks, randomness, a thread.

They are in one place so that a simulation can replace the machine: the same server then
runs in one thread, reproducible from a seed, through power cuts and disk failures.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from carbonex.journal import OsDisk


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.journal import Disk


class Worker(Protocol):
    """Does pieces of work in order, beside the event loop."""

    def start(self) -> None:
        """Start working."""

    def put(self, work: Any, /) -> None:
        """Queue ``work`` behind earlier work; return at once."""

    def stop(self) -> None:
        """Wait until all queued work is done, then end."""


@final
class ThreadWorker:
    """A thread; it ends when ``do`` returns False.

    The hand-over is a SimpleQueue: 149–176 µs for one command there and back, sync
    included; ``run_in_executor`` takes 213 µs.
    """

    def __init__(self, name: str, do: Callable[[Any], bool]) -> None:
        self._do = do
        # It holds at most one batch, one roll and one sync of the head.
        self._work: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, work: Any) -> None:
        self._work.put(work)

    def stop(self) -> None:
        self._work.put(_STOP)
        self._thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not _STOP and self._do(work):
            pass


_STOP = object()


# A monotonic clock that also counts while the machine is suspended.
since_boot_ns: Final = partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME)


@final
@dataclass(frozen=True)
class Machine:
    """The real machine by default; each part can be replaced.

    ``wall_ns`` and ``monotonic_ns`` are the two clocks. ``secret`` returns the given
    number of unguessable bytes. ``worker`` creates a Worker from a name and a function,
    which is called with each piece of work until it returns False.
    """

    disk: Disk = field(default_factory=OsDisk)
    wall_ns: Callable[[], int] = time.time_ns
    monotonic_ns: Callable[[], int] = since_boot_ns
    secret: Callable[[int], bytes] = secrets.token_bytes
    worker: Callable[[str, Callable[[Any], bool]], Worker] = ThreadWorker
