"""Commands about participants, keys, accounts, cash and tonnes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import (
    AddKey,
    Deposit,
    Freeze,
    Issue,
    OpenAccount,
    RegisterParticipant,
    Retire,
    RevokeKey,
    SetEligibility,
    SetObligation,
    Surrender,
    Transfer,
    Unfreeze,
    Withdraw,
)
from carbonex.wire.eligibility import engine_rule
from carbonex.wire.login import decode_bytes, is_weak
from carbonex.wire.vocabulary import permissions_of
from carbonex.wire.wanted import wanted

from .values import bad, fen


if TYPE_CHECKING:
    from carbonex.wire import requests


CASH: Final = ""  # instrument of a Freeze or Unfreeze of cash


def register_participant(
    p: requests.RegisterParticipant, key: str
) -> RegisterParticipant:
    """Return the command of register_participant."""
    return RegisterParticipant(key, p.participant)


def open_account(p: requests.OpenAccount, key: str) -> OpenAccount:
    """Return the command of open_account."""
    return OpenAccount(
        key,
        p.participant,
        p.account,
        p.max_client_ids,
        p.max_open_orders,
        p.max_stop_orders,
    )


def add_key(p: requests.AddKey, key: str) -> AddKey:
    """Return the command of add_key."""
    try:
        public_key = decode_bytes(p.public_key)
    except ValueError:
        bad("public_key", wanted("public_key", str), p.public_key)
    if is_weak(public_key):
        bad("public_key", "one that a private key belongs to", p.public_key)
    permissions = permissions_of(p.permissions)
    return AddKey(key, p.participant, p.key_id, public_key, permissions)


def revoke_key(p: requests.RevokeKey, key: str) -> RevokeKey:
    """Return the command of revoke_key."""
    return RevokeKey(key, p.key_id)


def deposit(p: requests.Deposit, key: str) -> Deposit:
    """Return the command of deposit."""
    return Deposit(key, p.account, fen("amount", p.amount), p.client_ref)


def withdraw(p: requests.Withdraw, key: str) -> Withdraw:
    """Return the command of withdraw."""
    return Withdraw(key, p.account, fen("amount", p.amount), p.client_ref)


def issue(p: requests.Issue, key: str) -> Issue:
    """Return the command of issue."""
    return Issue(key, p.account, p.instrument, p.quantity, p.client_ref)


def transfer(p: requests.Transfer, key: str) -> Transfer:
    """Return the command of transfer."""
    return Transfer(
        key, p.account, p.to_account, p.instrument, p.quantity, p.client_ref
    )


def retire(p: requests.Retire, key: str) -> Retire:
    """Return the command of retire."""
    return Retire(
        key, p.account, p.instrument, p.quantity, p.client_ref, p.transferred_out
    )


def freeze_cash(p: requests.FreezeCash, key: str) -> Freeze:
    """Return the command of freeze_cash."""
    amount = fen("amount", p.amount)
    return Freeze(key, p.account, CASH, 0, p.client_ref, p.reason, amount)


def freeze_tonnes(p: requests.FreezeTonnes, key: str) -> Freeze:
    """Return the command of freeze_tonnes."""
    return Freeze(key, p.account, p.instrument, p.quantity, p.client_ref, p.reason)


def unfreeze_cash(p: requests.UnfreezeCash, key: str) -> Unfreeze:
    """Return the command of unfreeze_cash."""
    amount = fen("amount", p.amount)
    return Unfreeze(key, p.account, CASH, 0, p.client_ref, p.reason, amount)


def unfreeze_tonnes(p: requests.UnfreezeTonnes, key: str) -> Unfreeze:
    """Return the command of unfreeze_tonnes."""
    return Unfreeze(key, p.account, p.instrument, p.quantity, p.client_ref, p.reason)


def set_obligation(p: requests.SetObligation, key: str) -> SetObligation:
    """Return the command of set_obligation."""
    return SetObligation(key, p.participant, p.year, p.due)


def set_eligibility(p: requests.SetEligibility, key: str) -> SetEligibility:
    """Return the command of set_eligibility."""
    rules = tuple(engine_rule(rule) for rule in p.rules)
    return SetEligibility(key, p.product, rules)


def surrender(p: requests.Surrender, key: str) -> Surrender:
    """Return the command of surrender."""
    return Surrender(key, p.account, p.instrument, p.quantity, p.year, p.client_ref)
