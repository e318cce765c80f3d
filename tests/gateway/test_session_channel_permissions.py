"""Who may follow what: every channel with every set of permissions."""

from __future__ import annotations

import typing

import pytest

from carbonex.engine import HideOrderIds, ListInstrument, Permission
from carbonex.gateway.feed.topic import GUARDED, MEMBERS
from carbonex.wire.requests import Subscribe, Unsubscribe
from carbonex.wire.vocabulary import permission_names
from gateway.session_house import House, add_key
from gateway.test_session_permissions import EVERY_SET


PICKED = "CEA26"

# The permission that each channel needs; None: not even a login.
NEEDS: dict[str, Permission | None] = {
    "status": None,
    "heartbeat": None,
    "instrument": None,
    "ticker": None,
    "trade": None,
    "book": None,
    "listings": None,
    "bulletin": None,
    "auction": None,
    "premium": None,
    "executions": Permission.READ,
    "balances": Permission.READ,
    "blocks": Permission.READ,
    "bids": Permission.READ,
    "countdown": Permission.READ,
    "alerts": Permission.OPERATE,
}


def test_this_table_has_every_channel() -> None:
    for params in (Subscribe, Unsubscribe):
        channels = typing.get_args(typing.get_type_hints(params)["channel"])
        assert set(NEEDS) == set(MEMBERS) == set(channels)
    # Those that need a permission end with the login.
    assert {channel for channel, needs in NEEDS.items() if needs} == set(GUARDED)


@pytest.mark.parametrize("channel", NEEDS)
def test_every_channel_with_every_permission(channel: str) -> None:
    needs = NEEDS[channel]
    params = {"channel": channel}
    if channel in {"book", "listings"}:
        params["instrument"] = PICKED
    for held in EVERY_SET:
        house = House()
        house.do(ListInstrument("", PICKED, pick=True), HideOrderIds("", bytes(32)))
        client = house.connect()
        if held is not None:
            house.do(add_key("any", "acme", held))
            client.log_in("any")
        for method in ("subscribe", "unsubscribe"):
            answer = client.ask(method, **params)
            if needs is None or (held is not None and needs in held):
                assert answer["success"]
                continue
            error = answer["error"]
            if held is None:
                assert error["name"] == "LOGIN_REQUIRED"
                assert error["message"].startswith(
                    f"{method} to {channel} needs a login"
                )
            else:
                assert error["name"] == "PERMISSION_DENIED"
                assert error["message"] == (
                    f"{method} to {channel} needs the permission"
                    f" {permission_names(needs)[0]}; key any has"
                    f" {', '.join(permission_names(held))}"
                )
            assert not house.feed._followed.get(client.outbox)
