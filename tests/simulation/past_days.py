"""Check answers about ended days: statements, and snapshots of bulletins."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .record import wrong


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonex.sdk import Statement
    from carbonex.wire.channels import Bulletin

    from .record import Record, Stated
    from .truth import Truth


def check_past_days(record: Record, truth: Truth) -> None:
    """Compare statements and bulletin snapshots with the log.

    Raises:
        Wrong: At the first that is incomplete or untrue.

    """
    for statement in record.statements:
        _check_statement(statement, truth)
    for stated in record.stated:
        if stated.channel == "bulletin":
            _check_bulletins(stated, truth)


def _check_statement(statement: Statement, truth: Truth) -> None:
    """Check an account's lines of a day, and its closing balances."""
    account, date = statement.account, int(f"{statement.date:%Y%m%d}")
    told = sorted(
        (line.kind == "trade", line.instrument, line.trade_id, line.client_ref)
        for line in statement.lines
    )
    real = sorted(_lines(account, date, truth))
    if told != real:
        raise wrong("statements are the log's", f"{account} {date}: {told}, not {real}")
    for what, closing in _closings(statement):
        if closing != (had := truth.past.closing(account, what, date)):
            about = f"{account} {date} {what or 'cash'}: {closing}, not {had}"
            raise wrong("statements are the log's", about)


def _lines(account: str, date: int, truth: Truth) -> Iterable[tuple[Any, ...]]:
    for trade in truth.past.rows("trades"):
        if trade["date"] == date:
            sides = (trade["buyer"], trade["seller"]).count(account)
            number = str(trade["trade_id"])
            yield from [(True, trade["instrument"], number, "")] * sides
    for moved in truth.past.rows("movements"):
        if (moved["account"], moved["date"]) == (account, date):
            yield False, moved["instrument"], "", moved["client_ref"]


def _closings(statement: Statement) -> Iterable[tuple[str, int]]:
    yield "", int(statement.cash.closing * Decimal(100))
    for holding in statement.holdings:
        yield holding.instrument, holding.closing


def _check_bulletins(stated: Stated, truth: Truth) -> None:
    """Check that a bulletin snapshot has the newest of each instrument and product.

    Bulletins older than the snapshot that the server started from may be missing.
    """
    told = {(item.scope, item.name): item for item in stated.items}
    seqs = {truth.rows[at][1] for at in range(stated.since, stated.upto + 1) if at}
    all_of_them = truth.news.get(("bulletin", ""), [])
    newest = [
        {(item.scope, item.name): item for item in all_of_them if item.seq <= seq}
        for seq in sorted(seqs)
    ]
    if not any(_is_newest(told, all_of_them) for all_of_them in newest):
        raise wrong("snapshots of bulletin are whole", f"{told}, not {newest}")


def _is_newest(told: Mapping[Any, Bulletin], newest: Mapping[Any, Bulletin]) -> bool:
    """Return whether these are the newest from some seq on, and nothing else."""
    first = min((item.seq for item in told.values()), default=0)
    wanted = {about: item for about, item in newest.items() if item.seq >= first}
    return not told or told == wanted
