"""Client refs: a command that moves value is applied once, however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine.accounts import Done
from carbonex.engine.enums import Reason
from carbonex.engine.events import Rejected
from carbonex.engine.market.rules import bad_name


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.commands import RefCommand
    from carbonex.engine.events import Event, RefEvent


def answered_before(account: Account | None, command: RefCommand) -> Event | None:
    """Return the answer to a client ref that the account has used, or None. O(1).

    If the command differs at most in its key, this is the first answer, marked as a
    duplicate; otherwise it is a rejection. ``account`` is None if the key may not act
    for it; then the result is None.
    """
    done = None if account is None else account.client_refs.get(command.client_ref)
    if done is None:
        return None
    known, answer = done
    if type(known) is not type(command) or replace(command, key=known.key) != known:
        return Rejected(Reason.DUPLICATE_CLIENT_REF, "client_ref")
    return replace(answer, duplicate=True)


def bad_ref(ref: str) -> Rejected | None:
    """Check that a new client ref is a valid name."""
    return bad_name("client_ref", ref)


def too_many_refs(account: Account) -> Rejected | None:
    """Check that the account may remember one more client ref."""
    known, limit = len(account.client_refs), account.max_client_ids
    if known < limit:
        return None
    return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_ref", known, limit)


def remember(account: Account, command: RefCommand, answer: RefEvent) -> None:
    """Remember a new client ref's answer, for this trading day and the next. O(1)."""
    account.client_refs.today[command.client_ref] = Done(command, answer)
