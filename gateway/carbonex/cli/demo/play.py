"""The demo in four acts: open and trade, kill and recover, trade again, audit."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.cli.init import config_text, create_venue

from .audit import Finding, audit
from .evidence import Evidence
from .furnish import furnish
from .server import Server, ServerError
from .stage import open_stage


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from carbonex.sdk import Balances, Key

    from .picture import Picture
    from .stage import Stage
    from .views import View


VENUE: Final = "carbonex-demo"
ENCORE: Final = 0.2  # share of the time that is left for trading after the kill
MIN_ENCORE_SECONDS: Final = 1.0
BACK_SECONDS: Final = 30.0  # limit for the first answer after the kill


class Outcome(NamedTuple):
    """The demo's results; ``recovery_s`` runs from the kill to the first answer."""

    picture: Picture
    evidence: Evidence
    recovery_s: float
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        """Whether the venue kept every promise."""
        return all(finding.holds for finding in self.findings)


async def play(
    directory: Path, seconds: float, view: View, interrupted: asyncio.Event
) -> Outcome:
    """Run the demo in ``directory``, which becomes a venue's data directory.

    ``interrupted`` ends the trading early; the remaining acts are unchanged. No
    process survives, even on failure.

    Raises:
            InitError, ServerError, LogError: If the venue fails: a bug or a full disk.

    """
    operator = create_venue(directory, config_text(VENUE, 0))
    assert operator is not None
    server = Server(directory)
    evidence = Evidence()
    try:
        await server.start()
        view.say(f"the venue is open at {server.url}, its log in {directory}")
        keys = await furnish(server.url, operator, seconds)
        acts = _Acts(server, evidence, view, interrupted, seconds)
        picture, balances = await acts.run(keys)
        view.show(picture._replace(scene="stopped; its log is replayed and audited"))
        await server.stop()
        view.say("the venue has stopped; it is started once more from its log")
        # A clean stop, too, must recover the state that the log replays to.
        await server.start()
        await server.stop()
    finally:
        await server.kill()
    view.say("the venue's log is replayed and audited")
    recovered = server.recovered()
    findings = await asyncio.to_thread(audit, directory, evidence, balances, recovered)
    return Outcome(picture, evidence, acts.recovery_s, findings)


class _Acts:
    """The acts in which there is a market."""

    def __init__(
        self,
        server: Server,
        evidence: Evidence,
        view: View,
        interrupted: asyncio.Event,
        seconds: float,
    ) -> None:
        self.recovery_s = 0.0
        self._server = server
        self._evidence = evidence
        self._view = view
        self._interrupted = interrupted
        self._seconds = seconds

    async def run(self, keys: Mapping[str, Key]) -> tuple[Picture, dict[str, Balances]]:
        """Trade, kill, recover and trade; return the last picture and all balances."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._seconds
        async with open_stage(
            self._server.url, keys, self._evidence, self._seconds
        ) as stage:
            watching = asyncio.create_task(self._watch(stage))
            try:
                stage.scene = "trading"
                await self._until_interrupted(self._seconds * (1 - ENCORE))
                await self._kill_and_recover(stage)
                stage.scene = "trading goes on"
                await asyncio.sleep(MIN_ENCORE_SECONDS)
                await self._until_interrupted(ends - loop.time())
                balances = await stage.finish()
            finally:
                watching.cancel()
            return stage.picture(), balances

    async def _until_interrupted(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._interrupted.wait()
        except TimeoutError:
            return

    async def _kill_and_recover(self, stage: Stage) -> None:
        """Kill the venue without warning, restart it and wait for the first answer."""
        evidence = self._evidence
        evidence.asked.clear()
        await evidence.asked.wait()  # so that a request is in flight at the kill
        await self._server.kill()
        stage.scene = "killed with kill -9 while it traded"
        killed = time.monotonic()
        self._view.say("the venue was killed with kill -9 while it traded")
        evidence.told.clear()
        await self._server.start()
        stage.scene = "back from its log, the traders reconnect"
        try:
            async with asyncio.timeout(BACK_SECONDS):
                await evidence.told.wait()
        except TimeoutError:
            raise ServerError(
                f"nobody was answered within {BACK_SECONDS:.0f} s of the restart"
            ) from None
        self.recovery_s = time.monotonic() - killed
        self._view.say(
            f"it came back from its log; trading went on after {self.recovery_s:.2f} s"
        )

    async def _watch(self, stage: Stage) -> None:
        while True:
            await asyncio.sleep(self._view.interval_s)
            self._view.show(stage.picture())
