"""A small language for trading scenarios.

Each line is a command, an arrow, and exactly what it does:

    maker: sell #1 5 @ 70.10      -> accepted #1
    taker: buy #2 3 @ 70.10 ioc   -> accepted #2, traded #1 #2 3 @ 70.10
    maker: amend #1 to 4 @ 70.20  -> amended #1 to 4 @ 70.20 losing priority
    book                          -> - | 1@70.20
    balance maker                 -> cash 10210.30, CEA 97 (1 locked)
    maker: cancel #1              -> cancelled #1 1
    restart 900000                -> nothing
    time 1000000                  -> CEA closed, ended 20250106

``#1`` is the exchange's own order number. A line without an arrow is preparation: it
must not be refused. ``restart`` does what the gateway does after a crash. Text after
``--`` is a comment. Prices and cash are in CNY, quantities in tonnes, times in
nanoseconds. A level is ``quantity@price``, followed by ``x2`` if it has two orders.

Orders take ``gtc ioc fok``, ``post-only post-only-reprice``, ``cancel-oldest
cancel-both decrement``, ``id a-1``, ``by TIME``, and ``@ market`` for a price. Every
command takes ``as KEY``. ``speech`` has an example of each. ``bulletin CEA`` prints the
instrument's last bulletin, ``bulletin product CEA`` the composite's.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    Bulletin,
    Deposit,
    Exchange,
    Issue,
    OpenAccount,
    ProductBulletin,
    RegisterParticipant,
)
from carbonex.wire.money import format_fen, parse_fen
from driver import Driver
from model import Comparison
from speech import INSTRUMENT, Words, parse, tell
from speech.market import moment, tell_bulletin


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Command
    from carbonex.engine.accounts import Balance, Holding

# A trading day is open, and three participants have an account each.
STAGE = """
    list CEA
    account maker cash 10000.00 CEA 100
    account taker cash 10000.00 CEA 100
    account third cash 10000.00 CEA 100
    begin 20250106 until 1000000
"""


def check(script: str, stage: str = STAGE) -> None:
    """Run ``script`` and compare the outcome line by line.

    It runs twice. The second time the exchange is restored from its snapshot before
    every line.
    """
    __tracebackhide__ = True
    lines = _lines(script)
    for restoring in (False, True):
        actual = _play(lines, stage, restoring=restoring)
        if actual != lines:
            diff = unified_diff(lines, actual, "expected", "actual", lineterm="", n=99)
            pytest.fail("\n".join(diff), pytrace=False)


class Scene:
    """An exchange with its driver and the model, for one run of a script."""

    def __init__(self) -> None:
        self.driver = Driver()
        self.model = Comparison()
        self.bulletins: dict[str, Bulletin | ProductBulletin] = {}
        self._lines = 0

    def play(self, line: str) -> str:
        """Run ``line``; return it with the actual outcome."""
        text, arrow, _ = line.partition(" -> ")
        told = self._tell(text)
        if arrow:
            return f"{text} -> {told or 'nothing'}"
        assert "refused" not in told, f"{text} -> {told}"
        return line

    def restore(self) -> None:
        """Replace the exchange by a copy, restored from its snapshot."""
        exchange = self.driver.exchange
        self.driver.exchange = Exchange.restore(exchange.snapshot())
        assert self.driver.exchange.digest() == exchange.digest()

    def _tell(self, text: str) -> str:
        verb, _, rest = text.partition(" ")
        if verb == "book":
            return self._book(rest or INSTRUMENT)
        if verb == "balance":
            return self._balance(rest)
        if verb == "account":
            return self._account(Words(rest))
        if verb == "bulletin":
            return tell_bulletin(self.bulletins[rest])
        if verb == "time":
            self.driver.time_ns = moment(rest)
            return self._apply(AdvanceTime(""))
        if verb == "restart":
            self.driver.time_ns = moment(rest)
            return self._audit(self.driver.reopen())
        self._lines += 1
        return self._apply(parse(Words(text, ref=f"line-{self._lines}")))

    def _apply(self, command: Command) -> str:
        return self._audit(self.driver.apply(command))

    def _audit(self, applied: Applied) -> str:
        exchange = self.driver.exchange
        exchange.check()
        self.model.read(self.driver.batches[-1], applied)
        self.model.compare(exchange)
        events = [*applied.due, *applied.replies[0]]
        for event in events:
            if type(event) is Bulletin:
                self.bulletins[event.instrument] = event
            elif type(event) is ProductBulletin:
                self.bulletins[f"product {event.product}".strip()] = event
        return ", ".join(filter(None, map(tell, events)))

    def _account(self, words: Words) -> str:
        """Admit and fund: ``account a of P cash 9.00 CEA 5 ids 3 orders 2 stops 1``."""
        name = words.take()
        owner = words.value("of", name)
        ids, orders = words.number("ids", 1000), words.number("orders", 1000)
        stops = words.number("stops", 1000)
        told = []
        if owner not in self.driver.exchange.participants:
            told.append(self._apply(RegisterParticipant("", owner)))
        told.append(self._apply(OpenAccount("", owner, name, ids, orders, stops)))
        if cash := words.value("cash"):
            told.append(self._apply(Deposit("", name, parse_fen(cash), "cash")))
        while instrument := words.take():
            quantity = int(words.take())
            told.append(self._apply(Issue("", name, instrument, quantity, instrument)))
        return ", ".join(told)

    def _book(self, instrument: str) -> str:
        book = self.driver.exchange.instruments[instrument].book
        sides = []
        for side in (BUY, SELL):
            levels = [
                f"{total}@{format_fen(price)}" + (f"x{count}" if count > 1 else "")
                for price, total, count in book.depth(side, 100)
            ]
            sides.append(" ".join(levels) or "-")
        return " | ".join(sides)

    def _balance(self, name: str) -> str:
        account = self.driver.exchange.accounts[name]
        told = [f"cash {format_fen(account.cash)}{_cash_kept(account.cash_balance)}"]
        told += [
            f"{instrument} {holding.quantity}{_held_back(holding)}"
            for instrument, holding in sorted(account.holdings.items())
            if holding.quantity
        ]
        return ", ".join(told)


def _play(lines: list[str], stage: str, *, restoring: bool) -> list[str]:
    """Return ``lines`` with the actual outcomes."""
    scene = Scene()
    for line in _lines(stage):
        scene.play(line)
    actual = []
    for line in lines:
        if restoring:
            scene.restore()
        actual.append(scene.play(line))
    return actual


def _lines(text: str) -> list[str]:
    lines = [" ".join(raw.split("--")[0].split()) for raw in text.splitlines()]
    return [line for line in lines if line]


def _held_back(holding: Holding) -> str:
    """Describe locked, frozen and not yet resellable tonnes."""
    told = [f"{holding.locked} locked"] if holding.locked else []
    told += _frozen(holding, str)
    told += [f"{part} from day {day}" for day, part in sorted(holding.maturing.items())]
    return f" ({', '.join(told)})" if told else ""


def _cash_kept(cash: Balance) -> str:
    told = [f"{format_fen(cash.locked)} locked"] if cash.locked else []
    told += _frozen(cash, format_fen)
    return f" ({', '.join(told)})" if told else ""


def _frozen(balance: Balance, written: Callable[[int], str]) -> list[str]:
    """Describe the frozen amount, and what will be frozen once available."""
    told = [f"{written(balance.frozen)} frozen"] if balance.frozen else []
    return told + ([f"{written(balance.pending)} to be"] if balance.pending else [])
