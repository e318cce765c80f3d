"""Shared by blocks and one-way auctions: stakes, their checks, and settlement.

Trades settle at once, delivery against payment. They bypass the book and do not affect
its prices or the composite (MARKET-RULES §4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine.accounts import NOTHING
from carbonex.engine.commands import MAX_QUANTITY
from carbonex.engine.enums import BUY, SELL, Method, Reason, Restriction
from carbonex.engine.events import OffBookTrade, Rejected
from carbonex.engine.orders.refusals import (
    beyond_position,
    short_of_cash,
    short_of_tonnes,
)
from carbonex.engine.terms import FEE_UNIT


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Balance
    from carbonex.engine.commands import ListInstrument
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument


@final
class Stake:
    """What an account commits to an open proposal, bid or auction; immutable.

    A buyer locks price × quantity plus the fee; a seller locks its tonnes. Both follow
    from commands and terms, which do not change while it is open.
    """

    __slots__ = ("account", "instrument", "method", "price", "quantity", "side")

    def __init__(
        self,
        instrument: Instrument,
        account: Account,
        side: Side,
        price: int,
        quantity: int,
        method: Method,
    ) -> None:
        self.instrument = instrument
        self.account = account
        self.side = side
        self.price = price  # fen per tonne; a seller's lock does not depend on it
        self.quantity = quantity  # tonnes
        self.method = method

    @property
    def need(self) -> int:
        """The amount locked: fen for a buyer, tonnes for a seller."""
        if self.side is SELL:
            return self.quantity
        return self.price * self.quantity + self.fee

    @property
    def fee(self) -> int:
        """The fee in fen if the whole quantity trades at the stake's price."""
        return fee(self.price * self.quantity, rate_of(self.instrument, self.method))

    @property
    def counts(self) -> bool:
        """Whether it counts as incoming tonnes towards a position limit."""
        return self.side is BUY and self.instrument.terms.position_limit > 0

    def at(self, price: int, quantity: int) -> Stake:
        """Return the part of the stake that trades."""
        return Stake(
            self.instrument, self.account, self.side, price, quantity, self.method
        )

    def answer(self, account: Account) -> Stake:
        """Return the stake that ``account`` needs to trade the whole quantity."""
        side = opposite(self.side)
        return Stake(
            self.instrument, account, side, self.price, self.quantity, self.method
        )


def rate_of(instrument: Instrument, method: Method) -> int:
    """Return the fee rate that each side pays, in 0.01 bp."""
    fees = instrument.terms.fees
    return fees.block if method is Method.BLOCK else fees.auction


def fee(notional: int, rate: int) -> int:
    """Return the fee on ``notional`` in fen, rounded up (MARKET-RULES §3)."""
    return -(-notional * rate // FEE_UNIT)


def lock(stake: Stake) -> None:
    """Lock the stake's need, which must be available. O(1)."""
    _balance(stake).available -= stake.need
    if stake.counts:
        stake.account.holding(stake.instrument.name).buying += stake.quantity


def unlock(stake: Stake) -> None:
    """Release the stake's lock. O(1)."""
    _balance(stake).available += stake.need
    if stake.counts:
        stake.account.holding(stake.instrument.name).buying -= stake.quantity


def settle(
    taker: Stake, maker: Account, maker_fee: int, source_id: int, bid_id: int = 0
) -> OffBookTrade:
    """Deliver against payment, take the fees and count the trade. O(1).

    ``taker`` trades at its price with ``maker``; the locks of both must have been
    released. ``source_id`` is the number of the block or the auction. Bought tonnes may
    be sold from the instrument's sellable day on, whatever the method (MARKET-RULES
    §3).
    """
    instrument, name = taker.instrument, taker.instrument.name
    notional = taker.price * taker.quantity
    buyer, seller = taker.account, maker
    buyer_fee, seller_fee = taker.fee, maker_fee
    if taker.side is SELL:
        buyer, seller = seller, buyer
        buyer_fee, seller_fee = seller_fee, buyer_fee
    seller.holding(name).credit(-taker.quantity)
    buyer.holding(name).receive(taker.quantity, instrument.sellable_day)
    buyer.cash_balance.credit(-notional - buyer_fee)
    seller.cash_balance.credit(notional - seller_fee)
    instrument.fees += buyer_fee + seller_fee
    instrument.record.day.of(taker.method).add(taker.quantity, notional, 1)
    instrument.last_trade_id += 1
    buyer.exec_seq += 1
    seller.exec_seq += 1
    trade = OffBookTrade(
        instrument.last_trade_id,
        taker.method,
        source_id,
        bid_id,
        name,
        taker.price,
        taker.quantity,
        buyer.name,
        buyer.exec_seq,
        buyer_fee,
        seller.name,
        seller.exec_seq,
        seller_fee,
        taker.side,
    )
    instrument.tape.trades.append(trade)
    instrument.bound_tape()
    return trade


def opposite(side: Side) -> Side:
    """Return the side that trades with ``side``."""
    return SELL if side is BUY else BUY


def suspended(account: Account) -> Rejected | None:
    """Check that supervision lets an account withdraw what it has open."""
    if account.participant.restriction is Restriction.SUSPENDED:
        value = int(account.participant.restriction)
        return Rejected(Reason.RESTRICTED, "account", value)
    return None


def bad_lots(terms: ListInstrument, quantity: int) -> Rejected | None:
    """Check a quantity in tonnes: whole lots. ``max_quantity`` is for listed orders."""
    if quantity <= 0 or quantity % terms.lot:
        return Rejected(Reason.BAD_QTY, "quantity", quantity, terms.lot)
    if quantity > MAX_QUANTITY:
        return Rejected(Reason.BAD_QTY, "quantity", quantity, MAX_QUANTITY)
    return None


def lacking(stake: Stake) -> Rejected | None:
    """Check position limit, tonnes and cash, without entering anything."""
    if stake.side is SELL:
        return _short_of_tonnes(stake)
    return beyond_position(
        stake.instrument, stake.account, stake.quantity
    ) or _short_of_cash(stake)


def _balance(stake: Stake) -> Balance:
    account = stake.account
    if stake.side is BUY:
        return account.cash_balance
    return account.holding(stake.instrument.name)


def _short_of_cash(stake: Stake) -> Rejected | None:
    need, free = stake.need, stake.account.available
    if need <= free:
        return None
    return short_of_cash(stake.account, "quantity", need, free)


def _short_of_tonnes(stake: Stake) -> Rejected | None:
    # Not ``holding()``, which creates one: a rejected command must leave no trace.
    name = stake.instrument.name
    free = stake.account.holdings.get(name, NOTHING).available
    if stake.need <= free:
        return None
    return short_of_tonnes(stake.account, name, stake.need, free)
