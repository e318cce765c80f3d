"""Commands about blocks and auctions, and everything that can be wrong with each.

They join those of ``cases``, on the same exchange, to which ``add_off_book`` adds an
instrument with blocks and auctions in which ours may hold 1,000 t and has half.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    MAX_PRICE,
    SELL,
    AcceptBlock,
    AuctionTerms,
    BlockTerms,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAuction,
    PlaceBid,
    ProposeBlock,
    Reason,
    RegisterParticipant,
    Rejected,
    Restriction,
    RestrictParticipant,
    Transfer,
    WithdrawBlock,
)

from .cases import (
    FOREIGN,
    LONG_REF,
    NO_ACCOUNT,
    NO_INSTRUMENT,
    NO_KEY,
    NO_MORE_REFS,
    NO_REF,
    USED_REF,
    Case,
    Fault,
)
from .prepared import close, use_up_orders


if TYPE_CHECKING:
    from carbonex.engine import Command
    from driver import Driver


def apply(driver: Driver, *commands: Command) -> None:
    for command in commands:
        events = driver.do(command)
        assert Rejected not in map(type, events), (command, events)


def add_off_book(driver: Driver) -> None:
    """Let Rival propose four blocks and open two auctions, of which one begins later.

    Block 1 sells 20 t to Ours, block 2 goes to Third; Ours may not hold block 3, nor
    can it pay for block 4.
    """
    blocks, auctions = BlockTerms(20, 300), AuctionTerms(True, 100, 900, 700)
    block = partial(ProposeBlock, "", "rival", "OFF", SELL, 10_000)
    auction = partial(OpenAuction, "", instrument="OFF", side=SELL, quantity=800)
    apply(
        driver,
        RegisterParticipant("", "Third"),
        ListInstrument(
            "",
            "OFF",
            tick=10,
            lot=5,
            reference=10_000,
            position_limit=1_000,
            blocks=blocks,
            auctions=auctions,
        ),
        Issue("", "rival", "OFF", 5_000, "off"),
        Transfer("", "rival", "ours", "OFF", 500, "off-2"),
        block(20, "Ours", "b-1"),
        block(20, "Third", "b-2"),
        block(600, "Ours", "b-3"),
        block(100, "Ours", "b-4"),
        auction(account="rival", opens_ns=0, closes_ns=5_000, client_ref="a-1"),
        auction(account="rival", opens_ns=4_000, closes_ns=5_000, client_ref="a-2"),
    )


def _floor_of_ours(driver: Driver) -> None:
    """Let ours have an auction, number 3, through its participant's other account."""
    add_off_book(driver)
    apply(
        driver,
        Transfer("", "rival", "ours-2", "OFF", 100, "off-3"),
        OpenAuction("", "ours-2", "OFF", SELL, 100, 0, 5_000, "a-3"),
    )


def _block_of_ours_2(driver: Driver) -> None:
    """Let Ours propose block 5, through its other account."""
    add_off_book(driver)
    apply(driver, ProposeBlock("", "ours-2", "OFF", BUY, 10_000, 20, "Rival", "b-5"))


def _block_of_ours(driver: Driver) -> None:
    add_off_book(driver)
    apply(driver, ProposeBlock("", "ours", "OFF", BUY, 10_000, 20, "Rival", "b-5"))


def _bid_of_ours(driver: Driver) -> None:
    add_off_book(driver)
    apply(driver, PlaceBid("", "ours", 1, 10_000, 20, "bid"))


def restrict(participant: str, restriction: Restriction, driver: Driver) -> None:
    apply(driver, RestrictParticipant("", participant, restriction))


def _halt(driver: Driver) -> None:
    apply(driver, HaltInstrument("", "OFF"))


CANCEL_ONLY, SUSPENDED = Restriction.CANCEL_ONLY, Restriction.SUSPENDED
OURS_CANCELS = partial(restrict, "Ours", CANCEL_ONLY)
RIVAL_CANCELS = partial(restrict, "Rival", CANCEL_ONLY)
RESTRICTED = Fault(Reason.RESTRICTED, prepare=OURS_CANCELS, rank=8)
SUSPENSION = Fault(
    Reason.RESTRICTED, prepare=partial(restrict, "Ours", SUSPENDED), rank=8
)
NO_DAY: dict[str, object] = {"opens_ns": 0, "closes_ns": 20_000}
HALTED = Fault(Reason.HALTED, prepare=_halt, rank=8)
NO_TRADE = Fault(Reason.NOT_TRADABLE, {"instrument": "CEA"})
BAD_LOT = Fault(Reason.BAD_QTY, {"quantity": 22})
BAD_TICK = Fault(Reason.BAD_TICK, {"price": 10_005})
TOO_MUCH = Fault(Reason.POSITION_LIMIT, {"quantity": 600})
NO_TONNES = Fault(Reason.INSUFFICIENT_HOLDINGS, {"quantity": 505})
NO_CASH = Fault(Reason.INSUFFICIENT_FUNDS, {"quantity": 120})
NO_MORE_OPEN = Fault(Reason.TOO_MANY_OPEN_ORDERS, prepare=use_up_orders)
NO_PROPOSAL = Fault(Reason.NO_SUCH_PROPOSAL, {"block_id": 99})
NOT_OURS = Fault(Reason.NO_SUCH_PROPOSAL, {"block_id": 2})
OUR_OWN = Fault(Reason.COUNTERPARTY_MISMATCH, {"block_id": 5})
SENDING = (USED_REF, FOREIGN, NO_KEY, NO_ACCOUNT, NO_REF, LONG_REF, RESTRICTED)


def bad(**changes: object) -> Fault:
    return Fault(Reason.BAD_PARAMETER, changes)


# A fault that needs an open proposal excludes those that leave none, by naming
# the same field.
SAME_SIDE = {"counters": 1, "side": SELL, "counterparty": "Rival", "instrument": "OFF"}
PROPOSING = (
    *SENDING,
    NO_MORE_REFS,
    NO_INSTRUMENT,
    Fault(Reason.UNKNOWN_PARTICIPANT, {"counterparty": "Nobody"}),
    Fault(Reason.RESTRICTED, {"counterparty": "Rival"}, RIVAL_CANCELS, 8),
    NO_TRADE,
    Fault(Reason.MARKET_CLOSED, {"counters": 0}, close, 9),
    HALTED,
    BAD_LOT,
    Fault(Reason.BAD_QTY, {"quantity": 2**31 + 2}),
    Fault(Reason.QTY_BELOW_BLOCK_MIN, {"quantity": 15}),
    BAD_TICK,
    Fault(Reason.BLOCK_PRICE_OUT_OF_BAND, {"price": 14_000}),
    Fault(Reason.NO_SUCH_PROPOSAL, {"counters": 99}),
    Fault(Reason.COUNTERPARTY_MISMATCH, {"counterparty": "Ours"}),
    Fault(Reason.NO_SUCH_PROPOSAL, {"counters": 2}),
    Fault(Reason.COUNTERPARTY_MISMATCH, {"counters": 1, "counterparty": "Third"}),
    NO_MORE_OPEN,
)
OPENING = (
    *SENDING,
    NO_MORE_REFS,
    NO_INSTRUMENT,
    bad(opens_ns=5_000, closes_ns=5_000),
    bad(closes_ns=1_000),
    bad(closes_ns=10_001),
    bad(reserve=-1),
    bad(reserve=MAX_PRICE + 1),
    bad(bidder_limit=-1),
    Fault(Reason.NOT_TRADABLE, {"instrument": "CEA", "reserve": 10_000}),
    Fault(Reason.MARKET_CLOSED, NO_DAY, close, 9),
    BAD_LOT,
)

OFF_BOOK_CASES = (
    Case(
        "propose to buy",
        ProposeBlock("", "ours", "OFF", BUY, 10_000, 20, "Rival", "new", counters=1),
        (*PROPOSING, bad(**SAME_SIDE), TOO_MUCH, NO_CASH),
        prepare=add_off_book,
    ),
    Case(
        "propose to sell",
        ProposeBlock("", "ours", "OFF", SELL, 10_000, 20, "Rival", "new"),
        (*PROPOSING, NO_TONNES),
        prepare=add_off_book,
    ),
    Case(
        "accept",
        AcceptBlock("", "ours", 1, "new"),
        (
            *SENDING,
            NO_MORE_REFS,
            Fault(Reason.RESTRICTED, {"block_id": 1}, RIVAL_CANCELS, 8),
            Fault(Reason.HALTED, {"block_id": 1}, _halt, 8),
            Fault(Reason.NO_SUCH_PROPOSAL, {"block_id": 2}, _halt, 8),
            NO_PROPOSAL,
            NOT_OURS,
            OUR_OWN,
            Fault(Reason.POSITION_LIMIT, {"block_id": 3}),
            Fault(Reason.INSUFFICIENT_FUNDS, {"block_id": 4}),
        ),
        prepare=_block_of_ours_2,
    ),
    Case(
        "decline",
        DeclineBlock("", "ours", 1),
        (FOREIGN, NO_ACCOUNT, SUSPENSION, NO_PROPOSAL, NOT_OURS, OUR_OWN),
        prepare=_block_of_ours_2,
    ),
    Case(
        "withdraw block",
        WithdrawBlock("", "ours", 5),
        (
            FOREIGN,
            NO_ACCOUNT,
            SUSPENSION,
            NO_PROPOSAL,
            Fault(Reason.NO_SUCH_PROPOSAL, {"block_id": 1}),
        ),
        prepare=_block_of_ours,
    ),
    Case(
        "open a selling auction",
        OpenAuction("", "ours", "OFF", SELL, 20, 0, 5_000, "new"),
        (*OPENING, Fault(Reason.PRICE_OUT_OF_BAND, {"reserve": 11_001}), NO_TONNES),
        prepare=add_off_book,
    ),
    Case(
        "open a buying auction",
        OpenAuction("", "ours", "OFF", BUY, 20, 0, 5_000, "new"),
        (
            *OPENING,
            bad(reserve=0),
            Fault(Reason.PRICE_OUT_OF_BAND, {"reserve": 8_999}),
            TOO_MUCH,
            NO_CASH,
        ),
        prepare=add_off_book,
    ),
    Case(
        "bid",
        PlaceBid("", "ours", 1, 10_000, 20, "new"),
        (
            *SENDING,
            NO_MORE_REFS,
            Fault(Reason.UNKNOWN_AUCTION, {"auction_id": 99}),
            HALTED,
            BAD_LOT,
            BAD_TICK,
            Fault(Reason.PRICE_OUT_OF_BAND, {"price": 12_000}),
            Fault(Reason.WINDOW_CLOSED, {"auction_id": 2}),
            Fault(Reason.BELOW_RESERVE, {"price": 8_000}),
            Fault(Reason.BID_LIMIT, {"quantity": 705}),
            TOO_MUCH,
            NO_CASH,
            Fault(Reason.SELF_TRADE, {"auction_id": 3}),
            NO_MORE_OPEN,
        ),
        prepare=_floor_of_ours,
    ),
    Case(
        "cancel bid",
        CancelBid("", "ours", 1),
        (FOREIGN, NO_ACCOUNT, Fault(Reason.UNKNOWN_BID, {"bid_id": 99})),
        prepare=_bid_of_ours,
    ),
    Case(
        "close auction",
        CloseAuction("", 1),
        (FOREIGN, Fault(Reason.UNKNOWN_AUCTION, {"auction_id": 99})),
        prepare=add_off_book,
    ),
)
