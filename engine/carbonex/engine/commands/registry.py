"""Commands about participants, keys, accounts, cash and tonnes."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.enums import Permission, Restriction


@final
class RegisterParticipant(
    msgspec.Struct, frozen=True, gc=False, array_like=True, tag=20
):
    """Admit a company to the venue."""

    key: str
    participant: str


@final
class AddKey(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=21):
    """Let ``participant`` log in with an Ed25519 key (32 bytes, public part)."""

    key: str
    participant: str
    key_id: str
    public_key: bytes
    permissions: Permission


@final
class RevokeKey(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=22):
    """Make a key useless, at once and for ever."""

    key: str
    key_id: str


@final
class OpenAccount(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=23):
    """Give ``participant`` an account for cash and tonnes.

    ``max_client_ids`` bounds the client order ids (and, apart from them, the
    client refs) remembered for it; ``max_open_orders`` what it has open: orders, block
    proposals and bids; ``max_stop_orders`` those of its orders that wait for a trade.
    """

    key: str
    participant: str
    account: str
    max_client_ids: int = 200_000
    max_open_orders: int = 5_000
    max_stop_orders: int = 1_000


@final
class RestrictParticipant(
    msgspec.Struct, frozen=True, gc=False, array_like=True, tag=24
):
    """Restrict what a participant may do, or lift it with NONE."""

    key: str
    participant: str
    restriction: Restriction


@final
class Deposit(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=30):
    """Credit ``amount`` fen of cash. ``client_ref`` makes a retry safe."""

    key: str
    account: str
    amount: int
    client_ref: str


@final
class Withdraw(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=31):
    """Debit ``amount`` fen of cash that no order has locked."""

    key: str
    account: str
    amount: int
    client_ref: str


@final
class Issue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=32):
    """Credit ``quantity`` tonnes of ``instrument``, newly made."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str


@final
class Transfer(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=33):
    """Move ``quantity`` unlocked tonnes from ``account`` to ``to_account``."""

    key: str
    account: str
    to_account: str
    instrument: str
    quantity: int
    client_ref: str


@final
class SetObligation(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=34):
    """State the verified emissions of ``year`` that ``participant`` owes, in tonnes."""

    key: str
    participant: str
    year: int
    due: int


@final
class Surrender(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=35):
    """Hand in tonnes for the obligation of ``year``; resale-locked ones go first."""

    key: str
    account: str
    instrument: str
    quantity: int
    year: int
    client_ref: str


@final
class Retire(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=36):
    """Take tonnes off the venue: cancelled for good, or transferred out."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str
    transferred_out: bool = False


@final
class EligibilityRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Let tonnes of vintages cover the obligations for years, until a last date.

    ``until`` is a date in Shanghai (YYYYMMDD), which still counts. 0 is no bound;
    but a ``year_from`` of 0 is the vintage's own year, where it has one. With
    ``instruments`` the rule is for those alone.
    """

    vintage_from: int = 0
    vintage_to: int = 0
    year_from: int = 0
    year_to: int = 0
    until: int = 0
    instruments: tuple[str, ...] = ()


@final
class SetEligibility(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=37):
    """Replace the rules by which tonnes of ``product`` cover obligations.

    Tonnes cover what one of them lets them cover. Without a rule all of the product
    cover every obligation.
    """

    key: str
    product: str
    rules: tuple[EligibilityRule, ...] = ()


class Freeze(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=38):
    """Freeze ``quantity`` tonnes of an instrument; where none is named, ``amount`` fen.

    What is not there, or is locked, is frozen as it becomes available. ``reason`` is
    for people. Freezes add up.
    """

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str
    reason: str
    amount: int = 0

    @property
    def size(self) -> int:
        """The tonnes, or the fen."""
        return self.quantity if self.instrument else self.amount


@final
class Unfreeze(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=39):
    """Let so much less be frozen, first of what is still to be."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str
    reason: str
    amount: int = 0

    @property
    def size(self) -> int:
        """The tonnes, or the fen."""
        return self.quantity if self.instrument else self.amount


FreezeCommand = Freeze | Unfreeze
MoveCommand = Deposit | Withdraw | Issue | Transfer | Surrender | Retire
RegistryCommand = (
    RegisterParticipant
    | AddKey
    | RevokeKey
    | OpenAccount
    | RestrictParticipant
    | SetObligation
    | SetEligibility
    | MoveCommand
    | FreezeCommand
)
