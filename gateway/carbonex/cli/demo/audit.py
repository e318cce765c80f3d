"""Compare everything the clients were sent with the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.cli.describe import cny
from carbonex.journal import verify
from carbonex.wire.counts import counted
from carbonex.wire.money import parse_fen

from .cast import PRODUCTS
from .record import read_record


if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from carbonex.engine import Exchange
    from carbonex.journal import Report
    from carbonex.sdk import Balances

    from .evidence import Evidence
    from .record import Record


class Finding(NamedTuple):
    """One claim, whether it holds, and the numbers behind it."""

    holds: bool
    claim: str
    detail: str


def audit(
    directory: Path,
    evidence: Evidence,
    balances: Mapping[str, Balances],
    recovered: Sequence[str],
) -> list[Finding]:
    """Return the findings about a demo whose venue has stopped.

    ``balances`` are the venue's final answers for every account that the demo's
    clients followed. ``recovered`` are the digests that the venue reported at
    each start. Reads the log twice, O(log) each: once in ``carbonex verify --deep``
    and once here.

    Raises:
        LogError: If there is no readable log.

    """
    report = verify(directory, deep=True)
    if report.fault is not None:
        return [
            Finding(holds=False, claim="the log is whole", detail=str(report.fault))
        ]
    record, exchange = read_record(directory)
    return [
        _flow(evidence),
        _orders(evidence, record),
        _executions(evidence, record, balances.keys()),
        _prints(evidence, record),
        _chain(evidence, record),
        _recovery(record, recovered),
        _balances(balances, exchange),
        _cash(record, exchange),
        _tonnes(record, exchange),
        _digest(report, record),
    ]


def _flow(evidence: Evidence) -> Finding:
    counts = {p.instrument: evidence.trades(p.instrument) for p in PRODUCTS}
    trades = ", ".join(f"{count:,} in {name}" for name, count in counts.items())
    return Finding(
        evidence.commands > 0 and all(counts.values()),
        "orders flowed and traded in both instruments",
        f"orders, amendments and cancellations answered: {evidence.commands:,};"
        f" trades: {trades}",
    )


def _orders(evidence: Evidence, record: Record) -> Finding:
    missing = [i for i, who in evidence.orders.items() if record.orders.get(i) != who]
    return Finding(
        not missing,
        "every order that was answered is in the log",
        _count(len(evidence.orders), "order", missing),
    )


def _executions(
    evidence: Evidence, record: Record, accounts: Collection[str]
) -> Finding:
    """Check that each execution reached its owner once, with the logged values."""
    logged = {k: fact for k, fact in record.executions.items() if k[0] in accounts}
    wrong = sorted(
        key
        for key in logged.keys() | evidence.executions.keys()
        if logged.get(key) != evidence.executions.get(key)
    )
    return Finding(
        not wrong and not evidence.contradictions,
        "every execution reached its owner, once, without a gap",
        _count(len(logged), "execution", [*wrong, *evidence.contradictions]),
    )


def _prints(evidence: Evidence, record: Record) -> Finding:
    wrong = sorted(k for k, v in evidence.prints.items() if record.prints.get(k) != v)
    detail = _count(len(evidence.prints), "print", wrong)
    return Finding(
        bool(evidence.prints) and not wrong,
        "every trade that the public tape showed is in the log",
        f"{detail}; the log has {counted(len(record.prints), 'trade')}",
    )


def _chain(evidence: Evidence, record: Record) -> Finding:
    heard = evidence.heartbeats
    wrong = [at for at, chain in heard.items() if record.hashes.get(at) != chain]
    return Finding(
        bool(heard) and not wrong,
        "the log is the one whose hashes clients heard while it was written",
        _count(len(heard), "heartbeat", wrong),
    )


def _balances(balances: Mapping[str, Balances], exchange: Exchange) -> Finding:
    wrong = [
        name
        for name, told in balances.items()
        if _told(told) != _replayed(exchange, name)
    ]
    return Finding(
        bool(balances) and not wrong,
        "the venue's last word on every balance is what the replay arrives at",
        _count(len(balances), "account", wrong),
    )


def _cash(record: Record, exchange: Exchange) -> Finding:
    held = sum(account.cash for account in exchange.accounts.values())
    return Finding(
        held == record.cash,
        "cash is conserved",
        f"{cny(record.cash)} CNY paid in, {cny(held)} CNY held",
    )


def _tonnes(record: Record, exchange: Exchange) -> Finding:
    held = {
        name: sum(
            account.holdings[name].quantity
            for account in exchange.accounts.values()
            if name in account.holdings
        )
        for name in exchange.instruments
    }
    return Finding(
        held == dict(record.issued),
        "tonnes are conserved",
        ", ".join(
            f"{name}: {record.issued[name]:,} issued, {quantity:,} held"
            for name, quantity in held.items()
        ),
    )


def _recovery(record: Record, recovered: Sequence[str]) -> Finding:
    said, replayed = recovered[-1:], record.starts[-1:]
    return Finding(
        len(recovered) > 2 and list(recovered) == record.starts,
        "killed while it traded, and started again after its stop, the venue came"
        " back from its log in the state that the log replays to",
        f"{counted(len(recovered), 'start')}, the last with digest {''.join(said)[:24]}…,"
        f" {''.join(replayed)[:24]}… replayed",
    )


def _digest(report: Report, record: Record) -> Finding:
    return Finding(
        report.checkpoints > 0 and record.stated == record.replayed,
        "the state that the venue stopped with is the state that the log replays to",
        f"{counted(report.commands, 'command')}, digest {record.stated[:24]}… stated by the"
        f" venue, {record.replayed[:24]}… replayed",
    )


def _told(told: Balances) -> tuple[int, int, dict[str, tuple[int, int]]]:
    holdings = {h.instrument: (h.quantity, h.locked) for h in told.holdings}
    return parse_fen(str(told.cash)), parse_fen(str(told.locked)), _held(holdings)


def _replayed(
    exchange: Exchange, name: str
) -> tuple[int, int, dict[str, tuple[int, int]]]:
    account = exchange.accounts[name]
    holdings = {k: (h.quantity, h.locked) for k, h in account.holdings.items()}
    return account.cash, account.locked, _held(holdings)


def _held(holdings: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {name: amounts for name, amounts in holdings.items() if any(amounts)}


def _count(total: int, noun: str, wrong: Sequence[object]) -> str:
    if not wrong:
        return f"{counted(total, noun)}, all of them"
    some = ", ".join(str(each) for each in wrong[:5])
    return f"{len(wrong):,} of {counted(total, noun)} differ, such as {some}"
