"""The faults: which strikes when, and how the venue is restarted."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final, final

from carbonex.gateway.server.host.clock import HOUR_NS
from carbonex.journal import LogError, SnapshotStore, archive, capture
from journal.faulty_disk import PowerLost

from .disk import Trouble
from .flips import flip_a_bit
from .host import CLOCK
from .loop import SECOND_NS
from .plans import DEADLY
from .publisher import StutteringLog


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Batch

    from .link import Link
    from .plans import Doom, Plan
    from .world import World


# The probability that the rarest fault strikes next, instead of a random one.
STEERED: Final = 0.5


@final
class Fate:
    """Strikes according to the seed until the world is calm.

    In every round each fault strikes as often as the plan says, in random order.
    """

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        self.network = world.network
        self.host = world.host
        self._draw = world.random.random
        strikes: list[tuple[int, str, Callable[[], None]]] = [
            (plan.drop, "drop", self._drop),
            (plan.stall, "stall", self._stall),
            (plan.late, "late", self._arrive_late),
            (plan.slow, "slow", self._slow),
            (plan.kill, "kill", self.host.kill),
            (plan.kill_at_step, "kill at a step", self._kill_at_step),
            (plan.kill_in_disk, "kill in the disk", lambda: self._arm(Trouble.KILL)),
            (plan.power_cut, "power cut", self.host.cut_power),
            (
                plan.power_in_disk,
                "power cut in the disk",
                lambda: self._arm(Trouble.POWER),
            ),
            (plan.failing_disk, "EIO", lambda: self._arm(Trouble.EIO)),
            (plan.full_disk, "ENOSPC", lambda: self._arm(Trouble.ENOSPC)),
            (plan.full_disk, "disk full", self._fill_disk),
            (plan.stop, "SIGTERM", self._stop),
            (plan.hang_up, "SIGHUP", self._hang_up),
            (plan.history, "history fails", self._fail_history),
            (plan.crash_client, "client crashes", self._crash_client),
            (plan.wall_clock, "wall clock steps", self._step_wall_clock),
            (plan.snapshot, "snapshot", self._keep_snapshot),
            (plan.archive, "archiving", self._archive),
            (plan.flip, "flip", self._flip),
            (plan.lull, "lull", self._lull),
        ]
        self.faults = [name for _, name, _ in strikes]
        assert set(self.faults) >= DEADLY, "a fault that ends a server has no such name"
        self._strikes = [(n, act) for weight, n, act in strikes for _ in range(weight)]
        self._next: list[tuple[str, Callable[[], None]]] = []  # the rest of the round
        self._saved = 0  # position of the newest snapshot that must survive
        self._spared_until_ns = 0
        self.host.died = self._bring_up
        published: list[Batch] = []
        self.host.publisher = lambda log: StutteringLog(
            log, world.random, published, plan.stutter, world.record
        )

    def start(self, doom: Doom | None = None) -> None:
        """Start the first server, and begin to strike."""
        self.host.start()
        if doom is not None:
            self._doom(doom)
        self.world.fate.spawn(self._run())

    def end(self) -> None:
        """Stop the last server; no other is started."""
        assert self.host.server is not None
        assert self.host.process is not None
        assert self.host.port is not None
        self.host.process.lives_for = 0
        self.host.port.disarm()
        self.host.follower.files.spare()
        self.host.died = lambda: None
        self.host.signal(signal.SIGTERM)

    def _doom(self, doom: Doom) -> None:
        process, port = self.host.process, self.host.port
        assert process is not None
        assert port is not None
        if doom.trouble is None:
            process.lives_for = doom.at
        else:
            port.arm(doom.trouble, doom.at)

    async def _run(self) -> None:
        while not self.world.calm:
            await asyncio.sleep(self.plan.seconds * 2 * self._draw())
            if not self.world.calm:
                self._strike()

    def _strike(self) -> None:
        """Let a fault of this round, or of a new one, strike: often the rarest."""
        if not self._next:
            self._next = self._strikes.copy()
            self.world.random.shuffle(self._next)
        may = [i for i, (name, _) in enumerate(self._next) if self._may(name)]
        if not may:
            return
        coverage, place = self.world.record.coverage, 0
        if self._draw() < STEERED:
            place = coverage.rarest(self._next[i][0] for i in may)
        name, act = self._next.pop(may[place])
        coverage.struck(name)
        act()

    def _may(self, name: str) -> bool:
        """Return whether a fault may strike: a spared server allows no deadly one."""
        return name not in DEADLY or not self._spares

    @property
    def _spares(self) -> bool:
        return self.world.turns.now_ns < self._spared_until_ns

    # The network.

    def _drop(self) -> None:
        link = self._link()
        if link is not None:
            what = (
                "connections dropped in mid stream"
                if link.busy
                else "connections dropped"
            )
            self.world.record.count(what)
            link.reset()

    def _stall(self) -> None:
        link = self._link()
        if link is not None:
            self.world.record.count("connections stalled")
            link.stall(both=self._draw() < 0.5)

    def _arrive_late(self) -> None:
        """Lose a connection while its requests are still on their way to the venue."""
        link = self._link()
        if link is not None:
            self.world.record.count("requests that arrived after their connection")
            link.delay(int((0.5 + self._draw() * 2) * SECOND_NS))
            self._later(self._draw(), link.sever)

    def _slow(self) -> None:
        link = self._link()
        if link is not None:
            self.world.record.count("slow readers")
            end = link.near if self._draw() < 0.7 else link.far
            end.sleep(int((0.5 + self._draw() * 8) * SECOND_NS))

    def _link(self) -> Link | None:
        links = list(self.network.links)
        return links[int(self._draw() * len(links))] if links else None

    # The server and its machine.

    def _kill_at_step(self) -> None:
        process = self.host.process
        if process is not None and not process.lives_for:
            self.world.record.count("kills at a callback")
            process.lives_for = 1 + int(self._draw() * self.plan.life)

    def _arm(self, trouble: Trouble) -> None:
        if self.host.port is not None:
            self.host.port.arm(trouble, int(self._draw() * self.plan.life / 4))

    def _fill_disk(self) -> None:
        self.world.record.count("reserve reached")
        self.host.disk.free = 0
        self._later(self._draw() * 3, self._empty_disk)

    def _empty_disk(self) -> None:
        self.host.disk.free = 1 << 40

    def _stop(self) -> None:
        """Send SIGTERM at any moment, sometimes twice."""
        self._end(signal.SIGTERM)
        if self._draw() < 0.5:
            self._later(self._draw() * 0.2, lambda: self._end(signal.SIGTERM))

    def _hang_up(self) -> None:
        """Send SIGHUP, which reloads TLS files; without TLS it has no effect."""
        self._end(signal.SIGHUP)

    def _end(self, number: signal.Signals) -> None:
        if not self.world.calm:
            if self.host.server is not None and number is signal.SIGTERM:
                self.world.record.count("clean stops")
            self.host.signal(number)

    def _fail_history(self) -> None:
        """Let a transaction of the history fail soon."""
        server = self.host.server
        if server is not None:
            ahead = 1 + int(self._draw() * 30)
            self.host.follower.files.fail_at(server.venue.position + ahead)

    def _step_wall_clock(self) -> None:
        self.world.record.count("wall clock steps")
        self.host.wall_ns += int((self._draw() - 0.3) * 3 * SECOND_NS)

    def _bring_up(self) -> None:
        """Start the next server some time after the last one died."""
        self.world.record.count("restarts")
        self._later(0.05 + self._draw(), self._start)

    def _start(self) -> None:
        if self.host.process is not None:
            return
        self.host.power_on()
        self._look_for_snapshot()
        self._lose_snapshots()
        self._start_server()
        if not self.world.calm and self._draw() < self.plan.at_start:
            trouble = (Trouble.KILL, Trouble.POWER, Trouble.EIO)
            self._arm(trouble[int(self._draw() * 3)])
        elif self._draw() < self.plan.spared:
            self._spare()

    def _spare(self) -> None:
        """Let no fault end this server for some seconds."""
        self.world.record.count("lives spared")
        spared_ns = int((4 + 8 * self._draw()) * SECOND_NS)
        self._spared_until_ns = self.world.turns.now_ns + spared_ns

    def _start_server(self) -> None:
        """Start a server, sometimes with a clock that an operator must confirm."""
        if not self.world.calm and self._draw() < 0.05 and self.plan.wall_clock:
            self.world.record.count("clocks hours ahead")
            self.host.wall_ns += 2 * HOUR_NS
            self.host.start(accept_time=False, excuse=CLOCK)
        else:
            self.host.start()

    def _look_for_snapshot(self) -> None:
        """Check that a snapshot reported as saved survived the power cut."""
        positions = SnapshotStore(self.host.directory, self.host.disk).positions()
        if self._saved and max(positions, default=0) < self._saved:
            self.world.record.fail("snapshots survive", f"{self._saved}: {positions}")

    def _lose_snapshots(self) -> None:
        """Sometimes remove all snapshots: recovery from the log alone must work."""
        if self._draw() < 0.2:
            self._saved = 0
            disk, directory = self.host.disk, self.host.directory / "snapshots"
            for name in disk.names(directory):
                disk.remove(directory / name)
                self.world.record.count("snapshots removed")

    def _keep_snapshot(self) -> None:
        """Take a snapshot while the server runs."""

        def keep() -> None:
            captured = capture(self.host.directory, self.host.disk)
            self._saved = captured.position
            self.world.record.count("snapshots beside the server")

        self._beside("a snapshot is taken of a live log", keep)

    def _archive(self) -> None:
        """Archive segments while the server runs."""

        def move() -> None:
            moved, _ = archive(self.host.directory, self.host.disk)
            self.world.record.count("archivings")
            self.world.record.count("segments archived", len(moved))

        self._beside("a live log is archived", move)

    def _beside(self, check: str, act: Callable[[], None]) -> None:
        """Act beside the running server; sometimes the power fails meanwhile."""
        host, record = self.host, self.world.record
        if host.server is None or not host.power:
            return
        if self._draw() < self.plan.beside and not self._spares:
            host.disk.lose_power_after(1 + int(self._draw() * 12))
        try:
            act()
        except PowerLost:
            record.count("power cuts beside the server")
            host.cut_power()
        except LogError as error:
            record.fail(check, error)
        finally:
            host.disk.lose_power_after(0)

    def _flip(self) -> None:
        if self.host.server is not None:
            flip_a_bit(self.world, self._draw)

    # Clients.

    def _lull(self) -> None:
        """Pause the traders: stale data then stays stale until the next look."""
        self.world.record.count("lulls")
        lull_ns = int((0.5 + 2 * self._draw()) * SECOND_NS)
        self.world.lull_ends_ns = self.world.turns.now_ns + lull_ns

    def _crash_client(self) -> None:
        traders = [t for t in self.world.traders if t.process.alive]
        if traders:
            self.world.record.count("clients crashed")
            trader = traders[int(self._draw() * len(traders))]
            process = trader.process
            process.kill()
            process.bury()
            for link in self.network.links_of(process):
                link.reset()
            self._later(self._draw(), trader.start)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self.network.later(self.world.fate, int(seconds * SECOND_NS), act)
