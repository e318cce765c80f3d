"""Converting a market file's tables to eligibility rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from carbonex.engine import VENUE_KEY, EligibilityRule, SetEligibility
from carbonex.engine.registry.eligibility import MAX_NAMED, MAX_RULES, unsound
from carbonex.gateway.documents import decode, refuse

from .calendar import number
from .file import ProductTable, read_value


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonex.engine import ListInstrument, Rejected

    from .file import EligibilityTable, MarketTable


_NOTHING: Final = "there is no [[instrument]] of this name in the product"


def eligibility(
    table: MarketTable, listed: Iterable[ListInstrument], source: str
) -> Iterator[SetEligibility]:
    """Yield the rules of each product in ``table`` that states rules, even empty ones.

    ``listed`` are the file's instruments; ``source`` is for messages.

    Raises:
        ConfigError: If the engine would reject a value.

    """
    pairs = {(terms.product, terms.instrument) for terms in listed}
    for product, raw in table.product.items():
        at = f"product.{product}"
        written = decode(raw, ProductTable, source, at, read_value).eligibility
        if written is UNSET:
            continue
        if len(written) > MAX_RULES:
            reason = f"must be at most {MAX_RULES} rules"
            raise refuse(source, f"{at}.eligibility", len(written), reason)
        rules = tuple(map(_rule, written))
        for place, rule in enumerate(rules):
            here = f"{at}.eligibility[{place}]"
            if rejected := unsound((rule,)):
                _, _, key = rejected.param.partition(".")
                value = rejected.value
                raise refuse(source, f"{here}.{key}", value, _reason(rejected))
            for name in rule.instruments:
                if (product, name) not in pairs:
                    raise refuse(source, f"{here}.instruments", name, _NOTHING)
        yield SetEligibility(VENUE_KEY, product, rules)


def _rule(written: EligibilityTable) -> EligibilityRule:
    return EligibilityRule(
        written.vintage_from,
        written.vintage_to,
        written.year_from,
        written.year_to,
        number(written.until) if written.until else 0,
        written.instruments,
    )


def _reason(rejected: Rejected) -> str:
    value, limit = rejected.value, rejected.limit
    if rejected.param == "rules.instruments":
        return f"must be at most {MAX_NAMED} names"
    if rejected.param == "rules.until":
        return "must be a date from 1990 on"
    return f"must be at {'least' if value < limit else 'most'} {limit}"
