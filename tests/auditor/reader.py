"""Reads what an exchange did and hands each event to whom it concerns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from carbonex.engine import (
    BUY,
    DAY,
    SELL,
    AccountOpened,
    Alert,
    AuctionClosed,
    AuctionOpened,
    BandSet,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    Bulletin,
    CancelsFollow,
    CompositeSet,
    CountdownFired,
    CountdownSet,
    DayBegun,
    DayCancelled,
    DayEnded,
    DayEnding,
    Deposit,
    EligibilitySet,
    Exchange,
    Freeze,
    FreezeChanged,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    KeyAdded,
    KeyRevoked,
    LargeHolder,
    Method,
    Moved,
    ObligationSet,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderTriggered,
    ParticipantRegistered,
    ParticipantRestricted,
    PhaseChanged,
    PriceAwaited,
    ProductBulletin,
    Rejected,
    Side,
    Surrender,
    Trade,
    TradeAnnulled,
    Uncrossed,
    VenueResumed,
    VenueSuspended,
    Withdraw,
    work,
)
from covers import judge
from ledger import Due, Ledger

from .floor import Floor
from .holders import Holders
from .offers import Offers
from .orders import Orders
from .parties import Parties
from .positions import depth
from .tape import Tape


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonex.engine import Applied, Event


class Auditor:
    """Objects (AssertionError) to any breach."""

    def __init__(self) -> None:
        self.floor, self.parties, self.ledger = Floor(), Parties(), Ledger()
        desk = self.floor, self.parties, self.ledger, Tape(self.floor)
        self.tape = desk[3]
        self.orders, self.offers = Orders(*desk), Offers(*desk)
        self.holders = Holders(self.floor, self.parties, self.ledger)
        self.freezes: Counter[tuple[str, str]] = Counter()  # ordered, of what
        self.surrendered: list[Surrender] = []  # the obligations follow
        self.readers = self._readers()

    def read(self, applied: Applied) -> None:
        """Audit one batch."""
        assert applied.time_ns >= self.floor.now
        self.floor.now = applied.time_ns
        self._look_round(applied)
        self._read_all(applied.due)
        self.orders.reached.forget()
        self.floor.check_hours()
        for events in applied.replies:
            refusals = [event for event in events if type(event) is Rejected]
            assert not refusals or refusals == events, "refused, and it did something"
            assert len(refusals) <= 1
            self._read_all(events)
            self.orders.reached.forget()
            self.floor.check_hours()

    def _look_round(self, applied: Applied) -> None:
        """Note whether so much is open, or happens, that some goes on with later rows."""
        most = max(map(len, [applied.due, *applied.replies]))
        looks = len(self.orders.open()) + len(self.parties.owners)
        self.floor.crowded = looks + most >= work.SLICE

    def compare(self, exchange: Exchange) -> None:
        """Assert that ``exchange`` agrees with everything the events told."""
        self.floor.compare(exchange)
        self.parties.compare(exchange)
        self.ledger.compare(exchange)
        self.holders.compare(exchange)
        for name, instrument in exchange.instruments.items():
            assert instrument.last_trade_id == self.tape.trades[name]
            resting = self.orders.resting.values()
            for side in Side:
                levels = instrument.book.depth(side, len(resting) + 1)
                assert levels == depth(resting, name, side)
            stops = [order.order_id for order in instrument.stops.orders()]
            waiting = self.orders.waiting.values()
            own = [p.number for p in waiting if p.order.instrument == name]
            assert sorted(stops) == sorted(own)
        assert [*exchange.blocks] == [*self.offers.blocks]
        assert [*exchange.auctions] == [*self.offers.auctions]
        for name in exchange.accounts:
            self._compare_locks(exchange, name)

    def _read_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.orders.expect(event)
            self.readers[type(event)](event)
        self._see_fired()
        self.orders.finish()
        self.offers.finish()
        self.holders.finish()
        assert not self.surrendered

    def _readers(self) -> dict[type[Event], Callable[[Any], object]]:
        """Return what reads each kind of event. The types match pairwise."""
        floor, parties, orders, offers = (
            self.floor,
            self.parties,
            self.orders,
            self.offers,
        )
        return {
            Rejected: lambda _: None,
            ParticipantRegistered: lambda event: parties.registered(event.participant),
            AccountOpened: parties.opened,
            KeyAdded: parties.added,
            KeyRevoked: lambda event: parties.revoked(event.key_id),
            ParticipantRestricted: lambda event: parties.restricted(event, orders.last),
            Moved: self._moved,
            FreezeChanged: _once(self._froze),
            ObligationSet: self._owed,
            EligibilitySet: lambda event: parties.entitled(event.terms),
            LargeHolder: self.holders.report,
            Alert: self._alerted,
            InstrumentListed: self._listed,
            InstrumentUpdated: floor.updated,
            CompositeSet: floor.composes,
            InstrumentDelisted: self._delisted,
            PhaseChanged: self._phase_changed,
            VenueSuspended: floor.suspended,
            VenueResumed: floor.resumed,
            BandSet: floor.banded,
            PriceAwaited: floor.awaited,
            DayBegun: self._begun,
            Bulletin: self.tape.publish,
            ProductBulletin: self.tape.publish_product,
            DayEnded: self._ended,
            DayEnding: self.floor.ending,
            DayCancelled: self._cancelled,
            OrderAccepted: orders.accepted,
            OrderTriggered: orders.triggers,
            Trade: self._traded,
            OrderRefilled: orders.refilled,
            OrderCancelled: orders.cancelled,
            OrderReduced: orders.reduced,
            OrderAmended: orders.amended,
            OrderStands: orders.stands,
            Uncrossed: orders.uncrossed,
            CountdownSet: parties.counts_down,
            CancelsFollow: self._follow,
            CountdownFired: self._fired,
            BlockProposed: _once(offers.proposed),
            BlockEnded: _once(offers.block_ended),
            OffBookTrade: self._off_book,
            TradeAnnulled: self._annulled,
            AuctionOpened: _once(offers.opened),
            BidPlaced: _once(offers.bid),
            BidEnded: offers.bid_ended,
            AuctionClosed: offers.closed,
        }

    def _follow(self, event: CancelsFollow) -> None:
        own = [p for p in self.orders.open() if p.order.account == event.account]
        assert self.floor.crowded
        assert 0 < event.orders <= len(own)

    def _fired(self, event: CountdownFired) -> None:
        self.orders.settle()  # a stop order that was triggered just before
        self.parties.fires(event.account, self.floor.now, self.orders.last)
        own = [p for p in self.orders.open() if p.order.account == event.account]
        assert event.orders == len(own)

    def _see_fired(self) -> None:
        """Nothing that could be cancelled is left where a countdown has fired."""
        for position in () if self.floor.crowded else self.orders.open():
            fired = self.parties.fired.get(position.order.account, 0)
            assert position.number > fired

    def _traded(self, event: Trade) -> None:
        self.orders.trade(event)
        self.holders.touch(event.taker.account, event.taker.instrument)
        self.holders.touch(event.maker.account, event.maker.instrument)

    def _off_book(self, event: OffBookTrade) -> None:
        self.offers.traded(event)
        self.holders.touch(event.buyer, event.instrument)
        self.holders.touch(event.seller, event.instrument)

    def _annulled(self, event: TradeAnnulled) -> None:
        assert event.reason
        self.parties.count(event.buyer, event.buyer_exec_seq)
        self.parties.count(event.seller, event.seller_exec_seq)
        self.tape.annulled(event)
        listing = self.floor.listings[event.instrument]
        if event.method is Method.LISTED:
            self.orders.settling.annul(event, listing)
        else:
            self.offers.annulled(event, listing)
        day = self.floor.sellable_day(listing)
        self.ledger.take_back(event, day, event.quantity)
        self.holders.touch(event.buyer, event.instrument)
        self.holders.touch(event.seller, event.instrument)

    def _moved(self, event: Moved) -> None:
        terms = event.terms
        if event.duplicate:
            return
        self.parties.moved(terms)
        if isinstance(terms, Deposit | Withdraw):
            self.ledger.move(terms)
            return
        name = terms.instrument
        self.ledger.move(terms, self._available(terms.account, name))
        self.holders.touch(terms.account, name)
        self.holders.touch(getattr(terms, "to_account", terms.account), name)
        if isinstance(terms, Surrender):
            self.surrendered.append(terms)

    def _froze(self, event: FreezeChanged) -> None:
        terms = event.terms
        where = terms.account, terms.instrument
        more = terms.size if type(terms) is Freeze else -terms.size
        self.freezes[where] += more
        assert event.frozen >= 0
        assert event.pending >= 0
        assert event.frozen + event.pending == self.freezes[where]

    def _owed(self, event: ObligationSet) -> None:
        terms = event.terms
        key = terms.participant, terms.year
        if self.surrendered:
            given = self.surrendered.pop()
            listed = self.floor.listings[given.instrument].terms
            rules = self.parties.eligibility.get(listed.product, ())
            assert judge(rules, listed, given.year, self.floor.now) == "cover"
            assert key == (self.parties.owners[given.account], given.year)
            permille = self.floor.listings[given.instrument].terms.offset_permille
            due = self.ledger.surrender(
                terms.participant, given, capped=permille < 1000
            )
            if permille < 1000:
                assert due.offset <= due.due * permille // 1000
        else:
            due = self.ledger.obligations.setdefault(key, Due())
            due.due = terms.due
        assert event.terms.due == due.due >= due.surrendered
        assert (event.surrendered, event.offset) == (due.surrendered, due.offset)

    def _alerted(self, event: Alert) -> None:
        assert event.value >= event.limit > 0
        assert event.participant in self.parties.restrictions
        assert all(0 < number <= self.orders.last for number in event.orders)
        last = self.tape.trades[event.instrument]
        assert all(0 < number <= last for number in event.trades)
        assert event.orders or event.trades

    def _phase_changed(self, event: PhaseChanged) -> None:
        self.floor.changed(event)
        self.orders.meet(self.floor.listings[event.instrument])

    def _listed(self, event: InstrumentListed) -> None:
        self.floor.listed(event)
        self.tape.reweighed(event.terms.product)

    def _delisted(self, event: InstrumentDelisted) -> None:
        self.floor.delisted(event)
        name = event.instrument
        self.tape.reweighed(self.floor.listings[name].terms.product)
        left = [p for p in self.orders.open() if p.order.instrument == name]
        assert self.floor.crowded or not left
        assert all(b.instrument != name for b in self.offers.blocks.values())
        assert all(a.terms.instrument != name for a in self.offers.auctions.values())

    def _begun(self, event: DayBegun) -> None:
        for position in self.orders.open():
            listing = self.orders.listing(position.order)
            assert position.order.time_in_force is not DAY
            assert not listing.delisted
        self.floor.begun(event)
        self.tape.began(event)
        self.ledger.mature(self.floor.days)
        for name, listing in self.floor.listings.items():
            if listing.renewed == self.floor.days:
                self.holders.renew(name)

    def _cancelled(self, event: DayCancelled) -> None:
        assert not self.offers.blocks
        assert not self.offers.auctions
        self.floor.cancelled(event)

    def _ended(self, event: DayEnded) -> None:
        for position in () if self.floor.crowded else self.orders.open():
            assert position.order.time_in_force is not DAY
            assert self.orders.listing(position.order).terms.multi_day
        assert not self.offers.blocks
        assert not self.offers.auctions
        self.floor.ended(event)

    def _available(self, account: str, instrument: str) -> int:
        """Return the tonnes that no order needs, no freeze keeps and that may be sold."""
        held = self.ledger.tonnes[account, instrument]
        waiting = sum(self.ledger.waiting(account, instrument).values())
        unlocked = held - waiting - self._locked_tonnes(account, instrument)
        return max(unlocked - self.freezes[account, instrument], 0)

    def _locked_tonnes(self, account: str, instrument: str) -> int:
        sells = [p for p in self.orders.open() if p.order.side is SELL]
        own = [p for p in sells if p.order.account == account]
        locked = sum(p.remaining for p in own if p.order.instrument == instrument)
        return locked + sum(
            need.amount
            for need in self.offers.needs()
            if (need.account, need.instrument) == (account, instrument)
            and need.side is SELL
        )

    def _compare_locks(self, exchange: Exchange, name: str) -> None:
        account = exchange.accounts[name]
        own = [p for p in self.orders.open() if p.order.account == name]
        assert [*account.orders] == sorted(p.number for p in own)
        least = most = sum(
            need.amount
            for need in self.offers.needs()
            if need.account == name and need.side is BUY
        )
        for position in own:
            if position.order.side is BUY:
                fees = self.orders.listing(position.order).terms.fees
                needed = position.needed(max(fees.maker, fees.taker))
                least, most = least + needed[0], most + needed[1]
        listings = [self.orders.listing(position.order) for position in own]
        renewed = any(item.renewed == self.floor.days for item in listings)
        if not (self.floor.crowded and renewed):  # fees of old terms may be locked yet
            assert least <= account.locked <= most
        assert account.locked <= account.cash
        ordered = self.freezes[name, ""]
        assert account.available == max(account.cash - account.locked - ordered, 0)
        for instrument, holding in account.holdings.items():
            assert holding.locked == self._locked_tonnes(name, instrument)
            assert holding.available == self._available(name, instrument) >= 0


def _once(read: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let ``read`` not see what only repeats an answer."""

    def reader(event: Any) -> None:
        if not event.duplicate:
            read(event)

    return reader
