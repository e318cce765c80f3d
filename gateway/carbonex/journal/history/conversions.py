"""Converts the engine's events to entries of the history's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine import (
    BUY,
    AuctionOpened,
    BidEnded,
    BlockEnded,
    Deposit,
    Issue,
    Method,
    OffBookTrade,
    Retire,
    Surrender,
    Trade,
    TradeAnnulled,
    Transfer,
    Withdraw,
)
from carbonex.engine.state import State
from carbonex.wire.executions import (
    TRADES,
    accounts_of,
    encode,
    execution_of,
    fee_of,
    order_of,
)
from carbonex.wire.order_ids import OrderIds
from carbonex.wire.vocabulary import (
    BID_END_NAMES,
    BLOCK_END_NAMES,
    METHOD_NAMES,
    POST_ONLY_NAMES,
    PRICING_NAMES,
    SELF_TRADE_NAMES,
    SIDE_NAMES,
    TOO_FEW_BIDS_NAMES,
)

from .entries import (
    CASH,
    AnnulmentEntry,
    AuctionEntry,
    BidEntry,
    BlockEntry,
    MovementEntry,
    TradeEntry,
)


if TYPE_CHECKING:
    from carbonex.engine import (
        AuctionClosed,
        BidPlaced,
        BlockProposed,
        MoveCommand,
        PlaceOrder,
    )
    from carbonex.wire.channels import Execution
    from carbonex.wire.executions import Executed

    from .entries import When


# Without a secret the engine's numbers are the ids. The reader knows the secret.
_PLAIN: Final = OrderIds(State())
_NO_ORDER: Final = (None,) * 4
_NO_TRADE: Final = (None,) * 10


def executed(when: When, event: Executed) -> list[tuple[Any, ...]]:
    """Return the fields of an event's ExecutionEntry for each of its accounts.

    Plain tuples: there are more executions than all other entries, and these sort
    faster.
    """
    return [_execution(when, event, account) for account in accounts_of(event)]


def _execution(when: When, event: Executed, account: str) -> tuple[Any, ...]:
    seq, time_ns, date = when
    execution = execution_of(account, seq, time_ns, event, _PLAIN)
    order = None if execution.status == "open" else order_of(event, account)
    ended = _NO_ORDER if order is None else _ended(execution, order)
    key = account, execution.exec_seq, date, encode(execution)
    if not isinstance(event, TRADES):
        return *key, *ended, *_NO_TRADE
    trade = (
        event.trade_id,
        execution.event == "annulled",
        seq,
        time_ns,
        execution.instrument,
        execution.method,
        execution.side,
        event.price,
        event.quantity,
        fee_of(event, account),
    )
    return *key, *ended, *trade


def _ended(
    execution: Execution, order: PlaceOrder
) -> tuple[int, str | None, str | None, str | None]:
    """Return the id and the options of an order that has ended."""
    return (
        int(execution.order_id),
        POST_ONLY_NAMES[order.post_only] if order.post_only else None,
        SELF_TRADE_NAMES[order.self_trade] if order.self_trade else None,
        order.session or None,
    )


def listed_trade(when: When, event: Trade) -> TradeEntry:
    """Return the tape's entry of a listed trade."""
    maker = event.maker.account, event.maker_id, event.maker_fee
    taker = event.taker.account, event.taker_id, event.taker_fee
    parties = taker + maker if event.taker.side is BUY else maker + taker
    return TradeEntry(
        event.maker.instrument,
        event.trade_id,
        *when,
        METHOD_NAMES[Method.LISTED],
        event.called,
        event.price,
        event.quantity,
        SIDE_NAMES[event.taker.side],
        *parties,
        source_id=0,
        bid_id=0,
    )


def annulment(when: When, event: TradeAnnulled) -> AnnulmentEntry:
    """Return the tape's entry of an annulled trade."""
    fees = event.buyer_fee, event.seller_fee
    return AnnulmentEntry(event.instrument, event.trade_id, *when, *fees, event.reason)


def off_book_trade(when: When, event: OffBookTrade) -> TradeEntry:
    """Return the tape's entry of a block or auction trade."""
    return TradeEntry(
        event.instrument,
        event.trade_id,
        *when,
        METHOD_NAMES[event.method],
        called=False,
        price=event.price,
        quantity=event.quantity,
        side=SIDE_NAMES[event.taker_side],
        buyer=event.buyer,
        buyer_order_id=0,
        buyer_fee=event.buyer_fee,
        seller=event.seller,
        seller_order_id=0,
        seller_fee=event.seller_fee,
        source_id=event.source_id,
        bid_id=event.bid_id,
    )


_KINDS: Final[dict[type[MoveCommand], str]] = {
    Deposit: "deposit",
    Withdraw: "withdraw",
    Issue: "issue",
    Transfer: "transfer",
    Surrender: "surrender",
    Retire: "retire",
}


def moved(when: When, terms: MoveCommand) -> list[MovementEntry]:
    """Return the entry of one account, or two entries for a transfer."""
    if isinstance(terms, Transfer):
        return [
            _movement(when, terms, terms.account, -terms.quantity, terms.to_account),
            _movement(when, terms, terms.to_account, terms.quantity, terms.account),
        ]
    return [_movement(when, terms, terms.account, _amount(terms))]


def _amount(terms: MoveCommand) -> int:
    """Return the change of the account's cash or tonnes."""
    if isinstance(terms, Deposit):
        return terms.amount
    if isinstance(terms, Withdraw):
        return -terms.amount
    return terms.quantity if isinstance(terms, Issue) else -terms.quantity


def _movement(
    when: When, terms: MoveCommand, account: str, amount: int, other: str = ""
) -> MovementEntry:
    kind = _KINDS[type(terms)]
    if isinstance(terms, Retire) and terms.transferred_out:
        kind = "transfer_out"
    return MovementEntry(
        account,
        *when,
        kind,
        CASH if isinstance(terms, Deposit | Withdraw) else terms.instrument,
        amount,
        other,
        terms.client_ref,
        terms.year if isinstance(terms, Surrender) else 0,
    )


def block_step(when: When, event: BlockProposed | BlockEnded) -> BlockEntry:
    """Return the entry of a block proposal that was made or has ended."""
    terms, status, answered_by = event.terms, "open", ""
    if isinstance(event, BlockEnded):
        status, answered_by = BLOCK_END_NAMES[event.end], event.answered_by
    return BlockEntry(
        event.block_id,
        status,
        *when,
        event.proposer,
        terms.account,
        terms.counterparty,
        terms.instrument,
        SIDE_NAMES[terms.side],
        terms.price,
        terms.quantity,
        terms.client_ref,
        terms.counters,
        answered_by,
    )


def auction_step(when: When, event: AuctionOpened | AuctionClosed) -> AuctionEntry:
    """Return the entry of an auction that was announced, closed or cancelled."""
    terms = event.terms
    assert terms.pricing is not None
    assert terms.too_few_bids is not None
    if isinstance(event, AuctionOpened):
        status, limit, result = "announced", event.price_limit, (0, 0, 0, 0, 0)
    else:
        status, limit = "cancelled" if event.cancelled else "closed", 0
        result = (
            event.price,
            event.quantity,
            event.turnover,
            event.bids,
            event.bid_quantity,
        )
    return AuctionEntry(
        event.auction_id,
        status,
        *when,
        terms.account,
        terms.instrument,
        SIDE_NAMES[terms.side],
        terms.quantity,
        terms.opens_ns,
        terms.closes_ns,
        terms.client_ref,
        PRICING_NAMES[terms.pricing],
        TOO_FEW_BIDS_NAMES[terms.too_few_bids],
        bool(terms.sealed),
        terms.reserve or 0,
        terms.bidder_limit or 0,
        limit,
        *result,
    )


def bid_step(when: When, event: BidPlaced | BidEnded) -> BidEntry:
    """Return the entry of a bid that was placed or has ended."""
    terms, status, filled = event.terms, "open", 0
    if isinstance(event, BidEnded):
        status, filled = BID_END_NAMES[event.end], event.filled
    return BidEntry(
        event.bid_id,
        status,
        *when,
        terms.auction_id,
        terms.account,
        terms.price,
        terms.quantity,
        terms.client_ref,
        filled,
    )
