"""Client refs: a command that moves value is done once, however often it comes."""

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
    """Return the answer to a client ref that the account has used, else None. O(1).

    It is the first answer, marked as a duplicate, if the command is the same in
    all but its key; otherwise a refusal. An account that the key may not act for,
    None, has used none.
    """
    done = None if account is None else account.client_refs.get(command.client_ref)
    if done is None:
        return None
    known, answer = done
    if type(known) is not type(command) or replace(command, key=known.key) != known:
        return Rejected(Reason.DUPLICATE_CLIENT_REF, "client_ref")
    return replace(answer, duplicate=True)


def bad_ref(ref: str) -> Rejected | None:
    """Check that a new client ref is a name."""
    return bad_name("client_ref", ref)


def too_many_refs(account: Account) -> Rejected | None:
    """Check that the account may have one more client ref remembered."""
    known, limit = len(account.client_refs), account.max_client_ids
    if known < limit:
        return None
    return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_ref", known, limit)


def remember(account: Account, command: RefCommand, answer: RefEvent) -> None:
    """Note what a new client ref has done, for this trading day and the next. O(1)."""
    account.client_refs.today[command.client_ref] = Done(command, answer)
