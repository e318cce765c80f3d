"""Queries about the past, which the history store answers.

A query keeps its place in the connection's order: later messages wait for it. A
trading day that has ended is answered at once. Where the answer could still grow,
the history must first reach the venue's current position, so that the answer
includes everything done before the query arrived.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Final

from carbonex.engine import Permission
from carbonex.gateway.feed.bulletins import bulletin_of
from carbonex.gateway.historian import Behind
from carbonex.gateway.statements import wire_order, wire_statement, wire_trade
from carbonex.journal.history import VENUE_FEES, statement_of
from carbonex.wire import statements
from carbonex.wire.dates import date_number, date_text
from carbonex.wire.errors import Code, error

from .refusal import Refused, refuse_value, require_instrument, unknown_order


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.journal import HistoryReader
    from carbonex.wire import answers, requests
    from carbonex.wire.order_ids import OrderIds

    from .kinds import Reply
    from .session import Session


PAGE_TRADES = 1000

# The history thread takes as long to find and render a page as the event loop takes
# for twenty orders.
HISTORY_COST: Final = 20


def statement(
    session: Session, p: requests.Statement, reply: Reply, _now_ns: int
) -> None:
    """Return an account's statement of a day that has ended."""
    if p.account == statements.VENUE_FEES:
        session.who.require(Permission.OPERATE, f"statement of {p.account}")
        account = VENUE_FEES
    else:
        account = session.who.account(p.account)
    date = _ended(session.exchange, p.date, "statement")
    position = session.venue.position
    session.ask(partial(_statement, account, date, p, position), reply)


def trades(session: Session, p: requests.Trades, reply: Reply, _now_ns: int) -> None:
    """List an account's trades, to the newest."""
    account = session.who.account(p.account)
    require_instrument(session.exchange, p)
    date = _date(p.date) if p.date else 0
    venue = session.venue
    question = partial(_trades, account, date, p, venue.position, venue.ids)
    session.ask(question, reply)


def bulletins(
    session: Session, p: requests.Bulletins, reply: Reply, _now_ns: int
) -> None:
    """Return the bulletins of a day that has ended."""
    require_instrument(session.exchange, p)
    date = _ended(session.exchange, p.date, "bulletins")
    session.ask(partial(_bulletins, date, p, session.venue.position), reply)


def ended_order(session: Session, account: str, order_id: int, reply: Reply) -> None:
    """Return an account's order that has ended, in its final state."""
    venue = session.venue
    question = partial(_ended_order, account, order_id, venue.position, venue.ids)
    session.ask(question, reply)


def _date(text: str) -> int:
    """Return ``text`` as YYYYMMDD. Its form is checked; it must also be a real date."""
    date = date_number(text)
    try:
        dt.date(date // 10_000, date // 100 % 100, date % 100)
    except ValueError:
        refuse_value("date", "a day of the calendar, such as 2026-07-16", text)
    return date


def _ended(exchange: Exchange, text: str, what: str) -> int:
    """Return the date (YYYYMMDD) in ``text``; refuse a day that has not ended."""
    date = _date(text)
    if date > exchange.last_day or date == exchange.day:
        raise Refused(error(Code.DAY_NOT_ENDED, "date", date=text, what=what))
    return date


# The history thread runs the functions below.


def _statement(
    account: str,
    date: int,
    p: requests.Statement,
    position: int,
    history: HistoryReader,
) -> statements.Statement:
    _require_day(history, date, position)
    found = statement_of(history, account, date, p.page)
    if found.page > found.pages:
        wanted = f"at most {found.pages}: the statement has no more pages"
        refuse_value("page", wanted, p.page)
    return wire_statement(found, as_csv=p.format == "csv")


def _trades(
    account: str,
    date: int,
    p: requests.Trades,
    position: int,
    ids: OrderIds,
    history: HistoryReader,
) -> statements.AccountTrades:
    if not (date and _has_ended(history, date)) and history.position < position:
        raise Behind
    # One entry more than a page shows whether there is another page.
    found = history.account_trades(
        account, p.from_seq, PAGE_TRADES + 1, date=date, instrument=p.instrument
    )
    more = found[PAGE_TRADES].exec_seq if len(found) > PAGE_TRADES else 0
    listed = [wire_trade(entry, ids) for entry in found[:PAGE_TRADES]]
    return statements.AccountTrades(account, listed, more)


def _ended_order(
    account: str,
    order_id: int,
    position: int,
    ids: OrderIds,
    history: HistoryReader,
) -> answers.OrderState:
    found = history.ended_order(account, order_id)
    if found is not None:
        return wire_order(found, ids)
    if history.position < position:
        raise Behind
    raise Refused(unknown_order(account, ids.shown(order_id), ""))


def _bulletins(
    date: int, p: requests.Bulletins, position: int, history: HistoryReader
) -> statements.Bulletins:
    _require_day(history, date, position)
    found = [bulletin_of(seq, event) for seq, event in history.bulletins(date)]
    if p.instrument:
        chosen = ("instrument", p.instrument)
        found = [b for b in found if (b.scope, b.name) == chosen]
    return statements.Bulletins(found)


def _require_day(history: HistoryReader, date: int, position: int) -> None:
    """Return if the day is in the history; raise Refused if it never will be.

    Days begin in order. A missing day before the newest stored day never existed, so
    the query need not wait for it, however far behind the history is.

    Raises:
        Behind: If the history may still reach the day.
        Refused: If there was no such day.

    """
    if _has_ended(history, date):
        return
    newest = history.newest_day()
    if date > newest and history.position < position:
        raise Behind
    raise Refused(
        error(
            Code.UNKNOWN_DAY,
            "date",
            date=date_text(date),
            newest=date_text(newest) if newest else "still to come",
        )
    )


def _has_ended(history: HistoryReader, date: int) -> bool:
    day = history.day(date)
    return day is not None and day.end_ns is not None
