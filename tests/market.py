"""A small venue for a test: its directory, participants and market.

The operator, ``maker`` and ``taker`` log in with keys of these names. The two trade
CEA25 with accounts that have enough cash and tonnes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from carbonex.engine import (
    VENUE_KEY,
    AddKey,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
)
from carbonex.gateway.config import Config, Limits, Listen
from carbonex.gateway.server.starting.opening import bootstrap, operator_commands
from stranger import public_bytes


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Command


CEA = "CEA25"
TRADERS = ("maker", "taker")

# Limits that many clients from one address would reach.
UNLIMITED = (
    *("requests_per_second", "burst", "connections_per_address"),
    *("stranger_requests_per_second", "stranger_burst"),
    *("handshakes_per_second", "handshake_burst"),
)


def config(**limits: float) -> Config:
    """Return a configuration with a port chosen by the system."""
    chosen = msgspec.convert(
        {
            **dict.fromkeys(UNLIMITED, 10**6),
            **limits,
        },
        Limits,
    )
    return Config(venue="test", listen=Listen(port=0), limits=chosen)


def trader_commands(
    name: str, cash: int = 10**12, tonnes: int = 10**8
) -> list[Command]:
    """Return the commands that create a participant and its account."""
    permissions = Permission.READ | Permission.TRADE
    return [
        RegisterParticipant(VENUE_KEY, name),
        AddKey(VENUE_KEY, name, name, public_bytes(name), permissions),
        OpenAccount(VENUE_KEY, name, name, max_client_ids=10**6, max_open_orders=10**6),
        Deposit(VENUE_KEY, name, cash, f"{name}-cash"),
        Issue(VENUE_KEY, name, CEA, tonnes, f"{name}-{CEA}"),
    ]


def market_commands(*traders: str) -> list[Command]:
    """Return the commands that create the operator, one instrument and traders."""
    commands = operator_commands("operator", public_bytes("operator"))
    commands.append(ListInstrument(VENUE_KEY, CEA))
    for name in traders or TRADERS:
        commands += trader_commands(name)
    return commands


def make_market(directory: Path, venue: Config, *traders: str) -> None:
    """Write a new venue's log with ``market_commands``."""
    bootstrap(directory, venue, market_commands(*traders))
