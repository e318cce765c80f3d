"""Try the days that touched a limit again, at a venue through its gateway.

The record's highs and lows show the limits of these days. Each limit gets a book,
listed at the day's P0. At the limit both sides must be accepted and trade. One fen
beyond must be refused, with the limit in the message.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from carbonex.cli.flows.flow import long_day
from carbonex.cli.flows.local import CONFIG, running
from carbonex.engine import (
    BUY,
    SELL,
    AddKey,
    Deposit,
    Issue,
    OpenAccount,
    Permission,
    RegisterParticipant,
    Side,
)
from carbonex.gateway.config import FILE_NAME, load_config
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.sdk import OrderRejected, connect, generate_key
from carbonex.wire.money import format_fen

from .files import TONNES
from .life import BUYER, CASH, SELLER


if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from carbonex.engine import BandSet, Command, ListInstrument
    from carbonex.sdk import Key, Order, Venue

    from .check import Check
    from .files import CeaDay


GROUPS: Final = (
    "limits touched, tried at the gateway",
    "limits touched, exactly half a fen before rounding",
)


class Touch(NamedTuple):
    """A day on which a vintage touched a limit; prices in fen.

    The limit is the day's recorded high (``side`` is BUY) or low (SELL).
    """

    date: int
    instrument: str
    side: Side
    reference: int
    limit: int

    @property
    def book(self) -> str:
        """The name of its book."""
        side = "high" if self.side is BUY else "low"
        return f"{self.instrument[:22]}-{self.date}-{side}"  # at most 36 characters

    @property
    def half(self) -> bool:
        """Whether P0 ± 10 % is exactly half a fen from the limit."""
        return self.reference % 10 == 5


def touches(
    vintages: Iterable[CeaDay], bands: Mapping[str, BandSet]
) -> Iterator[Touch]:
    """Yield the limits touched by a day's highs and lows; bands are by instrument."""
    for row in vintages:
        band = bands.get(row.instrument)
        if band is None:
            continue
        if row.high == band.limit_up:
            yield Touch(row.date, row.instrument, BUY, band.reference, row.high)
        if row.low == band.limit_down:
            yield Touch(row.date, row.instrument, SELL, band.reference, row.low)


async def try_limits(
    touched: Sequence[Touch], terms: ListInstrument, directory: Path, check: Check
) -> None:
    """Try each limit at a new venue in ``directory``, and compare.

    Raises:
        CarbonexError: If the connection is lost.
        LogError: If the directory cannot be used.
        ServerError: If the venue's process fails.

    """
    seller, buyer = found(directory, touched, terms)
    async with (
        running(directory) as url,
        connect(url, seller) as sells,
        connect(url, buyer) as buys,
    ):
        for touch in touched:
            await _try(touch, sells, buys, check)


def found(
    directory: Path, touched: Sequence[Touch], terms: ListInstrument
) -> tuple[Key, Key]:
    """Make a venue with a book per limit; return the seller's and buyer's keys.

    The books are always open, so that the trial works at any hour.
    """
    path = directory / FILE_NAME
    path.write_text(CONFIG, encoding="utf-8")
    keys = generate_key(SELLER), generate_key(BUYER)
    commands: list[Command] = []
    for key in keys:
        name, public = key.key_id, key.private_key.public_key().public_bytes_raw()
        commands += [
            RegisterParticipant("", name),
            OpenAccount("", name, name),
            AddKey("", name, name, public, Permission.READ | Permission.TRADE),
        ]
    commands.append(Deposit("", BUYER, CASH, "cash"))
    for touch in touched:
        book = touch.book
        commands += [
            replace(terms, instrument=book, reference=touch.reference, sessions=()),
            Issue("", SELLER, book, TONNES, book),
        ]
    commands.append(long_day(time.time_ns()))
    bootstrap(directory, load_config(path), commands)
    return keys


async def _try(touch: Touch, sells: Venue, buys: Venue, check: Check) -> None:
    """Sell and buy at the limit, then try one fen beyond it."""
    book, price = touch.book, format_fen(touch.limit)
    beyond = format_fen(touch.limit + (1 if touch.side is BUY else -1))
    await _outcome(sells.sell(book, 1, price), price)
    at_the_limit = await _outcome(buys.buy(book, 1, price), price)
    place = buys.buy if touch.side is BUY else sells.sell
    one_fen_beyond = await _outcome(place(book, 1, beyond), price)
    recorded = {
        "at the limit": f"1 t at {price}",
        "one fen beyond": f"PRICE_OUT_OF_BAND, {price}",
    }
    venue = {"at the limit": at_the_limit, "one fen beyond": one_fen_beyond}
    for group in GROUPS[: 1 + touch.half]:
        check.compare(group, (touch.date, touch.instrument), recorded, venue)


async def _outcome(placing: Awaitable[Order], limit: str) -> str:
    """Return an order's fills, or its rejection and whether that names the limit."""
    try:
        order = await placing
    except OrderRejected as error:
        return f"{error.name}, {limit if limit in error.message else error.message}"
    return f"{order.filled} t at {order.average_price}"
