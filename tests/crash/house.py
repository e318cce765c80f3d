"""The venue that is killed again and again: its directory, its people, its market."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING, Final

from carbonex.engine import VENUE_KEY, ListInstrument
from carbonex.engine.terms import BlockTerms
from carbonex.gateway.config import FILE_NAME, MIN_RESERVE
from carbonex.gateway.server.starting.opening import bootstrap, operator_commands
from carbonex.journal.disk import FILE_MODE
from carbonex.wire.keys import Key
from market import CEA, trader_commands
from stranger import private_key, public_bytes
from venue_process import write_config


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Command
    from carbonex.gateway.config import Config


TRADERS: Final = ("amber", "birch", "cedar", "dahlia")
OPERATOR: Final = "operator"
REFERENCE: Final = 7463  # fen
MIN_BLOCK: Final = 1_000  # tonnes

# A day of trading fills several of these, so that kills meet rolls, too.
SEGMENT_BYTES: Final = 64 * 1024

_SETTINGS: Final[dict[str, float | str]] = {
    "venue": "crash",
    "requests_per_second": 1_000_000,
    "burst": 1_000_000,
    "segment_bytes": SEGMENT_BYTES,
    "reserve_bytes": MIN_RESERVE,
    "mode": "manual",
}


def build(directory: Path) -> Config:
    """Make the venue's file and first commands in ``directory``; return the former."""
    (directory / FILE_NAME).touch(mode=FILE_MODE)
    config = write_config(directory, port=free_port(), **_SETTINGS)
    bootstrap(directory, config, list(_commands()))
    return config


def key_of(name: str) -> Key:
    """Return the key with which ``name`` logs in."""
    return Key(name, private_key(name))


def free_port() -> int:
    """Return a port that is free now and stays the venue's across its restarts.

    It is below those that the system gives to clients: one of them that tries
    to reach the venue while it is down could get that very port for its own
    end, and be connected to itself.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _commands() -> list[Command]:
    commands = operator_commands(OPERATOR, public_bytes(OPERATOR))
    blocks = BlockTerms(min_quantity=MIN_BLOCK, band_permille=300)
    commands.append(ListInstrument(VENUE_KEY, CEA, reference=REFERENCE, blocks=blocks))
    for name in TRADERS:
        commands += trader_commands(name, 10**13, 10**9)
    return commands
