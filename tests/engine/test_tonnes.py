"""Tonnes one by one: whose they are, from when they may be sold, what becomes of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    GTC,
    SELL,
    BeginDay,
    CancelAll,
    Command,
    Deposit,
    Event,
    Exchange,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    Reason,
    RegisterParticipant,
    Rejected,
    Retire,
    SetObligation,
    Side,
    Surrender,
    Transfer,
)
from carbonex.engine.accounts import NOTHING
from driver import Driver


OWNERS = {"a-1": "a", "a-2": "a", "b-1": "b"}
STOCK = 1_000_000  # on offer at one fen; more than all steps together buy
RESALE_DAYS = 3
DUE = 24
CAP = 21  # of what is due, at 900 per mille

Step = PlaceOrder | CancelAll | Transfer | Surrender | Retire | None  # None: a day


@dataclass
class Pile:
    """An account's tonnes; of each that no order needs, the day it may be sold from."""

    loose: list[int] = field(default_factory=list)  # 0: now
    locked: int = 0

    @property
    def free(self) -> int:
        return self.loose.count(0)

    def take(self, tonnes: int, *, latest_first: bool = False) -> list[int]:
        self.loose.sort(reverse=latest_first)
        taken, self.loose = self.loose[:tonnes], self.loose[tonnes:]
        return taken


class Model:
    """Does what the rules say, tonne by tonne; ``day`` counts the days begun."""

    def __init__(self) -> None:
        self.day = 1
        self.piles = {name: Pile() for name in OWNERS}
        self.surrendered: Counter[str] = Counter()  # by participant

    def step(self, step: Step) -> Reason | None:
        """Take a step, or tell why it is refused."""
        if step is None:
            self._begin_day()
            return None
        pile = self.piles[step.account]
        match step:
            case PlaceOrder(side=Side.BUY):
                pile.loose += [self.day + RESALE_DAYS] * step.quantity
                return None
            case PlaceOrder() | Retire():
                return self._take_free(pile, step)
            case CancelAll():
                pile.loose += [0] * pile.locked
                pile.locked = 0
                return None
            case Transfer():
                return self._transfer(pile, step)
            case Surrender():
                return self._surrender(pile, step)

    def _begin_day(self) -> None:
        self.day += 1
        for pile in self.piles.values():
            pile.loose = [0 if day <= self.day else day for day in pile.loose]

    def _take_free(self, pile: Pile, step: PlaceOrder | Retire) -> Reason | None:
        if step.quantity > pile.free:
            fits = step.quantity <= len(pile.loose)
            return Reason.RESALE_LOCK if fits else Reason.INSUFFICIENT_HOLDINGS
        pile.take(step.quantity)
        pile.locked += step.quantity if isinstance(step, PlaceOrder) else 0
        return None

    def _transfer(self, pile: Pile, step: Transfer) -> Reason | None:
        target = self.piles[step.to_account]
        if target is pile:
            return Reason.BAD_PARAMETER
        if step.quantity > len(pile.loose):
            return Reason.INSUFFICIENT_HOLDINGS
        target.loose += pile.take(step.quantity)
        return None

    def _surrender(self, pile: Pile, step: Surrender) -> Reason | None:
        owner = OWNERS[step.account]
        done = self.surrendered[owner]
        if step.quantity > DUE - done:
            return Reason.BAD_QTY
        if step.quantity > len(pile.loose):
            return Reason.INSUFFICIENT_HOLDINGS
        if step.quantity > CAP - done:
            return Reason.OFFSET_CAP
        pile.take(step.quantity, latest_first=True)
        self.surrendered[owner] += step.quantity
        return None


class Stage:
    """An exchange on its first day, where a mint offers what anybody wants."""

    def __init__(self) -> None:
        self.driver = Driver()
        self.moves = 0
        setup: list[Command] = [
            ListInstrument("", "CCER", resale_days=RESALE_DAYS, offset_permille=900),
            *(RegisterParticipant("", name) for name in ("mint", "a", "b")),
            OpenAccount("", "mint", "mint"),
            *(OpenAccount("", owner, name) for name, owner in OWNERS.items()),
            *(Deposit("", name, 10_000, "cash") for name in OWNERS),
            *(SetObligation("", name, 2024, DUE) for name in ("a", "b")),
            Issue("", "mint", "CCER", STOCK, "stock"),
            BeginDay("", 20250101, 1),
            PlaceOrder("", "mint", "CCER", SELL, 1, STOCK, time_in_force=GTC),
        ]
        for command in setup:
            assert Rejected not in map(type, self.driver.do(command)), command

    @property
    def exchange(self) -> Exchange:
        return self.driver.exchange

    def step(self, step: Step) -> Reason | None:
        """Take a step and return why it was refused."""
        if step is None:
            events = self._begin_day()
        elif isinstance(step, PlaceOrder | CancelAll):
            events = self.driver.do(step)
        else:
            self.moves += 1
            events = self.driver.do(replace(step, client_ref=f"{self.moves}"))
        reasons = [event.reason for event in events if isinstance(event, Rejected)]
        return reasons[0] if reasons else None

    def _begin_day(self) -> list[Event]:
        self.driver.time_ns += 1
        months, days = divmod(self.exchange.day_number, 28)
        date = 20250101 + 100 * months + days
        return self.driver.do(BeginDay("", date, self.driver.time_ns + 1))

    def pile(self, name: str) -> Pile:
        holding = self.exchange.accounts[name].holdings.get("CCER", NOTHING)
        waiting = Counter(holding.maturing).elements()
        return Pile([0] * holding.available + list(waiting), holding.locked)


def story(seed: int, length: int) -> list[Step]:
    """Draw what is done; client refs are given when it is done."""
    random = Random(seed)
    return [_step(random) for _ in range(length)]


def _step(random: Random) -> Step:
    name, other = random.choices(sorted(OWNERS), k=2)
    tonnes = random.randint(1, 12)
    buy = PlaceOrder("", name, "CCER", BUY, 1, 2 * tonnes)
    choices: list[Step] = [
        buy,
        buy,
        PlaceOrder("", name, "CCER", SELL, 2, tonnes, time_in_force=GTC),
        CancelAll("", name),
        Transfer("", name, other, "CCER", 2 * tonnes, ""),
        Surrender("", name, "CCER", tonnes, 2024, ""),
        Retire("", name, "CCER", tonnes, ""),
        None,
    ]
    return random.choice(choices)


# As in ``streams``: Hypothesis itself would draw hardly anything but refusals.
@given(st.builds(story, st.integers(0, 2**32), st.integers(0, 150)))
def test_every_tonne_is_where_it_should_be(steps: list[Step]) -> None:
    """None is lost, none sold too early, and a resale lock goes where its tonne goes."""
    stage, model = Stage(), Model()
    for step in steps:
        assert stage.step(step) is model.step(step)
        stage.exchange.check()
        for name, pile in model.piles.items():
            found = stage.pile(name)
            assert sorted(found.loose) == sorted(pile.loose)
            assert found.locked == pile.locked
        for owner, tonnes in model.surrendered.items():
            obligation = stage.exchange.participants[owner].obligations[2024]
            assert obligation.surrendered == obligation.offset == tonnes <= CAP
    restored = Exchange.restore(stage.exchange.snapshot())
    assert restored.digest() == stage.exchange.digest()
