"""Sessions of the market in a separate process: ``python -m … < PLAN``.

The first line of standard input is a ``Part`` as JSON. The process prints a line when
all sessions are logged in and reads a line with the monotonic start time. At the end
it prints its ``Outcome`` list as JSON. It is an open loop: requests and their times do
not depend on answers, and a latency counts from the request's due time.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import uvloop

from benchmarks.market_plan import (
    COLUMNS,
    SECOND_NS,
    Outcome,
    Part,
    Role,
    Sending,
    instrument,
    orders,
    quotes,
    seconds,
)
from benchmarks.market_session import Records, Session
from benchmarks.processes import allow_files


if TYPE_CHECKING:
    from collections.abc import Iterator


# os.timerfd_create needs Python 3.13.
assert sys.version_info >= (3, 13), "the market's clients need Python 3.13"

AT_ONCE: Final = 64  # concurrent logins
GRACE_SECONDS: Final = 30  # wait for the last answers
CHANNELS: Final = ("book", "ticker", "trade")  # subscriptions of a follower


class Player:
    """The sessions of one role."""

    def __init__(self, part: Part, role: Role) -> None:
        self._part = part
        self.role: Role = role
        self._names = part.cast.names(role)
        self.sessions: list[Session] = []
        self.records = Records()
        self.late = array("q")
        self.returns: list[float] = []

    async def connect(self) -> None:
        """Connect and log in all sessions, AT_ONCE at a time."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def enter(number: int) -> Session:
            async with limit:
                return await self._enter(number)

        self.sessions = await asyncio.gather(*map(enter, range(len(self._names))))

    def flow(self) -> Iterator[Sending]:
        """Return the requests of this role."""
        part = self._part
        if self.role == "company":
            return orders(part.cast, part.phases, part.seed)
        if self.role == "maker":
            return quotes(part.cast, part.phases, part.every)
        return iter(())

    async def play(self, start_ns: int) -> None:
        """Send every request at its due time; return when all are answered."""
        records = self.records
        records.started_ns = start_ns
        records.started_wall_ns = time.time_ns() - time.monotonic_ns() + start_ns
        churn = asyncio.create_task(self._churn())
        await Agenda(self, start_ns).done
        churn.cancel()
        end_ns = start_ns + int(seconds(self._part.phases) * SECOND_NS)
        await asyncio.sleep(max(0.0, (end_ns - time.monotonic_ns()) / SECOND_NS))
        await self._leave()

    @property
    def unanswered(self) -> int:
        return sum(session.unanswered for session in self.sessions)

    def outcome(self, cpu: float) -> Outcome:
        """Write the columns and return the counts."""
        records = self.records
        for name in COLUMNS:
            path = Path(self._part.directory) / f"{self.role}.{name}"
            with path.open("wb") as file:
                getattr(records, name).tofile(file)
        late = sorted(self.late)
        return Outcome(
            self.role,
            records.sent,
            len(records.when) if self.role != "follower" else 0,
            self.unanswered,
            records.lost,
            records.frames,
            dict(records.refused),
            late[int(len(late) * 0.99)] if late else 0,
            self.returns,
            cpu,
        )

    async def _leave(self) -> None:
        """Close each session once it has all answers, within GRACE_SECONDS."""
        for session in self.sessions:
            session.leave()
        gone = [session.gone for session in self.sessions]
        if gone:
            await asyncio.wait(gone, timeout=GRACE_SECONDS)

    async def _enter(self, number: int) -> Session:
        part, name = self._part, self._names[number]
        _, session = await asyncio.get_running_loop().create_connection(
            lambda: Session(
                part.port, name, number, self._followed(number), self.records
            ),
            *("127.0.0.1", part.port),
        )
        await session.ready
        return session

    def _followed(self, number: int) -> list[dict[str, str]]:
        if self.role != "follower":
            return [{"channel": "executions"}]
        name = instrument(number % self._part.cast.instruments)
        return [{"channel": channel, "instrument": name} for channel in CHANNELS]

    async def _churn(self) -> None:
        """Let one company after another disconnect and come back."""
        if self.role != "company" or not self._part.leaves:
            return
        number = 0
        while True:
            await asyncio.sleep(1 / self._part.leaves)
            self.sessions[number].leave()
            await self.sessions[number].gone
            began = time.perf_counter()
            self.sessions[number] = await self._enter(number)
            self.returns.append(time.perf_counter() - began)
            number = (number + 1) % len(self.sessions)


class Agenda:
    """Sends a role's requests at their due times, woken by a kernel timer.

    The event loop's timers have a resolution of a millisecond, as long as an answer
    takes.
    """

    def __init__(self, player: Player, start_ns: int) -> None:
        self._player = player
        self._start_ns = start_ns
        self._flow = player.flow()
        self._next = next(self._flow, None)
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self._timer = os.timerfd_create(
            time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK | os.TFD_CLOEXEC
        )
        self._loop.add_reader(self._timer, self._woken)
        self._turn()

    def _woken(self) -> None:
        os.read(self._timer, 8)
        self._turn()

    def _turn(self) -> None:
        """Send what is due and set the timer for the next request."""
        player, sessions = self._player, self._player.sessions
        while (sending := self._next) is not None:
            late_ns = time.monotonic_ns() - self._start_ns - sending.at_ns
            if late_ns < 0:
                due_ns = self._start_ns + sending.at_ns
                os.timerfd_settime_ns(
                    self._timer, flags=os.TFD_TIMER_ABSTIME, initial=due_ns
                )
                return
            session = sessions[sending.session]
            if session.present:
                player.late.append(late_ns)
                session.send(sending.at_ns, sending.requests)
            self._next = next(self._flow, None)
        self._loop.remove_reader(self._timer)
        os.close(self._timer)
        self.done.set_result(None)


async def run(part: Part) -> list[Outcome]:
    """Run a part; the start time comes as a line on standard input."""
    players = [Player(part, role) for role in part.roles]
    for player in players:
        await player.connect()
    print("ready", flush=True)
    start = await asyncio.to_thread(sys.stdin.readline)
    gc.collect()
    gc.freeze()
    gc.disable()
    before = time.process_time()
    await asyncio.gather(*(player.play(int(start)) for player in players))
    cpu = time.process_time() - before
    return [player.outcome(cpu) for player in players]


def main() -> None:
    """Run the part given on standard input."""
    part = msgspec.json.decode(sys.stdin.readline(), type=Part)
    allow_files(sum(len(part.cast.names(role)) for role in part.roles))
    outcomes = uvloop.run(run(part))
    print(msgspec.json.encode(outcomes).decode(), flush=True)


if __name__ == "__main__":
    main()
