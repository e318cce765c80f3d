"""Events about participants, keys, accounts, cash and tonnes."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import (
    AddKey,
    FreezeCommand,
    MoveCommand,
    OpenAccount,
    SetEligibility,
    SetObligation,
)
from carbonex.engine.enums import AlertKind, Restriction, Side


@final
class ParticipantRegistered(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A company was admitted."""

    participant: str


@final
class KeyAdded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A key was added and may log in."""

    terms: AddKey


@final
class KeyRevoked(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A key was revoked; its sessions must end."""

    key_id: str


@final
class AccountOpened(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An account was opened, with nothing in it."""

    terms: OpenAccount


@final
class ParticipantRestricted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A participant's restriction changed."""

    participant: str
    restriction: Restriction


@final
class Moved(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Cash or tonnes were credited, debited, transferred, surrendered or retired.

    ``duplicate`` tells that a command with this client ref had already done so, and
    that nothing was done now.
    """

    terms: MoveCommand
    duplicate: bool = False


@final
class FreezeChanged(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A balance's frozen amount changed; ``frozen`` is the new total.

    ``pending`` is the amount still to be frozen as it becomes available. ``duplicate``
    tells that a command with this client ref had already been applied; the amounts are
    then those of that time.
    """

    terms: FreezeCommand
    frozen: int
    pending: int
    duplicate: bool = False


@final
class ObligationSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A participant's obligation for a year, and how much of it is surrendered.

    ``offset`` is the surrendered part that came from instruments with an offset cap.
    """

    terms: SetObligation
    surrendered: int
    offset: int


@final
class EligibilitySet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The rules by which a product's tonnes cover obligations changed."""

    terms: SetEligibility


@final
class LargeHolder(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A participant's holding reached the reportable share of the position limit."""

    participant: str
    instrument: str
    held: int
    limit: int


@final
class Alert(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Supervision noticed something; it prevented nothing (MARKET-RULES §6).

    ``value`` reached the threshold ``limit``, both in the threshold's unit. ``orders``
    and ``trades`` are the newest of the order and trade numbers that caused it.
    ``side`` is the side whose share of the volume caused it.
    """

    kind: AlertKind
    instrument: str
    participant: str
    counterparty: str
    value: int
    limit: int
    orders: tuple[int, ...] = ()
    trades: tuple[int, ...] = ()
    side: Side | None = None


RegistryEvent = (
    ParticipantRegistered
    | KeyAdded
    | KeyRevoked
    | AccountOpened
    | ParticipantRestricted
    | Moved
    | FreezeChanged
    | ObligationSet
    | EligibilitySet
    | LargeHolder
    | Alert
)
