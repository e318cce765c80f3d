"""A small LOBSTER book to play messages on, and a run that compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.cli.flows.lobster_check import LobsterCheck
from carbonex.cli.flows.replay import replay
from cli.flow_log import batches_of
from cli.recordings import Tape


if TYPE_CHECKING:
    from carbonex.cli.flows.lobster import Translation
    from carbonex.cli.flows.lobster_files import Row


BIDS = {9990: 50, 9980: 70}
ASKS = {10010: 40, 10020: 60}


def tape() -> Tape:
    """A book with one anonymous order a level, and an order that changes nothing."""
    return Tape(BIDS, ASKS).play("1.0 new first 5 99.70 buy")


def run(translation: Translation, rows: list[Row]) -> LobsterCheck:
    """Replay a translation, and return what compared it with ``rows``."""
    check = LobsterCheck(translation, rows)
    replay(batches_of(translation.flow), check).check()
    return check
