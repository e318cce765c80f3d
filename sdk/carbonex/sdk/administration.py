"""Operator and registry methods; each needs a key with the permission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict, TypeVar

from msgspec.structs import replace

from carbonex.wire import requests

from .auctions import auction_id_of
from .checks import checked
from .feeds import AlertFeed
from .guarding import Guarding
from .models import Terms
from .prices import Price, price_text, with_prices
from .requester import as_it_is, nothing
from .times import micros, trading_day


if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from typing import Required, Unpack

    from carbonex.wire.requests import (
        CompositeName,
        Hours,
        OrderKindName,
        PricingName,
        RestrictionName,
        SideName,
        TooFewBidsName,
    )

    from .models import (
        Alert,
        Annulled,
        Auction,
        AuctionTerms,
        BlockTerms,
        CallTerms,
        Eligibility,
        EligibilityRule,
        Fees,
        FrozenCash,
        FrozenTonnes,
        Moved,
        Obligation,
        Thresholds,
    )
    from .stream import Stream


L = TypeVar("L", requests.ListInstrument, requests.UpdateInstrument)

NO_RULES: Final = Terms()


class TermChanges(TypedDict, total=False):
    """Changes to the given terms; see Terms for each."""

    product: str
    tick: Price
    lot: int
    max_quantity: int
    market_protection_permille: int
    reference: Price
    band_permille: int
    sessions: Hours
    multi_day: bool
    take_levels: int
    pick: bool
    resale_days: int
    offset_permille: int
    position_limit: int
    large_holder_permille: int
    fees: Fees
    blocks: BlockTerms
    auctions: AuctionTerms
    calls: CallTerms
    thresholds: Thresholds
    min_display_permille: int
    vintage: int
    order_kinds: tuple[OrderKindName, ...]


class AccountCaps(TypedDict, total=False):
    """Limits of an account; the comments give the defaults."""

    max_client_ids: int  # 200,000 remembered at a time
    max_open_orders: int  # 5,000 orders, block proposals and bids, at most 1,000,000
    max_stop_orders: int  # 1,000 that wait for a trade at their stop price


class AuctionOptions(TypedDict, total=False):
    """An auction's window and terms; None or omitted means the instrument's terms."""

    opens: Required[dt.datetime]  # with a time zone
    closes: Required[dt.datetime]
    client_ref: Required[str]
    reserve: Price | None
    bidder_limit: int | None
    pricing: PricingName | None
    too_few_bids: TooFewBidsName | None
    sealed: bool | None


@checked(TermChanges, AccountCaps, AuctionOptions)
class Administration(Guarding):
    """Instruments, auctions, trading days, participants, accounts, cash and tonnes.

    Every method raises VenueError if it is refused and ConnectionLost without an
    answer. Methods that move cash or tonnes, and open_auction, carry a ``client_ref``.
    A repeated call with the same one has no further effect, and its answer is marked
    ``duplicate``.
    """

    async def list_instrument(
        self,
        instrument: str,
        terms: Terms = NO_RULES,
        **changes: Unpack[TermChanges],
    ) -> None:
        """List an instrument that trades by ``terms`` with ``changes``.

        An Instrument is a Terms, so ``await operator.list_instrument("CEA26", cea25,
        reference="74.63")`` lists one like another.
        """
        asked = _by_terms(requests.ListInstrument, instrument, terms, changes)
        await self._ask(asked, nothing)

    async def update_instrument(
        self,
        instrument: str,
        terms: Terms,
        effective_date: dt.date | None = None,
        **changes: Unpack[TermChanges],
    ) -> None:
        """Apply ``terms`` with ``changes`` to the instrument from the next trading day.

        With ``effective_date``, from the first trading day on or after it. They replace
        all its terms. Product, tick and lot must stay unchanged, and so must a vintage
        once it is stated.
        """
        asked = _by_terms(requests.UpdateInstrument, instrument, terms, changes)
        if effective_date is not None:
            asked = replace(asked, effective_date=trading_day(effective_date))
        await self._ask(asked, nothing)

    async def delist_instrument(self, instrument: str) -> None:
        """End trading for good: open orders are cancelled, holdings stay."""
        await self._ask(requests.DelistInstrument(instrument), nothing)

    async def set_composite(self, product: str, composite: CompositeName) -> None:
        """Change the method of a product's composite from the next trading day.

        mean averages all instruments of the product; newest takes the instrument of the
        highest vintage. Setting the present method again revokes a pending change.
        """
        await self._ask(requests.SetComposite(product, composite), nothing)

    async def halt(self, instrument: str) -> None:
        """Halt trading; resting orders stay and may be cancelled."""
        await self._ask(requests.Halt(instrument), nothing)

    async def resume(self, instrument: str) -> None:
        """End a halt."""
        await self._ask(requests.Resume(instrument), nothing)

    async def suspend_venue(self, reason: str) -> None:
        """Suspend trading in all instruments, across restarts and trading days.

        Every client receives the ``reason``, a line of text. Cancelling works.
        """
        await self._ask(requests.SuspendVenue(reason), nothing)

    async def resume_venue(self, reason: str) -> None:
        """Resume all instruments not halted themselves, by a call if terms have one."""
        await self._ask(requests.ResumeVenue(reason), nothing)

    async def annul_trade(
        self, instrument: str, trade_id: str | int, reason: str
    ) -> Annulled:
        """Annul an erroneous trade of the open trading day.

        Both sides get back cash, tonnes and fees. The day's statistics exclude the
        trade. Prints, executions and statements carry the annulment and its ``reason``.

        Raises:
            OrderRejected: If the buyer lacks the tonnes, or the seller the cash.
            RegistryRefused: If there is no such trade, or it is annulled already.

        """
        annulled = requests.AnnulTrade(instrument, str(trade_id), reason)
        return await self._ask(annulled, as_it_is)

    async def begin_day(self, date: dt.date, ends: dt.datetime | None = None) -> None:
        """Open the trading day ``date``, which ends at ``ends``.

        Without ``ends`` it ends with the last session of any instrument.

        Raises:
            ValueError: If ``ends`` has no time zone.

        """
        ends_us = 0 if ends is None else micros("ends", ends)
        await self._ask(requests.BeginDay(trading_day(date), ends_us), nothing)

    async def end_day(self) -> None:
        """End the open trading day now, with its closes and bulletins.

        Open auctions are cancelled. The venue proceeds to the end at once.
        """
        await self._ask(requests.EndDay(), nothing)

    async def cancel_day(self) -> None:
        """Cancel the open trading day, which was begun by mistake.

        Its orders are cancelled and it has no bulletin. The next day may have an
        earlier date.

        Raises:
            OrderRejected: If something has traded on it; use ``end_day`` instead.

        """
        await self._ask(requests.CancelDay(), nothing)

    async def open_auction(
        self,
        account: str,
        instrument: str,
        side: SideName,
        quantity: int,
        **options: Unpack[AuctionOptions],
    ) -> Auction:
        """Let ``account`` sell (or buy) in a one-way auction; see AuctionOptions.

        The auction locks the tonnes, or their cost at the reserve, until it is over.
        """
        chosen = with_prices(options, "reserve")
        for name in ("opens", "closes"):
            if name in chosen:
                chosen[name] = micros(name, chosen[name])
        opened = requests.OpenAuction(account, instrument, side, quantity, **chosen)
        return await self._ask(opened, as_it_is)

    async def close_auction(self, auction: Auction | str) -> Auction:
        """Close an auction early: its bids are allotted now."""
        closed = requests.CloseAuction(auction_id_of(auction))
        return await self._ask(closed, as_it_is)

    async def cancel_auction(self, auction: Auction | str) -> Auction:
        """Cancel an auction without any allotment."""
        cancelled = requests.CloseAuction(auction_id_of(auction), cancel=True)
        return await self._ask(cancelled, as_it_is)

    async def restrict(self, participant: str, restriction: RestrictionName) -> None:
        """Restrict a participant; ``none`` lifts the restriction."""
        await self._ask(requests.Restrict(participant, restriction), nothing)

    def alerts(self, instrument: str = "") -> Stream[Alert]:
        """Stream supervision alerts, the most recent ones first.

        Each names the orders and trades behind it; nothing was prevented. Without
        ``instrument`` the stream covers all instruments.
        """
        return self._feed(AlertFeed(instrument)).stream()

    async def register_participant(self, participant: str) -> None:
        """Register a participant."""
        await self._ask(requests.RegisterParticipant(participant), nothing)

    async def open_account(
        self, participant: str, account: str, **caps: Unpack[AccountCaps]
    ) -> None:
        """Open an empty account for a participant."""
        await self._ask(requests.OpenAccount(participant, account, **caps), nothing)

    async def add_key(
        self,
        participant: str,
        key_id: str,
        public_key: str,
        permissions: Iterable[requests.PermissionName],
    ) -> None:
        """Add a login key to a participant, from a Key's ``public_text``."""
        added = requests.AddKey(participant, key_id, public_key, list(permissions))
        await self._ask(added, nothing)

    async def revoke_key(self, key_id: str) -> None:
        """Revoke a key, at once and for ever."""
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
        """Credit ``quantity`` newly issued tonnes."""
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
        """Move ``quantity`` free tonnes to another account, of any participant.

        The registry may do this for all accounts. A participant may do it for its own,
        with a key that has the permission transfer.
        """
        moved = requests.Transfer(account, to_account, instrument, quantity, client_ref)
        return await self._ask(moved, as_it_is)

    async def retire(
        self, account: str, instrument: str, quantity: int, client_ref: str
    ) -> Moved:
        """Cancel ``quantity`` tonnes for good."""
        moved = requests.Retire(account, instrument, quantity, client_ref)
        return await self._ask(moved, as_it_is)

    async def transfer_out(
        self, account: str, instrument: str, quantity: int, client_ref: str
    ) -> Moved:
        """Transfer ``quantity`` tonnes out to another registry."""
        moved = requests.Retire(
            account, instrument, quantity, client_ref, transferred_out=True
        )
        return await self._ask(moved, as_it_is)

    async def freeze_cash(
        self, account: str, amount: Price, client_ref: str, reason: str
    ) -> FrozenCash:
        """Freeze ``amount`` CNY more: it can be neither used nor withdrawn.

        Any part that is missing or locked is frozen when it becomes free. ``reason`` is
        a line of text, such as the court's order; the log keeps it.
        """
        frozen = requests.FreezeCash(account, price_text(amount), client_ref, reason)
        return await self._ask(frozen, as_it_is)

    async def freeze_tonnes(
        self, account: str, instrument: str, quantity: int, client_ref: str, reason: str
    ) -> FrozenTonnes:
        """Freeze ``quantity`` tonnes likewise: they cannot be surrendered either."""
        frozen = requests.FreezeTonnes(
            account, instrument, quantity, client_ref, reason
        )
        return await self._ask(frozen, as_it_is)

    async def unfreeze_cash(
        self, account: str, amount: Price, client_ref: str, reason: str
    ) -> FrozenCash:
        """Reduce the frozen cash by ``amount`` CNY, its pending part first."""
        freed = requests.UnfreezeCash(account, price_text(amount), client_ref, reason)
        return await self._ask(freed, as_it_is)

    async def unfreeze_tonnes(
        self, account: str, instrument: str, quantity: int, client_ref: str, reason: str
    ) -> FrozenTonnes:
        """Reduce the frozen tonnes by ``quantity``, their pending part first."""
        freed = requests.UnfreezeTonnes(
            account, instrument, quantity, client_ref, reason
        )
        return await self._ask(freed, as_it_is)

    async def set_obligation(self, participant: str, year: int, due: int) -> Obligation:
        """Set a participant's obligation: verified emissions of ``year``, in t."""
        return await self._ask(requests.SetObligation(participant, year, due), as_it_is)

    async def set_eligibility(
        self, product: str, rules: Iterable[EligibilityRule]
    ) -> Eligibility:
        """Replace the eligibility rules of ``product``, at once.

        Tonnes cover an obligation if any rule allows it; see EligibilityRule. Without
        rules all tonnes of the product cover every obligation.
        """
        asked = requests.SetEligibility(product, list(rules))
        return await self._ask(asked, as_it_is)

    async def surrender(
        self, account: str, instrument: str, quantity: int, year: int, client_ref: str
    ) -> Moved:
        """Surrender ``quantity`` tonnes for the obligation of ``year``.

        The registry may do this for all accounts. A participant may do it for its own,
        with a key that has the permission transfer.
        """
        moved = requests.Surrender(account, instrument, quantity, year, client_ref)
        return await self._ask(moved, as_it_is)


def _by_terms(kind: type[L], instrument: str, terms: Terms, changes: TermChanges) -> L:
    """Return the request to trade by ``terms`` with ``changes``."""
    values = {name: getattr(terms, name) for name in Terms.__struct_fields__}
    chosen = with_prices(values | changes, "tick", "reference")
    return kind(instrument=instrument, **chosen)
