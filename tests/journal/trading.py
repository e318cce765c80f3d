"""A venue's rows with everything in them that an exchange does."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import (
    BUY,
    DAY,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    AmendOrder,
    Applied,
    Batch,
    BeginDay,
    CancelAll,
    CancelOrder,
    Checkpoint,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    PostOnly,
    RegisterParticipant,
    SelfTrade,
    Transfer,
    Withdraw,
)
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import SegmentLog, Snapshot, SnapshotStore
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import remove_beginning


if TYPE_CHECKING:
    from carbonex.engine import Command
    from carbonex.journal import Row


ACCOUNTS = ("a-1", "a-2", "b-1", "c-1")
INSTRUMENTS = ("CEA24", "CEA25")


class State(NamedTuple):
    """An exchange as bytes, and their digest."""

    data: bytes
    digest: bytes


class Trading(NamedTuple):
    """Batches with what they did and left behind; index 0 is position 1."""

    batches: list[Batch]
    applied: list[Applied]
    states: list[State]

    def publish(
        self, log: SegmentLog, snapshots: SnapshotStore | None = None, every: int = 20
    ) -> list[Row]:
        """Write it all; each ``every`` rows fill a segment and have a snapshot."""
        rows: list[Row] = []
        for batch in self.batches:
            if rows and len(rows) % every == 0:
                log.roll()
            rows.append(log.publish(batch))
            if snapshots is not None and len(rows) % every == 0:
                snapshots.save(self.snapshot(rows[-1]))
        return rows

    def snapshot(self, row: Row) -> Snapshot:
        state = self.states[row.position - 1]
        return Snapshot(row.position, row.hash, state.digest, state.data)


@cache
def trading(rows: int = 60, seed: int = 0) -> Trading:
    """Return ``rows`` rows of random trading; every tenth is a checkpoint.

    Two thirds in, the trading day ends and another begins.
    """
    chance = random.Random(seed)
    exchange = Exchange()
    done = Trading([], [], [])
    for n in range(rows):
        if n == 0:
            commands: list[Command] = [GatewayOpened("")]
        elif n == 1:
            commands = _setting_up()
        elif n == 2:
            commands = [BeginDay("", 20250106, 1_000_000)]
        elif n == rows * 2 // 3:
            commands = [BeginDay("", 20250107, 9_000_000)]
        elif n % 10 == 5:
            commands = [
                Checkpoint("", exchange.digest(), FORMAT),
                _command(chance, exchange),
            ]
        else:
            commands = [_command(chance, exchange) for _ in range(chance.randint(1, 9))]
        time_ns = n * 1000 if n < rows * 2 // 3 else 1_000_000 + n
        batch = Batch(time_ns, 1, 1, n, commands)
        applied = exchange.apply(batch)
        assert applied.accepted
        done.batches.append(batch)
        done.applied.append(applied)
        done.states.append(State(exchange.snapshot(), exchange.digest()))
    return done


class Venue:
    """A data directory: ``trading()`` in a log that its server has open.

    Its segments begin at 1, 21 and 41, its snapshots are at 20, 40 and 60.
    """

    def __init__(self) -> None:
        self.disk = SimulatedDisk()
        self.log = reopened(self.disk)
        self.snapshots = SnapshotStore(DIRECTORY, self.disk)
        self.rows = trading().publish(self.log, self.snapshots)

    def damage_snapshot(self, position: int) -> None:
        self.disk.content(self.snapshots.path(position))[200] ^= 1

    def remove_snapshot(self, position: int) -> None:
        self.disk.remove(self.snapshots.path(position))

    def truncate(self, position: int) -> None:
        remove_beginning(self.log, position)
        assert self.log.bounds()[0] == position


def reopened(disk: SimulatedDisk) -> SegmentLog:
    """Open the venue's log, as its server does."""
    return SegmentLog(DIRECTORY, "test-venue", disk, segment_bytes=65_536)


def _setting_up() -> list[Command]:
    commands: list[Command] = [RegisterParticipant("", name) for name in "abc"]
    commands += [ListInstrument("", name) for name in INSTRUMENTS]
    for account in ACCOUNTS:
        commands.append(OpenAccount("", account[0], account))
        commands.append(Deposit("", account, 10**9, f"cash-{account}"))
        commands.append(Deposit("", account, 10**9, f"cash-{account}"))  # a retry
        commands += [
            Issue("", account, name, 10**5, f"{name}-{account}") for name in INSTRUMENTS
        ]
    return commands


def _command(chance: random.Random, exchange: Exchange) -> Command:
    account = chance.choice(ACCOUNTS)
    open_orders = list(exchange.accounts[account].orders)
    kind = chance.random()
    if open_orders and kind < 0.3:
        order_id = chance.choice(open_orders)
        if kind < 0.15:
            return CancelOrder("", account, order_id)
        quantity = chance.randint(1, 60)
        price = chance.choice([0, chance.randint(95, 105)])
        return AmendOrder("", account, order_id, price=price, quantity=quantity)
    if kind < 0.33:
        return CancelAll("", account)
    ref = f"ref-{chance.randrange(10**9)}"
    if kind < 0.36:
        return Transfer("", account, chance.choice(ACCOUNTS), "CEA24", 5, ref)
    if kind < 0.38:
        return Withdraw("", account, 100, ref)
    is_market = chance.random() < 0.15
    return PlaceOrder(
        "",
        account,
        chance.choice(INSTRUMENTS),
        chance.choice([BUY, SELL]),
        0 if is_market else chance.randint(95, 105),
        chance.randint(1, 50),
        MARKET if is_market else LIMIT,
        IOC if is_market else chance.choice([DAY, GTC, GTC, IOC, FOK]),
        PostOnly.OFF if is_market else chance.choices(list(PostOnly), [4, 1, 1])[0],
        chance.choice(list(SelfTrade)),
        chance.choice(["", ref]),
    )
