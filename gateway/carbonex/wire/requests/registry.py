"""Params about participants, keys, accounts, cash and tonnes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from carbonex.engine.registry.eligibility import MAX_NAMED, MAX_RULES

from .base import Explanation, Name, OptionalDate, Params, PermissionName, Quantity


class RegisterParticipant(Params, frozen=True):
    """Admit a company."""

    participant: Name


class OpenAccount(Params, frozen=True):
    """Give a participant an account, with what bounds it.

    ``max_open_orders`` counts orders, block proposals and bids, ``max_stop_orders``
    the orders that wait for a trade at their stop price.
    """

    participant: Name
    account: Name
    max_client_ids: Quantity = 200_000
    max_open_orders: Quantity = 5_000
    max_stop_orders: Quantity = 1_000


class AddKey(Params, frozen=True):
    """Let a participant log in; ``public_key`` is base64url of 32 bytes."""

    participant: Name
    key_id: Name
    public_key: str
    permissions: list[PermissionName]


class RevokeKey(Params, frozen=True):
    """Make a key useless, at once and for ever."""

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
    """Credit newly made tonnes."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name


class Transfer(Params, frozen=True):
    """Move free tonnes to another account; a participant's key, of its own."""

    account: Name
    to_account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name


class Retire(Params, frozen=True):
    """Take tonnes off the venue: cancelled for good, or transferred out."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    transferred_out: bool = False


class FreezeCash(Params, frozen=True):
    """Freeze cash; what is not free is frozen as it becomes so."""

    account: Name
    amount: str
    client_ref: Name
    reason: Explanation


class FreezeTonnes(Params, frozen=True):
    """Freeze tonnes, likewise."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    reason: Explanation


class UnfreezeCash(Params, frozen=True):
    """Let so much less cash be frozen."""

    account: Name
    amount: str
    client_ref: Name
    reason: Explanation


class UnfreezeTonnes(Params, frozen=True):
    """Let so many tonnes less be frozen."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
    reason: Explanation


class SetObligation(Params, frozen=True):
    """State the verified emissions of ``year`` that a participant owes, in tonnes."""

    participant: Name
    year: Quantity
    due: Quantity


class EligibilityRule(Params, frozen=True):
    """Let tonnes of vintages cover the obligations for years, until a date.

    That date, in Shanghai, still counts. 0, or nothing, is no bound; but without a
    ``year_from`` a vintage covers no year before its own. With ``instruments`` the
    rule is for those alone.
    """

    vintage_from: Quantity = 0
    vintage_to: Quantity = 0
    year_from: Quantity = 0
    year_to: Quantity = 0
    until: OptionalDate = ""
    instruments: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_NAMED)] = ()


class SetEligibility(Params, frozen=True):
    """Replace the rules by which tonnes of a product cover obligations, at once."""

    product: Name
    rules: Annotated[list[EligibilityRule], msgspec.Meta(max_length=MAX_RULES)]


class Surrender(Params, frozen=True):
    """Hand in tonnes for the obligation of ``year``; a participant's key, its own."""

    account: Name
    instrument: Name
    quantity: Quantity
    year: Quantity
    client_ref: Name
