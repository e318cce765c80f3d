"""Processes in simulated time: an event loop per process, and a driver of all loops.

Time passes only here. The driver runs one callback at a time, of a process that the
seed chooses among those with work. If none has work, the clock moves to the next
timer. A process can die before any of its callbacks: nothing of it runs any more, as
after kill -9.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import heapq
import random
import sys
import traceback
from asyncio import events
from collections import deque
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, final
from weakref import WeakSet


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator

    from .network import Network


SECOND_NS: Final = 1_000_000_000
MAX_CALLBACK_NS: Final = 4096  # simulated time of a callback, at most

# Collect reference cycles after this many callbacks, and never in between: the timing
# of Python's own collector depends on what ran before.
COLLECT_STEPS: Final = 50_000

_step: Final = Struct("<QH")


class Dead(BaseException):
    """The process that runs this code no longer exists."""


@contextlib.contextmanager
def own_garbage() -> Iterator[None]:
    """Collect only garbage made within the block, at its end or on request.

    Older objects are frozen: scanning them would take a tenth of a second each time.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.enable()
        gc.unfreeze()


@contextlib.contextmanager
def own_generators() -> Iterator[None]:
    """Close the async generators that start within the block at its end.

    A kept exception of the simulation keeps dead processes' generators alive.
    They would otherwise be finalized later, on the real machine.
    """
    begun: WeakSet[AsyncGenerator[Any, Any]] = WeakSet()
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=begun.add)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(*before)
        for generator in [*begun]:
            with contextlib.suppress(BaseException):
                generator.aclose().send(None)


@final
class Turns:
    """Runs all processes' loops, one callback at a time.

    ``now_ns`` is the machine's monotonic clock, ``steps`` the number of callbacks run,
    ``trace`` a hash of their order and times. ``broken`` lists errors that escaped
    from a callback, which no process may allow.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now_ns = 1_000 * SECOND_NS
        self.steps = 0
        self.trace = blake2b(digest_size=16)
        self.network: Network
        self.processes: list[Process] = []
        self.broken: list[str] = []
        self._numbers = 0
        self._timers: list[tuple[int, int, events.Handle, Process]] = []
        self._cancelled = 0
        self._ready: list[Process] = []

    def at(self, when_ns: int, process: Process, handle: events.Handle) -> None:
        """Let a process run ``handle`` at a time, or as soon after as possible."""
        self._numbers += 1
        heapq.heappush(self._timers, (when_ns, self._numbers, handle, process))

    def soon(self, process: Process) -> None:
        """Record that a process has work."""
        self._ready.append(process)

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Run callbacks while there is work and ``goes_on``, asked before each."""
        while goes_on() and self._turn():
            if self.steps % COLLECT_STEPS == 0:
                gc.collect()

    def forget_cancelled(self) -> None:
        """Count a cancelled timer; remove cancelled ones when they are the majority."""
        self._cancelled += 1
        if self._cancelled > 1000 and 2 * self._cancelled > len(self._timers):
            self._timers = [timer for timer in self._timers if not timer[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled = 0

    def _turn(self) -> bool:
        """Run one callback; return False if there is no work and never will be."""
        ready = self._ready
        if not ready and not self._advance():
            return False
        timers = self._timers
        while timers and timers[0][0] <= self.now_ns:
            _, _, handle, process = heapq.heappop(timers)
            process.put(handle)
        if not ready:
            return True
        place = int(self.random.random() * len(ready)) if len(ready) > 1 else 0
        process = ready[place]
        handle = process.callbacks.popleft()
        if not process.callbacks:
            # Fill the gap with the last: the order does not matter, choices are random.
            ready[place] = ready[-1]
            ready.pop()
        if handle.cancelled():
            return True
        self.now_ns += int(self.random.random() * MAX_CALLBACK_NS)
        self.steps += 1
        self.trace.update(_step.pack(self.now_ns, process.number))
        process.step(handle)
        return True

    def _advance(self) -> bool:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not timers:
            return False
        self.now_ns = max(self.now_ns, timers[0][0])
        return True


@final
class Process(asyncio.BaseEventLoop):
    """One process: an event loop that can die.

    ``lives_for`` is the number of callbacks before it is killed, 0 for no limit.
    ``on_death`` is called once after its death, from outside the process.
    """

    def __init__(self, turns: Turns, name: str, address: str) -> None:
        self.alive = True
        super().__init__()
        self.turns = turns
        self.name = name
        self.address = address
        self.number = len(turns.processes)
        self.callbacks: deque[events.Handle] = deque()
        self.steps = 0
        self.lives_for = 0
        self.ignored: set[int] = set()  # signals
        self._handlers: dict[int, Callable[[], object]] = {}
        self.on_death: Callable[[], None] = _nothing
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._many = 100  # tasks, at which finished ones are removed
        self.set_exception_handler(_note)
        turns.processes.append(self)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a task in this process from outside; record its failure."""
        task: asyncio.Task[Any] = self.create_task(coroutine)
        task.add_done_callback(self._look)
        return task

    def kill(self) -> None:
        """Kill the process; code within it must also raise Dead."""
        if self.alive:
            self.alive = False
            self.callbacks.clear()
            if self in self.turns._ready:
                self.turns._ready.remove(self)

    def step(self, handle: events.Handle) -> None:
        """Run one callback, unless the process dies before it."""
        self.steps += 1
        if self.lives_for:
            self.lives_for -= 1
            if not self.lives_for:
                self.kill()
        if self.alive:
            events._set_running_loop(self)
            try:
                handle._run()
            finally:
                events._set_running_loop(None)
        if not self.alive:
            self.bury()

    def bury(self) -> None:
        """Close what a dead process leaves; none of it can reach anything."""
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            _close(task.get_coro())
        self.callbacks.clear()
        on_death, self.on_death = self.on_death, _nothing
        on_death()
        self.close()

    def put(self, handle: events.Handle) -> None:
        """Queue ``handle``."""
        if self.alive:
            if not self.callbacks:
                self.turns.soon(self)
            self.callbacks.append(handle)

    def signal(self, number: int) -> bool:
        """Send a signal; return False if it ends the process for lack of a handler."""
        if number in self.ignored:
            return True
        handler = self._handlers.get(number)
        if handler is not None:
            self.call_soon(handler)
        return handler is not None

    # The interface of an asyncio loop.

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[[], object]
    ) -> None:
        self._handlers[sig] = callback

    def remove_signal_handler(self, sig: int) -> bool:
        return self._handlers.pop(sig, None) is not None

    def time(self) -> float:
        return self.turns.now_ns / SECOND_NS

    def is_running(self) -> bool:
        return False  # Turns drives it

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> events.Handle:
        handle = events.Handle(callback, args, self, context)
        self.put(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Any = None,
    ) -> events.TimerHandle:
        timer = events.TimerHandle(when, callback, args, self, context)
        if self.alive:
            # Never early: waiting code compares ``time()`` with ``when``.
            self.turns.at(int(when * SECOND_NS) + 1, self, timer)
        return timer

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, **options)
        self._tasks[task] = None
        if len(self._tasks) > self._many:
            self._tasks = {task: None for task in self._tasks if not task.done()}
            self._many = 100 + 2 * len(self._tasks)
        return task

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Task[Any]:
        """Run ``func`` in this thread, some time later; ``to_thread`` uses this too."""
        return self.create_task(self._run_later(func, args))

    async def create_server(  # type: ignore[override]
        self, factory: Any, host: Any, port: Any, **_: Any
    ) -> Any:
        return self.turns.network.listen(self, factory, host, port)

    async def create_connection(  # type: ignore[override]
        self, factory: Any, host: Any, port: Any, **_: Any
    ) -> Any:
        return await self.turns.network.connect(self, factory, host, port)

    def close(self) -> None:
        self.alive = False
        super().close()

    def _check_closed(self) -> None:
        """Allow calls on a closed loop: a dead process's leftovers still use it."""

    def _timer_handle_cancelled(self, _handle: events.TimerHandle) -> None:
        self.turns.forget_cancelled()

    def _look(self, task: asyncio.Task[Any]) -> None:
        if self.alive and not task.cancelled() and (error := task.exception()):
            text = "".join(traceback.format_exception(error))
            self.turns.broken.append(f"{self.name}: {text}")

    async def _run_later(self, func: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        await asyncio.sleep(self.turns.random.random() * 0.003)
        return func(*args)


def _close(coroutine: Any) -> None:
    """Close a dead process's coroutine, whatever its ``finally`` blocks do."""
    for _ in range(100):
        try:
            coroutine.close()
        except BaseException:  # noqa: BLE001 - it is dead: nobody hears of it
            continue
        return


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Record an error that a living process did not handle."""
    assert isinstance(loop, Process)
    error = context.get("exception")
    if loop.alive and not isinstance(error, Dead):
        loop.turns.broken.append(f"{loop.name}: {context['message']}: {error!r}")


def _nothing() -> None:
    """Default callback that does nothing."""
