"""Sentences about participants, keys, accounts, balances and supervision."""

from __future__ import annotations

from typing import Final

from carbonex.engine import (
    AccountOpened,
    AddKey,
    Alert,
    Deposit,
    EligibilityRule,
    EligibilitySet,
    Freeze,
    FreezeChanged,
    FreezeCommand,
    Issue,
    KeyAdded,
    KeyRevoked,
    LargeHolder,
    Moved,
    ObligationSet,
    OpenAccount,
    ParticipantRegistered,
    ParticipantRestricted,
    Permission,
    RegisterParticipant,
    Restriction,
    RestrictParticipant,
    Retire,
    RevokeKey,
    SetEligibility,
    SetObligation,
    Surrender,
    Transfer,
    Unfreeze,
    Withdraw,
)
from carbonex.wire.dates import date_text

from .words import cny, describe, name


@describe.register(RegisterParticipant)
def _(c: RegisterParticipant) -> str:
    return f"register participant {c.participant}"


@describe.register(AddKey)
def _(c: AddKey) -> str:
    permissions = [p.name.lower() for p in Permission if p in c.permissions and p.name]
    return f"add key {c.key_id} of {c.participant} ({', '.join(permissions)})"


@describe.register(RevokeKey)
def _(c: RevokeKey) -> str:
    return f"revoke key {c.key_id}"


@describe.register(OpenAccount)
def _(c: OpenAccount) -> str:
    return f"open account {c.account} for {c.participant}"


@describe.register(RestrictParticipant)
def _(c: RestrictParticipant) -> str:
    return f"let {c.participant} {_ALLOWED[c.restriction]}"


@describe.register(Deposit)
def _(c: Deposit) -> str:
    return f"deposit {cny(c.amount)} CNY to {c.account} (ref {c.client_ref})"


@describe.register(Withdraw)
def _(c: Withdraw) -> str:
    return f"withdraw {cny(c.amount)} CNY from {c.account} (ref {c.client_ref})"


@describe.register(Issue)
def _(c: Issue) -> str:
    what = f"{c.quantity:,} {c.instrument}"
    return f"issue {what} to {c.account} (ref {c.client_ref})"


@describe.register(Transfer)
def _(c: Transfer) -> str:
    what = f"{c.quantity:,} {c.instrument}"
    return f"transfer {what} from {c.account} to {c.to_account} (ref {c.client_ref})"


@describe.register(Retire)
def _(c: Retire) -> str:
    what = f"{c.quantity:,} {c.instrument} of {c.account} (ref {c.client_ref})"
    return f"transfer out {what}" if c.transferred_out else f"retire {what}"


@describe.register(Freeze)
def _(c: Freeze) -> str:
    return f"freeze {_frozen(c)} ({c.reason}; ref {c.client_ref})"


@describe.register(Unfreeze)
def _(c: Unfreeze) -> str:
    return f"unfreeze {_frozen(c)} ({c.reason}; ref {c.client_ref})"


@describe.register(SetObligation)
def _(c: SetObligation) -> str:
    return f"state that {c.participant} owes {c.due:,} for {c.year}"


@describe.register(SetEligibility)
def _(c: SetEligibility) -> str:
    rules = "; ".join(map(_rule, c.rules)) or "any vintage cover every year"
    return f"let {c.product} of {rules}"


def _rule(rule: EligibilityRule) -> str:
    """Return an eligibility rule as text: ``2021 to 2024 cover 2021 to 2025``."""
    vintages = _span(rule.vintage_from, rule.vintage_to) or "any vintage"
    names = f" ({', '.join(rule.instruments)})" if rule.instruments else ""
    years = _span(rule.year_from, rule.year_to)
    if not rule.year_from:
        years = f"their own year {f'to {rule.year_to}' if rule.year_to else 'on'}"
    until = f" until {date_text(rule.until)}" if rule.until else ""
    return f"{vintages}{names} cover {years}{until}"


def _span(first: int, last: int) -> str:
    if not first:
        return f"up to {last}" if last else ""
    return f"{first} to {last}" if last else f"{first} on"


@describe.register(EligibilitySet)
def _(_: EligibilitySet) -> str:
    return "set"


@describe.register(Surrender)
def _(c: Surrender) -> str:
    what = f"{c.quantity:,} {c.instrument} of {c.account}"
    return f"surrender {what} for {c.year} (ref {c.client_ref})"


@describe.register(ParticipantRegistered)
def _(_: ParticipantRegistered) -> str:
    return "registered"


@describe.register(KeyAdded)
def _(_: KeyAdded) -> str:
    return "added"


@describe.register(KeyRevoked)
def _(_: KeyRevoked) -> str:
    return "revoked"


@describe.register(AccountOpened)
def _(_: AccountOpened) -> str:
    return "opened"


@describe.register(ParticipantRestricted)
def _(e: ParticipantRestricted) -> str:
    return f"{e.participant} may {_ALLOWED[e.restriction]}"


@describe.register(Moved)
def _(e: Moved) -> str:
    return "was done before" if e.duplicate else "done"


@describe.register(FreezeChanged)
def _(e: FreezeChanged) -> str:
    frozen, pending = _value(e.terms, e.frozen), _value(e.terms, e.pending)
    more = f", {pending} more to be" if e.pending else ""
    before = "was done before: " if e.duplicate else ""
    return f"{before}{frozen} frozen{more}"


@describe.register(ObligationSet)
def _(e: ObligationSet) -> str:
    offset = f", {e.offset:,} of them offsets" if e.offset else ""
    who, year = e.terms.participant, e.terms.year
    return (
        f"{who} owes {e.terms.due:,} for {year}, {e.surrendered:,} surrendered{offset}"
    )


@describe.register(LargeHolder)
def _(e: LargeHolder) -> str:
    return (
        f"large holder: {e.participant} holds {e.held:,} {e.instrument}"
        f" of at most {e.limit:,}"
    )


@describe.register(Alert)
def _(e: Alert) -> str:
    side = "" if e.side is None else f" on the {name(e.side)} side"
    other = f" and {e.counterparty}" if e.counterparty else ""
    who = f"{e.participant}{other}"
    return (
        f"alert: {name(e.kind)} of {who} in {e.instrument}{side},"
        f" {e.value:,} reaches {e.limit:,}"
    )


def _frozen(c: FreezeCommand) -> str:
    return f"{_value(c, c.size)} of {c.account}"


def _value(c: FreezeCommand, quantity: int) -> str:
    """Return an amount of fen as CNY, or of tonnes with the instrument."""
    return f"{quantity:,} {c.instrument}" if c.instrument else f"{cny(quantity)} CNY"


_ALLOWED: Final = {
    Restriction.NONE: "trade freely",
    Restriction.SELL_ONLY: "only sell and cancel",
    Restriction.CANCEL_ONLY: "only cancel",
    Restriction.SUSPENDED: "do nothing (suspended)",
}
