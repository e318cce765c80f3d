"""A venue that runs the record's trading days: day cycle, orders, blocks, auctions.

Every batch enters the venue's pipeline at its own time of day. The day's figures
are read from the venue's channels, without a socket. Sellers sell issued tonnes and
buyers pay with deposited cash, so that neither waits until the other's purchases
become resellable.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AuctionOpened,
    BandSet,
    BeginDay,
    BlockProposed,
    CancelDay,
    DayBegun,
    DelistInstrument,
    Deposit,
    Exchange,
    Issue,
    Method,
    OffBookTrade,
    OpenAccount,
    OpenAuction,
    OrderCancelled,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    RegisterParticipant,
    Rejected,
    Side,
    Trade,
    UpdateInstrument,
)
from carbonex.engine.market.schedule import SECOND_NS, midnight_ns
from carbonex.gateway.feed import Feed
from carbonex.gateway.feed.premium import pairs_of
from carbonex.gateway.venue import Venue
from carbonex.wire import channels

from .files import TONNES
from .subscriber import Subscriber


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonex.engine import Batch, Command, Event, ListInstrument, SetComposite
    from carbonex.gateway.market import Market

    from .auctions import Bid
    from .blocks import Block
    from .listed import ListedTrade
    from .plan import Plan


SELLER: Final = "seller"
BUYER: Final = "buyer"
CASH: Final = 10**15  # fen

# Times of day in seconds, within the preset's hours. Listed trades fill the morning
# and, after the blocks and the auctions, the rest of the afternoon. The first trade
# is at the market's opening.
LISTING: Final = 8 * 3600
MORNING: Final = (9 * 3600 + 1800, 11 * 3600 + 1800)
BLOCKS: Final = 13 * 3600
AUCTION: Final = (13 * 3600 + 900, 13 * 3600 + 1800)
AFTERNOON: Final = (13 * 3600 + 1800, 15 * 3600)

GATEWAY: Final = 1
BATCH: Final = 10_000  # commands; the largest batch has two orders per instrument

_TRADES: Final = {Method.BLOCK: "block trades", Method.AUCTION: "auction trades"}


class Published(NamedTuple):
    """The channels' messages of a day, by instrument and by product.

    ``cancelled`` holds the cancellations at the close, from the exchange's events.
    """

    cancelled: list[OrderCancelled]
    instruments: dict[str, channels.Bulletin]
    products: dict[str, channels.Bulletin]
    premium: channels.Premium | None


class Life:
    """Runs one day after another: call ``begin``, then ``trade``.

    The market sets when days begin and which premiums are published. ``keep``
    receives every batch; together they are the exchange's log. ``trades`` counts by
    method. ``refused`` holds the refused commands.
    """

    def __init__(self, market: Market, keep: Callable[[Batch], object]) -> None:
        self.exchange = Exchange()
        self.trades: Counter[str] = Counter()
        self.refused: list[tuple[Command, Rejected]] = []
        self._begins = market.begin_seconds
        self._keep = keep
        self._midnight = 0
        self._bands: dict[str, int] = {}  # original band in permille, by instrument
        self._refs = count(1)
        self._venue = Venue(self.exchange, "official", GATEWAY, 1, BATCH, BATCH)
        feed = Feed(self._venue, premiums=pairs_of(market))
        self._venue.readers.append(feed)
        self._bulletins = Subscriber(feed, "bulletin", channels.Bulletin)
        self._premiums = Subscriber(feed, "premium", channels.Premium)

    def found(self, date: int) -> None:
        """Register the participants, on the day of the first listing."""
        self._midnight = midnight_ns(date)
        self._apply(0)  # opens the gateway
        self._apply(
            0,
            RegisterParticipant("", SELLER),
            OpenAccount("", SELLER, SELLER),
            RegisterParticipant("", BUYER),
            OpenAccount("", BUYER, BUYER),
            Deposit("", BUYER, CASH, self._ref()),
        )

    def begin(
        self,
        date: int,
        listings: Sequence[ListInstrument],
        gone: Sequence[str] = (),
        composite: SetComposite | None = None,
    ) -> list[BandSet] | None:
        """Begin a trading day; return its bands, or None if it does not begin.

        ``listings`` are new instruments and ``gone`` are delisted. ``composite``
        changes the composite's method from this day on.
        """
        self._midnight = midnight_ns(date)
        for terms in listings:
            issue = Issue("", SELLER, terms.instrument, TONNES, self._ref())
            self._apply(LISTING, terms)
            if terms.instrument in self.exchange.instruments:
                self._apply(LISTING, issue)
        self._apply(LISTING, *(DelistInstrument("", name) for name in gone))
        if composite is not None:
            self._apply(LISTING, composite)
        return self._begin(date)

    def free(self, names: Sequence[str]) -> list[BandSet] | None:
        """Begin the day again, with these instruments trading without limits."""
        date = self.exchange.day
        self._apply(self._begins, CancelDay(""))
        for name in names:
            terms = self.exchange.instruments[name].terms
            free = replace(terms, band_permille=0)
            self._apply(self._begins, UpdateInstrument("", free))
        return self._begin(date)

    def bind(self, names: Sequence[str]) -> None:
        """Restore the instruments' limits from the next day on."""
        for name in names:
            instrument = self.exchange.instruments[name]
            bound = replace(instrument.terms, band_permille=self._bands[name])
            self._apply(AFTERNOON[1], UpdateInstrument("", bound))

    def _begin(self, date: int) -> list[BandSet] | None:
        events = self._apply(self._begins, BeginDay("", date))
        if not any(type(event) is DayBegun for event in events):
            return None
        for name, instrument in self.exchange.instruments.items():
            self._bands.setdefault(name, instrument.terms.band_permille)
        return [event for event in events if type(event) is BandSet]

    def trade(self, plan: Plan) -> Published:
        """Trade the plan and end the day."""
        start, half = MORNING[0], (len(plan.listed) + 1) // 2
        self._apply(start, *(_order(*order, 1) for order in plan.resting))
        self._list(plan.listed[:half], MORNING)
        for second, (instrument, block) in enumerate(plan.blocks, BLOCKS):
            self._block(second, instrument, block)
        for instrument, bids in plan.auctions:
            self._auction(instrument, bids)
        self._list(plan.listed[half:], AFTERNOON)
        events = self._apply(AFTERNOON[1])
        bulletins = self._bulletins.read()
        premiums = [p for p in self._premiums.read() if p.kind == "daily"]
        return Published(
            [e for e in events if type(e) is OrderCancelled],
            {b.name: b for b in bulletins if b.scope == "instrument"},
            {b.name: b for b in bulletins if b.scope == "product"},
            premiums[0] if premiums else None,
        )

    def _list(self, trades: Sequence[ListedTrade], session: tuple[int, int]) -> None:
        """Spread trades evenly over a session; the sides alternate in being first."""
        start, end = session
        for at, (instrument, price, quantity) in enumerate(trades):
            sale = _order(instrument, SELL, price, quantity)
            purchase = _order(instrument, BUY, price, quantity)
            pair = (sale, purchase) if at % 2 else (purchase, sale)
            self._apply(start + at * (end - start) // len(trades), *pair)

    def _block(self, second: int, instrument: str, block: Block) -> None:
        price, quantity = block
        ref = self._ref()
        events = self._apply(
            second,
            ProposeBlock("", SELLER, instrument, SELL, price, quantity, BUYER, ref),
        )
        for event in events:
            if type(event) is BlockProposed:
                accept = AcceptBlock("", BUYER, event.block_id, self._ref())
                self._apply(second, accept)

    def _auction(self, instrument: str, bids: Sequence[Bid]) -> None:
        opens, closes = AUCTION
        command = OpenAuction(
            "",
            SELLER,
            instrument,
            SELL,
            sum(bid.allotted for bid in bids),
            self._midnight + opens * SECOND_NS,
            self._midnight + closes * SECOND_NS,
            self._ref(),
        )
        for event in self._apply(opens, command):
            if type(event) is AuctionOpened:
                number = event.auction_id
                for bid in bids:
                    ref = self._ref()
                    price, quantity, _ = bid
                    place = PlaceBid("", BUYER, number, price, quantity, ref)
                    self._apply(opens, place)

    def _apply(self, second: int, *commands: Command) -> list[Event]:
        """Apply commands at a time of day; return timer events and their events.

        Without commands the venue performs what is due by then.
        """
        for command in commands:
            self._venue.submit(None, 0, command)
        happened: list[Event] = []
        now_ns = self._midnight + second * SECOND_NS
        while (batch := self._venue.take_batch(now_ns)) is not None:
            happened += self._commit(batch)
        for event in happened:
            if type(event) is Trade:
                self.trades["listed trades"] += 1
            elif type(event) is OffBookTrade:
                self.trades[_TRADES[event.method]] += 1
        return happened

    def _commit(self, batch: Batch) -> list[Event]:
        """Apply one batch and record its refused commands."""
        self._keep(batch)
        applied = self._venue.committed(batch, self._venue.position + 1, b"")
        for command, events in zip(batch.commands, applied.replies, strict=True):
            if events and type(events[0]) is Rejected:
                self.refused.append((command, events[0]))
        return [*applied.due, *(e for events in applied.replies for e in events)]

    def _ref(self) -> str:
        return f"official-{next(self._refs)}"


def _order(instrument: str, side: Side, price: int, quantity: int) -> PlaceOrder:
    account = SELLER if side is SELL else BUYER
    return PlaceOrder("", account, instrument, side, price, quantity)
