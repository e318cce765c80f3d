"""Rules of eligibility, between the engine and the wire."""

from __future__ import annotations

from carbonex.engine import EligibilityRule

from . import answers, requests
from .dates import date_number, date_text


def engine_rule(rule: requests.EligibilityRule) -> EligibilityRule:
    """Return a rule as the engine has it."""
    return EligibilityRule(
        rule.vintage_from,
        rule.vintage_to,
        rule.year_from,
        rule.year_to,
        date_number(rule.until) if rule.until else 0,
        rule.instruments,
    )


def wire_rule(rule: EligibilityRule) -> answers.EligibilityRule:
    """Return a rule as clients have it."""
    return answers.EligibilityRule(
        rule.vintage_from,
        rule.vintage_to,
        rule.year_from,
        rule.year_to,
        date_text(rule.until) if rule.until else "",
        rule.instruments,
    )
