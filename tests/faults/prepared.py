"""An exchange on which every command of ``faults`` is sound, and its troubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    GTC,
    MAX_BALANCE,
    SELL,
    AddKey,
    AdvanceTime,
    BeginDay,
    CancelOrder,
    Deposit,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    PostOnly,
    RegisterParticipant,
    Rejected,
    Side,
    Transfer,
    Withdraw,
)
from driver import Driver


if TYPE_CHECKING:
    from carbonex.engine import Command

NOW = 1_000


def prepared() -> Driver:
    """Return an exchange on which every case's command is accepted.

    ``ours`` has order 1 (buy 10 at 70, 5 of them filled), its mirror 3, and 5
    and 6 (post-only) behind them; ``rival`` bids 5 at 90 and asks 5 at 110.
    """
    driver = Driver(time_ns=NOW)
    trade, every = Permission.TRADE, Permission(15)
    commands: tuple[Command, ...] = (
        ListInstrument("", "CEA", tick=10, lot=5, max_quantity=100),
        ListInstrument("", "HALTED"),
        ListInstrument("", "NEVER-HELD"),
        RegisterParticipant("", "Ours"),
        RegisterParticipant("", "Rival"),
        OpenAccount("", "Ours", "ours", 3, 6),
        OpenAccount("", "Ours", "ours-2"),
        OpenAccount("", "Rival", "rival"),
        AddKey("", "Ours", "k-ours", b"k" * 32, every),
        AddKey("", "Rival", "k-rival", b"k" * 32, trade),
        *(Deposit("", a, 1_000_000, "cash") for a in ("ours", "ours-2", "rival")),
        *(Issue("", a, "CEA", 1_000, "CEA") for a in ("ours", "ours-2", "rival")),
        BeginDay("", 20250106, 10_000),
        _order("ours", BUY, 70, 10),
        _order("rival", SELL, 70, 5),
        _order("ours", SELL, 130, 10, client_order_id="used"),
        _order("rival", BUY, 130, 5),
        _order("ours", BUY, 60, 5, post_only=PostOnly.REJECT),
        _order("ours", SELL, 140, 5, post_only=PostOnly.REJECT),
        _order("rival", BUY, 90, 5),
        _order("rival", SELL, 110, 5),
        HaltInstrument("", "HALTED"),
    )
    for command in commands:
        _must(driver, command)
    return driver


def _order(
    account: str,
    side: Side,
    price: int,
    quantity: int,
    *,
    client_order_id: str = "",
    post_only: PostOnly = PostOnly.OFF,
) -> PlaceOrder:
    return PlaceOrder(
        "",
        account,
        "CEA",
        side,
        price,
        quantity,
        time_in_force=GTC,
        client_order_id=client_order_id,
        post_only=post_only,
    )


def _must(driver: Driver, command: Command) -> None:
    events = driver.do(command)
    assert not any(type(event) is Rejected for event in events), (command, events)


# What can be wrong with the exchange. A closed day comes last, and money goes
# before it but after orders that need some.


def close(driver: Driver) -> None:
    driver.time_ns = driver.exchange.day_ends_ns
    _must(driver, AdvanceTime(""))


def begin(driver: Driver) -> None:
    _must(driver, BeginDay("", 20250107, 30_000))


def halt(driver: Driver) -> None:
    _must(driver, HaltInstrument("", "CEA"))


def spend_all(driver: Driver) -> None:
    cash = driver.exchange.accounts["ours"].available
    _must(driver, Withdraw("", "ours", cash, "all"))


def send_all(driver: Driver) -> None:
    tonnes = driver.exchange.accounts["ours"].holdings["CEA"].available
    _must(driver, Transfer("", "ours", "ours-2", "CEA", tonnes, "all"))


def ask_ahead(driver: Driver) -> None:
    _must(driver, _order("ours-2", SELL, 100, 5))


def bid_ahead(driver: Driver) -> None:
    _must(driver, _order("ours-2", BUY, 100, 5))


def use_up_ids(driver: Driver) -> None:
    for name in ("id-2", "id-3"):
        _must(driver, PlaceOrder("", "ours", "CEA", BUY, 10, 5, client_order_id=name))
        _must(driver, CancelOrder("", "ours", client_order_id=name))


def use_up_refs(driver: Driver) -> None:
    _must(driver, Deposit("", "ours", 1, "ref-3"))


def use_up_orders(driver: Driver) -> None:
    for _ in range(2):
        _must(driver, PlaceOrder("", "ours", "CEA", BUY, 10, 5, time_in_force=GTC))


def fill_the_vaults(driver: Driver) -> None:
    exchange = driver.exchange
    cash = sum(account.cash for account in exchange.accounts.values())
    _must(driver, Deposit("", "rival", MAX_BALANCE - cash, "vault-1"))
    _must(driver, Issue("", "rival", "CEA", MAX_BALANCE - 3_000, "vault-2"))
