"""The words of a scenario: text to commands, and events to text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from carbonex.engine import (
    BUY,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    STOP,
    STOP_LIMIT,
    AddKey,
    Alert,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelReason,
    Conditions,
    Deposit,
    Issue,
    LargeHolder,
    OpenAccount,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderTriggered,
    OrderType,
    Permission,
    PlaceOrder,
    PostOnly,
    RegisterParticipant,
    Rejected,
    RevokeKey,
    SelfTrade,
    Side,
    Trade,
    Transfer,
    Withdraw,
)
from carbonex.engine.book import ID_BITS
from carbonex.wire.money import format_fen, parse_fen

from . import market, off_book, registry, sessions
from .alerts import tell_alert


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonex.engine import Command, Event

T = TypeVar("T")

INSTRUMENT = "CEA"  # where a line names none

_SIDES: Mapping[str, Side | None] = {"buy": BUY, "sell": SELL}
_TIMES_IN_FORCE = {"day": DAY, "gtc": GTC, "ioc": IOC, "fok": FOK}

_POST_ONLY = {"post-only": PostOnly.REJECT, "post-only-reprice": PostOnly.REPRICE}
_SELF_TRADE = {
    "cancel-newest": SelfTrade.CANCEL_NEWEST,
    "cancel-oldest": SelfTrade.CANCEL_OLDEST,
    "cancel-both": SelfTrade.CANCEL_BOTH,
    "decrement": SelfTrade.DECREMENT,
}
_PERMISSIONS = {permission.name: permission for permission in Permission}


class Words:
    """The words of a line, taken one by one or by the keyword before them.

    ``account`` is the name before the colon; ``key`` and ``ref`` are what
    commands carry that every line may leave out.
    """

    def __init__(self, text: str, ref: str = "") -> None:
        self._words = text.split()
        self.account = ""
        if self._words and self._words[0].endswith(":"):
            self.account = self._words.pop(0).removesuffix(":")
        self.key: str = self.value("as")
        self.ref: str = self.value("ref", ref)

    def take(self, default: str = "") -> str:
        """Take the next word."""
        return self._words.pop(0) if self._words else default

    def take_if(self, prefix: str) -> str:
        """Take the next word, without ``prefix``, if it has it."""
        if self._words and self._words[0].startswith(prefix):
            return self._words.pop(0).removeprefix(prefix)
        return ""

    def value(self, keyword: str, default: str = "") -> str:
        """Take ``keyword`` and the word after it, wherever they stand."""
        if keyword not in self._words:
            return default
        at = self._words.index(keyword)
        _, value = self._words[at : at + 2]
        del self._words[at : at + 2]
        return value

    def number(self, keyword: str, default: int = 0) -> int:
        return int(self.value(keyword, str(default)))

    def price(self) -> int:
        """Take ``@ PRICE``; 0 where there is none, or for ``market``."""
        text = self.value("@", "market")
        return 0 if text == "market" else parse_fen(text)

    def choice(self, choices: Mapping[str, T], default: T) -> T:
        """Take the first word that is one of ``choices``."""
        for word in self._words:
            if word in choices:
                self._words.remove(word)
                return choices[word]
        return default

    def finish(self) -> None:
        """Object to what nobody took."""
        assert not self._words, f"not understood: {' '.join(self._words)}"


def parse(words: Words) -> Command:
    """Return the command that a line's words stand for."""
    command = _VERBS[words.take()](words)
    words.finish()
    return command


def tell(event: Event) -> str:
    """Return an event as a trader would say it."""
    match event:
        case Rejected(reason):
            return f"refused {reason.name}"
        case OrderAccepted(order_id, _, price, order):
            told = "" if price == order.price else f" @ {format_fen(price)}"
            return f"accepted #{order_id}{told}"
        case Trade():
            pair = f"#{event.maker_id} #{event.taker_id}"
            return f"traded {pair} {event.quantity} @ {format_fen(event.price)}"
        case OrderCancelled(order_id, _, _, quantity, _, reason):
            why = "" if reason is CancelReason.CLIENT else f" {_word(reason)}"
            return f"cancelled #{order_id} {quantity}{why}"
        case OrderReduced(order_id, _, _, quantity, _, remaining):
            return f"reduced #{order_id} by {quantity} to {remaining}"
        case OrderAmended():
            kept = "keeping" if event.priority_kept else "losing"
            terms = f"{event.quantity} @ {format_fen(event.price)}"
            return f"amended #{event.order_id} to {terms} {kept} priority"
        case OrderStands(order_id, status, price, quantity, filled):
            return (
                f"stands #{order_id} {_word(status)} {filled} of {quantity}"
                f" @ {format_fen(price)}"
            )
        case _:
            return _tell_rare(event)


def _tell_rare(event: Event) -> str:
    match event:
        case OrderTriggered(order_id):
            return f"triggered #{order_id}"
        case OrderRefilled(order_id, _, price, shown):
            return f"refilled #{order_id} {shown} @ {format_fen(price)}"
        case LargeHolder(participant, instrument, held, limit):
            return f"{participant} holds {held} {instrument} of {limit}"
        case Alert():
            return tell_alert(event)
        case _:
            return _tell_other(event)


def _tell_other(event: Event) -> str:
    for told in (
        market.tell(event),
        off_book.tell(event),
        registry.tell(event),
        sessions.tell(event),
    ):
        if told is not None:
            return told
    raise AssertionError(event)


def _word(member: CancelReason | object) -> str:
    return str(getattr(member, "name", member)).lower().replace("_", "-")


def _place(side: Side, words: Words) -> PlaceOrder:
    words.take_if("#")
    price = words.price()
    conditions = _conditions(words)
    expires = conditions is not None and conditions.expires_ns
    return PlaceOrder(
        words.key,
        words.account,
        side=side,
        price=price,
        order_type=_kind(price, conditions),
        time_in_force=words.choice(_TIMES_IN_FORCE, GTD if expires else DAY),
        post_only=words.choice(_POST_ONLY, PostOnly.OFF),
        self_trade=words.choice(_SELF_TRADE, SelfTrade.CANCEL_NEWEST),
        client_order_id=words.value("id"),
        deadline_ns=words.number("by"),
        conditions=conditions,
        session=words.value("in"),
        quantity=int(words.take()),
        instrument=words.take(INSTRUMENT),
    )


def _conditions(words: Words) -> Conditions | None:
    picks = [_listing(name) for name in words.value("pick").split(",") if name]
    conditions = Conditions(
        parse_fen(words.value("stop", "0.00")),
        words.number("show"),
        market.moment(words.value("good-till", "0")),
        tuple(picks),
    )
    return None if conditions == Conditions() else conditions


def _listing(name: str) -> int:
    """Return which listing ``name`` is: an order's number; 7/2 was refilled twice."""
    number, _, refills = name.partition("/")
    return int(number) + (int(refills or 0) << ID_BITS)


def _kind(price: int, conditions: Conditions | None) -> OrderType:
    if conditions is not None and conditions.stop_price:
        return STOP_LIMIT if price else STOP
    return LIMIT if price else MARKET


def _amend(words: Words) -> AmendOrder:
    return AmendOrder(
        words.key,
        words.account,
        int(words.take_if("#") or 0),
        words.value("id"),
        words.price(),
        words.number("to"),
        words.number("by"),
        parse_fen(words.value("stop", "0.00")),
    )


def _cancel(words: Words) -> CancelOrder | CancelAll:
    if words.choice({"all": True}, default=False):
        side = words.choice(_SIDES, None)
        return CancelAll(words.key, words.account, words.take(), side)
    return CancelOrder(
        words.key,
        words.account,
        int(words.take_if("#") or 0),
        words.value("id"),
        words.number("by"),
    )


def _open(words: Words) -> OpenAccount:
    return OpenAccount(
        words.key,
        words.value("of"),
        max_client_ids=words.number("ids", 1000),
        max_open_orders=words.number("orders", 1000),
        max_stop_orders=words.number("stops", 1000),
        account=words.take(),
    )


def _key(words: Words) -> AddKey:
    permissions = Permission(0)
    for name, permission in _PERMISSIONS.items():
        permissions |= words.choice({str(name).lower(): permission}, Permission(0))
    return AddKey(
        words.key,
        words.value("of"),
        words.take(),
        public_key=b"0123456789abcdef" * 2,
        permissions=permissions,
    )


def _deposit(words: Words) -> Deposit:
    return Deposit(words.key, words.account, parse_fen(words.take()), words.ref)


def _withdraw(words: Words) -> Withdraw:
    return Withdraw(words.key, words.account, parse_fen(words.take()), words.ref)


def _issue(words: Words) -> Issue:
    quantity = int(words.take())
    return Issue(words.key, words.account, words.take(INSTRUMENT), quantity, words.ref)


def _transfer(words: Words) -> Transfer:
    to_account, quantity = words.value("to"), int(words.take())
    instrument = words.take(INSTRUMENT)
    return Transfer(
        words.key, words.account, to_account, instrument, quantity, words.ref
    )


_VERBS: Mapping[str, Callable[[Words], Command]] = {
    # behind an account, as in maker: buy
    "buy": partial(_place, BUY),  # buy #1 5 CEA @ 70.10 ioc id a-1
    "sell": partial(_place, SELL),  # sell #1 5 @ market cancel-oldest
    # buy 5 @ 71.00 stop 70.50, show 2, good-till 900, pick 3,4/2, in mm-1
    "amend": _amend,  # amend #1 to 7 @ 70.20, amend id a-1 to 7 by 500
    "cancel": _cancel,  # cancel #1, cancel id a-1, cancel all CEA buy
    "deposit": _deposit,  # deposit 100.00 ref d-1
    "withdraw": _withdraw,  # withdraw 100.00
    "issue": _issue,  # issue 5 CEA
    "transfer": _transfer,  # transfer 5 CEA to taker
    # the venue's
    "register": lambda words: RegisterParticipant(words.key, words.take()),
    "open": _open,  # open maker of Huaneng ids 1000 orders 1000
    "key": _key,  # key k-1 of Huaneng read trade
    "revoke": lambda words: RevokeKey(words.key, words.take()),
    **market.VERBS,
    **off_book.VERBS,
    **registry.VERBS,
    **sessions.VERBS,
}
