"""Bitstamp's order events as commands: what each must become, on hand-made rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.cli.flows.bitstamp import ghosts, translate
from carbonex.cli.flows.bitstamp_check import BitstampCheck
from carbonex.cli.flows.bitstamp_files import (
    FormatError,
    RecordedTrade,
    load,
    read_events,
    read_trades,
)
from carbonex.cli.flows.replay import replay
from carbonex.engine import BUY, MAX_QUANTITY, SELL
from cli.flow_log import batches_of
from cli.recordings import kinds, market_data, words


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.cli.flows.bitstamp import Translation
    from carbonex.cli.flows.bitstamp_files import OrderEvent


HEADER = "id,timestamp,exchange_timestamp,price,volume,action,direction"
TRADES_HEADER = (
    "trade_id,timestamp,exchange_timestamp,price,amount,buy_order_id,sell_order_id,side"
)
SNAPSHOT = """
    bid 100 bid1 3 created
    bid 99 bid2 5 created
    ask 102 ask1 3 created
    ask 103 ask2 5 created
"""
END = """
    end ask 102 ask1 3 deleted
    end ask 103 ask2 5 deleted
    end bid 100 bid1 3 deleted
    end bid 99 bid2 5 deleted
"""


def events(script: str, end: str = END) -> list[OrderEvent]:
    """Read ``[time] side price id volume action`` lines between SNAPSHOT and END.

    A line without a time has the snapshot's, ``end`` marks a synthetic one.
    """
    lines = [HEADER]
    for line in filter(str.strip, "\n".join((SNAPSHOT, script, end)).splitlines()):
        *time, side, price, order_id, volume, action = line.split()
        exchange = {"": "10", "end": "9999"}.get("".join(time), "".join(time))
        local = exchange if exchange == "9999" else str(int(exchange) + 75)
        lines.append(
            f"{order_id},{local},{exchange},{price}.0,{volume},{action},{side}\r"
        )
    return read_events(lines)


def trade(buy: str, sell: str, price: int, size: int, taker: str) -> RecordedTrade:
    side = BUY if taker == "buy" else SELL
    return RecordedTrade(buy, sell, price, size * 10**8, side)


def run(translation: Translation, *trades: RecordedTrade) -> BitstampCheck:
    check = BitstampCheck(translation, trades)
    replay(batches_of(translation.flow), check).check()
    return check


def agree(rows: list[OrderEvent], *trades: RecordedTrade) -> Translation:
    """Translate, run, and demand that everything comes out as recorded."""
    translation = translate(rows)
    check = run(translation, *trades)
    assert check.differences == []
    assert check.trades == len(trades)
    assert check.resting == len(translation.resting)
    return translation


def sent(translation: Translation) -> list[str]:
    """What is sent after the snapshot; a dollar is a fen, a bitcoin 1."""
    spoken = [words(command) for command in translation.flow.commands]
    return [line.replace("00000000@", "@") for line in spoken[4:]]


def test_created_orders_rest_and_deleted_ones_are_cancelled() -> None:
    rows = events("""
        20 bid 101 a 2 created
        21 bid 98 b 1 created
        22 bid 101 a 2 deleted
        23 bid 98 b 1 deleted
    """)
    translation = agree(rows)
    assert sent(translation) == [
        "0 buy a 2@1.01 gtc",
        "0 buy b 1@0.98 gtc",
        "0 cancel a",
        "0 cancel b",
    ]
    assert translation.counts["snapshot"] == 4
    assert translation.counts["created"] == 6


def test_trades_come_about_by_themselves() -> None:
    rows = events(
        """
        20 bid 103 taker 7 created
        20 bid 102 taker 4 changed
        20 ask 102 ask1 0 deleted
        20 bid 103 taker 0 deleted
        20 ask 103 ask2 1 changed
        21 ask 103 ask2 1 deleted
        """,
        "end bid 100 bid1 3 deleted\nend bid 99 bid2 5 deleted",
    )
    translation = agree(
        rows,
        trade("taker", "ask1", 102, 3, "buy"),
        trade("taker", "ask2", 103, 4, "buy"),
    )
    assert sent(translation) == ["1 buy taker 7@1.03 gtc", "0 cancel ask2"]
    assert translation.left == {
        "taker": [4 * 10**8, 0],
        "ask1": [0],
        "ask2": [10**8],
    }


def test_a_taker_may_rest_and_its_rest_be_cancelled() -> None:
    rows = events(
        """
        20 ask 100 taker 7 created
        20 ask 100 taker 4 changed
        20 bid 100 bid1 0 deleted
        25 ask 100 taker 4 deleted
        """,
        END.replace("end bid 100 bid1 3 deleted", ""),
    )
    translation = agree(rows, trade("bid1", "taker", 100, 3, "sell"))
    assert sent(translation) == ["1 sell taker 7@1.00 gtc", "1 cancel taker"]


def test_an_order_deleted_untouched_at_once_is_sent_post_only() -> None:
    rows = events("""
        20 bid 102 a 2 created
        20 bid 102 a 2 deleted
        21 bid 101 b 2 created
        21 bid 101 b 2 deleted
    """)
    translation = translate(rows)
    check = run(translation)
    assert check.differences == []
    assert sent(translation) == [
        "0 buy a 2@1.02 gtc post-only",
        "0 cancel a",
        "0 buy b 2@1.01 gtc post-only",
        "0 cancel b",
    ]
    assert check.refused == {"WOULD_TAKE_LIQUIDITY": 1, "UNKNOWN_ORDER": 1}
    assert check.cancels == 1


def test_market_orders_take_what_their_makers_lost() -> None:
    rows = events(
        """
        20 ask 0 sold 2 created
        20 ask 100 sold 0 deleted
        20 bid 100 bid1 1 changed
        21 bid 999999999 money 0 created
        21 bid 102 money 0 changed
        21 ask 102 ask1 0 deleted
        21 bid 103 money 0.00000001 changed
        21 ask 103 ask2 4 changed
        21 bid 103 money 0.00000001 deleted
        """,
        """
        end ask 103 ask2 4 deleted
        end bid 100 bid1 1 deleted
        end bid 99 bid2 5 deleted
        """,
    )
    translation = agree(
        rows,
        trade("bid1", "sold", 100, 2, "sell"),
        trade("money", "ask1", 102, 3, "buy"),
        trade("money", "ask2", 103, 1, "buy"),
    )
    assert sent(translation) == [
        "1 sell sold 2@market ioc",
        "1 buy money 4@market ioc",
    ]
    assert (translation.counts["market"], translation.counts["by_amount"]) == (2, 1)


GHOSTLY = """
    20 ask 102 ask1 3 deleted
    21 ask 105 real 1 created
    22 bid 105 taker 1 created
    22 bid 105 taker 0 deleted
    22 ask 105 real 0 deleted
"""


def test_orders_that_the_market_traded_through_were_not_there() -> None:
    rows = events(GHOSTLY, END.replace("end ask 102 ask1 3 deleted", ""))
    assert ghosts(rows) == {"ask2"}
    translation = agree(rows, trade("taker", "real", 105, 1, "buy"))
    assert translation.counts["ghosts"] == 1
    assert all("ask2" not in words(command) for command in translation.flow.commands)


def test_orders_worse_than_every_fill_or_deleted_in_time_are_no_ghosts() -> None:
    end = END.replace("end ask 102 ask1 3 deleted", "")
    rows = events(GHOSTLY.replace("105", "103"), end)
    assert ghosts(rows) == set()
    end = end.replace("end ask 103 ask2 5 deleted", "")
    rows = events(GHOSTLY + "23 ask 103 ask2 5 deleted", end)
    assert ghosts(rows) == set()


def test_what_cannot_be_sent_is_counted() -> None:
    rows = events(
        """
        20 bid 0 penny 9 created
        20 bid 98 whale 30 created
        21 bid 98 stranger 9 deleted
        22 bid 97 whale 30 deleted
        """,
        END + "end bid 0 penny 9 deleted",
    )
    translation = agree(rows)
    assert sent(translation) == [
        f"0 buy whale {MAX_QUANTITY}@0.98 gtc",
        "0 cancel whale",
    ]
    assert translation.cancelled == {"whale": MAX_QUANTITY}
    counts = translation.counts
    assert counts["below_one_dollar"] == 1
    assert counts["cut"] == 1
    assert counts["never_created"] == 1
    assert counts["repriced"] == 1  # deleted at 97, created at 98


TRADING = """
    20 bid 102 taker 1 created
    20 bid 102 taker 0 deleted
    20 ask 102 ask1 2 changed
    21 bid 99 bid2 5 deleted
"""
TRADING_END = """
    end ask 102 ask1 2 deleted
    end ask 103 ask2 5 deleted
    end bid 100 bid1 3 deleted
"""
DONE = trade("taker", "ask1", 102, 1, "buy")


@pytest.mark.parametrize(
    "recorded",
    [
        DONE._replace(buy_id="other"),
        DONE._replace(sell_id="ask2"),
        DONE._replace(price=103),
        DONE._replace(size=5),
        DONE._replace(taker=SELL),
    ],
)
def test_a_trade_of_another_pair_or_size_is_noticed(recorded: RecordedTrade) -> None:
    translation = agree(events(TRADING, TRADING_END), DONE)
    assert [d.what for d in run(translation, recorded).differences] == ["trade"]
    assert len(run(translation).differences) == 1
    assert len(run(translation, DONE, DONE).differences) == 1


@pytest.mark.parametrize(
    ("row", "changed", "what"),
    [
        ("taker 0 deleted", "taker 0.5 changed", "volumes of taker"),
        ("ask1 2 changed", "ask1 1 changed", "volumes of ask1"),
        ("bid2 5 deleted", "bid2 4 deleted", "cancel of bid2"),
    ],
)
def test_a_volume_that_differs_is_noticed(row: str, changed: str, what: str) -> None:
    translation = translate(events(TRADING.replace(row, changed), TRADING_END))
    assert [d.what for d in run(translation, DONE).differences] == [what]


def test_what_rests_at_the_end_is_compared() -> None:
    more = TRADING_END.replace("ask2 5", "ask2 6")
    translation = translate(events(TRADING, more))
    assert [d.what for d in run(translation, DONE).differences] == ["at the end ask2"]
    fewer = TRADING_END.replace("end ask 103 ask2 5 deleted", "")
    translation = translate(events(TRADING, fewer))
    assert [d.what for d in run(translation, DONE).differences] == ["at the end ask2"]


def test_a_refusal_that_no_post_only_order_explains_is_noticed() -> None:
    rows = events("20 bid 98 a 2 created\n21 bid 98 a 2 deleted\n22 bid 98 a 2 deleted")
    check = run(translate(rows))
    assert check.refused == {"UNKNOWN_ORDER": 1}
    assert len(check.differences) == 1


def test_files_are_read_exactly(tmp_path: Path) -> None:
    line = "1,2,3,78319.0,0.07500001,changed,ask\r"
    (event,) = read_events([HEADER, line])
    assert (event.price, event.volume, event.side) == (78319, 7_500_001, SELL)
    (deal,) = read_trades([TRADES_HEADER, "9,1,1,78319.0,1e-8,7,8,sell\r"])
    assert deal == RecordedTrade("7", "8", 78319, 1, SELL)
    with pytest.raises(FormatError, match=r"price 78319\.5 is not a whole dollar"):
        read_events([HEADER, line.replace("78319.0", "78319.5")])
    with pytest.raises(FormatError, match=r"bitstamp_orders\.csv\.gz is missing"):
        load(tmp_path)


def test_half_an_hour_of_bitstamp_trades_by_itself() -> None:
    rows, trades = load(market_data("bitstamp_orders.csv.gz").parent)
    translation = translate(rows)
    check = run(translation, *trades)
    assert check.differences == []
    assert check.trades == len(trades) == 284
    assert check.left == 566
    assert check.cancels == 49_549
    assert check.resting == 6_494
    assert check.refused == {
        "WOULD_TAKE_LIQUIDITY": 100_518,
        "UNKNOWN_ORDER": 100_518,
    }
    assert len(translation.flow.commands) == 306_932
    assert kinds(translation.flow) == {"PlaceOrder": 156_865, "CancelOrder": 150_067}
    assert (translation.flow.desks, translation.flow.turns) == (3, 318)
    assert translation.counts == {
        "snapshot": 6_512,
        "created": 156_889,
        "post_only": 102_585,
        "market": 7,
        "by_amount": 2,
        "below_one_dollar": 22,
        "ghosts": 2,
        "cut": 74,
        "never_created": 13,
        "repriced": 2_043,
    }
