"""One history from start to end: faults, then calm, then the checks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from .checker import check
from .faults import Fate
from .loop import SECOND_NS
from .officials import Operator
from .plans import Doom, Plan
from .raw import Raw
from .record import Wrong, wrong
from .traders import Trader
from .watch import Watch, left_behind
from .world import World, surroundings


if TYPE_CHECKING:
    from .checker import Verdict
    from .guests import Guests


CALM_NS: Final = 180 * SECOND_NS  # the time limit for everybody to come to rest
NAMES: Final = ("json-1", "json-2", "pack-1", "pack-2")


class Summary(NamedTuple):
    """The outcome of a history; equal seeds and code give an equal ``trace``."""

    seed: int
    steps: int
    seconds: float  # simulated
    requests: int
    counts: dict[str, int]
    refusals: dict[str, int]
    verdict: Verdict
    trace: str
    features: int  # that occurred
    never: list[str]  # features that did not occur


def simulate(
    seed: int, steps: int, plan: Plan | None = None, doom: Doom | None = None
) -> Summary:
    """Run ``steps`` callbacks with faults, then run to rest, and check everything.

    Raises:
        Wrong: At the first finding.

    """
    with tempfile.TemporaryDirectory(prefix="carbonex-simulation-") as directory:
        world = World(seed, Path(directory) / "venue")
        with surroundings(world):
            try:
                return _live(world, steps, plan or Plan(), doom)
            finally:
                world.close()


def simulate_for_pool(seed: int, steps: int) -> Summary:
    """Simulate in a pool's process; a finding names the command that reproduces it.

    Raises:
        Wrong: As ``simulate`` does.

    """
    try:
        return simulate(seed, steps)
    except Wrong as found:
        raise Wrong(f"{found}\nmake simulate SEED={seed} STEPS={steps}") from found


def _check_nothing_is_left(world: World) -> None:
    """Wait until the server notices that all clients left; check what it keeps."""
    turns, server = world.turns, world.host.server
    assert server is not None
    until_ns = turns.now_ns + CALM_NS
    world.run(lambda: turns.now_ns < until_ns and bool(left_behind(server)))
    if left := left_behind(server):
        raise wrong("nothing is left behind", left)


def _live(world: World, steps: int, plan: Plan, doom: Doom | None) -> Summary:
    turns, host, record = world.turns, world.host, world.record
    host.pace = plan.pace
    fate, operator, raw = Fate(world, plan), Operator(world, plan.day), Raw(world)
    world.traders = [Trader(world, name) for name in NAMES]
    fate.start(doom)
    operator.start()
    raw.start()
    world.guests.start()
    Watch(world).start()
    for trader in world.traders:
        trader.start()
    world.run(lambda: turns.steps < steps)
    world.calm = True
    people: list[Guests | Operator | Raw | Trader]
    people = [operator, raw, world.guests, *world.traders]
    until_ns = turns.now_ns + CALM_NS
    world.run(
        lambda: turns.now_ns < until_ns and not all(person.idle for person in people)
    )
    restless = [type(person).__name__ for person in people if not person.idle]
    if restless:
        raise wrong("everybody comes to rest", restless)
    world.run(lambda: host.server is None)
    _check_nothing_is_left(world)
    fate.end()
    world.run(lambda: host.process is not None)
    if host.ending != "stopped":
        raise wrong("a clean stop", host.ending)
    verdict = check(
        record, host.copy_of_disk(), host.directory, host.seen, host.follower.noted
    )
    record.count("lives", host.lives)
    never = record.coverage.never(fate.faults)
    record.count("overtakings", world.network.overtaken)
    for what, number in host.disk.lost.items():
        record.count(f"{what} by power cuts", number)
    return Summary(
        world.seed,
        turns.steps,
        turns.now_ns / SECOND_NS - 1000,
        len(record.sent),
        record.counts,
        record.refusals,
        verdict,
        turns.trace.hexdigest(),
        len(record.coverage.counts),
        never,
    )
