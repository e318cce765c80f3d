"""Fate: what goes wrong, when, and how the venue is brought up again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple, final

from carbonex.gateway.server.host.clock import HOUR_NS
from carbonex.gateway.server.starting.opening import open_log, open_venue
from carbonex.journal import LogError, SnapshotStore, capture, recover

from .disk import Trouble
from .host import CLOCK, CONFIG
from .loop import SECOND_NS
from .publisher import StutteringLog
from .worker import Pace


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Batch

    from .link import Link
    from .world import World


class Plan(NamedTuple):
    """How often each fault strikes, as weights, and how many ``seconds`` lie between.

    ``life`` is what the callbacks and disk calls are counted up to before a kill.
    """

    seconds: float = 0.5
    drop: int = 6
    stall: int = 2
    slow: int = 4
    kill: int = 2
    kill_at_step: int = 3
    kill_in_disk: int = 2
    power_cut: int = 2
    power_in_disk: int = 3
    failing_disk: int = 2
    full_disk: int = 1
    stop: int = 2
    crash_client: int = 1
    wall_clock: int = 1
    snapshot: int = 2
    flip: int = 2
    late: int = 3
    at_start: float = 0.15
    stutter: float = 0.05
    pace: Pace = Pace()
    day: int = 20
    life: int = 300


class Doom(NamedTuple):
    """Where the first server dies: before a callback of its, or in a disk call.

    ``at`` counts from its start. Without ``trouble`` it is a kill.
    """

    at: int
    trouble: Trouble | None = None


PEACE: Final = Plan(seconds=1e9, wall_clock=0, at_start=0, stutter=0)
QUIET: Final = PEACE._replace(
    drop=0,
    stall=0,
    slow=0,
    kill=0,
    kill_at_step=0,
    kill_in_disk=0,
    power_cut=0,
    power_in_disk=0,
    failing_disk=0,
    full_disk=0,
    stop=0,
    crash_client=0,
    snapshot=0,
    flip=0,
    late=0,
)


@final
class Fate:
    """Strikes by the seed until the world is calm."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        self.network = world.network
        self.host = world.host
        self._draw = world.random.random
        strikes: list[tuple[int, Callable[[], None]]] = [
            (plan.drop, self._drop),
            (plan.stall, self._stall),
            (plan.late, self._arrive_late),
            (plan.slow, self._slow),
            (plan.kill, self.host.kill),
            (plan.kill_at_step, self._kill_at_step),
            (plan.kill_in_disk, lambda: self._arm(Trouble.KILL)),
            (plan.power_cut, self.host.cut_power),
            (plan.power_in_disk, lambda: self._arm(Trouble.POWER)),
            (plan.failing_disk, lambda: self._arm(Trouble.EIO)),
            (plan.full_disk, lambda: self._arm(Trouble.ENOSPC)),
            (plan.full_disk, self._fill_disk),
            (plan.stop, self._stop),
            (plan.crash_client, self._crash_client),
            (plan.wall_clock, self._step_wall_clock),
            (plan.snapshot, self._follow),
            (plan.flip, self._flip),
        ]
        self._strikes = [strike for weight, strike in strikes for _ in range(weight)]
        self._saved = 0  # the newest snapshot that is surely kept
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
        """Stop the last server; no other follows."""
        assert self.host.server is not None
        assert self.host.process is not None
        assert self.host.port is not None
        self.host.process.lives_for = 0
        self.host.port.disarm()
        self.host.died = lambda: None
        self.host.server.request_stop()

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
                self._strikes[int(self._draw() * len(self._strikes))]()

    # The network.

    def _drop(self) -> None:
        link = self._link()
        if link is not None:
            self.world.record.count("connections dropped")
            link.reset()

    def _stall(self) -> None:
        link = self._link()
        if link is not None:
            self.world.record.count("connections stalled")
            link.stall(both=self._draw() < 0.5)

    def _arrive_late(self) -> None:
        """Lose a connection while what it carried to the venue is still under way."""
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
            end.sleep(int(self._draw() * 4 * SECOND_NS))

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
        if self.host.server is not None:
            self.world.record.count("clean stops")
            self.host.server.request_stop()

    def _step_wall_clock(self) -> None:
        self.world.record.count("wall clock steps")
        self.host.wall_ns += int((self._draw() - 0.3) * 3 * SECOND_NS)

    def _bring_up(self) -> None:
        """Start the next server, some time after the last one has died."""
        self.world.record.count("restarts")
        self._later(0.05 + self._draw(), self._start)

    def _start(self) -> None:
        if self.host.process is None:
            self.host.power_on()
            self._look_for_snapshot()
            self._lose_snapshots()
            self._start_server()
            if not self.world.calm and self._draw() < self.plan.at_start:
                trouble = (Trouble.KILL, Trouble.POWER, Trouble.EIO)
                self._arm(trouble[int(self._draw() * 3)])

    def _start_server(self) -> None:
        """Start it; now and then with a clock that an operator must confirm first."""
        if not self.world.calm and self._draw() < 0.05 and self.plan.wall_clock:
            self.world.record.count("clocks hours ahead")
            self.host.wall_ns += 2 * HOUR_NS
            self.host.start(accept_time=False, excuse=CLOCK)
        else:
            self.host.start()

    def _look_for_snapshot(self) -> None:
        """What was said to be kept is there, whatever the power did."""
        positions = SnapshotStore(self.host.directory, self.host.disk).positions()
        if self._saved and max(positions, default=0) < self._saved:
            self.world.record.fail("snapshots survive", f"{self._saved}: {positions}")

    def _lose_snapshots(self) -> None:
        """Recover from the log alone, now and then: no snapshot is ever needed."""
        if self._draw() < 0.2:
            self._saved = 0
            disk, directory = self.host.disk, self.host.directory / "snapshots"
            for name in disk.names(directory):
                disk.remove(directory / name)
                self.world.record.count("snapshots removed")

    def _follow(self) -> None:
        """Take a snapshot beside the live server."""
        disk = self.host.disk
        if self.host.server is None or not self.host.power:
            return
        try:
            captured = capture(self.host.directory, disk)
        except LogError as error:
            self.world.record.fail("a follower reads a live log", error)
            return
        self._saved = captured.position
        self.world.record.count("snapshots beside the server")

    def _flip(self) -> None:
        """Flip a bit in a copy of the directory: refused by name, or no harm at all."""
        if self.host.server is None:
            return
        disk = self.host.copy_of_disk()
        paths = [
            path
            for path in disk.files()
            if path.suffix in {".log", ".snapshot", ""} and disk.content(path)
        ]
        path = paths[int(self._draw() * len(paths))]
        content = disk.content(path)
        written = min(len(content), len(bytes(content).rstrip(b"\0")) + 64)
        span = written if self._draw() < 0.5 else min(written, 400)  # the newest row
        place = written - 1 - int(self._draw() * span)
        content[place] ^= 1 << int(self._draw() * 8)
        disk.settle()
        self.world.record.count("bits flipped")
        try:
            with open_log(self.host.directory, CONFIG, disk) as log:
                opened = open_venue(
                    log, SnapshotStore(self.host.directory, disk), CONFIG
                )
        except LogError as error:
            self.world.record.count("flips refused")
            if str(self.host.directory) not in str(error):
                self.world.record.fail("damage is named", f"{path} at {place}: {error}")
            return
        good = self._recovered()
        if opened.venue.exchange.digest() != good:
            self.world.record.fail("damage does no harm", f"{path} at {place}")

    def _recovered(self) -> bytes:
        """Return the digest of what the undamaged directory holds."""
        disk = self.host.copy_of_disk()
        with open_log(self.host.directory, CONFIG, disk) as log:
            return recover(
                log, SnapshotStore(self.host.directory, disk)
            ).exchange.digest()

    # Clients.

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
