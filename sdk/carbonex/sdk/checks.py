"""What the parameters of the SDK's methods may be, refused before anything is sent.

``PARAMETERS`` has a row for every parameter and option by its name, which means the
same in all methods; where one means something else its row is ``method.name``. What a
value must be is the wire's type of it, in the wire's words. ``checked`` puts the checks
before the methods of a class, and a method without a row is an error at import.

Here is decided what can be told of a value by itself. What depends on the market (is
there such an instrument, is there an order of 0 t) the venue decides, and answers.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from carbonex.wire import requests
from carbonex.wire.requests import Name, OptionalName, Sequence, Timeout
from carbonex.wire.wanted import MONEY, wanted

from .models import (
    Auction,
    AuctionTerms,
    Bid,
    Block,
    BlockTerms,
    CallTerms,
    EligibilityRule,
    Fees,
    Listing,
    Terms,
    Thresholds,
)
from .order import Order
from .prices import price_text
from .times import micros, trading_day


if TYPE_CHECKING:
    from collections.abc import Callable


Check: TypeAlias = "Callable[[str, Any], None]"
C = TypeVar("C", bound=type)
T = TypeVar("T")

LONGEST: Final = 60  # characters of a value that an error quotes


def checked(*options: type) -> Callable[[C], C]:
    """Have the public methods of a class check what they are given.

    ``options`` are the TypedDicts of their ``**options``.
    """
    known = {each.__name__: each for each in options}

    def decorate(cls: C) -> C:
        for name, function in list(vars(cls).items()):
            if not name.startswith("_") and inspect.isfunction(function):
                setattr(cls, name, _guarded(function, known))
        return cls

    return decorate


def check(name: str, value: object, method: str = "") -> None:
    """Check that ``value`` is valid for the parameter ``name``.

    Raises:
        TypeError: If it has the wrong type.
        ValueError: If it is invalid.

    """
    row_of(method, name)(name, value)


def all_of(name: str, values: Iterable[T], kinds: type | tuple[type, ...]) -> list[T]:
    """Return a batch of orders as a list, after checking their types.

    Raises:
        TypeError: If an item is not of ``kinds``.
        ValueError: If there are none, or too many.

    """
    batch = list(values)
    words = wanted("orders", None)
    if not 1 <= len(batch) <= requests.MAX_BATCH:
        raise ValueError(f"{name} must be {words}, not of {len(batch)}")
    for each in batch:
        if not isinstance(each, kinds):
            raise TypeError(f"{name} must be {words}, and {shown(each)} is none")
    return batch


def shown(value: object) -> str:
    """Return a value as error messages quote it, shortened if long."""
    try:
        text = repr(value)
    except ValueError:  # an int of more than 4,300 digits
        return f"an {type(value).__name__} too long to be shown"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def meant(name: str, known: Iterable[str]) -> str:
    """Return advice for an option that is not among ``known``."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"it has {', '.join(names)}"


# How a kind of value is checked. All are O(1), or linear in what they are given.


def _refused(name: str, words: str, value: object, *, is_kind: bool) -> Exception:
    error = ValueError if is_kind else TypeError
    return error(f"{name} must be {words}, not {shown(value)}")


(_ID,) = get_args(requests.Id)[1:]


def _wanted(name: str, kind: Any) -> str:
    """Return the wire's words for a parameter, or for a member of one."""
    return wanted(name.rpartition(".")[2], kind)


def _text(kind: Any) -> Check:
    """Check a string by the limits of the wire's type."""
    (meta,) = getattr(kind, "__metadata__", (msgspec.Meta(),))
    least, most = meta.min_length or 0, meta.max_length or math.inf
    pattern = re.compile(meta.pattern or "")

    def check(name: str, value: Any) -> None:
        is_text = isinstance(value, str)
        if (
            not is_text
            or not least <= len(value) <= most
            or not (value.isascii() or _is_unicode(value))
            or pattern.search(value) is None
        ):
            raise _refused(name, _wanted(name, kind), value, is_kind=is_text)

    return check


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be sent: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(kind: Any) -> Check:
    """Check an integer by the limits of the wire's type; a bool is none."""
    (meta,) = kind.__metadata__
    return _between(meta.ge, meta.le, lambda name: _wanted(name, kind))


def _between(least: int, most: int, words: Callable[[str], str]) -> Check:
    def check(name: str, value: Any) -> None:
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        if not (is_integer and least <= value <= most):
            raise _refused(name, words(name), value, is_kind=is_integer)

    return check


def _word(kind: Any) -> Check:
    """Check one of a few words or numbers."""
    allowed = get_args(kind)
    base = type(allowed[0])

    def check(name: str, value: Any) -> None:
        is_kind = isinstance(value, base) and not isinstance(value, bool)
        if not (is_kind and value in allowed):
            raise _refused(name, _wanted(name, kind), value, is_kind=is_kind)

    return check


def _flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {shown(value)}")


def _money(name: str, value: Any) -> None:
    try:
        price_text(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def _order_price(name: str, value: Any) -> None:
    if not (isinstance(value, str) and value == "market"):
        _money(name, value)


def _moment(name: str, value: Any) -> None:
    # The wire's 0 stands for no time at all, and 2^53 is its latest.
    if not 0 < micros(name, value) <= 2**53:
        raise ValueError(f"{name} must be after 1970 and before 2255, not {value}")


def _day(name: str, value: Any) -> None:
    try:
        trading_day(value)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def _several(name: str, value: Any) -> None:
    """Check a list, or what else may be iterated over; a text is none."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
        raise TypeError(f"{name} must be a list, not {shown(value)}")


def _words(kind: Any, *, a: str) -> Check:
    """Check a list of words, whatever its length."""
    word = _word(kind)

    def check(name: str, value: Any) -> None:
        if not isinstance(value, list | tuple | set | frozenset):
            raise TypeError(f"{name} must be a list of {a}, not {shown(value)}")
        for each in value:
            word(name, each)

    return check


def _named(kind: type, words: str) -> Check:
    """Check a thing that may be named by its id alone."""
    pattern = re.compile(_ID.pattern or "")

    def check(name: str, value: Any) -> None:
        is_text = isinstance(value, str)
        if not (isinstance(value, kind) or (is_text and pattern.search(value))):
            raise _refused(name, words, value, is_kind=is_text)

    return check


def _instance(kind: type, a: str) -> Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be {a}, not {shown(value)}")

    return check


def _trade_id(name: str, value: Any) -> None:
    is_kind = isinstance(value, str | int) and not isinstance(value, bool)
    text = value if isinstance(value, str) else shown(value)
    if not (is_kind and re.fullmatch("[1-9][0-9]{0,17}", text)):
        words = 'a trade\'s number, such as "1042"'
        raise _refused(name, words, value, is_kind=is_kind)


def _pick(name: str, value: Any) -> None:
    if not isinstance(value, list | tuple) or isinstance(value, Listing):
        raise TypeError(
            f"{name} must be a list of listings or their numbers, not {shown(value)}"
        )
    if len(value) > requests.MAX_PICKS:
        words = wanted(name, requests.Picks)
        raise ValueError(f"{name} must be {words}, not of {len(value)}")
    for each in value:
        _listing(name, each)


def _convertible(kind: Any) -> Check:
    """Check a value of several parts by the wire's type."""

    def check(name: str, value: Any) -> None:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            is_kind = isinstance(value, list | tuple)
            raise _refused(name, _wanted(name, kind), value, is_kind=is_kind) from None

    return check


def _section(made: type, kind: type[msgspec.Struct]) -> Check:
    """Check a struct by the wire's types of its members."""
    members = _members(kind)

    def check(name: str, value: Any) -> None:
        if not isinstance(value, made):
            raise TypeError(f"{name} must be {made.__name__}(…), not {shown(value)}")
        for member, check_member in members.items():
            check_member(f"{name}.{member}", getattr(value, member))

    return check


def _members(kind: type[msgspec.Struct]) -> dict[str, Check]:
    """Return a check of each member of one of the wire's structs, by its type."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: _of_kind(name, hints[name]) for name in kind.__struct_fields__}


def _of_kind(name: str, kind: Any) -> Check:
    if name in MONEY:
        return _money
    if get_origin(kind) is Literal:
        return _word(kind)
    if kind is bool:
        return _flag
    base = getattr(kind, "__origin__", kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _section(_MADE[kind], kind)
    return {str: _text, int: _integer}.get(base, _convertible)(kind)


# How the SDK calls the structs that a request is made of.
_MADE: Final[dict[type, type]] = {
    requests.FeesSection: Fees,
    requests.BlocksSection: BlockTerms,
    requests.AuctionsSection: AuctionTerms,
    requests.CallsSection: CallTerms,
    requests.ThresholdsSection: Thresholds,
    requests.EligibilityRule: EligibilityRule,
}

_listing: Final = _named(Listing, "a list of listings or their numbers")
_rule: Final = _section(EligibilityRule, requests.EligibilityRule)


def _rules(name: str, value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name} must be a list of rules, not {shown(value)}")
    for each in value:
        _rule(name, each)


_SECONDS: Final = requests.MAX_TIMEOUT
_OR_ITS_ID: Final = 'or its id, a string of digits such as "1042"'

PARAMETERS: Final[dict[str, Check]] = {
    # Terms of an instrument, and what bounds an account.
    **_members(requests.Terms),
    **_members(requests.OpenAccount),
    # Names.
    **dict.fromkeys(
        (
            *("account", "to_account", "instrument", "product", "participant"),
            *("counterparty", "client_ref", "client_order_id", "key_id"),
        ),
        _text(Name),
    ),
    **dict.fromkeys(("reason",), _text(requests.Explanation)),
    "public_key": _text(str),
    # Numbers.
    **dict.fromkeys(
        ("quantity", "display_quantity", "bidder_limit", "year", "due"),
        _integer(requests.Quantity),
    ),
    "from_seq": _integer(Sequence),
    "seconds": _integer(Timeout),
    "dead_mans_switch.seconds": _between(
        1, _SECONDS, lambda _: f"an integer of seconds from 1 to {_SECONDS:,}"
    ),
    "depth": _word(Literal[0, 10, 25, 100]),
    "interval_ms": _word(Literal[50, 100, 250, 1000]),
    "trade_id": _trade_id,
    # Terms of the same name as an order's option.
    **dict.fromkeys(("list_instrument.pick", "update_instrument.pick"), _flag),
    # Money.
    **dict.fromkeys(("price", "stop_price", "amount", "reserve"), _money),
    **dict.fromkeys(("buy.price", "sell.price", "NewOrder.price"), _order_price),
    # Words.
    "side": _word(requests.SideName),
    "time_in_force": _word(requests.TimeInForceName),
    "post_only": _word(requests.PostOnlyName),
    "self_trade": _word(requests.SelfTradeName),
    "composite": _word(requests.CompositeName),
    "restriction": _word(requests.RestrictionName),
    "pricing": _word(requests.PricingName),
    "too_few_bids": _word(requests.TooFewBidsName),
    "sealed": _flag,
    "permissions": _words(requests.PermissionName, a="permissions"),
    # Times.
    **dict.fromkeys(("expires", "ends", "opens", "closes"), _moment),
    **dict.fromkeys(("date", "effective_date"), _day),
    # Things, or their ids.
    "order": _named(Order, f"an Order, {_OR_ITS_ID}"),
    "order_id": _text(requests.Id),
    "orders": _several,
    "BatchCancel.orders": _named(Order, f"a list of Orders, {_OR_ITS_ID}"),
    "pick": _pick,
    **dict.fromkeys(("block", "counters"), _named(Block, f"a Block, {_OR_ITS_ID}")),
    "counter_block.block": _instance(Block, "a Block"),
    "auction": _named(Auction, f"an Auction, {_OR_ITS_ID}"),
    "bid": _named(Bid, f"a Bid, {_OR_ITS_ID}"),
    "terms": _section(Terms, requests.Terms),
    "rules": _rules,
    # Of connect.
    "session": _text(OptionalName),
}


def row_of(method: str, name: str) -> Check:
    """Return the check of a parameter of ``method``."""
    row = PARAMETERS.get(f"{method}.{name}") or PARAMETERS.get(name)
    assert row is not None, f"PARAMETERS has no row for {name} of {method}()"
    return row


def _or(default: object, row: Check) -> Check:
    """Return a check that also lets the default pass."""

    def check(name: str, value: Any) -> None:
        if value is not default:
            row(name, value)

    return check


# Options that may be given as what they are where they are left out.
_DEFAULTS: Final[dict[str, dict[str, object]]] = {
    "OrderOptions": {
        "client_order_id": "",
        "stop_price": None,
        "display_quantity": 0,
        "expires": None,
        "pick": (),
    },
    "Changes": {"price": None, "quantity": None, "stop_price": None},
    "AuctionOptions": {
        "reserve": None,
        "bidder_limit": None,
        "pricing": None,
        "too_few_bids": None,
        "sealed": None,
    },
}


def _rows(
    function: Callable[..., Any], known: Mapping[str, type]
) -> tuple[dict[str, Check], set[str]]:
    """Return the check of each parameter and option by name, and which are options."""
    rows: dict[str, Check] = {}
    options: set[str] = set()
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        name, default = parameter.name, parameter.default
        if parameter.kind is parameter.VAR_KEYWORD:
            kind = str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")
            defaults = _DEFAULTS.get(kind, {})
            for option in known[kind].__annotations__:
                row = row_of(function.__name__, option)
                rows[option] = _or(defaults.get(option, parameter.empty), row)
                options.add(option)
        else:
            rows[name] = _or(default, row_of(function.__name__, name))
    return rows, options


def _guarded(function: Any, known: Mapping[str, type]) -> Any:
    """Return ``function`` behind the checks of its parameters."""
    rows, options = _rows(function, known)
    if not rows:
        return function
    positional = [item for item in rows.items() if item[0] not in options]

    def examine(args: tuple[Any, ...], given: dict[str, Any]) -> None:
        for (name, check), value in zip(positional, args, strict=False):
            check(name, value)
        for name, value in given.items():
            row = rows.get(name)
            if row is None:
                what, advice = function.__name__, meant(name, rows)
                raise TypeError(f"{what}() has no option {name!r}; {advice}")
            row(name, value)

    @functools.wraps(function)
    async def awaited(self: Any, *args: Any, **given: Any) -> Any:
        examine(args, given)
        return await function(self, *args, **given)

    @functools.wraps(function)
    def called(self: Any, *args: Any, **given: Any) -> Any:
        examine(args, given)
        return function(self, *args, **given)

    return awaited if inspect.iscoroutinefunction(function) else called
