"""Settlement of listed trades: delivery versus payment, with each side's fee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import BUY


if TYPE_CHECKING:
    from carbonex.engine import Trade, TradeAnnulled
    from ledger import Ledger

    from .floor import Floor, Listing
    from .parties import Parties
    from .positions import Position
    from .tape import Tape


class Settling:
    """Enters trades into accounts and onto the tape."""

    def __init__(
        self, floor: Floor, parties: Parties, ledger: Ledger, tape: Tape
    ) -> None:
        self.floor, self.parties, self.ledger, self.tape = floor, parties, ledger, tape
        self.traded: dict[int, Position] = {}  # by number, those that have ended, too

    def settle(
        self, event: Trade, maker: Position, taker: Position, listing: Listing
    ) -> None:
        self.parties.count(maker.order.account, event.maker_exec_seq)
        self.parties.count(taker.order.account, event.taker_exec_seq)
        self.traded[maker.number], self.traded[taker.number] = maker, taker
        name, notional = listing.terms.instrument, event.price * event.quantity
        fees = listing.terms.fees
        taking = fees.maker if event.called else fees.taker
        assert event.maker_fee == maker.charge(notional, fees.maker)
        assert event.taker_fee == taker.charge(notional, taking)
        one, other = taker.order.account, maker.order.account
        buyer, seller = (one, other) if taker.order.side is BUY else (other, one)
        self.ledger.pay(buyer, seller, notional)
        self.ledger.charge(other, name, event.maker_fee)
        self.ledger.charge(one, name, event.taker_fee)
        day = self.floor.sellable_day(listing)
        self.ledger.deliver(buyer, seller, name, event.quantity, day)
        listing.last = event.price
        self.tape.listed(event)

    def annul(self, event: TradeAnnulled, listing: Listing) -> None:
        """Assert that each order pays for what is left of its fills from then on."""
        notional, fees = event.price * event.quantity, listing.terms.fees
        taking = fees.maker if event.called else fees.taker
        buys = event.taker_side is BUY
        buying, selling = (taking, fees.maker) if buys else (fees.maker, taking)
        buyer, seller = (
            self.traded[event.buyer_source],
            self.traded[event.seller_source],
        )
        assert event.buyer_fee == buyer.refund(notional, buying)
        assert event.seller_fee == seller.refund(notional, selling)
