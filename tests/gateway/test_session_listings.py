"""Numbers that clients are told: orders' own, and the listings that they pick."""

from __future__ import annotations

import pytest

from carbonex.engine import HideOrderIds, Issue, ListInstrument
from gateway.session_house import Client, House, Json, order


CEA26 = {"instrument": "CEA26"}
GONE = "999999999999999"


@pytest.fixture
def house() -> House:
    house = House()
    house.do(
        HideOrderIds("", bytes(range(32))),
        ListInstrument("", "CEA26", pick=True),
        *(Issue("", name, "CEA26", 10**6, "i-2") for name in ("acme-1", "beta-1")),
    )
    return house


@pytest.fixture
def acme(house: House) -> Client:
    return house.trader("acme-key")


@pytest.fixture
def beta(house: House) -> Client:
    return house.trader("beta-key")


def sell(
    client: Client, quantity: int = 5, price: str = "75.00", **more: object
) -> Json:
    params = order("sell", quantity, price, account="beta-1") | CEA26 | more
    return client.result("add_order", **params)


def buy(quantity: int = 5, *picks: str, price: str = "75.00", **more: object) -> Json:
    return order("buy", quantity, price, pick=[*picks]) | CEA26 | more


def listed(house: House) -> list[tuple[str, str, int]]:
    """Return the asks of CEA26 as a stranger is told them."""
    stranger = house.connect()
    stranger.read()
    stranger.send("subscribe", channel="listings", **CEA26)
    house.commit()
    (frame,) = [m for m in stranger.read() if m.get("channel") == "listings"]
    (item,) = frame["data"]
    stranger.session.closed()
    return [tuple(row) for row in item["asks"]]


def test_whoever_sees_the_board_picks_from_it(
    house: House, acme: Client, beta: Client
) -> None:
    mine = [sell(beta)["order_id"] for _ in range(3)]
    first, second, third = listed(house)
    assert [row[1:] for row in (first, second, third)] == [("75.00", 5)] * 3
    bought = acme.result("add_order", **buy(5, third[0]))
    assert (bought["status"], bought["filled"]) == ("filled", 5)
    left = beta.result("open_orders", account="beta-1")["orders"]
    assert [each["order_id"] for each in left] == mine[:2]
    assert listed(house) == [first, second]


def test_an_owner_finds_his_own_on_the_board(house: House, beta: Client) -> None:
    sell(beta)
    sell(beta, 20, display_quantity=5)
    sell(beta, price="75.10", order_type="stop_limit", stop_price="74.00")
    orders = beta.result("open_orders", account="beta-1")["orders"]
    numbers = [each.get("listing", "") for each in orders]
    assert numbers == [row[0] for row in listed(house)] + [""]
    one = beta.result("order", account="beta-1", order_id=orders[1]["order_id"])
    assert one["listing"] == numbers[1]
    beta.result("add_order", **order("buy", account="beta-1"))
    *_, plain = beta.result("open_orders", account="beta-1")["orders"]
    assert "listing" not in plain  # its instrument has none


def test_a_pick_is_refused_with_the_number_that_was_given(
    house: House, acme: Client, beta: Client
) -> None:
    sell(beta)
    behind = sell(beta, price="75.01")
    _, (number, *_) = listed(house)
    error = acme.error("add_order", **buy(5, str(number), price="75.01"))
    assert error["name"] == "NOT_BEST_PRICE"
    assert error["message"].startswith(f"picked listing {number} does not rest")
    beta.result("cancel_order", account="beta-1", order_id=behind["order_id"])
    for gone in (str(number), GONE, "1"):
        error = acme.error("add_order", **buy(5, gone, price="75.01"))
        assert error["name"] == "STALE_PICK"
        assert error["message"].startswith(f"picked listing {gone} is gone")


def test_an_order_id_is_no_listing(acme: Client, beta: Client) -> None:
    mine = sell(beta)["order_id"]
    error = acme.error("add_order", **buy(5, mine))
    assert (error["name"], error["message"][:38]) == (
        "STALE_PICK",
        f"picked listing {mine} is gone",
    )


def test_a_slice_of_an_iceberg_that_is_gone_cannot_be_picked(
    house: House, acme: Client, beta: Client
) -> None:
    sell(beta, 10, display_quantity=5)
    ((before, *_),) = listed(house)
    assert acme.result("add_order", **buy(5, str(before)))["filled"] == 5
    assert acme.error("add_order", **buy(5, str(before)))["name"] == "STALE_PICK"
    ((after, *_),) = listed(house)
    assert after != before
    assert acme.result("add_order", **buy(5, str(after)))["filled"] == 5


def test_a_slice_that_is_gone_stays_gone_though_as_much_is_hidden_again(
    house: House, acme: Client, beta: Client
) -> None:
    """20 t that show 5, of which 5 are sold, become 25: 15 t are hidden as before."""
    mine = sell(beta, 20, display_quantity=5)["order_id"]
    ((first, *_),) = listed(house)
    assert acme.result("add_order", **buy(5, str(first)))["filled"] == 5
    ((second, *_),) = listed(house)
    beta.result("amend_order", account="beta-1", order_id=mine, quantity=25)
    assert listed(house) == [(second, "75.00", 5)]
    assert acme.error("add_order", **buy(5, str(first)))["name"] == "STALE_PICK"
    assert acme.result("add_order", **buy(5, str(second)))["filled"] == 5


def test_all_slices_of_an_iceberg_have_numbers_of_their_own(
    house: House, acme: Client, beta: Client
) -> None:
    """None of them fills a second time, and the last one names no other."""
    mine = sell(beta, 20, display_quantity=5)["order_id"]
    numbers: list[str] = []
    for total in (30, 40, 50, 0):
        ((now, *_),) = listed(house)
        numbers.append(str(now))
        assert acme.result("add_order", **buy(5, str(now)))["filled"] == 5
        if total:
            beta.result("amend_order", account="beta-1", order_id=mine, quantity=total)
        for gone in numbers:
            error = acme.error("add_order", **buy(5, gone, time_in_force="fok"))
            assert error["name"] == "STALE_PICK"
    assert len(set(numbers)) == 4


def test_order_ids_do_not_count_the_venues_orders(acme: Client, beta: Client) -> None:
    """Nobody learns from two own orders how many came between them."""
    numbers = []
    for between in (0, 1, 7):
        for _ in range(between):
            sell(beta)
        numbers.append(int(acme.result("add_order", **order())["order_id"]))
    assert all(len(str(number)) == 15 for number in numbers)
    first, second, third = numbers
    assert abs(second - first) > 10**9
    assert abs(third - second) > 10**9


def test_every_request_and_answer_has_the_same_id(acme: Client) -> None:
    acme.result("subscribe", channel="executions")
    req_id = acme.send("add_order", **order(quantity=10))
    acme.house.commit()
    messages = acme.read()
    (answer,) = [m for m in messages if m.get("req_id") == req_id]
    mine = answer["result"]["order_id"]
    (new,) = [m["data"][0] for m in messages if m.get("channel") == "executions"]
    assert new["order_id"] == mine
    repeated = acme.result("add_order", **order(client_order_id="a-1"))
    again = acme.result("add_order", **order(client_order_id="a-1"))
    assert (again["order_id"], again["duplicate"]) == (repeated["order_id"], True)
    amended = acme.result("amend_order", order_id=mine, quantity=9)
    assert (amended["order_id"], amended["quantity"]) == (mine, 9)
    assert acme.result("order", order_id=mine)["quantity"] == 9
    page = acme.result("open_orders", after=mine)
    assert [each["order_id"] for each in page["orders"]] == [repeated["order_id"]]
    assert acme.result("cancel_order", order_id=mine)["order_id"] == mine
    (left,) = acme.result("cancel_all")["orders"]
    assert left["order_id"] == repeated["order_id"]


@pytest.mark.parametrize("given", ["1", "17", GONE, "300000000000000"])
def test_an_id_of_no_order_is_told_as_it_was_given(acme: Client, given: str) -> None:
    """The first one among them, by which the engine knows the order."""
    acme.result("add_order", **order())
    told = (
        f"account acme-1 has no open order with order_id {given};"
        " it is filled, cancelled or never was"
    )
    error = acme.error("cancel_order", order_id=given)
    assert (error["name"], error["message"]) == ("UNKNOWN_ORDER", told)
    asked = acme.error("order", order_id=given)
    assert asked["message"] == f"account acme-1 has had no order with order_id {given}"
    assert acme.error("amend_order", order_id=given, quantity=9)["message"] == told
    batch = acme.result("batch_cancel", orders=[{"order_id": given}])
    assert batch["orders"][0]["error"]["message"] == told
    assert acme.result("open_orders")["orders"] != []
