"""Position limits, and who must be reported for holding much (MARKET-RULES §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from carbonex.engine import Exchange, LargeHolder
    from ledger import Ledger

    from .floor import Floor
    from .parties import Parties


class Holders:
    """Knows who was reported, and whose holdings a command has changed."""

    def __init__(self, floor: Floor, parties: Parties, ledger: Ledger) -> None:
        self.floor, self.parties, self.ledger = floor, parties, ledger
        self.reported: set[tuple[str, str]] = set()
        self.touched: set[tuple[str, str]] = set()

    def touch(self, account: str, instrument: str) -> None:
        listing = self.floor.listings.get(instrument)
        if listing is not None and listing.terms.position_limit:
            self.touched.add((self.parties.owners[account], instrument))

    def renew(self, instrument: str) -> None:
        """Look at everybody: a day has begun with new terms."""
        self.reported = {who for who in self.reported if who[1] != instrument}
        for account in self.parties.owners:
            self.touch(account, instrument)

    def report(self, event: LargeHolder) -> None:
        who = event.participant, event.instrument
        assert who in self.touched
        assert event.held == self._held(*who) > 0
        assert event.limit == self.floor.listings[event.instrument].terms.position_limit
        assert self._is_large(*who)
        self.reported.add(who)

    def finish(self) -> None:
        """Assert that nobody was forgotten."""
        for who in sorted(self.touched):
            if self._is_large(*who):
                assert who in self.reported, "a large holder was not reported"
            else:
                self.reported.discard(who)
        self.touched.clear()

    def compare(self, exchange: Exchange) -> None:
        large = {
            (name, instrument)
            for name, participant in exchange.participants.items()
            for instrument in participant.large_in
        }
        assert large == self.reported

    def _held(self, participant: str, instrument: str) -> int:
        accounts = self.parties.accounts(participant)
        return sum(self.ledger.tonnes[name, instrument] for name in accounts)

    def _is_large(self, participant: str, instrument: str) -> bool:
        terms = self.floor.listings[instrument].terms
        permille = terms.large_holder_permille
        held = self._held(participant, instrument)
        return permille > 0 and held * 1000 >= terms.position_limit * permille
