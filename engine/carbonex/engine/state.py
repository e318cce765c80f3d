"""Everything the exchange knows: what the log's commands have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from .book import Book
from .enums import Permission, Phase


if TYPE_CHECKING:
    from .accounts import Account, Key, Participant
    from .commands import ListInstrument


VENUE_KEY: Final = ""  # commands of the venue's own process carry it


@final
class Instrument:
    """A listed instrument: its terms, its phase and its book.

    ``issued`` is the tonnes that exist; ``last_trade_id`` numbers its trades.
    While it is ``plain`` it trades, in ticks of a fen and lots of a tonne, so
    that an order's price and quantity need little checking.
    """

    __slots__ = (
        "book",
        "halted",
        "issued",
        "last_trade_id",
        "max_quantity",
        "phase",
        "plain",
        "terms",
    )

    def __init__(self, terms: ListInstrument) -> None:
        self.terms = terms
        self.max_quantity = terms.max_quantity  # read for every order
        self.book = Book()
        self.halted = False
        self.issued = 0
        self.last_trade_id = 0
        self.enter(Phase.CLOSED)

    def enter(self, phase: Phase) -> None:
        """Change the phase."""
        self.phase = phase
        plain = self.terms.tick == self.terms.lot == 1
        self.plain = plain and phase is Phase.TRADING


class State:
    """The registers and counters; ``Exchange`` adds what changes them.

    ``seq`` numbers commands, ``time_ns`` is the log's time, ``day`` the open
    trading day (YYYYMMDD, 0 for none) and ``last_day`` the newest begun.
    ``cash`` is what all accounts hold together, in fen. ``gateways`` holds
    each gateway's newest epoch and the number of its last batch. ``traders``
    is an index: for each key, the accounts it may trade for.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.time_ns = 0
        self.day = 0
        self.last_day = 0
        self.day_ends_ns = 0
        self.last_order_id = 0
        self.cash = 0
        self.gateways: dict[int, tuple[int, int]] = {}
        self.participants: dict[str, Participant] = {}
        self.keys: dict[str, Key] = {}
        self.accounts: dict[str, Account] = {}
        self.traders: dict[str, dict[str, Account]] = {VENUE_KEY: self.accounts}
        self.instruments: dict[str, Instrument] = {}

    def add_key(self, key: Key) -> None:
        """Enter a key, and what it may trade for."""
        self.keys[key.key_id] = key
        if Permission.TRADE in key.permissions and not key.revoked:
            self.traders[key.key_id] = key.participant.accounts

    def revoke(self, key: Key) -> None:
        """Let a key do nothing any more."""
        key.revoked = True
        self.traders.pop(key.key_id, None)

    def permits(self, key_id: str, permission: Permission) -> bool:
        """Tell whether a key may do what ``permission`` stands for."""
        if key_id == VENUE_KEY:
            return True
        key = self.keys.get(key_id)
        return key is not None and not key.revoked and permission in key.permissions

    def phase_of(self, instrument: Instrument) -> Phase:
        """Return the phase that follows from the day and the halts."""
        if instrument.halted:
            return Phase.HALTED
        return Phase.TRADING if self.day else Phase.CLOSED
