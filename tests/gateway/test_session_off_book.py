"""Block trades, as their parties see them over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.off_book_house import RULED, off_book_house


if TYPE_CHECKING:
    from gateway.session_house import Client, House


@pytest.fixture
def house() -> House:
    return off_book_house()


def block(side: str = "sell", price: str = "70.00", **more: Any) -> dict[str, Any]:
    terms = {"instrument": RULED, "side": side, "price": price, "quantity": 100}
    return terms | {"counterparty": "beta", "client_ref": "b-1"} | more


def counter(**more: Any) -> dict[str, Any]:
    """beta's answer to block 1."""
    return block(
        "buy",
        "69.00",
        counterparty="acme",
        client_ref="c-1",
        counters="1",
        account="beta-1",
        **more,
    )


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_block_from_its_proposal_to_its_trade(house: House, codec: Codec) -> None:
    acme, beta = house.trader("acme-key", codec), house.trader("beta-key", codec)
    proposed = acme.result("propose_block", **block())
    seen_by_both = {
        "block_id": "1",
        "proposer": "acme",
        "counterparty": "beta",
        "instrument": RULED,
        "side": "sell",
        "price": "70.00",
        "quantity": 100,
    }
    own = seen_by_both | {"account": "acme-1", "client_ref": "b-1"}
    assert proposed == own | {"status": "open"}
    assert acme.result("blocks") == {"blocks": [own | {"status": "open"}]}
    assert beta.result("blocks", account="beta-2") == {
        "blocks": [seen_by_both | {"status": "open"}]
    }
    locked = acme.result("balances")["holdings"][1]
    assert (locked["instrument"], locked["locked"]) == (RULED, 100)

    accepted = beta.result(
        "accept_block", block_id="1", client_ref="a-1", account="beta-2"
    )
    assert accepted == seen_by_both | {"status": "accepted"}
    for client, account in ((acme, "acme-1"), (beta, "beta-1")):
        assert client.result("blocks", account=account) == {"blocks": []}
    bought = beta.result("balances", account="beta-2")
    # 7,000.00 and a fee of 100 of 0.01 bp of it
    assert bought["cash"] == "99992999.30"
    assert bought["holdings"][1]["quantity"] == 100
    assert acme.result("balances")["cash"] == "100006999.30"


def test_proposing_and_accepting_twice_is_doing_it_once(
    acme: Client, beta: Client
) -> None:
    first = acme.result("propose_block", **block())
    assert acme.result("propose_block", **block()) == first | {"duplicate": True}
    other = acme.error("propose_block", **block(price="70.01"))
    assert other["name"] == "DUPLICATE_CLIENT_REF"
    accept = {"block_id": "1", "client_ref": "a-1", "account": "beta-1"}
    once = beta.result("accept_block", **accept)
    assert beta.result("accept_block", **accept) == once | {"duplicate": True}
    assert acme.result("balances")["holdings"][1]["quantity"] == 900


def test_declining_and_withdrawing(acme: Client, beta: Client) -> None:
    acme.result("propose_block", **block())
    acme.result("propose_block", **block(client_ref="b-2"))
    declined = beta.result("decline_block", block_id="1", account="beta-1")
    assert (declined["status"], "account" in declined) == ("declined", False)
    withdrawn = acme.result("withdraw_block", block_id="2")
    assert (withdrawn["status"], withdrawn["client_ref"]) == ("withdrawn", "b-2")
    for method in ("decline_block", "withdraw_block"):
        assert acme.error(method, block_id="2")["name"] == "NO_SUCH_PROPOSAL"


def test_only_who_was_asked_may_answer(house: House, acme: Client) -> None:
    acme.result("propose_block", **block())
    for method, more in (
        ("accept_block", {"client_ref": "a"}),
        ("decline_block", {}),
    ):
        error = acme.error(method, block_id="1", **more)
        assert (error["name"], error["param"]) == ("COUNTERPARTY_MISMATCH", "account")
        assert error["message"] == (
            "block 1 was proposed to another participant, not to yours"
        )
    error = house.trader("beta-key").error(
        "withdraw_block", block_id="1", account="beta-1"
    )
    assert error["message"].startswith("account beta-1 has no open proposal 1;")


def test_a_counter_offer_takes_the_place_of_what_it_answers(
    acme: Client, beta: Client
) -> None:
    acme.result("propose_block", **block())
    result = beta.result("propose_block", **counter())
    assert (result["block_id"], result["counters"], result["status"]) == (
        "2",
        "1",
        "open",
    )
    (open_now,) = acme.result("blocks")["blocks"]
    assert (open_now["block_id"], open_now["counters"]) == ("2", "1")
    assert "client_ref" not in open_now
    assert acme.result("balances")["holdings"][1]["locked"] == 0
    assert acme.result("accept_block", block_id="2", client_ref="yes")["status"] == (
        "accepted"
    )


def test_counter_offers_that_answer_nothing(acme: Client, beta: Client) -> None:
    assert beta.error("propose_block", **counter())["name"] == "NO_SUCH_PROPOSAL"
    acme.result("propose_block", **block())
    wrong = beta.error("propose_block", **counter() | {"instrument": "CEA25"})
    assert wrong["name"] == "NOT_TRADABLE"
    same_side = beta.error("propose_block", **counter() | {"side": "sell"})
    assert (same_side["name"], same_side["param"]) == ("BAD_PARAMETER", "side")
    own = acme.error("propose_block", **block(client_ref="b-2", counters="1"))
    assert (own["name"], own["param"]) == ("COUNTERPARTY_MISMATCH", "counters")
    assert own["message"] == (
        "block 1 was not proposed by beta to you in CEA26; counter only what was"
    )


def test_both_parties_follow_their_blocks(house: House, acme: Client) -> None:
    beta = house.trader("beta-key")
    acme.result("subscribe", channel="blocks")
    beta.result("subscribe", channel="blocks", account="beta-1")
    acme.send("propose_block", **block())
    house.commit()
    told, answer = acme.read()
    assert (told["channel"], answer["method"]) == ("blocks", "propose_block")
    assert told["data"] == [answer["result"]]
    (theirs,) = beta.read()
    assert "client_ref" not in theirs["data"][0]


def test_the_executions_of_a_block_come_before_its_answer(
    house: House, acme: Client, beta: Client
) -> None:
    acme.result("propose_block", **block())
    beta.result("subscribe", channel="executions", account="beta-2")
    beta.read()
    beta.send("accept_block", block_id="1", client_ref="a", account="beta-2")
    house.commit()
    execution, answer = beta.read()
    assert (execution["channel"], answer["method"]) == ("executions", "accept_block")
    (told,) = execution["data"]
    assert told["order_id"] == ""
    assert (told["method"], told["source_id"], told["fee"]) == ("block", "1", "0.70")


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        (
            "propose_block",
            block(price="seventy"),
            (
                "price 'seventy' is not an amount of CNY: write digits and at most two"
                ' decimals, such as "74.63"'
            ),
        ),
        (
            "place_bid",
            {"auction_id": "1", "price": "1.234", "quantity": 1, "client_ref": "r"},
            (
                "price '1.234' is not an amount of CNY: write digits and at most two"
                ' decimals, such as "74.63"'
            ),
        ),
        (
            "accept_block",
            {"block_id": "01", "client_ref": "r"},
            'block_id must be a string of digits such as "1042", not "01"',
        ),
    ],
)
def test_what_fits_the_types_and_cannot_be_meant(
    house: House, acme: Client, method: str, params: dict[str, Any], message: str
) -> None:
    logged = house.exchange.seq
    error = acme.error(method, **params)
    assert (error["name"], error["message"]) == ("BAD_TYPE", message)
    assert house.exchange.seq == logged
