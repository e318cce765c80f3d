"""The venue's machine: one server process after another on one disk."""

from __future__ import annotations

import copy
import dataclasses
import signal
import traceback
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

import msgspec

from carbonex.engine.timers import Due
from carbonex.gateway.config import Config, Days, Limits, Listen, Log
from carbonex.gateway.server.host.clock import ClockError
from carbonex.gateway.server.host.clock_file import BOOT, FILE_NAME
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.server.process import serve
from carbonex.gateway.server.server import ServerFailed
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.journal import LogError, LogReader, SnapshotStore, recover
from journal.faulty_disk import SimulatedDisk

from .disk import Port, Trouble
from .following import FollowerHost
from .loop import SECOND_NS, Process
from .order_numbers import SECRET
from .worker import Pace, SimulatedWorker


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonex.engine import Command, Event
    from carbonex.gateway.server.server import Server

    from .loop import Turns
    from .record import Record


CLOCK: Final = "the clock is hours ahead"
PORT: Final = 8080
ADDRESS: Final = "10.0.0.1"
BEGINS_NS: Final = 1_748_829_600 * SECOND_NS  # 2025-06-02 10:00 in Shanghai

CONFIG: Final = Config(
    venue="simulated",
    market=str(Path(__file__).with_name("market.toml")),
    listen=Listen("10.0.0.1", PORT),
    limits=Limits(
        requests_per_second=1500,
        burst=400,
        in_flight=40,
        outbox_bytes=32 * 1024,
        waiting=80,
        batch=40,
        handshake_seconds=2.0,
        ping_seconds=2.0,
        slow_seconds=3.0,
        close_seconds=1.0,
    ),
    log=Log(segment_bytes=48 * 1024, reserve_bytes=1 << 20),
    days=Days("manual"),
)

encode: Final = msgspec.msgpack.Encoder().encode


class Seen(NamedTuple):
    """The events that a live server published for one command or for due timers."""

    life: int
    seq: int
    events: bytes  # the hash of the events


@final
class Published:
    """A reader of a live venue that keeps a hash of everything it publishes."""

    def __init__(self, life: int, seen: list[Seen]) -> None:
        self._life = life
        self._seen = seen

    def published(self, seq: int, _time_ns: int, events: list[Event]) -> None:
        """Record the hash of the events."""
        self._seen.append(Seen(self._life, seq, hash_of(events)))


def hash_of(events: list[Event]) -> bytes:
    """Return the BLAKE2b hash of the encoded events."""
    return blake2b(encode(events), digest_size=8).digest()


@final
class Host:
    """Runs servers; calls ``died`` after each has ended."""

    def __init__(
        self, turns: Turns, record: Record, seed: int, directory: Path
    ) -> None:
        self.turns = turns
        self.record = record
        self.directory = directory  # on the simulated disk; the history's is a real one
        self.disk = SimulatedDisk(seed, directory)
        self.follower = FollowerHost(turns, record, directory, self.disk)
        # The lead of true time, and of the wall clock, over the monotonic clock.
        self.true_ns = BEGINS_NS - turns.now_ns // 1000 * 1000
        self.wall_ns = self.true_ns
        self.pace = Pace()
        self.process: Process | None = None
        self.port: Port | None = None
        self.worker: SimulatedWorker | None = None  # the commit worker
        self.server: Server | None = None  # while it is online
        # events that allow this server to end with an error
        self.excuses: list[str] = []
        self.ending = ""  # how the last server ended
        self.power = True
        self.lives = 0
        self.seen: list[Seen] = []
        self._position = 0  # the highest known
        self.died: Callable[[], None] = lambda: None
        self.publisher: Callable[[Any], Any] = lambda log: log

    def bootstrap(self, commands: Iterable[Command]) -> None:
        """Write a new venue's first commands."""
        self.directory.mkdir(mode=0o700)  # on the real disk, for the history
        process = Process(self.turns, "init", ADDRESS)
        machine = dataclasses.replace(
            self._machine(process), secret=lambda length: SECRET[:length]
        )
        bootstrap(self.directory, CONFIG, commands, machine)
        process.kill()
        process.bury()
        self.disk.kill()

    def start(self, *, accept_time: bool = True, excuse: str = "") -> None:
        """Start a server; with an ``excuse`` it may refuse to start."""
        assert self.process is None
        self.power_on()
        self.lives += 1
        self.excuses, self.ending = [excuse] if excuse else [], ""
        self.process = process = Process(self.turns, "server", ADDRESS)
        process.on_death = self._buried
        self._newest = self._machine(process)
        asks = not accept_time and self._is_due()
        task = process.create_task(self._serve(accept_time=accept_time, asks=asks))
        task.add_done_callback(self._exited)

    def machine(self) -> Machine:
        """Return the machine of the process started last."""
        return self._newest

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        process = self.process
        if process is not None and process.alive:
            name = signal.Signals(number).name
            self.record.count(name)
            if not process.signal(number):
                self.record.count(f"{name} that ends the process at once")
                self._kill(name)

    def power_on(self) -> None:
        """Restart the machine with what its disk has kept."""
        if not self.power:
            self.disk.restart()
            self.power = True

    def cut_power(self) -> None:
        """Cut the power, at once."""
        self.record.count("power cuts")
        self.power = False
        self._kill("power cut")

    def kill(self) -> None:
        """Kill the process at once; the machine stays up."""
        self.record.count("kills")
        self._kill("kill -9")

    def wall(self) -> int:
        """Return the wall clock's time, in whole microseconds."""
        return (self.turns.now_ns + self.wall_ns) // 1000 * 1000

    def position(self) -> int:
        """Return the highest position applied in any life."""
        if self.server is not None:
            self._position = max(self._position, self.server.venue.position)
        return self._position

    def copy_of_disk(self) -> SimulatedDisk:
        """Return the disk as another machine would find it; no file is open."""
        disk = copy.deepcopy(self.disk)
        disk.kill()
        disk.settle()
        return disk

    def _kill(self, how: str) -> None:
        process = self.process
        if process is not None and process.alive:
            self.ending = how
            process.kill()
            process.bury()

    def _abandon_commit(self) -> None:
        """End the commit thread with its process, at any step."""
        worker, self.worker = self.worker, None
        if worker is not None:
            if worker.step:
                self.record.count(f"ends with a batch {worker.step}")
            worker.abandon()

    def _machine(self, process: Process) -> Machine:
        self.port = port = Port(self.disk, process)
        port.troubled = partial(self._troubled, process)

        def worker(_name: str, do: Callable[[Any], bool]) -> SimulatedWorker:
            slowed = partial(self.record.count, "slow commits")
            self.worker = SimulatedWorker(process, port, self.pace, do, slowed)
            return self.worker

        return Machine(
            port,
            self.wall,
            lambda: self.turns.now_ns // 1000 * 1000,
            self.turns.random.randbytes,
            worker,
        )

    def _troubled(self, process: Process, trouble: Trouble, path: Path) -> None:
        self.record.count(trouble.value)
        if path in (self.directory / FILE_NAME, BOOT):
            self.record.count(f"{trouble.value} at the clock file")
        if self.port is not None and self.port.beside_loop:
            self.record.count(f"{trouble.value} in a commit")
        self.excuses.append(trouble.value)
        if trouble is Trouble.POWER:
            self.power = False
            self.record.count("power cuts")

    def _is_due(self) -> bool:
        """Return whether the wall clock makes timers due that a restart does not."""
        disk = self.copy_of_disk()
        log = LogReader(self.directory, disk)
        exchange = recover(log, SnapshotStore(self.directory, disk)).exchange
        return any(
            due_ns <= self.wall() and kind not in (Due.COUNTDOWN, Due.GRACE)
            for due_ns, kind, _ in exchange.timers
        )

    async def _serve(self, *, accept_time: bool, asks: bool) -> None:
        def ready(server: Server) -> None:
            if asks:
                self.record.fail("a clock far ahead is refused", self.wall())
            server.venue.readers.append(Published(self.lives, self.seen))
            committer = server._pipeline._committer
            committer._log = self.publisher(committer._log)
            self.server = server

        await serve(self.directory, CONFIG, ready=ready, accept_time=accept_time)

    def _exited(self, task: Any) -> None:
        """Check the ending of a process that was not killed."""
        error = None if task.cancelled() else task.exception()
        assert self.process is not None
        if not self.process.alive:
            return
        self.ending = "stopped" if error is None else f"{type(error).__name__}: {error}"
        if error is not None and not self._excused(error):
            text = "".join(traceback.format_exception(error))
            self.record.fail("a server lives on", text)
        self.process.kill()

    def _excused(self, error: BaseException) -> bool:
        if isinstance(error, ClockError):
            return CLOCK in self.excuses
        if isinstance(error, ServerFailed | LogError | OSError):
            return bool(self.excuses)
        return False

    def _buried(self) -> None:
        """Close a dead process's connections; without power leave them silent."""
        assert self.process is not None
        self.position()
        process, self.process, self.server, self.port = self.process, None, None, None
        self._abandon_commit()
        if self.power:
            self.follower.let_end()
        else:
            self.follower.kill()
            self.follower.files.lose()
        if not self.ending:
            self.ending = self.excuses[-1] if self.excuses else "killed at a callback"
        for link in self.turns.network.links_of(process):
            if self.power:
                link.reset()
            else:
                link.stall(both=True)
        if self.power:
            self.disk.kill()
        self.died()
