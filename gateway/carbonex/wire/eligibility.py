"""Convert eligibility rules between the engine and the wire."""

from __future__ import annotations

from carbonex.engine import EligibilityRule

from . import answers, requests
from .dates import date_number, date_text


def engine_rule(rule: requests.EligibilityRule) -> EligibilityRule:
    """Return a wire rule in the engine's form."""
    return EligibilityRule(
        rule.vintage_from,
        rule.vintage_to,
        rule.year_from,
        rule.year_to,
        date_number(rule.until) if rule.until else 0,
        rule.instruments,
    )


def wire_rule(rule: EligibilityRule) -> answers.EligibilityRule:
    """Return an engine rule in the wire's form."""
    return answers.EligibilityRule(
        rule.vintage_from,
        rule.vintage_to,
        rule.year_from,
        rule.year_to,
        date_text(rule.until) if rule.until else "",
        rule.instruments,
    )
