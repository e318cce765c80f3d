"""Who may do what: every method with every set of permissions."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import fields

from carbonex.engine import Permission, RegisterParticipant
from carbonex.gateway.session.kinds import QueryMethod
from carbonex.gateway.session.methods import METHODS, allowed
from carbonex.wire.reading import PARAMS
from carbonex.wire.vocabulary import permission_names
from gateway.session_house import CEA, House, add_key, order
from stranger import public_text


READ, TRADE = Permission.READ, Permission.TRADE
OPERATE, REGISTRY = Permission.OPERATE, Permission.REGISTRY
MOVE = REGISTRY | Permission.TRANSFER  # one of the two
ANY = Permission(0)

BLOCK = order("sell", 100_000) | {"counterparty": "beta", "client_ref": "r"}
BID = {"auction_id": "1", "price": "74.63", "quantity": 5, "client_ref": "r"}
AUCTION = {
    "account": "acme-1",
    "instrument": CEA,
    "side": "sell",
    "quantity": 5,
    "opens": 0,
    "closes": 2**53,
    "client_ref": "r",
}
TONNES = {"account": "acme-1", "instrument": CEA, "quantity": 1, "client_ref": "r"}

FROZEN_CASH = {
    "account": "acme-1",
    "amount": "1.00",
    "client_ref": "r",
    "reason": "order 7",
}

# The permission that each method needs, and params that get it as far as the log,
# The permission that each method needs, or one of which it needs, and params that get it as far as the log,
# or as far as the state and the history.
NEEDS: dict[str, tuple[Permission | None, dict[str, Any]]] = {
    "ping": (None, {}),
    "login": (None, {"key_id": "acme-key", "signature": "x"}),
    "logout": (ANY, {}),
    "subscribe": (None, {"channel": "book", "instrument": CEA}),
    "unsubscribe": (None, {"channel": "book", "instrument": CEA}),
    "auctions": (None, {}),
    "open_orders": (READ, {}),
    "order": (READ, {"client_order_id": "a-1"}),
    "balances": (READ, {}),
    "blocks": (READ, {}),
    "bids": (READ, {}),
    "obligations": (READ, {}),
    "eligibility": (None, {}),
    "statement": (READ, {"date": "2026-03-01"}),
    "trades": (READ, {}),
    "bulletins": (None, {"date": "2026-03-01"}),
    "add_order": (TRADE, order()),
    "amend_order": (TRADE, {"order_id": "1", "quantity": 5}),
    "cancel_order": (TRADE, {"order_id": "1"}),
    "cancel_all": (TRADE, {}),
    "cancel_all_orders_after": (TRADE, {"timeout": 60}),
    "batch_add": (TRADE, {"orders": [order()]}),
    "batch_cancel": (TRADE, {"orders": [{"order_id": "1"}]}),
    "propose_block": (TRADE, BLOCK),
    "accept_block": (TRADE, {"block_id": "1", "client_ref": "r"}),
    "decline_block": (TRADE, {"block_id": "1"}),
    "withdraw_block": (TRADE, {"block_id": "1"}),
    "place_bid": (TRADE, BID),
    "cancel_bid": (TRADE, {"bid_id": "1"}),
    "open_auction": (OPERATE, AUCTION),
    "close_auction": (OPERATE, {"auction_id": "1"}),
    "list_instrument": (OPERATE, {"instrument": "CEA26"}),
    "update_instrument": (OPERATE, {"instrument": CEA}),
    "delist_instrument": (OPERATE, {"instrument": CEA}),
    "set_composite": (OPERATE, {"product": "CEA", "composite": "newest"}),
    "restrict": (OPERATE, {"participant": "beta", "restriction": "sell_only"}),
    "halt": (OPERATE, {"instrument": CEA}),
    "resume": (OPERATE, {"instrument": CEA}),
    "annul_trade": (OPERATE, {"instrument": CEA, "trade_id": "1", "reason": "typo"}),
    "suspend_venue": (OPERATE, {"reason": "wrong prices"}),
    "resume_venue": (OPERATE, {"reason": "right prices"}),
    "end_day": (OPERATE, {}),
    "cancel_day": (OPERATE, {}),
    "begin_day": (OPERATE, {"date": "2026-03-03", "ends": 1}),
    "register_participant": (REGISTRY, {"participant": "new"}),
    "open_account": (REGISTRY, {"participant": "acme", "account": "acme-9"}),
    "add_key": (
        REGISTRY,
        {
            "participant": "acme",
            "key_id": "k-9",
            "public_key": public_text("k-9"),
            "permissions": ["read"],
        },
    ),
    "revoke_key": (REGISTRY, {"key_id": "beta-key"}),
    "deposit": (REGISTRY, {"account": "acme-1", "amount": "1.00", "client_ref": "r"}),
    "withdraw": (REGISTRY, {"account": "acme-1", "amount": "1.00", "client_ref": "r"}),
    "issue": (REGISTRY, TONNES),
    "transfer": (
        MOVE,
        {
            "account": "acme-1",
            "to_account": "beta-1",
            "instrument": CEA,
            "quantity": 1,
            "client_ref": "r",
        },
    ),
    "retire": (REGISTRY, TONNES),
    "set_eligibility": (REGISTRY, {"product": "CEA", "rules": [{}]}),
    "freeze_cash": (REGISTRY, FROZEN_CASH),
    "freeze_tonnes": (REGISTRY, TONNES | {"reason": "order 7"}),
    "unfreeze_cash": (REGISTRY, FROZEN_CASH),
    "unfreeze_tonnes": (REGISTRY, TONNES | {"reason": "order 7"}),
    "set_obligation": (REGISTRY, {"participant": "acme", "year": 2025, "due": 5}),
    "surrender": (MOVE, TONNES | {"year": 2025}),
}
EVERY_KEY = [*map(Permission, range(1, sum(Permission) + 1))]
EVERY_SET = [None, *EVERY_KEY]


def test_this_table_has_every_method() -> None:
    assert set(NEEDS) == set(METHODS) == set(PARAMS)
    assert {name: needs for name, (needs, _) in NEEDS.items()} == {
        name: method.permission for name, method in METHODS.items()
    }


@pytest.mark.parametrize("method", NEEDS)
def test_every_method_with_every_permission(method: str) -> None:
    needs, params = NEEDS[method]
    for held in EVERY_SET:
        error = _outcome(method, params, held)
        if needs is None or (held is not None and (not needs or needs & held)):
            assert error.get("name") not in ("LOGIN_REQUIRED", "PERMISSION_DENIED")
            assert error.get("name") != "NOT_PERMITTED"
        elif held is None:
            assert (error["code"], error["name"]) == (2001, "LOGIN_REQUIRED")
            assert error["message"].startswith(f"{method} needs a login")
        else:
            assert (error["code"], error["name"]) == (2003, "PERMISSION_DENIED")
            assert error["message"] == (
                f"{method} needs the permission {' or '.join(permission_names(needs))};"
                f" key any has {', '.join(permission_names(held))}"
            )


@pytest.mark.parametrize(
    "method", [name for name in NEEDS if not isinstance(METHODS[name], QueryMethod)]
)
def test_the_engine_judges_for_itself(method: str) -> None:
    """As if the gateway let everybody through."""
    needs, params = NEEDS[method]
    assert needs is not None
    for held in EVERY_KEY:
        house = House()
        house.do(add_key("any", "acme", held))
        client = house.connect()
        client.log_in("any")
        client.session.who.allowed = allowed(EVERY_KEY[-1])
        answer = client.ask(method, **params)
        results = answer.get("result", {}).get("orders", [answer])
        for result in results:
            denied = result.get("error", {}).get("name") == "NOT_PERMITTED"
            assert denied is (not needs & held)


def _outcome(
    method: str, params: dict[str, Any], held: Permission | None
) -> dict[str, Any]:
    """Return the error, if it is one, and check that nothing denied was logged."""
    house = House()
    client = house.connect()
    if held is not None:
        house.do(add_key("any", "acme", held))
        client.log_in("any")
    logged = house.exchange.seq
    answer = client.ask(method, **params)
    error: dict[str, Any] = answer.get("error", {})
    reached_the_log = house.exchange.seq > logged
    is_query = isinstance(METHODS[method], QueryMethod)
    denied = error.get("name") in ("LOGIN_REQUIRED", "PERMISSION_DENIED")
    assert reached_the_log == (not is_query and not denied)
    return error


OWN_ACCOUNT: dict[str, dict[str, Any]] = {
    "add_order": order(),
    "amend_order": {"order_id": "1", "quantity": 5},
    "cancel_order": {"order_id": "1"},
    "cancel_all": {},
    "cancel_all_orders_after": {"timeout": 60},
    "open_orders": {},
    "order": {"order_id": "1"},
    "balances": {},
    "blocks": {},
    "bids": {},
    "statement": {"date": "2026-02-27"},
    "trades": {"instrument": "CEA99"},
    "propose_block": BLOCK,
    "accept_block": {"block_id": "1", "client_ref": "r"},
    "decline_block": {"block_id": "1"},
    "withdraw_block": {"block_id": "1"},
    "place_bid": BID,
    "cancel_bid": {"bid_id": "1"},
    "subscribe": {"channel": "executions"},
    "unsubscribe": {"channel": "balances"},
}


def test_that_table_has_every_method_of_one_s_own_account() -> None:
    own = {
        name
        for name, params in PARAMS.items()
        if any(f.name == "account" and not f.required for f in fields(params))
    }
    batches = {"batch_add", "batch_cancel"}  # whose orders have accounts
    assert set(OWN_ACCOUNT) == own - batches


@pytest.mark.parametrize("method", OWN_ACCOUNT)
@pytest.mark.parametrize("account", ["beta-1", "nobody-1", "ACME-1"])
def test_another_s_account_is_denied_before_the_log(method: str, account: str) -> None:
    house = House()
    client = house.trader("acme-key")
    logged = house.exchange.seq
    error = client.error(method, **OWN_ACCOUNT[method], account=account)
    assert error == {
        "code": 2005,
        "name": "ACCOUNT_DENIED",
        "message": f"{account} is not an account of participant acme",
        "param": "account",
    }
    assert house.exchange.seq == logged


@pytest.mark.parametrize("method", OWN_ACCOUNT)
def test_the_account_may_be_left_out_where_there_is_exactly_one(method: str) -> None:
    house = House()
    error = house.trader("acme-key").ask(method, **OWN_ACCOUNT[method]).get("error", {})
    assert error.get("name") not in ("ACCOUNT_REQUIRED", "ACCOUNT_DENIED")

    error = house.trader("beta-key").error(method, **OWN_ACCOUNT[method])
    assert error == {
        "code": 2004,
        "name": "ACCOUNT_REQUIRED",
        "message": "participant beta has 2 accounts: name one as account",
        "param": "account",
    }
    house.do(
        RegisterParticipant("", "empty"), add_key("empty-key", "empty", READ | TRADE)
    )
    error = house.trader("empty-key").error(method, **OWN_ACCOUNT[method])
    assert error["name"] == "ACCOUNT_REQUIRED"
    assert "has 0 accounts" in error["message"]


def test_the_registry_reaches_every_account_and_only_through_its_methods() -> None:
    client = House().trader("house-key")
    deposit = {"account": "beta-2", "amount": "5.00", "client_ref": "d-9"}
    assert client.result("deposit", **deposit) == {"client_ref": "d-9"}
    assert client.error("balances", account="beta-2")["name"] == "ACCOUNT_DENIED"
