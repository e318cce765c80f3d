"""Annulment of an erroneous trade: tonnes, cash and fees go back on both sides.

From then on the day's statistics and supervision's figures exclude the trade. Its
other effects stay: the orders' remainders, the stop orders that it triggered, alerts,
and past values of the composite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import NOTHING
from carbonex.engine.enums import BUY, SELL, Method, Permission, Reason, Side
from carbonex.engine.events import Rejected, TradeAnnulled
from carbonex.engine.orders.locks import lock_refund
from carbonex.engine.registry.freezes import note_pending
from carbonex.engine.terms import FEE_UNIT

from .rules import bad_reason


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Balance
    from carbonex.engine.commands import AnnulTrade
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .tape import Print


def annul(state: State, command: AnnulTrade) -> list[Event]:
    """Annul a trade of the open day, in any phase. O(instruments and KEPT trades).

    The buyer returns the tonnes: first those under today's resale lock, last the
    frozen ones. The seller returns the cash, frozen cash last. If either side no
    longer has them, the annulment is refused.
    """
    instrument = state.instruments.get(command.instrument)
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    rejected = bad_reason(command.reason)
    if rejected is None and not state.day:
        rejected = Rejected(Reason.NO_TRADING_DAY)
    if rejected is not None:
        return [rejected]
    number, tape = command.trade_id, instrument.tape
    trade = tape.find(number, instrument.last_trade_id)
    if trade is None:
        return [Rejected(Reason.UNKNOWN_TRADE, "trade_id", number)]
    if number in tape.annulled:
        return [Rejected(Reason.TRADE_ANNULLED, "trade_id", number)]
    buyer, seller = state.accounts[trade.buyer], state.accounts[trade.seller]
    trade = trade._replace(
        buyer_fee=_refund(instrument, trade, BUY),
        seller_fee=_refund(instrument, trade, SELL),
    )
    rejected = _gone(instrument, buyer, seller, trade)
    if rejected is not None:
        return [rejected]
    _give_back(state, instrument, buyer, seller, trade)
    _owe_less(instrument, buyer, trade, BUY)
    _owe_less(instrument, seller, trade, SELL)
    _leave_out(state, instrument, number, trade)
    return [_annulled(instrument, buyer, seller, trade, command)]


def _refund(instrument: Instrument, trade: Print, side: Side) -> int:
    """Return the fee in fen that one side gets back for the trade.

    An order, or the account that opened an auction, pays the sum over its fills,
    rounded up once. The refund can thus differ from the fee charged at the fill: a
    fill that cost nothing may return a fen, and a fill that cost a fen may not.
    """
    key, owed = part_of_fee(instrument, trade, side)
    surplus = instrument.tape.uncharged.get(key)
    if surplus is None:
        return trade.buyer_fee if side is BUY else trade.seller_fee
    return (surplus + owed) // FEE_UNIT


def _owe_less(
    instrument: Instrument, account: Account, trade: Print, side: Side
) -> None:
    """Correct the fees that one side's order owes and has paid for all its fills.

    An open buy keeps the fees of its remainder locked.
    """
    key, owed = part_of_fee(instrument, trade, side)
    uncharged = instrument.tape.uncharged
    surplus = uncharged.get(key)
    if surplus is None:
        return
    paid = trade.buyer_fee if side is BUY else trade.seller_fee
    uncharged[key] = surplus + owed - paid * FEE_UNIT
    order = account.orders.get(key[1])
    if trade.method is Method.LISTED and order is not None:
        assert order.extras is not None
        order.extras.owed -= owed
        order.extras.paid -= paid
        lock_refund(order, paid)


def part_of_fee(
    instrument: Instrument, trade: Print, side: Side
) -> tuple[tuple[Method, int], int]:
    """Return the key of the fee that covers a trade, and the trade's part of it.

    The part is in millionths of a fen. The key is a method and a number, as in
    ``Tape.uncharged``. An auction bidder, or a party of a block, pays for this trade
    alone: ``uncharged`` has no entry for it. The current terms are those of the trade,
    because terms change only between days.
    """
    fees, method = instrument.terms.fees, trade.method
    source = trade.buyer_source if side is BUY else trade.seller_source
    takes = side is trade.taker_side
    rate = fees.taker if takes and not trade.called else fees.maker
    if method is not Method.LISTED:
        rate = fees.auction
        source = 0 if takes else source
    return (method, source), rate * trade.price * trade.quantity


def _gone(
    instrument: Instrument, buyer: Account, seller: Account, trade: Print
) -> Rejected | None:
    """Check that the buyer still has the tonnes, and the seller the cash."""
    held = buyer.holdings.get(instrument.name, NOTHING)
    there = held.available + held.resale_locked + held.frozen
    if trade.quantity > there:
        reason, need = Reason.INSUFFICIENT_HOLDINGS, trade.quantity
        return Rejected(reason, "trade_id", need, there)
    cash = seller.cash_balance
    need = trade.price * trade.quantity - trade.seller_fee
    there = cash.available + cash.frozen
    if need > there:
        return Rejected(Reason.INSUFFICIENT_FUNDS, "trade_id", need, there)
    return None


def _give_back(
    state: State, instrument: Instrument, buyer: Account, seller: Account, trade: Print
) -> None:
    """Return tonnes, cash and fees to the side they came from."""
    name, notional = instrument.name, trade.price * trade.quantity
    holding, day = buyer.holdings[name], instrument.sellable_day
    free = min(trade.quantity, holding.available + holding.resale_locked)
    others = sorted((item for item in holding.maturing if item != day), reverse=True)
    first = [day] if day in holding.maturing else []
    holding.take(free, [*first, *others, 0])
    _give_up(state, holding, trade.quantity - free)
    seller.holding(name).credit(trade.quantity)
    buyer.cash_balance.credit(notional + trade.buyer_fee)
    cash, owed = seller.cash_balance, notional - trade.seller_fee
    free = min(owed, cash.available)
    cash.credit(-free)
    _give_up(state, cash, owed - free)
    instrument.fees -= trade.buyer_fee + trade.seller_fee


def _give_up(state: State, balance: Balance, quantity: int) -> None:
    """Take frozen fen or tonnes; the freeze applies to later receipts instead."""
    if quantity > 0:
        balance.give_up_frozen(quantity)
        note_pending(state, balance)


def _leave_out(state: State, instrument: Instrument, number: int, trade: Print) -> None:
    """Remove the trade from the day's statistics; supervision reads the event."""
    notional = trade.price * trade.quantity
    instrument.tape.annulled[number] = None
    instrument.annulled += 1
    instrument.record.day.of(trade.method).add(-trade.quantity, -notional, -1)
    if trade.method is Method.LISTED:
        prices = instrument.tape.prices(instrument.last_trade_id)
        instrument.record.prices = prices
        instrument.product.correct(state.listed)


def _annulled(
    instrument: Instrument,
    buyer: Account,
    seller: Account,
    trade: Print,
    command: AnnulTrade,
) -> TradeAnnulled:
    buyer.exec_seq += 1
    seller.exec_seq += 1
    return TradeAnnulled(
        instrument.name,
        command.trade_id,
        trade.method,
        trade.price,
        trade.quantity,
        trade.buyer,
        buyer.exec_seq,
        trade.buyer_source,
        trade.buyer_fee,
        trade.seller,
        seller.exec_seq,
        trade.seller_source,
        trade.seller_fee,
        trade.taker_side,
        trade.called,
        command.reason,
    )
