"""For every reason that the engine has, how a client comes to be told it.

The stage is a venue with participants, accounts and keys and nothing else, on
which no trading day is open. A scenario's steps succeed one after the other, and
its last request is refused.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from carbonex.engine import (
    AddKey,
    Command,
    Exchange,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
)
from carbonex.wire.order_ids import OrderIds
from stranger import public_bytes


class Request(NamedTuple):
    """A request by the holder of ``key``."""

    key: str
    method: str
    params: dict[str, Any]


class Scenario(NamedTuple):
    """How ``reason`` comes about. In ``message``, … stands for what time decides."""

    reason: Reason
    param: str
    message: str
    refused: Request
    steps: tuple[Request, ...] = ()
    # Sent together with the refused request, before it: what it has to overtake.
    just_before: tuple[Request, ...] = ()


TRADER: Final = Permission.READ | Permission.TRADE
ACCOUNTS: Final = {"acme-1": "acme", "beta-1": "beta"}
STAGE: Final[tuple[Command, ...]] = (
    *(RegisterParticipant("", name) for name in ("acme", "beta", "house")),
    *(OpenAccount("", who, name) for name, who in ACCOUNTS.items()),
    AddKey("", "acme", "acme-key", public_bytes("acme-key"), TRADER),
    AddKey("", "beta", "beta-key", public_bytes("beta-key"), TRADER),
    AddKey("", "house", "house-key", public_bytes("house-key"), Permission(15)),
)
FAR: Final = (
    1_773_000_000_000_000  # µs: eight days after 2026-03-02, in the trading day
)
CEA, PARTICIPANT = "CEA25", "acme"
SECRET: Final = bytes(range(32))  # that hides the numbers of the stage's orders


def _ids() -> OrderIds:
    exchange = Exchange()
    exchange.secret = SECRET
    return OrderIds(exchange)


IDS: Final = _ids()


def house(method: str, **params: Any) -> Request:
    """The operator and registrar asks."""
    return Request("house-key", method, params)


def acme(method: str, **params: Any) -> Request:
    return Request("acme-key", method, params)


def beta(method: str, **params: Any) -> Request:
    return Request("beta-key", method, params)


def listed(name: str = CEA, **terms: Any) -> Request:
    return house("list_instrument", instrument=name, **terms)


def order(side: str, quantity: int, price: str, **more: Any) -> dict[str, Any]:
    return {
        "instrument": CEA,
        "side": side,
        "quantity": quantity,
        "price": price,
        **more,
    }


def buy(quantity: int, price: str, **more: Any) -> Request:
    """acme buys."""
    return acme("add_order", **order("buy", quantity, price, **more))


def sell(quantity: int, price: str, **more: Any) -> Request:
    """beta sells."""
    return beta("add_order", **order("sell", quantity, price, **more))


def issue(account: str, quantity: int, name: str = CEA) -> Request:
    return house(
        "issue",
        account=account,
        instrument=name,
        quantity=quantity,
        client_ref=f"{account}-{name}",
    )


def block(counterparty: str = "beta", price: str = "74.63", **more: Any) -> Request:
    """acme proposes to buy a block."""
    terms = order("buy", 100, price) | more
    return acme("propose_block", **terms, counterparty=counterparty, client_ref="b")


def auction(opens: int = 0, **more: Any) -> Request:
    """beta sells 100 t in an auction."""
    terms = {"account": "beta-1", "instrument": CEA, "side": "sell", "quantity": 100}
    times = {"opens": opens, "closes": FAR, "client_ref": "auction"}
    return house("open_auction", **(terms | times | more))


def bid(quantity: int, price: str, **more: Any) -> Request:
    terms = {"auction_id": "1", "price": price, "quantity": quantity}
    return acme("place_bid", **(terms | {"client_ref": "bid"} | more))


def surrender(quantity: int, name: str = CEA) -> Request:
    return house(
        "surrender",
        account="acme-1",
        instrument=name,
        quantity=quantity,
        year=2025,
        client_ref="s",
    )


DAY: Final = house("begin_day", date="2026-03-02", ends=FAR)
CASH: Final = house("deposit", account="acme-1", amount="100000", client_ref="cash")
TONNES: Final = issue("beta-1", 1000)
OPEN: Final = (listed(), DAY, CASH, TONNES)
BANDED: Final = listed(reference="74.63", band_permille=100)
BLOCKS: Final = (
    listed(
        reference="74.63",
        band_permille=100,
        blocks={"min_quantity": 100, "band_permille": 300},
    ),
    DAY,
    CASH,
    TONNES,
)
AUCTIONS: Final = (listed(auctions={"allowed": True}), DAY, CASH, TONNES)
OBLIGATION: Final = house("set_obligation", participant="acme", year=2025, due=1000)
