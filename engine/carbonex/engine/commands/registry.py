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
    """Let ``participant`` log in with an Ed25519 key (``public_key``: 32 bytes)."""

    key: str
    participant: str
    key_id: str
    public_key: bytes
    permissions: Permission


@final
class RevokeKey(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=22):
    """Revoke a key, at once and for ever."""

    key: str
    key_id: str


@final
class OpenAccount(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=23):
    """Open an account for ``participant``, for cash and tonnes.

    ``max_client_ids`` limits how many client order ids the account remembers and,
    separately, how many client refs. ``max_open_orders`` limits its open orders, block
    proposals and bids together. ``max_stop_orders`` limits those of its orders that
    wait for their stop price.
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
    """Debit ``amount`` fen of available cash, which no order has locked."""

    key: str
    account: str
    amount: int
    client_ref: str


@final
class Issue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=32):
    """Credit ``quantity`` newly issued tonnes of ``instrument``."""

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
    """Surrender tonnes for the obligation of ``year``, resale-locked tonnes first."""

    key: str
    account: str
    instrument: str
    quantity: int
    year: int
    client_ref: str


@final
class Retire(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=36):
    """Remove tonnes from the venue: cancel them for good, or transfer them out."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str
    transferred_out: bool = False


@final
class EligibilityRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Let tonnes of some vintages cover obligations of some years until a last date.

    ``until`` is the last valid date in Shanghai (YYYYMMDD). In every field 0 means no
    bound, except that a ``year_from`` of 0 means the vintage's own year, if it has one.
    If ``instruments`` is not empty, the rule applies to those only.
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

    Tonnes may cover an obligation if at least one rule allows it. Without rules, all
    tonnes of the product cover every obligation.
    """

    key: str
    product: str
    rules: tuple[EligibilityRule, ...] = ()


class Freeze(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=38):
    """Freeze ``quantity`` tonnes of an instrument or, if none is named, ``amount`` fen.

    Any part that is missing or locked is frozen as it becomes available. ``reason`` is
    free text. Freezes add up.
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
        """The tonnes or the fen."""
        return self.quantity if self.instrument else self.amount


@final
class Unfreeze(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=39):
    """Reduce what is frozen, starting with the part that is still pending."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str
    reason: str
    amount: int = 0

    @property
    def size(self) -> int:
        """The tonnes or the fen."""
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
