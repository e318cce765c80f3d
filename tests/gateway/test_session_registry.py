"""Operators and the registry, over the wire."""

from __future__ import annotations

import pytest

from carbonex.engine import Phase
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.login import encode_bytes
from gateway.session_house import (
    CEA,
    DAY_ENDS,
    SECOND,
    Client,
    House,
    order,
    private_key,
)


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_company_from_its_admission_to_its_first_trade(
    house: House, codec: Codec
) -> None:
    clerk = house.trader("house-key", codec)
    public_key = encode_bytes(private_key("new-key").public_key().public_bytes_raw())
    clerk.result("register_participant", participant="new")
    clerk.result("open_account", participant="new", account="new-1")
    clerk.result(
        "add_key",
        participant="new",
        key_id="new-key",
        public_key=public_key,
        permissions=["trade", "read"],
    )
    moved = clerk.result("deposit", account="new-1", amount="1000.5", client_ref="d-1")
    assert moved == {"client_ref": "d-1"}
    again = clerk.result("deposit", account="new-1", amount="1000.5", client_ref="d-1")
    assert again == {"client_ref": "d-1", "duplicate": True}

    client = house.trader("new-key", codec)
    result = client.result("add_order", **order(quantity=13))
    assert result["status"] == "open"
    assert client.result("balances")["available"] == "30.31"
    assert (
        client.error("add_order", **order(quantity=1))["name"] == "INSUFFICIENT_FUNDS"
    )

    clerk.result("revoke_key", key_id="new-key")
    assert client.closing == (1008, "key revoked")


def test_a_key_that_anybody_could_sign_for_is_refused(
    house: House, clerk: Client
) -> None:
    logged = house.exchange.seq
    error = clerk.error(
        "add_key",
        participant="acme",
        key_id="weak",
        public_key="A" * 43,
        permissions=["trade"],
    )
    assert (error["name"], error["param"]) == ("BAD_TYPE", "public_key")
    assert "must be one that a private key belongs to" in error["message"]
    assert house.exchange.seq == logged


def test_cash_and_tonnes(house: House, clerk: Client) -> None:
    acme = house.exchange.accounts["acme-1"]
    beta = house.exchange.accounts["beta-1"]
    cash, tonnes = acme.cash, beta.holdings[CEA].quantity
    clerk.result("withdraw", account="acme-1", amount="0.01", client_ref="w-1")
    assert acme.cash == cash - 1
    clerk.result(
        "issue", account="beta-1", instrument=CEA, quantity=7, client_ref="i-2"
    )
    transfer = {
        "account": "acme-1",
        "to_account": "beta-1",
        "instrument": CEA,
        "quantity": 5,
        "client_ref": "t-1",
    }
    assert clerk.result("transfer", **transfer) == {"client_ref": "t-1"}
    assert beta.holdings[CEA].quantity == tonnes + 12
    error = clerk.error("transfer", **transfer | {"quantity": 6})
    assert (error["code"], error["param"]) == (4003, "client_ref")
    error = clerk.error("deposit", account="gone", amount="1", client_ref="d")
    assert error["message"] == "there is no account gone; open it first"


def test_listing_an_instrument(house: House, clerk: Client) -> None:
    clerk.result(
        "list_instrument",
        instrument="CCER24",
        product="CCER",
        tick="0.05",
        lot=10,
        max_quantity=1_000,
        market_protection_permille=50,
    )
    terms = house.exchange.instruments["CCER24"].terms
    assert (terms.product, terms.tick, terms.lot) == ("CCER", 5, 10)
    assert (terms.max_quantity, terms.market_protection_permille) == (1_000, 50)
    error = clerk.error("list_instrument", instrument="CCER24")
    assert error["message"] == (
        "instrument CCER24 exists already; names are never used twice"
    )
    error = house.trader("acme-key").error(
        "add_order", **order(price="74.63") | {"instrument": "CCER24"}
    )
    assert error["message"] == "the tick is 0.05: price 74.63 is not a multiple of it"


def test_halting_and_resuming(house: House, clerk: Client) -> None:
    client = house.trader("acme-key")
    client.result("add_order", **order())
    assert clerk.result("halt", instrument=CEA) == {}
    assert client.error("add_order", **order())["name"] == "HALTED"
    assert client.result("cancel_all")["orders"][0]["order_id"] == "1"
    assert clerk.result("resume", instrument=CEA) == {}
    assert clerk.error("resume", instrument=CEA)["name"] == "NOT_HALTED"


def test_the_trading_day(house: House, clerk: Client) -> None:
    house.now_ns = DAY_ENDS + SECOND
    client = house.trader("acme-key")
    assert client.error("add_order", **order())["name"] == "MARKET_CLOSED"
    ends = house.now_ns // 1000 + 3_600_000_000
    assert clerk.result("begin_day", date="2026-03-03", ends=ends) == {}
    assert (house.exchange.day, house.exchange.day_ends_ns) == (20260303, ends * 1000)
    assert house.exchange.instruments[CEA].phase is Phase.TRADING
    error = clerk.error("begin_day", date="2026-03-04", ends=ends + 1)
    assert error["message"] == (
        "trading day 2026-03-03 is open; 2026-03-04 must wait for its end"
    )
