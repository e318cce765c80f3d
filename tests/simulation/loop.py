"""Processes in simulated time: an event loop for each, and one that turns them all.

Time passes only here. Whichever process has something to do runs one callback
at a time, in an order drawn from the seed; when none has, the clock moves to
the next timer. A process can die before any of its callbacks: then nothing of
it runs any more, as after kill -9.
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
MAX_CALLBACK_NS: Final = 4096  # what one callback takes of simulated time, at most

# Reference cycles are collected when so many callbacks have run, never in
# between: what Python's own collector does depends on what ran before.
COLLECT_STEPS: Final = 50_000

_step: Final = Struct("<QH")


class Dead(BaseException):
    """The process that runs this does not exist any more."""


@contextlib.contextmanager
def own_garbage() -> Iterator[None]:
    """Have nothing collected but what is made in here, at its end or when asked for.

    What was there before is set aside: to look through it would take a tenth of a
    second each time.
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
    """Have the async generators that begin in here end in here.

    Whoever keeps an exception of the simulation keeps those of the dead, too, which
    would find the real machine later.
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
    """Turns all processes' loops, one callback after the other.

    ``now_ns`` is the machine's monotonic clock, ``steps`` how many callbacks
    have run, ``trace`` a hash of which ran when. ``broken`` is what a callback
    let escape, which no process of ours may.
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
        """Have a process run ``handle`` at a time, or as soon after as it can."""
        self._numbers += 1
        heapq.heappush(self._timers, (when_ns, self._numbers, handle, process))

    def soon(self, process: Process) -> None:
        """Note that a process has got something to run."""
        self._ready.append(process)

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Turn while ``goes_on``, asked before each callback, and there is work."""
        while goes_on() and self._turn():
            if self.steps % COLLECT_STEPS == 0:
                gc.collect()

    def forget_cancelled(self) -> None:
        """Count a cancelled timer; drop them when they are most of all."""
        self._cancelled += 1
        if self._cancelled > 1000 and 2 * self._cancelled > len(self._timers):
            self._timers = [timer for timer in self._timers if not timer[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled = 0

    def _turn(self) -> bool:
        """Run one callback; False when there is none and never will be."""
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
    """One process: an event loop, and whether it lives.

    ``lives_for`` is how many more callbacks it runs before it is killed, 0 for
    as long as it likes. ``on_death`` is called once when it is dead, from
    outside of it.
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
        self._many = 100  # tasks; then those that are done are forgotten
        self.set_exception_handler(_note)
        turns.processes.append(self)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a task in this process, from outside of it; its failing is noted."""
        task: asyncio.Task[Any] = self.create_task(coroutine)
        task.add_done_callback(self._look)
        return task

    def kill(self) -> None:
        """Let it be dead from now on; called from inside, raise Dead as well."""
        if self.alive:
            self.alive = False
            self.callbacks.clear()
            if self in self.turns._ready:
                self.turns._ready.remove(self)

    def step(self, handle: events.Handle) -> None:
        """Run one callback, unless it is the one before which the process dies."""
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
        """End what a dead process leaves, none of which can reach anything."""
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            _close(task.get_coro())
        self.callbacks.clear()
        on_death, self.on_death = self.on_death, _nothing
        on_death()
        self.close()

    def put(self, handle: events.Handle) -> None:
        """Have ``handle`` run in turn."""
        if self.alive:
            if not self.callbacks:
                self.turns.soon(self)
            self.callbacks.append(handle)

    def signal(self, number: int) -> bool:
        """Send it a signal; False where that ends it, for it has no handler."""
        if number in self.ignored:
            return True
        handler = self._handlers.get(number)
        if handler is not None:
            self.call_soon(handler)
        return handler is not None

    # What asyncio asks of a loop.

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[[], object]
    ) -> None:
        self._handlers[sig] = callback

    def remove_signal_handler(self, sig: int) -> bool:
        return self._handlers.pop(sig, None) is not None

    def time(self) -> float:
        return self.turns.now_ns / SECOND_NS

    def is_running(self) -> bool:
        return False  # it is turned from outside

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
            # Never early: whoever waits compares ``time()`` with ``when``.
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
        """Run ``func`` in this thread, some time later; so does ``to_thread``."""
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
        """Let what a dead process leaves end in peace."""

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
    """End a coroutine of the dead, whatever it does in its ``finally``."""
    for _ in range(100):
        try:
            coroutine.close()
        except BaseException:  # noqa: BLE001 - it is dead: nobody hears of it
            continue
        return


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep what a living process could not handle."""
    assert isinstance(loop, Process)
    error = context.get("exception")
    if loop.alive and not isinstance(error, Dead):
        loop.turns.broken.append(f"{loop.name}: {context['message']}: {error!r}")


def _nothing() -> None:
    """Nobody is to be told."""
