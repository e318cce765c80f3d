"""The demo's audit: it finds whatever does not agree, and nothing else."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.cli.demo.audit import Finding, audit
from carbonex.cli.demo.evidence import Evidence
from carbonex.cli.demo.record import Fact, Printed, read_record
from carbonex.engine import Batch, Exchange, GatewayOpened
from carbonex.journal import SegmentLog
from carbonex.sdk import Balances, Execution, Holding, Trade
from carbonex.wire.channels import Heartbeat


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from carbonex.cli.demo.record import Record


CLAIMS = (
    "orders flowed and traded in both instruments",
    "every order that was answered is in the log",
    "every execution reached its owner, once, without a gap",
    "every trade that the public tape showed is in the log",
    "the log is the one whose hashes clients heard while it was written",
    (
        "killed while it traded, and started again after its stop, the venue came"
        " back from its log in the state that the log replays to"
    ),
    "the venue's last word on every balance is what the replay arrives at",
    "cash is conserved",
    "tonnes are conserved",
    "the state that the venue stopped with is the state that the log replays to",
)


class Case:
    """A log, and clients that were told exactly what is in it."""

    def __init__(self, directory: Path, record: Record, exchange: Exchange) -> None:
        self.directory = directory
        self.evidence = evidence = Evidence()
        evidence.commands = 5
        evidence.orders = dict(record.orders)
        evidence.executions = dict(record.executions)
        evidence.prints = dict(record.prints)
        evidence.heartbeats = dict(record.hashes)
        self.recovered = list(record.starts)
        self.balances = {
            name: Balances(
                name,
                Decimal(account.cash) / 100,
                Decimal(account.locked) / 100,
                Decimal(account.available) / 100,
                [
                    Holding(instrument, h.quantity, h.locked, h.available)
                    for instrument, h in account.holdings.items()
                ],
            )
            for name, account in exchange.accounts.items()
        }

    def failures(self) -> list[str]:
        return [f.claim for f in self.findings() if not f.holds]

    def findings(self) -> list[Finding]:
        return audit(self.directory, self.evidence, self.balances, self.recovered)


@pytest.fixture
def case(traded: tuple[Path, Exchange]) -> Case:
    directory, written = traded
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        for epoch in (2, 3, 4):  # started, killed, started, stopped, started
            batch = next(log.tail(1)).batch()
            log.publish(msgspec.structs.replace(batch, epoch=epoch, time_ns=0))
    record, exchange = read_record(directory)
    assert exchange.seq == written.seq + 3
    return Case(directory, record, exchange)


def test_everything_agrees(case: Case) -> None:
    findings = case.findings()
    assert [finding.claim for finding in findings] == list(CLAIMS)
    assert [finding for finding in findings if not finding.holds] == []


def test_a_start_in_another_state(case: Case) -> None:
    case.recovered[1] = "00" * 32
    assert case.failures() == [CLAIMS[5]]


def test_a_start_that_nobody_saw(case: Case) -> None:
    del case.recovered[0]
    assert case.failures() == [CLAIMS[5]]


def test_no_orders(case: Case) -> None:
    case.evidence.commands = 0
    assert case.failures() == [CLAIMS[0]]


def test_an_instrument_without_trades(case: Case) -> None:
    del case.evidence.prints["CCER24", 1]
    assert case.failures() == [CLAIMS[0]]


def test_an_answered_order_that_the_log_lacks(case: Case) -> None:
    case.evidence.orders[99] = ("acme-1", "a-9")
    assert case.failures() == [CLAIMS[1]]
    assert "1 of 5 orders differ, such as 99" in case.findings()[1].detail


def test_an_answered_order_that_is_somebody_elses(case: Case) -> None:
    case.evidence.orders[1] = ("wind-1", "a-1")
    assert case.failures() == [CLAIMS[1]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.popitem(),  # one was not told
        lambda told: told.update({("acme-1", 99): Fact("new", 9, 7463, 1, 0)}),
        lambda told: told.update({("acme-1", 1): Fact("new", 1, 7462, 500, 0)}),
    ],
)
def test_executions_that_differ(
    case: Case, spoil: Callable[[dict[tuple[str, int], Fact]], object]
) -> None:
    spoil(case.evidence.executions)
    assert case.failures() == [CLAIMS[2]]


def test_an_execution_that_was_told_twice_and_differently(case: Case) -> None:
    case.evidence.contradictions.append("execution 1 is this, then that")
    assert case.failures() == [CLAIMS[2]]


def test_a_print_that_the_log_lacks(case: Case) -> None:
    case.evidence.prints["CEA25", 1] = Printed(7463, 201, "sell")
    assert case.failures() == [CLAIMS[3]]


def test_a_hash_that_is_of_another_log(case: Case) -> None:
    case.evidence.heartbeats[3] = "00" * 32
    assert case.failures() == [CLAIMS[4]]


def test_a_venue_that_was_never_started_again(traded: tuple[Path, Exchange]) -> None:
    record, exchange = read_record(traded[0])
    assert Case(traded[0], record, exchange).failures() == [CLAIMS[5]]


def test_a_balance_that_differs(case: Case) -> None:
    told = case.balances["acme-1"]
    case.balances["acme-1"] = msgspec.structs.replace(
        told, cash=told.cash + Decimal("0.01")
    )
    assert case.failures() == [CLAIMS[6]]


def test_a_holding_that_differs(case: Case) -> None:
    told = copy.copy(case.balances["wind-1"])
    other = [msgspec.structs.replace(told.holdings[0], locked=7), *told.holdings[1:]]
    case.balances["wind-1"] = msgspec.structs.replace(told, holdings=other)
    assert case.failures() == [CLAIMS[6]]


def test_a_venue_that_did_not_state_its_digest(tmp_path: Path) -> None:
    with SegmentLog(tmp_path, "test", segment_bytes=65_536) as log:
        log.publish(opening())
    record, exchange = read_record(tmp_path)
    assert CLAIMS[9] in Case(tmp_path, record, exchange).failures()


def test_a_damaged_log_is_one_finding(case: Case) -> None:
    path = case.directory / "log" / "00000000000000000001.log"
    data = bytearray(path.read_bytes())
    data[data.index(b"a-1")] ^= 1
    path.write_bytes(data)
    (finding,) = case.findings()
    assert not finding.holds
    assert "position=3" in finding.detail


def test_the_record_conserves_what_was_paid_in_and_issued(case: Case) -> None:
    record, _ = read_record(case.directory)
    assert record.cash == 100_000_00
    assert record.issued == {"CEA25": 1000, "CCER24": 1000}


def test_a_witness_notices_contradictions() -> None:
    evidence = Evidence()
    trade = Trade("CEA25", "1", Decimal("74.63"), 200, "sell", 14, 0)
    evidence.printed(trade)
    evidence.printed(trade)
    evidence.heard(Heartbeat(14, 4, "aa", 0))
    evidence.executed(execution())
    assert evidence.contradictions == []
    evidence.printed(msgspec.structs.replace(trade, quantity=201))
    evidence.heard(Heartbeat(15, 4, "bb", 1))
    evidence.executed(msgspec.structs.replace(execution(), last_quantity=201))
    assert [text.split()[0] for text in evidence.contradictions] == [
        "print",
        "the",
        "execution",
    ]


def test_a_witness_notes_executions_as_the_record_does(case: Case) -> None:
    evidence = Evidence()
    evidence.executed(execution())
    assert evidence.executions == {
        ("acme-1", 2): case.evidence.executions["acme-1", 2],
    }
    assert evidence.traded["acme-1", "CEA25", "buy"] == 200


def execution() -> Execution:
    """Return the fill of order 1 as its owner is told."""
    return Execution(
        "acme-1",
        2,
        "trade",
        "1",
        "CEA25",
        "buy",
        "limit",
        "day",
        Decimal("74.63"),
        500,
        200,
        300,
        "open",
        14,
        0,
        trade_id="1",
        last_price=Decimal("74.63"),
        last_quantity=200,
    )


def opening() -> Batch:
    return Batch(0, 1, 1, 0, [GatewayOpened("")])
