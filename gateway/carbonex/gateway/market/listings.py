"""Converting a market file's tables to the commands that list its instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, structs

from carbonex.engine import VENUE_KEY, ListInstrument, Reason
from carbonex.engine.enums import OrderKind, Pricing, TooFewBids
from carbonex.engine.market.bounds import MAX_SESSIONS, bad_terms
from carbonex.engine.terms import AuctionTerms, BlockTerms, CallTerms, Fees, Thresholds
from carbonex.gateway.documents import decode, refuse
from carbonex.wire.dates import wall_text
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import order_kinds_of

from .file import A_NAME, InstrumentTable, ProductTable, read_value


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Rejected

    from .file import MarketTable

S = TypeVar("S", bound=msgspec.Struct)

# Names a product's composite; no instrument may have this name.
COMPOSITE: Final = "composite"


class Listing(NamedTuple):
    """An instrument of a market file: its terms and project type."""

    terms: ListInstrument
    project_type: str


def listings(table: MarketTable, source: str) -> Iterator[Listing]:
    """Yield the instruments in ``table``, in file order; ``source`` is for messages.

    Raises:
        ConfigError: If a table is invalid, or the engine would reject its values.

    """
    products = {
        name: _product(name, raw, source) for name, raw in table.product.items()
    }
    names: set[str] = set()
    for place, raw in enumerate(table.instrument):
        at = _place(raw, place)
        instrument = decode(raw, InstrumentTable, source, at, read_value)
        if instrument.name in names or instrument.name == COMPOSITE:
            reason = "this name is taken; every instrument has its own"
            raise refuse(source, f"{at}.name", instrument.name, reason)
        if instrument.product not in products:
            reason = f"there is no [product.{instrument.product}]"
            raise refuse(source, f"{at}.product", instrument.product, reason)
        terms = _overlay(products[instrument.product], instrument)
        terms = structs.replace(terms, instrument=instrument.name)
        _check(terms, raw, at, source)
        names.add(instrument.name)
        yield Listing(terms, instrument.project_type)


def _product(name: str, raw: Any, source: str) -> ListInstrument:
    """Return the terms of a product; its name also stands in for the instrument's."""
    at = f"product.{name}"
    table = decode(raw, ProductTable, source, at, read_value)
    terms = _overlay(ListInstrument(VENUE_KEY, name, name), table)
    _check(terms, raw, at, source)
    return terms


def _place(raw: Any, place: int) -> str:
    """Return an instrument table's key for messages, with its name if it has one."""
    name = raw.get("name") if isinstance(raw, dict) else None
    return f"instrument.{name}" if isinstance(name, str) else f"instrument[{place}]"


def _overlay(terms: S, table: msgspec.Struct) -> S:
    """Return ``terms`` with the values that ``table`` overrides."""
    changes: dict[str, Any] = {}
    for name in terms.__struct_fields__:
        value = getattr(table, name, UNSET)
        if value is not UNSET:
            changes[name] = _engines(getattr(terms, name), value)
    return structs.replace(terms, **changes)


def _engines(now: Any, value: Any) -> Any:
    """Convert a table's value to the engine's type; ``now`` is the value replaced."""
    if isinstance(now, BlockTerms | AuctionTerms | CallTerms | Fees | Thresholds):
        return _overlay(now, value)
    if isinstance(now, Pricing | TooFewBids):
        return type(now)[value.upper()]
    if isinstance(now, OrderKind):
        return order_kinds_of(value)
    if isinstance(now, tuple):
        return tuple((int(start), int(end)) for start, end in value)
    return value if isinstance(value, bool | str) else int(value)


def _check(terms: ListInstrument, raw: dict[str, Any], at: str, source: str) -> None:
    """Check terms as the engine would; ``raw`` is their table, for messages."""
    rejected = bad_terms(terms)
    if rejected is None:
        return
    if rejected.reason is Reason.BAD_NAME:
        raise refuse(source, at, raw, f"must be {A_NAME}")
    # Show the value as the file writes it or, if it is missing there, as rejected.
    written: Any = raw
    for part in rejected.param.split("."):
        written = written.get(part, rejected.value)
    raise refuse(source, f"{at}.{rejected.param}", written, _reason(rejected))


def _reason(rejected: Rejected) -> str:
    value, limit = rejected.value, rejected.limit
    if rejected.param.endswith("sessions"):
        if value > limit == MAX_SESSIONS:
            return f"must be at most {limit} sessions, and these are {value}"
        times = f"{wall_text(value)} follows {wall_text(limit)}"
        return f"each time must be later than the one before, and {times}"
    if rejected.param == "reference":
        return f"must be a multiple of the tick, {format_fen(limit)}"
    return f"must be at {'least' if value < limit else 'most'} {limit}"
