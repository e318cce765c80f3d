"""What operators and the registry do; each method needs a key that may do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from carbonex.wire import requests

from .market_data import MarketData
from .prices import Price, price_text
from .requester import as_it_is, nothing


if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from typing import Unpack

    from carbonex.wire.answers import Moved


class Terms(TypedDict, total=False):
    """An instrument's parameters; what is left out is as the comment says."""

    product: str  # "CEA"
    lot: int  # 1 tonne
    max_quantity: int  # 2^31 tonnes in one order
    market_protection_permille: int  # 100: a market order goes 10 % from the best


class AccountCaps(TypedDict, total=False):
    """What bounds an account; what is left out is as the comment says."""

    max_client_ids: int  # 200,000 remembered at a time
    max_open_orders: int  # 100,000


class Administration(MarketData):
    """Instruments, trading days, participants, accounts, keys, cash and tonnes.

    Every method raises VenueError where it is refused and ConnectionLost where
    no answer came. The four that move cash or tonnes carry a ``client_ref``:
    calling again with the same one moves nothing twice, and the answer says so
    by ``duplicate``.
    """

    async def list_instrument(
        self, instrument: str, tick: Price = "0.01", **terms: Unpack[Terms]
    ) -> None:
        """Open a book with prices in steps of ``tick`` CNY; see Terms."""
        listing = requests.ListInstrument(instrument, tick=price_text(tick), **terms)
        await self._ask(listing, nothing)

    async def halt(self, instrument: str) -> None:
        """Stop trading; resting orders stay and may be cancelled."""
        await self._ask(requests.Halt(instrument), nothing)

    async def resume(self, instrument: str) -> None:
        """End a halt."""
        await self._ask(requests.Resume(instrument), nothing)

    async def begin_day(self, date: dt.date, ends: dt.datetime) -> None:
        """Open the trading day ``date``, which ends at ``ends``.

        Raises:
            ValueError: If ``ends`` has no time zone.

        """
        if ends.tzinfo is None:
            raise ValueError(f"{ends} has no time zone: give ends a tzinfo")
        micros = int(ends.timestamp()) * 1_000_000 + ends.microsecond
        await self._ask(requests.BeginDay(f"{date:%Y-%m-%d}", micros), nothing)

    async def register_participant(self, participant: str) -> None:
        """Admit a company."""
        await self._ask(requests.RegisterParticipant(participant), nothing)

    async def open_account(
        self, participant: str, account: str, **caps: Unpack[AccountCaps]
    ) -> None:
        """Give a participant an account, with nothing in it."""
        await self._ask(requests.OpenAccount(participant, account, **caps), nothing)

    async def add_key(
        self,
        participant: str,
        key_id: str,
        public_key: str,
        permissions: Iterable[requests.PermissionName],
    ) -> None:
        """Let a participant log in; ``public_key`` is a Key's ``public_text``."""
        added = requests.AddKey(participant, key_id, public_key, list(permissions))
        await self._ask(added, nothing)

    async def revoke_key(self, key_id: str) -> None:
        """Make a key useless, at once and for ever."""
        await self._ask(requests.RevokeKey(key_id), nothing)

    async def deposit(self, account: str, amount: Price, client_ref: str) -> Moved:
        """Credit ``amount`` CNY of cash."""
        moved = requests.Deposit(account, price_text(amount), client_ref)
        return await self._ask(moved, as_it_is)

    async def withdraw(self, account: str, amount: Price, client_ref: str) -> Moved:
        """Debit ``amount`` CNY of free cash."""
        moved = requests.Withdraw(account, price_text(amount), client_ref)
        return await self._ask(moved, as_it_is)

    async def issue(
        self, account: str, instrument: str, quantity: int, client_ref: str
    ) -> Moved:
        """Credit ``quantity`` tonnes, newly made."""
        moved = requests.Issue(account, instrument, quantity, client_ref)
        return await self._ask(moved, as_it_is)

    async def transfer(
        self,
        account: str,
        to_account: str,
        instrument: str,
        quantity: int,
        client_ref: str,
    ) -> Moved:
        """Move ``quantity`` free tonnes to another account."""
        moved = requests.Transfer(account, to_account, instrument, quantity, client_ref)
        return await self._ask(moved, as_it_is)
