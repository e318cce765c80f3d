"""Restrictions, obligations and what ends tonnes, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import CEA, Client, House, order


@pytest.mark.parametrize(
    ("restriction", "allowed", "what"),
    [
        ("sell_only", {"sell"}, "may only sell and cancel"),
        ("cancel_only", set(), "may only cancel"),
        ("suspended", set(), "is suspended"),
    ],
)
def test_what_a_restricted_participant_may_do(
    house: House,
    clerk: Client,
    restriction: str,
    allowed: set[str],
    what: str,
) -> None:
    trader = house.trader("acme-key")
    trader.result("add_order", **order("sell", price="90.00"))
    assert clerk.result("restrict", participant="acme", restriction=restriction) == {}
    for side, price in (("buy", "70.00"), ("sell", "91.00")):
        answer = trader.ask("add_order", **order(side, price=price))
        assert answer["success"] is (side in allowed)
        if side not in allowed:
            assert answer["error"]["message"] == (
                f"the participant of account acme-1 {what}, by decision of the venue"
            )
    trader.result("cancel_all")
    clerk.result("restrict", participant="acme", restriction="none")
    assert trader.result("add_order", **order())["status"] == "open"


def test_restricting_nobody(clerk: Client) -> None:
    error = clerk.error("restrict", participant="gone", restriction="suspended")
    assert error["message"] == "there is no participant gone; register it first"


def surrender(quantity: int, instrument: str = CEA, ref: str = "s-1") -> dict[str, Any]:
    return {
        "account": "acme-1",
        "instrument": instrument,
        "quantity": quantity,
        "year": 2025,
        "client_ref": ref,
    }


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_an_obligation_and_what_is_surrendered_for_it(
    house: House, codec: Codec
) -> None:
    clerk, trader = house.trader("house-key", codec), house.trader("acme-key", codec)
    assert trader.result("obligations") == {"obligations": []}
    clerk.result(
        "list_instrument", instrument="CCER24", product="CCER", offset_permille=50
    )
    clerk.result(
        "issue", account="acme-1", instrument="CCER24", quantity=99, client_ref="i"
    )
    due = {"participant": "acme", "year": 2025, "due": 1_000}
    assert clerk.result("set_obligation", **due) == due | {
        "surrendered": 0,
        "offset": 0,
    }
    assert clerk.result("surrender", **surrender(50, "CCER24")) == {"client_ref": "s-1"}
    assert clerk.result("surrender", **surrender(50, "CCER24")) == {
        "client_ref": "s-1",
        "duplicate": True,
    }
    error = clerk.error("surrender", **surrender(1, "CCER24", "s-2"))
    assert error["message"] == (
        "CCER24 may still cover 0 t of the obligation for 2025, not 1, for it covers a"
        " share of what is due; surrender others for the rest"
    )
    clerk.result("surrender", **surrender(900, CEA, "s-3"))
    assert trader.result("obligations") == {
        "obligations": [due | {"surrendered": 950, "offset": 50}]
    }
    error = clerk.error("surrender", **surrender(51, CEA, "s-4"))
    assert error["message"] == (
        "quantity 51 is above the 50 t still due for 2025; surrender at most that"
    )
    for less, message in (
        (949, "due must be at least 950 t, which were surrendered, not 949"),
        (
            960,
            (
                "due must be at least 1000 t, so that the offsets surrendered stay"
                " within their share, not 960"
            ),
        ),
    ):
        assert (
            clerk.error("set_obligation", **due | {"due": less})["message"] == message
        )


def test_obligations_are_ones_own_by_year(house: House, clerk: Client) -> None:
    for who, year in (("acme", 2025), ("acme", 2024), ("beta", 2025)):
        clerk.result("set_obligation", participant=who, year=year, due=10)
    own = house.trader("acme-key").result("obligations")["obligations"]
    assert [(each["participant"], each["year"]) for each in own] == [
        ("acme", 2024),
        ("acme", 2025),
    ]


def test_retired_tonnes_are_gone(house: House, clerk: Client) -> None:
    trader = house.trader("acme-key")
    trader.result("add_order", **order("sell", 30, "80.00"))
    tonnes = {"account": "acme-1", "instrument": CEA, "client_ref": "r-1"}
    retired = clerk.result("retire", **tonnes, quantity=100, transferred_out=True)
    assert retired == {"client_ref": "r-1"}
    held = trader.result("balances")["holdings"][0]
    assert (held["quantity"], held["locked"]) == (10**6 - 100, 30)
    too_many = clerk.error("retire", **tonnes | {"client_ref": "r-2"}, quantity=10**6)
    assert too_many["message"] == (
        "1000000 t are needed and account acme-1 has 999870 t available; sell less, or"
        " cancel orders that lock tonnes"
    )
