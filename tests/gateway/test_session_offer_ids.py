"""Numbers of blocks and bids: what clients are told does not count the venue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import AdvanceTime, HideOrderIds
from gateway.off_book_house import RULED, off_book_house
from gateway.session_house import DAY_ENDS, NOON, SECOND, Client, House


if TYPE_CHECKING:
    from pathlib import Path

MICROS = NOON // 1000
GONE = "999999999999999"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = off_book_house()
    house.library.path = tmp_path / "history.sqlite"
    house.do(HideOrderIds("", bytes(range(32))))
    return house


def propose(client: Client, ref: str, **more: Any) -> dict[str, Any]:
    terms = {"instrument": RULED, "side": "sell", "price": "70.00", "quantity": 100}
    other = {"counterparty": "beta", "client_ref": ref}
    return client.result("propose_block", **terms | other | more)


def counter(client: Client, block_id: str) -> dict[str, Any]:
    return propose(
        client,
        "c-1",
        side="buy",
        counterparty="acme",
        account="beta-1",
        counters=block_id,
    )


def opened(house: House, **more: Any) -> None:
    house.trader("house-key").result(
        "open_auction",
        account="beta-1",
        instrument=RULED,
        side="sell",
        quantity=100,
        opens=MICROS,
        closes=MICROS + 60_000_000,
        client_ref="o-1",
        **more,
    )


def bid(client: Client, ref: str, quantity: int = 1) -> dict[str, Any]:
    return client.result(
        "place_bid", auction_id="1", price="71.00", quantity=quantity, client_ref=ref
    )


def count_nothing(first: str, second: str) -> None:
    """Assert that one of two numbers told in turn tells nothing of the other."""
    assert len(first) == len(second) == 15
    assert abs(int(second) - int(first)) > 10**9


def test_who_bids_twice_does_not_learn_how_many_bids_came_between(
    house: House, acme: Client
) -> None:
    opened(house)
    first, second = bid(acme, "1")["bid_id"], bid(acme, "2")["bid_id"]
    count_nothing(first, second)
    told = [each["bid_id"] for each in acme.result("bids")["bids"]]
    assert told == [first, second]


def test_who_proposes_twice_does_not_learn_how_many_blocks_came_between(
    acme: Client, beta: Client
) -> None:
    first, second = propose(acme, "1")["block_id"], propose(acme, "2")["block_id"]
    count_nothing(first, second)
    for client, account in ((acme, "acme-1"), (beta, "beta-1")):
        open_now = client.result("blocks", account=account)["blocks"]
        assert [each["block_id"] for each in open_now] == [first, second]


def test_an_order_a_block_and_a_bid_of_one_number_have_no_number_in_common(
    house: House, acme: Client
) -> None:
    opened(house)
    sent = {"instrument": RULED, "side": "buy", "price": "69.00", "quantity": 1}
    numbers = {
        acme.result("add_order", **sent)["order_id"],
        propose(acme, "1")["block_id"],
        bid(acme, "2")["bid_id"],
    }
    assert len(numbers) == 3
    assert "1" not in numbers


def test_a_block_is_told_by_one_number_from_its_proposal_to_its_trade(
    acme: Client, beta: Client
) -> None:
    acme.result("subscribe", channel="blocks")
    acme.result("subscribe", channel="executions")
    mine = propose(acme, "1")["block_id"]
    answer = {"block_id": mine, "client_ref": "a", "account": "beta-1"}
    assert beta.result("accept_block", **answer)["block_id"] == mine
    assert beta.result("accept_block", **answer)["block_id"] == mine  # a retry
    items = [item for frame in acme.read() for item in frame.get("data", [])]
    assert {item["block_id"] for item in items if "block_id" in item} == {mine}
    (traded,) = [item for item in items if "exec_seq" in item]
    assert (traded["method"], traded["source_id"]) == ("block", mine)


def test_a_counter_offer_names_the_block_that_it_answers(
    acme: Client, beta: Client
) -> None:
    mine = propose(acme, "1")["block_id"]
    answer = counter(beta, mine)
    assert answer["counters"] == mine != answer["block_id"]
    (seen,) = acme.result("blocks")["blocks"]
    assert (seen["block_id"], seen["counters"]) == (answer["block_id"], mine)
    assert acme.result("withdraw_block", block_id=propose(acme, "2")["block_id"])


def test_a_bid_is_told_by_one_number_from_its_entry_to_its_trade(
    house: House, acme: Client
) -> None:
    """Everybody sees it by that number, too, where the auction is not sealed."""
    opened(house, sealed=False)
    acme.result("subscribe", channel="bids")
    acme.result("subscribe", channel="executions")
    watcher = house.connect()
    watcher.result("subscribe", channel="auction")
    mine = bid(acme, "1", 6)["bid_id"]
    (update,) = watcher.read()
    assert [each["bid_id"] for each in update["data"][0]["bids"]] == [mine]
    assert bid(acme, "1", 6)["bid_id"] == mine  # a retry
    gone = bid(acme, "2")["bid_id"]
    assert acme.result("cancel_bid", bid_id=gone)["bid_id"] == gone
    acme.read()
    house.now_ns += 60 * SECOND
    house.do(AdvanceTime(""))
    items = [item for frame in acme.read() for item in frame["data"]]
    assert [item["bid_id"] for item in items if "bid_id" in item] == [mine]
    (bought,) = [item for item in items if "exec_seq" in item]
    assert (bought["method"], bought["source_id"]) == ("auction", mine)


def test_executions_and_the_past_tell_the_same_numbers(
    house: House, acme: Client, beta: Client
) -> None:
    """The auction's owner is told its number, which is public; so are trades undone."""
    opened(house)
    block_id, bid_id = propose(acme, "1")["block_id"], bid(acme, "2", 6)["bid_id"]
    acme.result("subscribe", channel="executions")
    beta.result("accept_block", block_id=block_id, client_ref="a", account="beta-1")
    house.now_ns += 60 * SECOND
    house.do(AdvanceTime(""))
    clerk = house.trader("house-key")
    for trade_id in ("1", "2"):
        clerk.result("annul_trade", instrument=RULED, trade_id=trade_id, reason="test")
    items = [item for frame in acme.read() for item in frame["data"]]
    assert [item["source_id"] for item in items] == [block_id, bid_id] * 2
    house.now_ns = DAY_ENDS
    house.commit()
    for client, account, sources in (
        (acme, "acme-1", [block_id, bid_id] * 2),
        (beta, "beta-1", [block_id, "1"] * 2),
    ):
        told = client.result("trades", date="2026-03-02", account=account)["trades"]
        assert [each["source_id"] for each in told] == sources


@pytest.mark.parametrize("given", ["1", "2", GONE, "300000000000000"])
def test_a_number_of_none_is_told_as_it_was_given(
    house: House, acme: Client, beta: Client, given: str
) -> None:
    """The first ones among them, by which the engine knows a block and a bid."""
    opened(house)
    propose(acme, "1")
    bid(acme, "2")
    for error in (
        acme.error("withdraw_block", block_id=given),
        beta.error("decline_block", block_id=given, account="beta-1"),
        beta.error("accept_block", block_id=given, client_ref="a", account="beta-1"),
        acme.error("cancel_bid", bid_id=given),
    ):
        assert error["name"] in ("NO_SUCH_PROPOSAL", "UNKNOWN_BID")
        assert f" {given};" in error["message"]
    assert len(acme.result("blocks")["blocks"]) == 1
    assert len(acme.result("bids")["bids"]) == 1


def test_refusals_name_a_block_as_the_client_does(acme: Client, beta: Client) -> None:
    mine = propose(acme, "1")["block_id"]
    error = acme.error("accept_block", block_id=mine, client_ref="a")
    assert error["message"] == (
        f"block {mine} was proposed to another participant, not to yours"
    )
    own = acme.error(
        "propose_block",
        instrument=RULED,
        side="buy",
        price="70.00",
        quantity=100,
        counterparty="beta",
        client_ref="2",
        counters=mine,
    )
    assert own["message"].startswith(f"block {mine} was not proposed by beta")


def test_an_order_id_names_no_block_and_no_bid(house: House, acme: Client) -> None:
    opened(house)
    sent = {"instrument": RULED, "side": "buy", "price": "69.00", "quantity": 1}
    order_id = acme.result("add_order", **sent)["order_id"]
    propose(acme, "1")
    bid(acme, "2")
    withdrawn = acme.error("withdraw_block", block_id=order_id)
    assert withdrawn["name"] == "NO_SUCH_PROPOSAL"
    assert acme.error("cancel_bid", bid_id=order_id)["name"] == "UNKNOWN_BID"
