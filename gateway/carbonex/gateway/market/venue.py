"""The commands that make the venue follow a market file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from carbonex.engine import (
    VENUE_KEY,
    CompositeMethod,
    ListInstrument,
    SetComposite,
    SetEligibility,
    UpdateInstrument,
)
from carbonex.gateway.documents import refuse
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Instrument
    from carbonex.engine.state import State

    from .market import Market


MarketChange = ListInstrument | UpdateInstrument | SetComposite | SetEligibility


class Difference(NamedTuple):
    """How the venue's instruments, composites and rules differ from a market file.

    ``commands`` make the venue follow the file. ``unknown`` are instruments that the
    file does not list; ``delisted`` are instruments that it lists although they are
    delisted. Both are left alone.
    """

    commands: list[MarketChange]
    unknown: list[str]
    delisted: list[str]


def difference(market: Market, state: State) -> Difference:
    """Compare a market file with the venue; the default market has no differences.

    Raises:
        ConfigError: If the file wants another product, tick, lot or vintage for a
            listed instrument.

    """
    commands: list[MarketChange] = []
    delisted: list[str] = []
    for terms in (listing.terms for listing in market.listings):
        instrument = state.instruments.get(terms.instrument)
        if instrument is None:
            commands.append(terms)
        elif instrument.delisted:
            delisted.append(terms.instrument)
        elif not _trades_by(instrument, terms):
            _check_fixed(instrument.terms, terms, market.source)
            commands.append(UpdateInstrument(VENUE_KEY, terms))
    commands += _composites(market, state)
    commands += _eligibility(market, state)
    names = {listing.terms.instrument for listing in market.listings}
    unknown = [name for name in state.instruments if names and name not in names]
    return Difference(commands, unknown, delisted)


def _composites(market: Market, state: State) -> Iterator[SetComposite]:
    """Yield commands that set the composites of products with a listed instrument."""
    listed = {listing.terms.product for listing in market.listings}
    for name, method in market.composites:
        product = state.products.get(name)
        # A pending change counts as the present method: it need not be set twice.
        now = CompositeMethod.MEAN
        if product is not None:
            now = product.method if product.next_method is None else product.next_method
        if name in listed and method is not now:
            yield SetComposite(VENUE_KEY, name, method)


def _eligibility(market: Market, state: State) -> Iterator[SetEligibility]:
    """Yield commands for eligibility rules."""
    listed = {listing.terms.product for listing in market.listings}
    for rules in market.eligibility:
        product = state.products.get(rules.product)
        now = () if product is None else product.eligibility
        if rules.product in listed and rules.rules != now:
            yield rules


def _trades_by(instrument: Instrument, terms: ListInstrument) -> bool:
    """Tell whether an instrument's newest terms equal ``terms``, reference aside."""
    newest = instrument.next_terms or instrument.terms
    return replace(newest, key=terms.key, reference=terms.reference) == terms


def _check_fixed(now: ListInstrument, wanted: ListInstrument, source: str) -> None:
    """Check that terms which open orders and holdings rely on do not change."""
    for key, is_, wants in (
        ("product", now.product, wanted.product),
        ("tick", format_fen(now.tick), format_fen(wanted.tick)),
        ("lot", now.lot, wanted.lot),
        ("vintage", now.vintage, wanted.vintage),
    ):
        if is_ and is_ != wants:
            reason = f"it is listed with {is_}, and that cannot change"
            raise refuse(source, f"instrument.{now.instrument}.{key}", wants, reason)
