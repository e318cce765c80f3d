"""Random commands, mostly sound and some absurd, and streams of them.

Everything is drawn from small pools, so that orders meet, funds run out and
names clash. ``SETUP`` makes the accounts and instruments that they talk about.
The odds are set here, on a seeded generator, and not by Hypothesis: left to
itself it draws so many refusals that hardly anything trades. Hypothesis draws
the seeds and the lengths, and shrinks a failing stream to its first commands.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    LIMIT,
    MARKET,
    AddKey,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    Deposit,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    Phase,
    PlaceOrder,
    PostOnly,
    RegisterParticipant,
    ResumeInstrument,
    RevokeKey,
    SelfTrade,
    Side,
    TimeInForce,
    Transfer,
    Withdraw,
)
from driver import Driver


if TYPE_CHECKING:
    from carbonex.engine import Command, Exchange

    Trading = (
        PlaceOrder
        | AmendOrder
        | CancelOrder
        | CancelAll
        | Deposit
        | Withdraw
        | Issue
        | Transfer
        | HaltInstrument
        | ResumeInstrument
    )

INSTRUMENTS = (
    ListInstrument("", "CEA", max_quantity=50),
    ListInstrument("", "CCER", "CCER", 5, 10, 100, 50),
)
ACCOUNTS = (
    OpenAccount("", "Huaneng", "h-1", 6, 4),
    OpenAccount("", "Huaneng", "h-2"),
    OpenAccount("", "Datang", "d-1"),
    OpenAccount("", "Guodian", "g-1"),
)
KEYS = (
    AddKey("", "Huaneng", "k-h", b"h" * 32, Permission.READ | Permission.TRADE),
    AddKey("", "Datang", "k-all", b"d" * 32, Permission(15)),
    AddKey("", "Datang", "k-read", b"r" * 32, Permission.READ),
)
FUNDS: tuple[Deposit | Issue, ...] = (
    *(Deposit("", account.account, 8_000, "cash") for account in ACCOUNTS),
    *(Issue("", account.account, "CEA", 50, "CEA") for account in ACCOUNTS),
    *(Issue("", account.account, "CCER", 120, "CCER") for account in ACCOUNTS),
)
SETUP: tuple[Command, ...] = (
    *INSTRUMENTS,
    *(RegisterParticipant("", name) for name in ("Huaneng", "Datang", "Guodian")),
    *ACCOUNTS,
    *KEYS,
    *FUNDS,
)
FIRST_DAY = BeginDay("", 20250106, 100)

# Most of a pool is sound; "nobody", "NONE" and "?" are not, nor is a long name.
NAMES = ["h-1", "h-2", "d-1", "g-1"]
ABSURD = [-(2**63), -1, 0, 2**31, 2**31 + 1, 2**62, 2**63 - 1]
IDS = [*"abcdefgh", "x" * 37]
REFS = [*"abcdefghijklmnop", "cash", "", "x" * 37]
COMPANIES = ["Huaneng", "Datang", "Nobody", "New", ""]


def _one_in(r: Random, n: int) -> bool:
    return r.randrange(n) == 0


def _account(r: Random) -> str:
    return "nobody" if _one_in(r, 60) else r.choice(NAMES)


def _key(r: Random) -> str:
    return "" if r.randrange(12) else r.choice(["k-h", "k-all", "k-read", "nobody"])


def _instrument(r: Random) -> str:
    return "NONE" if _one_in(r, 60) else r.choice(["CEA", "CEA", "CCER"])


def _price(r: Random, instrument: str) -> int:
    if _one_in(r, 40):
        return r.choice(ABSURD)
    if instrument == "CCER" and r.randrange(20):
        return r.randrange(90, 111, 5)
    return r.randint(95, 105)


def _quantity(r: Random, instrument: str) -> int:
    if _one_in(r, 40):
        return r.choice(ABSURD)
    if instrument == "CCER" and r.randrange(20):
        return r.randrange(10, 61, 10)
    return r.randint(1, 15)


def _deadline(r: Random, exchange: Exchange) -> int:
    return 0 if r.randrange(8) else exchange.time_ns + r.randint(-2, 2)


def _open_order(r: Random, exchange: Exchange) -> tuple[str, int, str]:
    """Return account, number and client order id of an order, mostly open."""
    account = exchange.accounts.get(_account(r))
    if account is None or not account.orders or _one_in(r, 8):
        return _account(r), r.randint(0, exchange.seq), r.choice(["", *IDS])
    order = r.choice([*account.orders.values()])
    if _one_in(r, 5):
        return account.name, 0, order.command.client_order_id
    return account.name, order.order_id, ""


def plain_order(r: Random, _: Exchange) -> PlaceOrder:
    """A limit order for the day."""
    instrument = _instrument(r)
    price, quantity = _price(r, instrument), _quantity(r, instrument)
    side = r.choice([*Side])
    return PlaceOrder("", _account(r), instrument, side, price, quantity)


def any_order(r: Random, exchange: Exchange) -> PlaceOrder:
    """An order of any kind; of a market order's values a few are unsound."""
    plain = plain_order(r, exchange)
    market = _one_in(r, 6)
    return replace(
        plain,
        key=_key(r),
        price=0 if market and r.randrange(15) else plain.price,
        order_type=MARKET if market else LIMIT,
        time_in_force=r.choice([*TimeInForce]),
        post_only=r.choice([PostOnly.OFF] * 6 + [*PostOnly]),
        self_trade=r.choice([*SelfTrade]),
        client_order_id=r.choice(IDS) if _one_in(r, 3) else "",
        deadline_ns=_deadline(r, exchange),
    )


def post_only_order(r: Random, exchange: Exchange) -> PlaceOrder:
    """An order that may rest, and must."""
    return replace(
        plain_order(r, exchange),
        time_in_force=r.choice([TimeInForce.DAY, TimeInForce.GTC]),
        post_only=r.choice([PostOnly.REJECT, PostOnly.REPRICE]),
        self_trade=r.choice([*SelfTrade]),
        client_order_id=r.choice(["", *IDS]),
    )


def amend(r: Random, exchange: Exchange) -> AmendOrder:
    """Another price, another total, both or neither."""
    account, number, name = _open_order(r, exchange)
    order = exchange.accounts[account].find(number, name) if account in NAMES else None
    instrument = order.command.instrument if order else "CEA"
    price = _price(r, instrument) if r.randrange(3) else 0
    quantity = _quantity(r, instrument) if r.randrange(3) else 0
    deadline_ns = _deadline(r, exchange)
    return AmendOrder(_key(r), account, number, name, price, quantity, deadline_ns)


def cancel(r: Random, exchange: Exchange) -> CancelOrder | CancelAll:
    """Cancel one, and now and then all of a kind."""
    if _one_in(r, 8):
        instrument = r.choice(["", "CEA", "CCER", "NONE"])
        side = r.choice([None, *Side])
        return CancelAll(_key(r), _account(r), instrument, side)
    account, number, name = _open_order(r, exchange)
    return CancelOrder(_key(r), account, number, name, _deadline(r, exchange))


def move(r: Random, _: Exchange) -> Deposit | Withdraw | Issue | Transfer:
    """Some value in, out or across."""
    amount = r.choice(ABSURD) if _one_in(r, 12) else r.randint(1, 3_000)
    instrument = _instrument(r)
    quantity = _quantity(r, instrument)
    key, account, ref = _key(r), _account(r), r.choice(REFS)
    moves: list[Deposit | Withdraw | Issue | Transfer] = [
        Deposit(key, account, amount, ref),
        Withdraw(key, account, amount, ref),
        Issue(key, account, instrument, quantity, ref),
        Transfer(key, account, _account(r), instrument, quantity, ref),
    ]
    return r.choice(moves)


def halt(r: Random, exchange: Exchange) -> HaltInstrument | ResumeInstrument:
    """A halt rarely; where there is one, its end."""
    halted = [
        name
        for name, instrument in exchange.instruments.items()
        if instrument.phase is Phase.HALTED
    ]
    if halted and r.randrange(8):
        return ResumeInstrument(_key(r), r.choice(halted))
    if _one_in(r, 2):
        return ResumeInstrument(_key(r), _instrument(r))
    return HaltInstrument(_key(r), _instrument(r))


def registration(r: Random, _: Exchange) -> Command:
    """Something for the registry, or time for the clock."""
    key, company, name = _key(r), r.choice(COMPANIES), r.choice([*"uvwxyz", "h-1", ""])
    public_key = b"p" * r.choice([32, 32, 32, 31])
    commands: list[Command] = [
        RegisterParticipant(key, company),
        OpenAccount(key, company, name, r.randint(0, 9), r.randint(0, 9)),
        AddKey(key, company, name, public_key, Permission(r.randrange(16))),
        RevokeKey(key, name),
        ListInstrument(key, name, company, r.randint(0, 9), r.randint(0, 9), 90),
        AdvanceTime(key),
    ]
    return r.choice(commands)


_ODDS = (
    (plain_order, 30),
    (any_order, 30),
    (post_only_order, 6),
    (amend, 12),
    (cancel, 10),
    (move, 7),
    (halt, 3),
)
_KINDS = [kind for kind, odds in _ODDS for _ in range(odds)]


def trading_command(r: Random, exchange: Exchange) -> Trading:
    """Return a command that suits the exchange as it is, more or less."""
    return r.choice(_KINDS)(r, exchange)


class Stream:
    """Makes up commands, one batch after another, and applies them.

    A trading day lasts for a hundred steps of time or so; the next one begins
    when it has ended.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.driver = Driver()
        self.applied = [self.driver.apply(*SETUP), self.driver.apply(FIRST_DAY)]
        self.date = FIRST_DAY.date

    def __repr__(self) -> str:
        last = "\n".join(map(repr, self.driver.batches[-3:]))
        return (
            f"Stream({self.seed}), {self.driver.exchange.seq} commands, last:\n{last}"
        )

    def command(self) -> Command:
        """Return the next command; two in a hundred are for the registry."""
        make = registration if _one_in(self.random, 50) else trading_command
        return make(self.random, self.driver.exchange)

    def run(self, commands: int) -> None:
        """Apply this many commands, in batches of one to five."""
        r, driver = self.random, self.driver
        while commands > 0:
            driver.time_ns += r.choice([0, 0, 0, 1, 2, 9])
            batch = [self.command() for _ in range(min(commands, r.randint(1, 5)))]
            self.applied.append(driver.apply(*batch))
            commands -= len(batch)
            if not driver.exchange.day and r.randrange(4):
                self.date += 1
                begin = BeginDay("", self.date, driver.time_ns + 100)
                self.applied.append(driver.apply(begin))


seeds = st.integers(0, 2**32)
sizes = st.integers(1, 250)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Streams that have run for a while."""
    stream = Stream(draw(seeds))
    stream.run(draw(sizes))
    return stream
