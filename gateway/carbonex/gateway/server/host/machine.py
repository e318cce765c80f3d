"""What a server gets from the machine it runs on: everything that is not a function.

Files, time, chance and a thread to wait for the disk in. It is all in one
place so that a simulation can be the machine: the same server then runs in one
thread and by a seed, through power cuts and failing disks.
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
    """Does one piece of work after the other, beside the event loop."""

    def start(self) -> None:
        """Begin."""

    def put(self, work: Any, /) -> None:
        """Have ``work`` done after what was put before it; returns at once."""

    def stop(self) -> None:
        """Wait until all that was put is done, and end."""


@final
class ThreadWorker:
    """One thread, which ``do`` ends by returning False.

    The hand-over is a SimpleQueue: 149–176 µs for one command there and back,
    sync included, where ``run_in_executor`` takes 213.
    """

    def __init__(self, name: str, do: Callable[[Any], bool]) -> None:
        self._do = do
        # It holds one batch, one roll and one sync of the head at most.
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


# The monotonic clock that goes on while the machine is suspended.
since_boot_ns: Final = partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME)


@final
@dataclass(frozen=True)
class Machine:
    """The real one, unless told otherwise.

    ``wall_ns`` and ``monotonic_ns`` are the two clocks, ``secret`` returns so many
    bytes that nobody can guess, ``worker`` makes a Worker from a name and what it
    is to do with each piece of work, until that returns False.
    """

    disk: Disk = field(default_factory=OsDisk)
    wall_ns: Callable[[], int] = time.time_ns
    monotonic_ns: Callable[[], int] = since_boot_ns
    secret: Callable[[int], bytes] = secrets.token_bytes
    worker: Callable[[str, Callable[[Any], bool]], Worker] = ThreadWorker
