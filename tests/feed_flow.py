"""Random commands: all that concern orders, and others of the market, at few prices.

Commands that need a market's rules go to ``RULED``, the others to all instruments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    STOP,
    STOP_LIMIT,
    AcceptBlock,
    AmendOrder,
    CancelAll,
    CancelBid,
    CancelOrder,
    CloseAuction,
    Conditions,
    DeclineBlock,
    HaltInstrument,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    PostOnly,
    ProposeBlock,
    Restriction,
    RestrictParticipant,
    ResumeInstrument,
    SelfTrade,
    WithdrawBlock,
)
from feed_stage import ACCOUNTS, INSTRUMENTS, MS, RULED


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Command, Exchange, Order
    from feed_stage import Stage

MIDDLE = 7000  # fen; limits pass it by up to 4 or stay up to 60 away


def random_flow(random: Random, exchange: Exchange, most: int) -> list[Command]:
    """Return 1 to ``most`` commands, chosen by the exchange's state."""
    return [_command(random, exchange) for _ in range(random.randint(1, most))]


def let_time_pass(random: Random, stage: Stage) -> None:
    """Sometimes let time pass: call auctions, orders and windows end."""
    stage.now_ns += random.choice((0, 0, 0, 10, 700)) * MS


def _command(random: Random, exchange: Exchange) -> Command:
    """Return a command; orders outnumber other commands, so that books grow deep."""
    account = random.choice(ACCOUNTS)
    orders = list(exchange.accounts[account].orders.values())
    if exchange.instruments[RULED].halted and random.random() < 0.2:
        return ResumeInstrument("", RULED)
    if exchange.accounts[account].restricted and random.random() < 0.5:
        return RestrictParticipant("", account, Restriction.NONE)
    dice = random.random()
    if dice < 0.005:
        return CancelAll("", account, random.choice(INSTRUMENTS))
    if dice < 0.2:
        return random.choice(_OF_THE_MARKET)(random, exchange, account)
    if dice < 0.7 or not orders:
        return _order(random, account)
    order = random.choice(orders)
    if dice < 0.8:
        return CancelOrder("", account, order.order_id)
    return _amend(random, order)


def _amend(random: Random, order: Order) -> AmendOrder:
    account = order.account.name
    if random.random() < 0.5:
        fewer = order.filled + random.randint(0, order.remaining)
        return AmendOrder("", account, order.order_id, quantity=fewer)
    more = order.quantity + random.randint(0, 5)
    price = order.price + random.randint(-5, 5)
    if order.waits:
        stop = price + random.randint(-5, 5)
        price = 0 if order.command.order_type is STOP else price
        return AmendOrder(
            "", account, order.order_id, price=price, quantity=more, stop_price=stop
        )
    return AmendOrder("", account, order.order_id, price=price, quantity=more)


def _order(random: Random, account: str) -> PlaceOrder:
    side = random.choice((BUY, SELL))
    away = random.randint(-4, 60)
    price = MIDDLE - away if side is BUY else MIDDLE + away
    time_in_force = random.choice((DAY, DAY, DAY, GTC, GTC, IOC, FOK))
    post_only = PostOnly.OFF
    if time_in_force in {DAY, GTC} and random.random() < 0.3:
        post_only = random.choice((PostOnly.REJECT, PostOnly.REPRICE))
    is_market = post_only is PostOnly.OFF and random.random() < 0.05
    return PlaceOrder(
        "",
        account,
        random.choice(INSTRUMENTS),
        side,
        0 if is_market else price,
        random.randint(1, 20),
        MARKET if is_market else LIMIT,
        time_in_force,
        post_only,
        random.choice(tuple(SelfTrade)),
    )


def _special(random: Random, exchange: Exchange, account: str) -> PlaceOrder:
    """Return a stop, an iceberg, a GTD or a picking order, or a combination."""
    side = random.choice((BUY, SELL))
    kind = random.choice((LIMIT, LIMIT, STOP, STOP_LIMIT))
    price = MIDDLE + random.randint(-6, 6)
    quantity = random.randint(5, 30)
    expires_ns = 0
    if random.random() < 0.3:
        expires_ns = exchange.time_ns + random.randint(1, 2000) * MS
    makers = exchange.instruments[RULED].book.opposite(side)
    pick: tuple[int, ...] = ()
    if kind is LIMIT and makers.best is not None and random.random() < 0.3:
        pick = (random.choice([order.order_id for order in makers.best]),)
    return PlaceOrder(
        "",
        account,
        RULED,
        side,
        0 if kind is STOP else price,
        quantity,
        kind,
        GTD if expires_ns else DAY,
        conditions=Conditions(
            stop_price=0 if kind is LIMIT else MIDDLE + random.randint(-4, 4),
            display_quantity=0 if kind is STOP else random.choice((0, 1, 3)),
            expires_ns=expires_ns,
            pick=pick,
        ),
    )


def _halt(_random: Random, _exchange: Exchange, _account: str) -> Command:
    """Halt: the resumption starts a call auction, in which books may cross."""
    return HaltInstrument("", RULED)


def _block(random: Random, exchange: Exchange, account: str) -> Command:
    side = random.choice((BUY, SELL))
    price, quantity = MIDDLE + random.randint(-50, 50), random.randint(8, 40)
    ref = f"{random.getrandbits(60)}"
    others = [name for name in ACCOUNTS if name != account]
    if not exchange.blocks or random.random() < 0.4:
        other = random.choice(others)
        return ProposeBlock("", account, RULED, side, price, quantity, other, ref)
    block_id, proposal = random.choice(list(exchange.blocks.items()))
    terms = proposal.command
    kind = random.randrange(4)
    if kind == 0:
        return AcceptBlock("", terms.counterparty, block_id, ref)
    if kind == 1:
        return DeclineBlock("", terms.counterparty, block_id)
    if kind == 2:
        return WithdrawBlock("", terms.account, block_id)
    side = SELL if terms.side is BUY else BUY
    return ProposeBlock(
        "",
        terms.counterparty,
        RULED,
        side,
        price,
        quantity,
        terms.account,
        ref,
        block_id,
    )


def _auction(random: Random, exchange: Exchange, account: str) -> Command:
    ref = f"{random.getrandbits(60)}"
    dice = random.random()
    bids = list(exchange.accounts[account].bids)
    if bids and dice < 0.1:
        return CancelBid("", account, random.choice(bids))
    if not exchange.auctions or dice < 0.15:
        opens = exchange.time_ns + random.choice((0, 0, 0, 50 * MS))
        return OpenAuction(
            "",
            account,
            RULED,
            random.choice((BUY, SELL)),
            random.randint(10, 50),
            opens,
            opens + random.randint(1, 9000) * MS,
            ref,
            reserve=MIDDLE,
            sealed=random.choice((True, False)),
        )
    auction_id, auction = random.choice(list(exchange.auctions.items()))
    if dice < 0.25:
        return CloseAuction("", auction_id, cancel=random.random() < 0.3)
    away = random.randint(-2, 40)
    price = MIDDLE + away if auction.side is SELL else MIDDLE - away
    return PlaceBid("", account, auction_id, price, random.randint(1, 20), ref)


def _restrict(random: Random, _exchange: Exchange, account: str) -> Command:
    return RestrictParticipant("", account, random.choice(tuple(Restriction)))


_OF_THE_MARKET = (
    *[_special] * 8,
    *[_auction] * 6,
    *[_block] * 3,
    _halt,
    _restrict,
)
