"""Clients that log in under a session name, and what becomes of their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.engine import Command, SessionClosed, SessionOpened
from carbonex.gateway.session.states import LOGGED_IN


if TYPE_CHECKING:
    from gateway.session_house import Client, House


CANCELLING: dict[str, Any] = {
    "session": "mm",
    "cancel_on_disconnect": True,
    "grace_ms": 500,
}
TAKEN_OVER = (1008, "session taken over")


def log_in(client: Client, key_id: str = "acme-key", **params: Any) -> int:
    """Send a login, and do not wait for its answer."""
    signature = client.signature(key_id, client.challenge())
    return client.send("login", key_id=key_id, signature=signature, **params)


def enter(house: House, key_id: str = "acme-key", **params: Any) -> Client:
    """Return a client that is logged in."""
    client = house.connect()
    log_in(client, key_id, **params)
    house.commit()
    assert client.session.state is LOGGED_IN
    return client


def lose(house: House, client: Client) -> None:
    client.session.closed()
    house.commit()


def open_orders(house: House) -> list[str]:
    orders = house.exchange.accounts["acme-1"].orders.values()
    return [order.command.client_order_id for order in orders]


def logged(house: House) -> list[Command]:
    """Return the commands about sessions that wait for the log."""
    batch = house.venue.take_batch(house.now_ns)
    if batch is None:
        return []
    house.venue.committed(batch, house.venue.position + 1, b"")
    kinds = SessionOpened, SessionClosed
    return [command for command in batch.commands if isinstance(command, kinds)]
