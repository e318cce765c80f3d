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
    """A key may log in."""

    terms: AddKey


@final
class KeyRevoked(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A key may do nothing any more; its sessions must end."""

    key_id: str


@final
class AccountOpened(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An account exists, with nothing in it."""

    terms: OpenAccount


@final
class ParticipantRestricted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """What a participant may do from now on."""

    participant: str
    restriction: Restriction


@final
class Moved(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Cash or tonnes were credited, debited, transferred or surrendered.

    ``duplicate`` tells that this client ref had done it before and nothing
    was done now.
    """

    terms: MoveCommand
    duplicate: bool = False


@final
class FreezeChanged(msgspec.Struct, frozen=True, gc=False, tag=True):
    """More of a balance is frozen now, or less: ``frozen`` is what is, in all.

    ``pending`` is what is to be frozen as it becomes available. ``duplicate`` tells
    that this client ref had done it before, and what it had come to then.
    """

    terms: FreezeCommand
    frozen: int
    pending: int
    duplicate: bool = False


@final
class ObligationSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """What a participant owes for a year, and what it has surrendered of it.

    ``offset`` is the part that came from instruments with an offset cap.
    """

    terms: SetObligation
    surrendered: int
    offset: int


@final
class EligibilitySet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Which tonnes of a product cover which obligations, from now on."""

    terms: SetEligibility


@final
class LargeHolder(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A participant's holding has reached the share of the limit to report."""

    participant: str
    instrument: str
    held: int
    limit: int


@final
class Alert(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Supervision noticed something; nothing was prevented (MARKET-RULES §6).

    ``value`` reached the threshold ``limit``, both in the threshold's unit. The
    order and trade numbers are the newest of those behind it. ``side`` tells
    which share of the volume it was.
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
