"""Phases as they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Event, PhaseChanged
from model import clock


if TYPE_CHECKING:
    from model.world import Paper, World


def announce(world: World, paper: Paper) -> list[Event]:
    """Tell an instrument's phase if it is another than the one told last."""
    now = clock.phase(world, paper), clock.blocks_trade(world, paper)
    if now == paper.told:
        return []
    paper.told = now
    return [PhaseChanged(paper.name, now[0], clock.until(world, paper), now[1])]
