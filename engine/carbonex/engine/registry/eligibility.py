"""Eligibility: which vintages cover which year's obligation, and until which date.

Each product has its own rules, which the registry replaces as a whole. Each rule lets
some vintages cover some years until a last date. So the rules also say which tonnes are
carried over to later years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.enums import Permission, Reason
from carbonex.engine.events import EligibilitySet, Rejected
from carbonex.engine.market.dates import date_at, is_date
from carbonex.engine.market.rules import out_of_bounds

from .obligations import FIRST_YEAR, LAST_YEAR


if TYPE_CHECKING:
    from carbonex.engine.commands import EligibilityRule, SetEligibility, Surrender
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    Rules = tuple[EligibilityRule, ...]


# Bounds the work of a surrender, and lets the rules fit into a message. The national
# market has two rules; rules name instruments only if vintages are not enough.
MAX_RULES: Final = 32
MAX_NAMED: Final = 32  # instruments per rule


def set_eligibility(state: State, command: SetEligibility) -> list[Event]:
    """Replace a product's rules at once; earlier surrenders stay valid.

    The change does not wait for a trading day, because surrenders have none: they are
    made in any phase, and on dates that do not trade. O(rules).
    """
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    product = state.products.get(command.product)
    if product is None:
        return [Rejected(Reason.UNKNOWN_PRODUCT, "product")]
    rejected = unsound(command.rules) or misnamed(state, command.product, command.rules)
    if rejected is not None:
        return [rejected]
    product.eligibility = command.rules
    return [EligibilitySet(command)]


def unsound(rules: Rules) -> Rejected | None:
    """Check the values of rules; report the first wrong value."""
    if len(rules) > MAX_RULES:
        return Rejected(Reason.BAD_PARAMETER, "rules", len(rules), MAX_RULES)
    for rule in rules:
        rejected = (
            _bad_range("vintage", rule.vintage_from, rule.vintage_to)
            or _bad_range("year", rule.year_from, rule.year_to)
            or _bad_date(rule.until)
        )
        if rejected is not None:
            return rejected
        count = len(rule.instruments)
        if count > MAX_NAMED:
            param = "rules.instruments"
            return Rejected(Reason.BAD_PARAMETER, param, count, MAX_NAMED)
    return None


def misnamed(state: State, product: str, rules: Rules) -> Rejected | None:
    """Check that the instruments named in rules belong to the product."""
    for rule in rules:
        for name in rule.instruments:
            instrument = state.instruments.get(name)
            if instrument is None or instrument.terms.product != product:
                return Rejected(Reason.BAD_PARAMETER, "rules.instruments")
    return None


def rules_of(instrument: Instrument) -> Rules:
    """Return the rules of its product that apply to an instrument's tonnes."""
    rules, vintage = instrument.product.eligibility, instrument.terms.vintage
    return tuple(rule for rule in rules if _is_of(rule, instrument.name, vintage))


def ineligible(state: State, command: Surrender) -> Rejected | None:
    """Check that the instrument's tonnes cover the year's obligation today.

    Linear in the product's rules, which are few.
    """
    instrument = state.instruments[command.instrument]
    rules, year = instrument.product.eligibility, command.year
    if not rules:
        return None
    vintage = instrument.terms.vintage
    today = date_at(state.time_ns)
    last = 0  # last valid date of the matching rules that have ended
    for rule in rules_of(instrument):
        if _lets(rule, vintage, year):
            if not _has_ended(rule, today):
                return None
            last = max(last, rule.until)
    reason = Reason.VINTAGE_ENDED if last else Reason.NOT_ELIGIBLE
    others = _covering(rules, year, today)
    return Rejected(reason, "instrument", vintage, last or year, others)


def _is_of(rule: EligibilityRule, instrument: str, vintage: int) -> bool:
    """Tell whether a rule applies to an instrument's tonnes, of vintage ``vintage``."""
    if rule.instruments and instrument not in rule.instruments:
        return False
    if not rule.vintage_from and not rule.vintage_to:
        return True
    newest = rule.vintage_to or LAST_YEAR
    return vintage > 0 and rule.vintage_from <= vintage <= newest


def _lets(rule: EligibilityRule, vintage: int, year: int) -> bool:
    """Tell whether a rule lets ``vintage`` cover ``year``, ignoring its last date."""
    first, last = rule.year_from or vintage, rule.year_to or year
    return first <= year <= last


def _has_ended(rule: EligibilityRule, today: int) -> bool:
    return 0 < rule.until < today


def _covering(rules: Rules, year: int, today: int) -> tuple[tuple[int, int], ...]:
    """Return the vintages that cover ``year`` today, from rules for all instruments."""
    found: set[tuple[int, int]] = set()
    for rule in rules:
        newest = rule.vintage_to
        if not rule.year_from:  # a vintage covers no year before its own
            newest = min(newest or year, year)
        begun = rule.year_from <= year <= (rule.year_to or year)
        some = not newest or rule.vintage_from <= newest
        if begun and some and not rule.instruments and not _has_ended(rule, today):
            found.add((rule.vintage_from, newest))
    return tuple(sorted(found))


def _bad_range(name: str, first: int, last: int) -> Rejected | None:
    """Check a first and a last year, where 0 means no bound."""
    reason = Reason.BAD_PARAMETER
    for end, value, least in (("from", first, FIRST_YEAR), ("to", last, first)):
        param = f"rules.{name}_{end}"
        rejected = out_of_bounds(
            reason, param, value, max(least, FIRST_YEAR), LAST_YEAR
        )
        if value and rejected is not None:
            return rejected
    return None


def _bad_date(date: int) -> Rejected | None:
    if not date or is_date(date):
        return None
    return Rejected(Reason.BAD_PARAMETER, "rules.until", date)
