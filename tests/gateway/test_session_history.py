"""Questions about the past: statements, trades and bulletins, in their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import BeginDay, Permission
from carbonex.gateway.historian import Behind
from carbonex.gateway.session import history as session_history
from carbonex.gateway.session.history import HISTORY_COST
from gateway.session_house import CEA, DAY_ENDS, Client, House, order


if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House()
    house.library.path = tmp_path / "history.sqlite"
    return house


def trade(house: House, quantity: int = 10) -> None:
    """Let acme-1 buy from beta-1 at 74.63."""
    beta, acme = house.trader("beta-key"), house.trader("acme-key")
    beta.result("add_order", **order("sell", quantity), account="beta-1")
    acme.result("add_order", **order("buy", quantity, client_order_id=f"a-{quantity}"))


def annul(house: House, trade_id: str) -> None:
    house.trader("house-key").result(
        "annul_trade", instrument=CEA, trade_id=trade_id, reason="乌龙指"
    )


def end_day(house: House) -> None:
    house.now_ns = DAY_ENDS
    house.commit()  # the venue lets time pass by itself


def test_an_annulled_trade_is_in_the_statement_the_trades_and_the_bulletin(
    house: House, client: Client
) -> None:
    trade(house)
    annul(house, "1")
    end_day(house)
    statement = client.result("statement", date="2026-03-02")
    assert statement["cash"]["traded"] == "0.00"
    assert [column["traded"] for column in statement["holdings"]] == [0]
    *_, bought, back = statement["lines"]
    assert (bought["kind"], back["kind"]) == ("trade", "annulment")
    assert (bought["cash"], back["cash"]) == ("-746.30", "746.30")
    assert (bought["tonnes"], back["tonnes"]) == (10, -10)
    first, second = client.result("trades", date="2026-03-02")["trades"]
    assert "annulled" not in first
    assert (second["annulled"], second["reason"]) == (True, "乌龙指")
    assert (second["trade_id"], second["source_id"]) == ("1", first["order_id"])
    bulletins = client.result("bulletins", date="2026-03-02")["bulletins"]
    assert {each["day"]["listed"]["quantity"] for each in bulletins} == {0}


def test_the_statement_of_a_day_that_has_ended(house: House, client: Client) -> None:
    trade(house)
    end_day(house)
    statement = client.result("statement", date="2026-03-02")
    assert statement["account"] == "acme-1"
    assert (statement["page"], statement["pages"]) == (1, 1)
    assert statement["cash"] == {
        "opening": "0.00",
        "traded": "-746.30",
        "fees": "0.00",
        "moved": "100000000.00",
        "closing": "99999253.70",
    }
    assert statement["holdings"] == [
        {
            "instrument": CEA,
            "opening": 0,
            "traded": 10,
            "moved": 10**6,
            "closing": 10**6 + 10,
        }
    ]
    deposit, issue, bought = statement["lines"]
    assert (deposit["kind"], deposit["cash"]) == ("deposit", "100000000.00")
    assert (issue["kind"], issue["tonnes"]) == ("issue", 10**6)
    assert bought == {
        "time": house.now_ns // 1000 - 11 * 3600 * 10**6,
        "kind": "trade",
        "instrument": CEA,
        "trade_id": "1",
        "method": "listed",
        "side": "buy",
        "price": "74.63",
        "quantity": 10,
        "cash": "-746.30",
        "tonnes": 10,
        "fee": "0.00",
    }


def test_the_statement_as_csv(house: House, client: Client) -> None:
    trade(house)
    end_day(house)
    statement = client.result("statement", date="2026-03-02", format="csv")
    assert statement["lines"] == []
    lines = statement["csv"].splitlines()
    assert lines[0].startswith("account,date,time,kind,instrument,trade_id,")
    assert lines[-3] == (
        "acme-1,2026-03-02,2026-03-02T12:00:00.000000+08:00,trade,CEA25,1,listed,"
        "buy,74.63,10,-746.30,10,0.00,,"
    )
    assert lines[-2] == "acme-1,2026-03-02,,closing,,,,,,,99999253.70,,,,"
    assert lines[-1] == "acme-1,2026-03-02,,closing,CEA25,,,,,,,1000010,,,"


def test_a_day_must_have_ended_and_been_one(house: House, client: Client) -> None:
    for date in ("2026-03-02", "2026-03-03"):
        error = client.error("statement", date=date)
        assert (error["code"], error["name"]) == (4013, "DAY_NOT_ENDED")
        assert error["message"].startswith(f"the trading day {date} has not ended")
        assert error["param"] == "date"
    end_day(house)
    error = client.error("statement", date="2026-03-01")
    assert (error["code"], error["name"]) == (4014, "UNKNOWN_DAY")
    assert "no trading day 2026-03-01" in error["message"]
    assert error["message"].endswith("the newest is 2026-03-02")
    assert client.error("bulletins", date="2026-03-01")["name"] == "UNKNOWN_DAY"


@pytest.mark.parametrize("method", ["trades", "statement", "bulletins"])
def test_a_date_is_a_day_of_the_calendar(client: Client, method: str) -> None:
    for date in ("2026-13-45", "2026-02-29", "0000-01-01"):
        error = client.error(method, date=date)
        assert (error["name"], error["param"]) == ("BAD_TYPE", "date")
        wanted = "a day of the calendar, such as 2026-07-16"
        assert error["message"] == f"date must be {wanted}, not {date}"


def test_the_day_before_stays_the_newest_while_a_day_is_open(
    house: House, client: Client
) -> None:
    end_day(house)
    house.do(BeginDay("", 20260303, DAY_ENDS + 100))
    assert client.result("statement", date="2026-03-02")["date"] == "2026-03-02"
    assert client.error("statement", date="2026-03-03")["name"] == "DAY_NOT_ENDED"


def test_a_page_that_is_not_there(house: House, client: Client) -> None:
    end_day(house)
    error = client.error("statement", date="2026-03-02", page=2)
    assert error["message"] == (
        "page must be at most 1: the statement has no more pages, not 2"
    )
    assert client.error("statement", date="2026-03-02", page=0)["name"] == "BAD_TYPE"


def test_only_ones_own_accounts_and_the_fees_for_operators(
    house: House, client: Client
) -> None:
    end_day(house)
    error = client.error("statement", date="2026-03-02", account="beta-1")
    assert error["name"] == "ACCOUNT_DENIED"
    fees = {"date": "2026-03-02", "account": "venue fees"}
    assert client.error("statement", **fees)["name"] == "PERMISSION_DENIED"
    operator = house.trader("house-key")
    assert Permission.OPERATE in house.exchange.keys["house-key"].permissions
    statement = operator.result("statement", **fees)
    assert statement["account"] == "venue fees"
    assert statement["cash"]["closing"] == "0.00"


def test_trades_to_the_newest(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_history, "PAGE_TRADES", 2)
    for quantity in (10, 20, 30):
        trade(house, quantity)
    first = client.result("trades")
    assert first["account"] == "acme-1"
    assert [t["quantity"] for t in first["trades"]] == [10, 20]
    assert first["trades"][0] == {
        "exec_seq": 2,
        "instrument": CEA,
        "trade_id": "1",
        "side": "buy",
        "price": "74.63",
        "quantity": 10,
        "fee": "0.00",
        "seq": first["trades"][0]["seq"],
        "time": house.now_ns // 1000,
        "date": "2026-03-02",
        "method": "listed",
        "liquidity": "taker",
        "order_id": "2",
        "client_order_id": "a-10",
    }
    rest = client.result("trades", from_seq=first["next_seq"])
    assert [t["quantity"] for t in rest["trades"]] == [30]
    assert "next_seq" not in rest
    assert client.result("trades", date="2026-03-01")["trades"] == []
    assert len(client.result("trades", date="2026-03-02")["trades"]) == 2
    assert len(client.result("trades", instrument=CEA)["trades"]) == 2
    assert client.error("trades", instrument="CEA99")["name"] == "UNKNOWN_INSTRUMENT"


def test_bulletins(house: House) -> None:
    trade(house)
    end_day(house)
    stranger = house.connect()
    stranger.read()
    every = stranger.result("bulletins", date="2026-03-02")["bulletins"]
    assert [(b["scope"], b["name"]) for b in every] == [
        ("instrument", CEA),
        ("product", "CEA"),
        ("venue", ""),
    ]
    assert (every[0]["close"], every[0]["day"]["listed"]["quantity"]) == ("74.63", 10)
    (one,) = stranger.result("bulletins", date="2026-03-02", instrument=CEA)[
        "bulletins"
    ]
    assert one == every[0]


def test_what_comes_behind_a_question_waits_for_its_answer(
    house: House, client: Client
) -> None:
    client.send("ping")
    asked = client.send("trades")
    placed = client.buy()
    pinged = client.send("ping")
    assert len(client.read()) == 1
    assert client.session.wants_pause
    while house.commit_one() is not None:
        pass  # the order is not even submitted
    assert client.read() == []
    house.commit()
    house.commit()
    assert [a["req_id"] for a in client.read()] == [asked, placed, pinged]
    assert not client.session.wants_pause


def test_a_question_sees_what_was_sent_before_it(house: House, client: Client) -> None:
    trade_first = house.trader("beta-key")
    trade_first.result("add_order", **order("sell", 10), account="beta-1")
    client.buy()
    asked = client.send("trades")
    house.commit()
    house.commit()
    (answer,) = (a for a in client.read() if a["req_id"] == asked)
    assert len(answer["result"]["trades"]) == 1


def test_two_questions_are_answered_one_after_the_other(
    house: House, client: Client
) -> None:
    numbers = [client.send("trades"), client.send("trades")]
    assert len(house.library.asked) == 1
    house.library.answer()
    assert [a["req_id"] for a in client.read()] == numbers


def test_an_answer_for_a_connection_that_is_gone_is_dropped(
    house: House, client: Client
) -> None:
    client.send("trades")
    client.buy()
    client.session.closed()
    house.library.answer()
    assert client.read() == []
    assert house.venue.idle


def test_a_history_that_is_behind_cannot_answer_for_the_newest(
    house: House, client: Client
) -> None:
    trade(house)
    end_day(house)
    house.library.applied.pop()  # the day's end
    client.send("trades")
    with pytest.raises(Behind):
        house.library.answer()
    other = house.trader("beta-key")
    other.send("statement", date="2026-03-02", account="beta-1")
    with pytest.raises(Behind):
        house.library.answer()


def test_a_day_that_never_was_need_not_be_waited_for(
    house: House, client: Client
) -> None:
    """Or whoever asks for one has the thread look again and again while it is busy."""
    end_day(house)
    client.buy()
    house.commit()
    house.library.applied.pop()  # the history is behind, but knows a later day
    for method in ("bulletins", "statement"):
        client.send(method, date="2026-03-01")
        house.library.answer()
        (answer,) = (a for a in client.read() if a.get("method") == method)
        assert answer["error"]["name"] == "UNKNOWN_DAY"


def test_an_order_that_has_ended_is_known_by_its_order_id(
    house: House, client: Client
) -> None:
    """With a client order id or without, whatever ended it, on the next day too."""
    beta = house.trader("beta-key")
    beta.result("add_order", **order("sell", 4), account="beta-1")
    filled = client.result("add_order", **order("buy", 4, client_order_id="a-1"))
    gone = client.result(
        "add_order",
        **order("buy", 6, "70.00", post_only="reject"),
        self_trade="decrement",
    )
    client.result("cancel_order", order_id=gone["order_id"])
    last = client.result("add_order", **order("buy", 7, "71.00"))
    end_day(house)
    assert client.result("order", order_id=filled["order_id"]) == {
        "order_id": "2",
        "account": "acme-1",
        "instrument": CEA,
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "day",
        "price": "74.63",
        "quantity": 4,
        "filled": 4,
        "remaining": 0,
        "status": "filled",
        "client_order_id": "a-1",
    }
    assert client.result("order", client_order_id="a-1")["status"] == "filled"
    assert client.result("order", order_id=gone["order_id"]) == {
        "order_id": "3",
        "account": "acme-1",
        "instrument": CEA,
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "day",
        "price": "70.00",
        "quantity": 6,
        "filled": 0,
        "remaining": 0,
        "status": "cancelled",
        "post_only": "reject",
        "self_trade": "decrement",
    }
    house.do(BeginDay("", 20260303, DAY_ENDS + 10**9))
    closed = client.result("order", order_id=last["order_id"])
    assert (closed["status"], closed["quantity"]) == ("cancelled", 7)


def test_an_order_of_another_account_and_one_that_never_was_are_unknown(
    house: House, client: Client
) -> None:
    beta = house.trader("beta-key")
    beta.result("add_order", **order("sell", 4), account="beta-1")
    beta.result("cancel_order", order_id="1", account="beta-1")
    message = "account acme-1 has had no order with order_id 1"
    assert client.error("order", order_id="1")["message"] == message
    error = client.error("order", order_id="2")
    assert (error["name"], error["param"]) == ("UNKNOWN_ORDER", "order_id")
    assert error["message"] == "account acme-1 has had no order with order_id 2"
    assert client.error("order", client_order_id="x")["message"] == (
        "account acme-1 has had no order with client_order_id x on this trading day or"
        " the last"
    )


def test_to_ask_for_an_order_that_has_ended_costs_as_much_as_any_question_of_the_past(
    house: House, client: Client
) -> None:
    client.result("add_order", **order("buy", 4))
    client.result("cancel_order", order_id="1")
    before = client.ask("ping")["remaining"]
    assert client.ask("order", order_id="1")["remaining"] == before - 1 - HISTORY_COST
