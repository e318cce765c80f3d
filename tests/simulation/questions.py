"""Queries, and the exact answers that they must get at some row of the log.

The client knows the venue's position when it asks and when the answer arrives. One of
the rows in between must give exactly this answer in a replay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

from carbonex.engine import OrderAccepted, Reason
from carbonex.wire import answers, requests

from .order_numbers import IDS
from .record import owner_of, wrong
from .wording import (
    balances_of,
    bids_of,
    blocks_of,
    countdown_of,
    ended_order_of,
    order_of,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonex.engine import Applied, EligibilityRule, Exchange
    from carbonex.engine.accounts import Account
    from carbonex.engine.book import Order

    from .record import Record, Sent, Stated


class Question(NamedTuple):
    """An answer ``told`` between row ``since`` and row ``upto``.

    ``real`` returns the correct answer.
    """

    check: str
    about: str
    told: Any
    since: int
    upto: int
    real: Callable[[Exchange], Any]


@final
@dataclass
class Questions:
    """All answered queries; each is judged when a replay reaches its rows."""

    _coming: dict[int, list[Question]] = field(default_factory=dict)  # by ``since``
    _open: list[Question] = field(default_factory=list)
    _placed: dict[int, Order] = field(default_factory=dict)
    count: int = 0

    @classmethod
    def of(cls, record: Record) -> Questions:
        """Return the queries of a history."""
        found = cls()
        states = [stated for stated in record.stated if stated.channel in STATED]
        for question in (*_queries(record.sent, found._order), *map(_snapshot, states)):
            found._coming.setdefault(question.since, []).append(question)
            found.count += 1
        return found

    def note(self, applied: Applied, exchange: Exchange) -> None:
        """Record the orders of a row, because one may have ended at once."""
        for event in chain(applied.due, *applied.replies):
            if type(event) is OrderAccepted:
                account, name = exchange.accounts[event.order.account], event.order
                order = account.find(event.order_id, "")
                order = order or account.find(0, name.client_order_id)
                if order is not None:
                    self._placed[event.order_id] = order

    def read(self, position: int, exchange: Exchange) -> None:
        """Judge the open queries against this row.

        Raises:
            Wrong: If it was a query's last row and none gave its answer.

        """
        self._open += self._coming.pop(position, ())
        left = []
        for question in self._open:
            real = question.real(exchange)
            if question.told != real:
                if question.upto <= position:
                    told = f"{question.about}: told {question.told}, not {real}"
                    raise wrong(question.check, f"{told} at row {position}")
                left.append(question)
        self._open = left

    def _order(self, exchange: Exchange, sent: Sent) -> Any:
        params, account = sent.params, _account(exchange, sent)
        assert isinstance(params, requests.Order)
        number = IDS.meant(params.order_id or "0")
        order = account.find(number, params.client_order_id)
        if order is not None:
            return order_of(order)
        order = self._placed.get(number)
        if order is None or order.account is not account:
            return Reason.UNKNOWN_ORDER.name
        return ended_order_of(order)

    def end(self) -> None:
        """Check that every query's rows are in the log.

        Raises:
            Wrong: If some are not.

        """
        if self._open or self._coming:
            left = self._open or next(iter(self._coming.values()))
            raise wrong(left[0].check, f"{left[0]} at no row of the log")


def _queries(
    sent: Iterable[Sent], order: Callable[[Exchange, Sent], Any]
) -> Iterator[Question]:
    kinds = _QUERIES | {
        requests.Order: ("orders told are the replay's", answers.OrderState, order)
    }
    for one in sent:
        kind = kinds.get(type(one.params))
        if kind is None or not one.answered:
            continue
        check, result, real = kind
        if one.error is None:
            told = one.codec.decoder(result).decode(one.result)
        elif one.error.name in Reason.__members__:
            told = one.error.name
        else:
            continue  # refused for a reason outside the log
        yield Question(
            check,
            f"{one.key} {one.params}",
            told,
            one.since,
            one.upto,
            _answer_to(one, real),
        )


def _answer_to(
    sent: Sent, real: Callable[[Exchange, Sent], Any]
) -> Callable[[Exchange], Any]:
    return lambda exchange: real(exchange, sent)


def _account(exchange: Exchange, sent: Sent) -> Account:
    params: Any = sent.params
    return exchange.accounts[params.account or owner_of(sent.key)]


def _open_orders(exchange: Exchange, sent: Sent) -> Any:
    params: Any = sent.params
    if params.instrument and params.instrument not in exchange.instruments:
        return Reason.UNKNOWN_INSTRUMENT.name
    orders = [
        order_of(order)
        for _, order in sorted(_account(exchange, sent).orders.items())
        if order.order_id > IDS.meant(params.after or "0")
        and (not params.instrument or order.instrument == params.instrument)
    ]
    return answers.OpenOrders(orders[: params.limit], len(orders) > params.limit)


def _balances(exchange: Exchange, sent: Sent) -> Any:
    return balances_of(_account(exchange, sent), exchange.day_number)


def _blocks(exchange: Exchange, sent: Sent) -> Any:
    return answers.Blocks(blocks_of(exchange, _account(exchange, sent).name))


def _bids(exchange: Exchange, sent: Sent) -> Any:
    return answers.Bids(bids_of(exchange, _account(exchange, sent).name))


def _obligations(exchange: Exchange, sent: Sent) -> Any:
    participant = exchange.participants[owner_of(sent.key)]
    return answers.Obligations(
        [
            answers.Obligation(participant.name, year, o.due, o.surrendered, o.offset)
            for year, o in sorted(participant.obligations.items())
        ]
    )


def _eligibility(exchange: Exchange, _sent: Sent) -> Any:
    return answers.EligibilityTables(
        [
            answers.Eligibility(name, [_rule(rule) for rule in product.eligibility])
            for name, product in exchange.products.items()
        ]
    )


def _rule(rule: EligibilityRule) -> answers.EligibilityRule:
    year, month_and_day = divmod(rule.until, 10_000)
    month, day = divmod(month_and_day, 100)
    until = f"{year:04}-{month:02}-{day:02}" if rule.until else ""
    numbers = rule.vintage_from, rule.vintage_to, rule.year_from, rule.year_to
    return answers.EligibilityRule(*numbers, until, rule.instruments)


_QUERIES: Final[dict[Any, tuple[str, Any, Callable[[Exchange, Sent], Any]]]] = {
    requests.OpenOrders: (
        "orders told are the replay's",
        answers.OpenOrders,
        _open_orders,
    ),
    requests.Balances: ("balances told is the replay's", answers.Balances, _balances),
    requests.Blocks: ("blocks told is in the log", answers.Blocks, _blocks),
    requests.Bids: ("bids told is in the log", answers.Bids, _bids),
    requests.Obligations: (
        "obligations told are the replay's",
        answers.Obligations,
        _obligations,
    ),
    requests.Eligibility: (
        "rules of eligibility told are the replay's",
        answers.EligibilityTables,
        _eligibility,
    ),
}


def _snapshot(stated: Stated) -> Question:
    """Return the query that corresponds to a channel's snapshot."""
    real = _STATES[stated.channel]
    return Question(
        f"snapshots of {stated.channel} are whole",
        stated.name,
        stated.items,
        stated.since,
        stated.upto,
        lambda exchange: real(exchange, stated.name),
    )


_STATES: Final[dict[str, Callable[[Exchange, str], list[Any]]]] = {
    "blocks": blocks_of,
    "bids": bids_of,
    "countdown": lambda exchange, name: [countdown_of(exchange.accounts[name])],
    "balances": lambda exchange, name: [
        balances_of(exchange.accounts[name], exchange.day_number)
    ],
}
STATED: Final = frozenset(_STATES)
