"""The plan of the market at full size: the participants, their requests and times.

Plan and seed determine everything. Companies send limit orders at random times, at
rates that change by phase. Makers replace ten levels per side of one instrument at
fixed times. Followers only listen. ``past`` gives the commands that register the cast.
"""

from __future__ import annotations

import math
import random
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.cli.flows.flow import long_day
from carbonex.engine import (
    AddKey,
    Deposit,
    Issue,
    OpenAccount,
    Permission,
    RegisterParticipant,
)
from carbonex.gateway.market import load_market
from carbonex.wire.keys import Key


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Command


Role = Literal["company", "maker", "follower"]
# the files that each role's process writes
COLUMNS: Final = ("when", "took", "who", "done")
ROLES: Final[tuple[Role, ...]] = ("company", "maker", "follower")

SECOND_NS: Final = 1_000_000_000
MID: Final = 7464  # fen
LEVELS: Final = 10  # levels that a maker quotes per side
QUOTE_COMMANDS: Final = 1 + 2 * LEVELS  # cancel_all, then a batch of new orders
HELD: Final = 3  # instruments per company

# A company's requests: 60 % resting orders, 30 % IOC orders, 10 % cancel_all. Its
# resting orders thus settle at six, however long the run.
RESTS: Final = 0.6
TAKES: Final = 0.9


class Phase(msgspec.Struct, frozen=True):
    """A duration with a constant rate of orders from all companies together."""

    name: str
    seconds: float
    rate: float


class Cast(msgspec.Struct, frozen=True):
    """The number of participants by role, and of instruments."""

    companies: int
    makers: int
    followers: int
    instruments: int

    def names(self, role: Role) -> list[str]:
        count = {
            "company": self.companies,
            "maker": self.makers,
            "follower": self.followers,
        }
        return [f"{role}-{n}" for n in range(count[role])]

    @property
    def sessions(self) -> int:
        return self.companies + self.makers + self.followers


class Sending(NamedTuple):
    """Requests of one session of a role, due ``at_ns`` from the start."""

    at_ns: int
    session: int
    requests: list[bytes]


class Part(msgspec.Struct, frozen=True):
    """The part of one process: ``roles`` of the cast, on the server at ``port``.

    Makers quote every ``every`` seconds. ``leaves`` companies per second disconnect
    and come back. Results go to ``directory``, a file per column.
    """

    port: int
    cast: Cast
    roles: list[Role]
    phases: list[Phase]
    directory: str
    every: float = 1.0
    leaves: float = 0.0
    seed: int = 7


class Outcome(msgspec.Struct, frozen=True):
    """The result of one role: message counts, and rejections by name."""

    role: Role
    sent: int
    answered: int
    unanswered: int
    lost: int  # connections closed by the server
    frames: int
    refused: dict[str, int]
    late_ns: int  # the client's own send delay, p99
    returns: list[float]  # seconds of each reconnection
    cpu: float  # seconds of this process during the market


def key_of(name: str) -> Key:
    """Return a participant's key, derived from its name: it protects nothing."""
    secret = blake2b(name.encode(), digest_size=32).digest()
    return Key(name, Ed25519PrivateKey.from_private_bytes(secret))


def instrument(number: int) -> str:
    return f"CEA{number:02}"


def traded(cast: Cast, company: int) -> list[str]:
    """Return the instruments that a company holds and trades."""
    count = min(HELD, cast.instruments)
    return [instrument((company + 7 * k) % cast.instruments) for k in range(count)]


def past(cast: Cast) -> Iterator[list[Command]]:
    """Yield rows that list, register and fund the cast, and begin the day.

    The instruments trade by the rules of the preset ``cea``, but at any hour.
    """
    terms = load_market("cea").listings[0].terms
    yield [
        msgspec.structs.replace(
            terms, instrument=instrument(n), sessions=(), reference=MID
        )
        for n in range(cast.instruments)
    ]
    for name in cast.names("follower"):
        yield _registered(name)
    for n, name in enumerate(cast.names("maker")):
        yield [*_registered(name), *_funded(name, [instrument(n % cast.instruments)])]
    for n, name in enumerate(cast.names("company")):
        yield [*_registered(name), *_funded(name, traded(cast, n))]
    yield [long_day(time.time_ns())]


def orders(cast: Cast, phases: list[Phase], seed: int) -> Iterator[Sending]:
    """Yield the companies' requests, at the times of a Poisson process."""
    draw = random.Random(seed)
    at, end = 0.0, 0.0
    for phase in phases:
        at, end = end, end + phase.seconds
        while phase.rate and (at := at + draw.expovariate(phase.rate)) < end:
            company = draw.randrange(cast.companies)
            request = _order(draw, draw.choice(traded(cast, company)))
            yield Sending(int(at * SECOND_NS), company, [request])


def quotes(cast: Cast, phases: list[Phase], every: float) -> Iterator[Sending]:
    """Yield the makers' quotes: each maker has one turn in ``every`` seconds."""
    step = every / max(cast.makers, 1)
    for turn in range(int(sum(phase.seconds for phase in phases) / step)):
        maker = turn % cast.makers
        name = instrument(maker % cast.instruments)
        middle = MID + round(20 * math.sin(turn * step / 10))
        yield Sending(int(turn * step * SECOND_NS), maker, _quote(name, middle))


def seconds(phases: list[Phase]) -> float:
    return sum(phase.seconds for phase in phases)


def _registered(name: str) -> list[Command]:
    public = key_of(name).private_key.public_key().public_bytes_raw()
    return [
        RegisterParticipant("", name),
        OpenAccount("", name, name),
        AddKey("", name, name, public, Permission.READ | Permission.TRADE),
    ]


def _funded(name: str, instruments: list[str]) -> list[Command]:
    return [
        Deposit("", name, 10**13, "cash"),
        *(Issue("", name, each, 10**8, f"tonnes-{each}") for each in instruments),
    ]


def _order(draw: random.Random, name: str) -> bytes:
    kind = draw.random()
    if kind >= TAKES:
        return _request("cancel_all", {})
    buys = draw.random() < 0.5
    sign = -1 if buys else 1
    away = 15 if kind >= RESTS else -int(draw.expovariate(0.1))
    return _request(
        "add_order",
        {
            "instrument": name,
            "side": "buy" if buys else "sell",
            "price": _price(MID - sign * away),
            "quantity": draw.randint(1, 100),
            "time_in_force": "ioc" if kind >= RESTS else "day",
        },
    )


def _quote(name: str, middle: int) -> list[bytes]:
    placed = [
        {"instrument": name, "side": side, "price": _price(price), "quantity": 500}
        for away in range(1, LEVELS + 1)
        for side, price in (("buy", middle - away), ("sell", middle + away))
    ]
    return [_request("cancel_all", {}), _request("batch_add", {"orders": placed})]


def _request(method: str, params: dict[str, object]) -> bytes:
    return msgspec.json.encode({"method": method, "params": params})


def _price(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
