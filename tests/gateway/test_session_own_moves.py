"""Participants that surrender and transfer their own tonnes, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import Permission
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.login import encode_bytes
from gateway.session_house import CEA, DAY_ENDS, Client, House, add_key


if TYPE_CHECKING:
    from pathlib import Path

OWNER = Permission.READ | Permission.TRANSFER


@pytest.fixture
def owner(house: House) -> Client:
    """A client that may surrender and transfer what acme has, and trade nothing."""
    house.do(add_key("owner-key", "acme", OWNER))
    return house.trader("owner-key")


def tonnes(quantity: int, ref: str) -> dict[str, Any]:
    what = {"account": "acme-1", "instrument": CEA, "quantity": quantity}
    return {**what, "client_ref": ref}


def surrender(quantity: int) -> dict[str, Any]:
    return tonnes(quantity, "s-1") | {"year": 2025}


def transfer(quantity: int) -> dict[str, Any]:
    return tonnes(quantity, "t-1") | {"to_account": "beta-1"}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_an_owner_surrenders_and_transfers(house: House, codec: Codec) -> None:
    clerk = house.trader("house-key", codec)
    clerk.result(
        "add_key",
        participant="acme",
        key_id="owner-key",
        public_key=encode_bytes(add_key("owner-key", "acme", OWNER).public_key),
        permissions=["read", "transfer"],
    )
    clerk.result("set_obligation", participant="acme", year=2025, due=100)
    client = house.connect(codec)
    assert client.log_in("owner-key")["result"]["permissions"] == ["read", "transfer"]
    assert client.result("surrender", **surrender(60)) == {"client_ref": "s-1"}
    assert client.result("surrender", **surrender(60))["duplicate"]
    assert client.result("transfer", **transfer(40)) == {"client_ref": "t-1"}
    (held,) = client.result("balances")["holdings"]
    assert held["quantity"] == 10**6 - 100
    (owed,) = client.result("obligations")["obligations"]
    assert owed["surrendered"] == 60


@pytest.mark.parametrize("account", ["beta-1", "nobody-1"])
def test_another_s_account_is_denied_before_the_log(
    house: House, owner: Client, account: str
) -> None:
    logged = house.exchange.seq
    for method, params in (("surrender", surrender(1)), ("transfer", transfer(1))):
        error = owner.error(method, **params | {"account": account})
        assert error == {
            "code": 2005,
            "name": "ACCOUNT_DENIED",
            "message": f"{account} is not an account of participant acme",
            "param": "account",
        }
    assert house.exchange.seq == logged


def test_a_trader_s_key_needs_the_permission(house: House) -> None:
    error = house.trader("acme-key").error("surrender", **surrender(1))
    assert error["message"] == (
        "surrender needs the permission registry or transfer; key acme-key has read,"
        " trade"
    )


def test_it_gives_nothing_else(owner: Client) -> None:
    for method in ("retire", "issue"):
        assert owner.error(method, **tonnes(1, "r"))["name"] == "PERMISSION_DENIED"


def test_why_a_restricted_participant_transfers_and_receives_nothing(
    owner: Client, clerk: Client
) -> None:
    clerk.result("restrict", participant="beta", restriction="sell_only")
    assert owner.error("transfer", **transfer(1))["message"] == (
        "account beta-1 may not receive tonnes from other participants, by decision of"
        " the venue"
    )
    clerk.result("restrict", participant="acme", restriction="cancel_only")
    clerk.result("restrict", participant="beta", restriction="none")
    error = owner.error("transfer", **transfer(1))
    assert (error["name"], error["param"]) == ("RESTRICTED", "account")
    clerk.result("transfer", **transfer(1))


def test_a_surrender_of_one_s_own_is_in_the_statement(
    house: House, owner: Client, clerk: Client, tmp_path: Path
) -> None:
    clerk.result("set_obligation", participant="acme", year=2025, due=100)
    owner.result("surrender", **surrender(60))
    owner.result("transfer", **transfer(40))
    house.now_ns = DAY_ENDS
    house.commit()  # the venue lets time pass by itself
    house.library.path = tmp_path / "history.sqlite"
    statement = owner.result("statement", date="2026-03-02")
    moves = [
        (line["kind"], line["tonnes"])
        for line in statement["lines"]
        if line["kind"] in ("surrender", "transfer")
    ]
    assert moves == [("surrender", -60), ("transfer", -40)]
