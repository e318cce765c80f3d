"""Whose each account is, what its executions are numbered, and what it may do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    Countdown,
    Exchange,
    Permission,
    Restriction,
    Side,
    Surrender,
    Transfer,
)


if TYPE_CHECKING:
    from carbonex.engine import (
        AccountOpened,
        AddKey,
        CountdownSet,
        EligibilityRule,
        KeyAdded,
        MoveCommand,
        ParticipantRestricted,
        SetEligibility,
    )


class Parties:
    """Participants, their keys and accounts."""

    def __init__(self) -> None:
        self.restrictions: dict[str, Restriction] = {}
        self.owners: dict[str, str] = {}
        self.caps: dict[str, int] = {}  # of what an account may have open
        self.keys: dict[str, bool] = {}  # whether it was revoked
        self.owned: dict[str, AddKey] = {}  # the keys that are no registry's
        self.eligibility: dict[str, tuple[EligibilityRule, ...]] = {}  # by product
        self.executions: Counter[str] = Counter()  # by account
        self.armed: dict[str, Countdown] = {}  # likewise
        # Accounts whose orders up to a number are to go: their countdown has fired,
        # or their participant was restricted.
        self.fired: dict[str, int] = {}
        self.barred: dict[str, int] = {}

    def registered(self, participant: str) -> None:
        assert participant not in self.restrictions
        self.restrictions[participant] = Restriction.NONE

    def opened(self, event: AccountOpened) -> None:
        terms = event.terms
        assert terms.account not in self.owners
        assert terms.participant in self.restrictions
        self.owners[terms.account] = terms.participant
        self.caps[terms.account] = terms.max_open_orders

    def added(self, event: KeyAdded) -> None:
        assert event.terms.key_id not in self.keys
        assert event.terms.participant in self.restrictions
        self.keys[event.terms.key_id] = False
        if Permission.REGISTRY not in event.terms.permissions:
            self.owned[event.terms.key_id] = event.terms

    def revoked(self, key_id: str) -> None:
        assert key_id in self.keys
        self.keys[key_id] = True

    def restricted(self, event: ParticipantRestricted, newest: int) -> None:
        assert event.participant in self.restrictions
        self.restrictions[event.participant] = event.restriction
        if event.restriction in {Restriction.SELL_ONLY, Restriction.SUSPENDED}:
            for account in self.accounts(event.participant):
                self.barred[account] = newest

    def entitled(self, terms: SetEligibility) -> None:
        assert terms.key not in self.owned
        self.eligibility[terms.product] = terms.rules

    def moved(self, terms: MoveCommand) -> None:
        """Participants move what is theirs, and as far as supervision lets them."""
        if terms.key not in self.owned:
            return
        key = self.owned[terms.key]
        assert isinstance(terms, Surrender | Transfer)
        assert Permission.TRANSFER in key.permissions
        assert not self.keys[terms.key]
        owner = self.owners[terms.account]
        assert key.participant == owner
        if isinstance(terms, Surrender):
            assert self.restrictions[owner] is not Restriction.SUSPENDED
        else:
            for participant in (owner, self.owners[terms.to_account]):
                assert self.restrictions[participant] is Restriction.NONE

    def counts_down(self, event: CountdownSet) -> None:
        assert event.was_armed is (event.account in self.armed)
        assert bool(event.timeout_ns) is bool(event.due_ns)
        self.armed.pop(event.account, None)
        if event.due_ns:
            self.armed[event.account] = Countdown(event.timeout_ns, event.due_ns)

    def fires(self, account: str, now: int, newest: int) -> None:
        assert self.armed.pop(account).due_ns <= now
        self.fired[account] = newest

    def accounts(self, participant: str) -> list[str]:
        return [name for name in self.owners if self.owners[name] == participant]

    def same(self, one: str, other: str) -> bool:
        return self.owners[one] == self.owners[other]

    def may_enter(self, account: str, side: Side) -> bool:
        """Tell whether the account's participant may trade on ``side``."""
        restriction = self.restrictions[self.owners[account]]
        sells = restriction is Restriction.SELL_ONLY and side is not BUY
        return sells or restriction is Restriction.NONE

    def may_stay(self, account: str, side: Side) -> bool:
        """Tell whether what the account has open on ``side`` stays open."""
        return self.may_be_party(self.owners[account], side)

    def may_be_party(self, participant: str, side: Side) -> bool:
        restriction = self.restrictions[participant]
        if restriction is Restriction.SELL_ONLY:
            return side is not BUY
        return restriction is not Restriction.SUSPENDED

    def count(self, account: str, exec_seq: int) -> None:
        self.executions[account] += 1
        assert exec_seq == self.executions[account], "execution numbers have no gap"

    def compare(self, exchange: Exchange) -> None:
        for name, participant in exchange.participants.items():
            assert participant.restriction is self.restrictions[name]
            assert [*participant.accounts] == self.accounts(name)
        for name, account in exchange.accounts.items():
            assert account.exec_seq == self.executions[name]
            assert account.open_count <= self.caps[name]
            assert account.countdown == self.armed.get(name)
        assert {name: key.revoked for name, key in exchange.keys.items()} == self.keys
