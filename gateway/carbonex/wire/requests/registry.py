"""Params of requests about participants, keys, accounts, cash and tonnes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from carbonex.engine.registry.eligibility import MAX_NAMED, MAX_RULES

from .base import Explanation, Name, OptionalDate, Params, PermissionName, Quantity


class RegisterParticipant(Params, frozen=True):
    """Register a participant."""

    participant: Name


class OpenAccount(Params, frozen=True):
    """Open an account for a participant, with its limits.

    ``max_open_orders`` counts orders, block proposals and bids. ``max_stop_orders``
    counts the stop orders that wait for their trigger.
    """

    participant: Name
    account: Name
    max_client_ids: Quantity = 200_000
    max_open_orders: Quantity = 5_000
    max_stop_orders: Quantity = 1_000


class AddKey(Params, frozen=True):
    """Add a login key to a participant; ``public_key`` is base64url of 32 bytes."""

    participant: Name
    key_id: Name
    public_key: str
    permissions: list[PermissionName]


class RevokeKey(Params, frozen=True):
    """Revoke a key, at once and for ever."""

    key_id: Name


class Deposit(Params, frozen=True):
    """Credit cash."""

    account: Name
    amount: str
    client_ref: Name


class Withdraw(Params, frozen=True):
    """Debit free cash."""

    account: Name
    amount: str
    client_ref: Name


class Issue(Params, frozen=True):
    """Credit newly issued tonnes."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name


class Transfer(Params, frozen=True):
    """Move free tonnes to another account; participants may move only their own."""

    account: Name
    to_account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name


class Retire(Params, frozen=True):
    """Remove tonnes from the venue: cancelled for good, or transferred out."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    transferred_out: bool = False


class FreezeCash(Params, frozen=True):
    """Freeze cash; any part that is not free is frozen when it becomes free."""

    account: Name
    amount: str
    client_ref: Name
    reason: Explanation


class FreezeTonnes(Params, frozen=True):
    """Freeze tonnes; any part that is not free is frozen when it becomes free."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    reason: Explanation


class UnfreezeCash(Params, frozen=True):
    """Reduce the frozen cash by ``amount``."""

    account: Name
    amount: str
    client_ref: Name
    reason: Explanation


class UnfreezeTonnes(Params, frozen=True):
    """Reduce the frozen tonnes by ``quantity``."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    reason: Explanation


class SetObligation(Params, frozen=True):
    """Set a participant's verified emissions of ``year``, its obligation in tonnes."""

    participant: Name
    year: Quantity
    due: Quantity


class EligibilityRule(Params, frozen=True):
    """A rule: tonnes of some vintages cover obligations of some years, until a date.

    That date, in Shanghai, is included. 0 or an empty value sets no bound, except that
    without ``year_from`` a vintage covers no year before its own. With ``instruments``
    the rule applies to those only.
    """

    vintage_from: Quantity = 0
    vintage_to: Quantity = 0
    year_from: Quantity = 0
    year_to: Quantity = 0
    until: OptionalDate = ""
    instruments: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_NAMED)] = ()


class SetEligibility(Params, frozen=True):
    """Replace a product's eligibility rules, at once."""

    product: Name
    rules: Annotated[list[EligibilityRule], msgspec.Meta(max_length=MAX_RULES)]


class Surrender(Params, frozen=True):
    """Surrender tonnes for the obligation of ``year``; participants only their own."""

    account: Name
    instrument: Name
    quantity: Quantity
    year: Quantity
    client_ref: Name
