"""Convert the history's account data to the wire's structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from carbonex.engine import PostOnly, SelfTrade
from carbonex.wire import answers, statements
from carbonex.wire.dates import date_text
from carbonex.wire.executions import with_ids
from carbonex.wire.money import format_fen
from carbonex.wire.statements import csv_text
from carbonex.wire.vocabulary import (
    POST_ONLY_NAMES,
    SELF_TRADE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.journal.history import ExecutionEntry, Line, Statement
    from carbonex.wire.order_ids import OrderIds


# msgspec omits a default only if it is the identical string object.
OFF: Final = POST_ONLY_NAMES[PostOnly.OFF]
CANCEL_NEWEST: Final = SELF_TRADE_NAMES[SelfTrade.CANCEL_NEWEST]


def wire_statement(
    statement: Statement, *, as_csv: bool = False
) -> statements.Statement:
    """Return a page of a statement; with ``as_csv`` as CSV text instead of lines."""
    cash, *holdings = statement.balances
    page = statements.Statement(
        statement.account or statements.VENUE_FEES,
        date_text(statement.date),
        statement.page,
        statement.pages,
        statements.CashColumn(*map(format_fen, cash[1:])),
        [
            statements.TonnesColumn(
                b.instrument, b.opening, b.traded, b.moved, b.closing
            )
            for b in holdings
        ],
        list(map(_line, statement.lines)),
    )
    if as_csv:
        return structs.replace(page, lines=[], csv=csv_text(page))
    return page


def wire_trade(entry: ExecutionEntry, ids: OrderIds) -> statements.AccountTrade:
    """Return an execution that is a trade or its annulment."""
    execution = with_ids(entry.execution, ids, replayed=False)
    assert execution.liquidity
    return statements.AccountTrade(
        execution.exec_seq,
        execution.instrument,
        execution.trade_id,
        execution.side,
        execution.last_price,
        execution.last_quantity,
        execution.fee or format_fen(0),
        execution.seq,
        execution.time,
        date_text(entry.date),
        execution.method,
        execution.liquidity,
        execution.called,
        execution.order_id,
        execution.client_order_id,
        execution.source_id,
        execution.event == "annulled",
        execution.reason,
    )


def wire_order(entry: ExecutionEntry, ids: OrderIds) -> answers.OrderState:
    """Return the final state of an order from its last execution.

    The stop price is the one with which the order was placed.
    """
    execution = with_ids(entry.execution, ids, replayed=False)
    return answers.OrderState(
        execution.order_id,
        execution.account,
        execution.instrument,
        execution.side,
        execution.order_type,
        execution.time_in_force,
        execution.price,
        execution.quantity,
        execution.filled,
        execution.remaining,
        execution.status,
        entry.post_only or OFF,  # type: ignore[arg-type]
        entry.self_trade or CANCEL_NEWEST,  # type: ignore[arg-type]
        execution.client_order_id,
        execution.stop_price,
        execution.display_quantity,
        execution.expires,
        session=entry.session or "",
    )


def _line(line: Line) -> statements.StatementLine:
    trades = line.kind in ("trade", "annulment")
    return statements.StatementLine(
        line.time_ns // 1000,
        line.kind,
        line.instrument,
        str(line.trade_id or ""),
        line.method,
        line.side,
        format_fen(line.price) if trades else "",
        line.quantity,
        format_fen(line.cash) if trades or line.cash else "",
        line.tonnes,
        format_fen(line.fee) if trades or line.fee else "",
        line.client_ref,
        line.other_account,
    )
