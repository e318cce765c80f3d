"""The venue's operator on the real SDK: days, halts, cash, tonnes, auctions."""

from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.sdk import (
    SHANGHAI,
    ConnectionLost,
    EligibilityRule,
    LoginFailed,
    Timeouts,
    VenueError,
    connect,
)

from .acts import FIRST_DATE, INSTRUMENTS
from .host import BEGINS_NS
from .loop import SECOND_NS
from .traders import URL


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carbonex.sdk import Venue

    from .loop import Process
    from .world import World


ACCOUNTS: Final = ("json-1", "json-2", "pack-1", "pack-2")
# The first rule set refuses a surrender of CEA25 for 2024; the second one's deadline
# has passed.
RULES: Final[tuple[list[EligibilityRule], ...]] = (
    [EligibilityRule(vintage_to=2025)],
    [EligibilityRule(year_from=2024, until="2020-12-31")],
    [EligibilityRule(year_from=2024, until="2099-12-31")],
    [],
    [],
)


@final
class Operator:
    """Opens day after day, each of some seconds, and moves cash and tonnes.

    It repeats requests without an answer. Dates and client refs keep a repetition from
    taking effect twice.
    """

    def __init__(self, world: World, day_seconds: int) -> None:
        self.world = world
        self._day_seconds = day_seconds  # of the longest day
        self.days = 0
        self.idle = False
        self._refs = 0
        self._listed: list[str] = []  # listed by the operator and not delisted yet

    def start(self) -> None:
        """Start the operator."""
        self.process = self.world.process("operator", self._live)

    async def _live(self, _process: Process) -> None:
        while not self.world.calm:
            try:
                async with connect(
                    URL,
                    self.world.keys["operator"],
                    timeouts=Timeouts(order=1.5, answer=3.0),
                ) as venue:
                    _followed = venue.alerts()  # keeps the subscription alive
                    while not self.world.calm:
                        await self._act(venue)
                        await asyncio.sleep(self._draw(0.02, 0.3))
            except LoginFailed as error:
                self.world.record.fail("who has a key gets in", error)
                return
            except ConnectionLost:
                await asyncio.sleep(0.2)
        self.idle = True

    async def _act(self, venue: Venue) -> None:
        server = self.world.host.server
        if server is not None and not server.venue.exchange.day:
            if self._draw(0, 1) < 0.3:
                self._refs += 1
                await self._deposit(venue)
            await self._begin_day(venue)
            return
        self._refs += 1
        act = self.world.record.coverage.chosen(_ACTS, self.world.random.random)
        await act(self, venue)

    async def _deposit(self, venue: Venue) -> None:
        account, ref = self._account(), self._ref()
        await self._insist(lambda: venue.deposit(account, "1000.00", ref))

    async def _withdraw(self, venue: Venue) -> None:
        account, ref = self._account(), self._ref()
        await self._insist(lambda: venue.withdraw(account, "900.00", ref))

    async def _issue(self, venue: Venue) -> None:
        account, what, ref = self._account(), self._instrument(), self._ref()
        await self._insist(lambda: venue.issue(account, what, 50, ref))

    async def _transfer(self, venue: Venue) -> None:
        account, other, ref = self._account(), self._account(), self._ref()
        await self._insist(lambda: venue.transfer(account, other, "CEA25", 5, ref))

    async def _retire(self, venue: Venue) -> None:
        account, what, ref = self._account(), self._instrument(), self._ref()
        leave = venue.retire if self._draw(0, 1) < 0.5 else venue.transfer_out
        await self._insist(lambda: leave(account, what, 3, ref))

    async def _freeze(self, venue: Venue) -> None:
        """Freeze cash and tonnes for a moment, perhaps more than there are."""
        account, ref, what = self._account(), self._ref(), self._instrument()
        amount, tonnes = "50000.00", 40
        freeze = venue.freeze_cash, venue.freeze_tonnes
        free = venue.unfreeze_cash, venue.unfreeze_tonnes
        await self._insist(lambda: freeze[0](account, amount, ref, "order 7"))
        ref = self._ref()
        await self._insist(lambda: freeze[1](account, what, tonnes, ref, "order 7"))
        await asyncio.sleep(self._draw(0, 0.3))
        ref = self._ref()
        await self._insist(lambda: free[0](account, amount, ref, "order 8"))
        ref = self._ref()
        await self._insist(lambda: free[1](account, what, tonnes, ref, "order 8"))

    async def _oblige(self, venue: Venue) -> None:
        account, ref = self._account(), self._ref()
        draw = self._draw(0, 1)
        if draw < 0.4:
            await self._insist(lambda: venue.set_obligation(account, 2024, 1_000))
        elif draw < 0.5:
            rules = RULES[int(self._draw(0, len(RULES)))]
            await self._insist(lambda: venue.set_eligibility("CEA", rules))
        else:
            await self._insist(lambda: venue.surrender(account, "CEA25", 1, 2024, ref))

    async def _restrict(self, venue: Venue) -> None:
        """Restrict a participant for a moment."""
        account = self._account()
        kinds: Any = ("sell_only", "cancel_only", "suspended")
        kind = kinds[int(self._draw(0, 3))]
        await self._insist(lambda: venue.restrict(account, kind))
        await asyncio.sleep(self._draw(0, 0.3))
        await self._insist(lambda: venue.restrict(account, "none"))

    async def _update(self, venue: Venue) -> None:
        """Give an instrument other terms from the next day on."""
        name = INSTRUMENTS[0]
        known = {item.instrument: item for item in await venue.instruments()}
        levels = int(self._draw(0, 6))
        await self._insist(
            lambda: venue.update_instrument(name, known[name], take_levels=levels)
        )

    async def _list(self, venue: Venue) -> None:
        """List an instrument, or delist an earlier one."""
        if self._listed and self._draw(0, 1) < 0.5:
            gone = self._listed.pop(0)
            await self._insist(lambda: venue.delist_instrument(gone))
            return
        name, year = f"CEA{30 + self._refs}", 2000 + self._refs % 100
        await self._insist(
            lambda: venue.list_instrument(name, product="CEA", vintage=year)
        )
        await self._insist(lambda: venue.set_composite("CEA", "newest"))
        self._listed.append(name)
        account, ref = self._account(), self._ref()
        await self._insist(lambda: venue.issue(account, name, 50, ref))

    async def _lend_key(self, venue: Venue) -> None:
        """Add a key, let a guest use it, and revoke it."""
        guests = self.world.guests
        key = guests.new_key()
        owner, public = guests.owner_of(key), key.public_text
        await self._insist(
            lambda: venue.add_key(owner, key.key_id, public, ["read", "trade"])
        )
        guests.lend(key)
        await asyncio.sleep(self._draw(0, 0.6))
        await self._insist(lambda: venue.revoke_key(key.key_id))
        guests.revoked(key)

    async def _begin_day(self, venue: Venue) -> None:
        """Open the next date for some seconds."""
        self.days += 1
        date = FIRST_DATE + dt.timedelta(days=self.days)
        now_ns = self.world.host.wall()
        server = self.world.host.server
        if server is not None:
            now_ns = max(now_ns, server.venue.exchange.time_ns)
        ends = dt.datetime.fromtimestamp(
            now_ns // SECOND_NS + 2 + int(self._draw(0, self._day_seconds)), SHANGHAI
        )
        assert now_ns >= BEGINS_NS
        await self._insist(lambda: venue.begin_day(date, ends))

    async def _halt(self, venue: Venue) -> None:
        instrument = self._instrument()
        await self._insist(lambda: venue.halt(instrument))
        await asyncio.sleep(self._draw(0, 0.3))
        await self._insist(lambda: venue.resume(instrument))

    async def _auction(self, venue: Venue) -> None:
        """Open an auction; close it early, or let a timer close it."""
        account, ref = self._account(), self._ref()
        opens = dt.datetime.fromtimestamp(
            self.world.host.wall() // SECOND_NS + 1, SHANGHAI
        )
        closes = opens + dt.timedelta(seconds=1 + int(self._draw(0, 3)))
        await self._insist(
            lambda: venue.open_auction(
                account,
                "CEA25",
                "sell",
                100,
                opens=opens,
                closes=closes,
                client_ref=ref,
            )
        )
        if self._draw(0, 1) < 0.3:
            for auction in await venue.auctions():
                end = venue.cancel_auction
                if self._draw(0, 1) < 0.5:
                    end = venue.close_auction
                await self._insist(partial(end, auction))

    async def _insist(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Repeat a request until it is answered, with any answer."""
        while True:
            try:
                await ask()
            except VenueError:
                return
            except ConnectionLost as lost:
                if not lost.sent:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def _ref(self) -> str:
        return f"op-{self._refs}"

    def _account(self) -> str:
        return ACCOUNTS[int(self._draw(0, len(ACCOUNTS)))]

    def _instrument(self) -> str:
        return INSTRUMENTS[self._draw(0, 1) < 0.3]

    def _draw(self, low: float, high: float) -> float:
        return low + self.world.random.random() * (high - low)


# The operator's actions, with weight and name.
_ACTS: Final[tuple[tuple[float, str, Any], ...]] = (
    (20, "deposit", Operator._deposit),
    (15, "withdraw", Operator._withdraw),
    (15, "issue", Operator._issue),
    (10, "transfer", Operator._transfer),
    (4, "retire", Operator._retire),
    (10, "oblige", Operator._oblige),
    (5, "freeze", Operator._freeze),
    (8, "halt", Operator._halt),
    (10, "auction", Operator._auction),
    (5, "restrict", Operator._restrict),
    (3, "update", Operator._update),
    (5, "list", Operator._list),
    (5, "lend_key", Operator._lend_key),
)
