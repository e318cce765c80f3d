"""One-way auctions and bids, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.engine import AdvanceTime
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.off_book_house import RULED, off_book_house
from gateway.session_house import DAY_ENDS, NOON, SECOND, Client, House


MICROS = NOON // 1000


@pytest.fixture
def house() -> House:
    return off_book_house()


def auction(**more: Any) -> dict[str, Any]:
    terms = {"account": "beta-1", "instrument": RULED, "side": "sell", "quantity": 10}
    times = {"opens": MICROS, "closes": MICROS + 60_000_000, "client_ref": "o-1"}
    return terms | times | more


def bid(price: str, quantity: int, ref: str) -> dict[str, Any]:
    return {
        "auction_id": "1",
        "price": price,
        "quantity": quantity,
        "client_ref": ref,
    }


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_an_auction_from_its_announcement_to_its_close(
    house: House, codec: Codec
) -> None:
    clerk, acme = house.trader("house-key", codec), house.trader("acme-key", codec)
    opened = clerk.result(
        "open_auction", **auction(reserve="69.00", pricing="uniform", bidder_limit=15)
    )
    terms = {
        "auction_id": "1",
        "instrument": RULED,
        "side": "sell",
        "quantity": 10,
        "opens": MICROS,
        "closes": MICROS + 60_000_000,
        "pricing": "uniform",
        "too_few_bids": "fill_valid",
        "sealed": True,
        "reserve": "69.00",
        "bidder_limit": 15,
    }
    assert opened == terms | {"status": "open"}
    stranger = house.connect(codec)
    for instrument in ("", RULED):
        listed = stranger.result("auctions", instrument=instrument)
        assert listed == {"auctions": [terms | {"status": "open"}]}
    assert stranger.result("auctions", instrument="CEA25") == {"auctions": []}

    placed = acme.result("place_bid", **bid("71.00", 6, "bid-1"))
    assert placed == {
        "bid_id": "1",
        "auction_id": "1",
        "account": "acme-1",
        "price": "71.00",
        "quantity": 6,
        "status": "open",
        "client_ref": "bid-1",
    }
    acme.result("place_bid", **bid("70.00", 8, "bid-2"))
    assert [b["bid_id"] for b in acme.result("bids")["bids"]] == ["1", "2"]
    # 426.00 and 560.00, and fees of 200 of 0.01 bp
    assert acme.result("balances")["locked"] == "986.21"

    closed = clerk.result("close_auction", auction_id="1")
    assert closed == terms | {
        "status": "closed",
        "price": "70.00",
        "filled": 10,
        "turnover": "700.00",
        "bids": 2,
        "bid_quantity": 14,
    }
    assert acme.result("bids") == {"bids": []}
    balances = acme.result("balances")
    assert (balances["locked"], balances["cash"]) == ("0.00", "99999299.85")
    assert stranger.result("auctions") == {"auctions": []}


def test_an_auction_is_announced_before_its_window_opens(house: House) -> None:
    clerk = house.trader("house-key")
    later = MICROS + 1_000_000
    assert clerk.result("open_auction", **auction(opens=later))["status"] == "announced"
    (listed,) = clerk.result("auctions")["auctions"]
    assert listed["status"] == "announced"
    house.now_ns += SECOND
    house.do(AdvanceTime(""))
    (listed,) = clerk.result("auctions")["auctions"]
    assert (listed["status"], listed["opens"]) == ("open", later)


def test_a_bid_can_be_taken_back_and_repeated(house: House, acme: Client) -> None:
    clerk = house.trader("house-key")
    clerk.result("open_auction", **auction())
    first = acme.result("place_bid", **bid("71.00", 6, "bid-1"))
    assert acme.result("place_bid", **bid("71.00", 6, "bid-1")) == first | {
        "duplicate": True
    }
    gone = acme.result("cancel_bid", bid_id="1")
    assert gone == first | {"status": "cancelled"}
    assert acme.error("cancel_bid", bid_id="1")["name"] == "UNKNOWN_BID"
    assert acme.result("balances")["locked"] == "0.00"


def test_an_auction_can_be_cancelled_and_opened_once(house: House) -> None:
    clerk = house.trader("house-key")
    first = clerk.result("open_auction", **auction())
    assert clerk.result("open_auction", **auction()) == first | {"duplicate": True}
    cancelled = clerk.result("close_auction", auction_id="1", cancel=True)
    assert (cancelled["status"], "price" in cancelled) == ("cancelled", False)
    error = clerk.error("close_auction", auction_id="1")
    assert error["message"] == (
        "there is no open auction 1; the auction channel lists those that are"
    )


def test_the_window_closes_by_itself(house: House, acme: Client) -> None:
    house.trader("house-key").result("open_auction", **auction(sealed=False))
    acme.result("subscribe", channel="bids")
    watcher = house.connect()
    watcher.result("subscribe", channel="auction")
    acme.result("place_bid", **bid("71.00", 6, "bid-1"))
    (update,) = watcher.read()
    assert update["data"][0]["bids"] == [
        {"bid_id": "1", "price": "71.00", "quantity": 6}
    ]
    house.now_ns += 60 * SECOND
    house.do(AdvanceTime(""))
    (mine,) = acme.read()
    assert (mine["data"][0]["status"], mine["data"][0]["filled"]) == ("filled", 6)
    (outcome,) = watcher.read()
    assert outcome["data"][0]["auction"]["status"] == "closed"
    error = acme.error("place_bid", **bid("71.00", 1, "bid-2"))
    assert error["message"] == "auction 1 is over; it takes no bids any more"


def test_windows_that_cannot_be(house: House) -> None:
    clerk = house.trader("house-key")
    for changes, message in (
        ({"closes": MICROS}, f"opens {MICROS} must be before closes {MICROS}"),
        (
            {"opens": 1, "closes": MICROS},
            f"closes {MICROS} must be later than {MICROS}, the venue's time",
        ),
        (
            {"closes": DAY_ENDS // 1000 + 1},
            (
                f"closes {DAY_ENDS // 1000 + 1} must not be after {DAY_ENDS // 1000}, the"
                " end of the trading day"
            ),
        ),
    ):
        error = clerk.error("open_auction", **auction(**changes))
        assert (error["name"], error["message"]) == ("BAD_PARAMETER", message)
    error = clerk.error("open_auction", **auction(side="buy"))
    assert error["message"] == "reserve must be at least 0.01, not 0.00"


def test_the_sellers_own_participant_cannot_bid(house: House, beta: Client) -> None:
    house.trader("house-key").result("open_auction", **auction())
    error = beta.error("place_bid", **bid("71.00", 1, "b"), account="beta-2")
    assert error["message"] == (
        "auction 1 is your own participant's; it cannot bid in it"
    )
