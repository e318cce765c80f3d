"""Behaviours that ask for what is dear: each request is valid, and keeps every limit.

A size is how many orders rest, and a fiftieth of it how often something is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .behaviour import Behaviour
from .deep_book import BATCH, FAR, DeepBook, repeated


if TYPE_CHECKING:
    from collections import Counter

    from .peer import Peer
    from .stage import Stage


FULL: Final = 20_000
SMALL: Final = 100
NO_ORDER: Final = str(10**15)
PARTS: Final = 20  # of an iceberg


async def stale_picks(stage: Stage, size: int) -> str:
    """Pick an order that is not there, one by one and in batches."""
    async with DeepBook(stage, "STALE") as book:
        await book.rest(size)
        attacker = await book.trader("attacker")
        pick = book.order("buy", pick=[NO_ORDER])
        told = await repeated(attacker, size // BATCH, "add_order", **pick)
        assert told.keys() == {"STALE_PICK"}
        batch = await attacker.result("batch_add", orders=[pick] * BATCH)
        names = {each["error"]["name"] for each in batch["orders"]}
        assert names == {"STALE_PICK"}
    return f"{size} orders; {_told(told)}, and {BATCH} in a batch"


async def picks_beside_the_best_price(stage: Stage, size: int) -> str:
    """Pick an order at the worst price."""
    async with DeepBook(stage, "BESIDE") as book:
        await book.rest(size)
        maker = await book.trader("maker")
        last = await _listed(maker, book.order("sell", "75.00"))
        attacker = await book.trader("attacker")
        pick = book.order("buy", pick=[last])
        told = await repeated(attacker, size // BATCH, "add_order", **pick)
        assert told.keys() == {"NOT_BEST_PRICE"}
    return f"{size} orders; {_told(told)}"


async def picks_on_a_deep_level(stage: Stage, size: int) -> str:
    """Pick the last order of a level, again and again."""
    async with DeepBook(stage, "LEVEL") as book:
        await book.rest(size, price="69.00")
        maker, attacker = await book.trader("maker"), await book.trader("attacker")
        for _ in range(size // BATCH):
            last = await _listed(maker, book.order("sell", "69.00"))
            pick = book.order("buy", pick=[last])
            done = await attacker.result("add_order", **pick)
            assert done["status"] == "filled"
    return f"{size} orders at one price; {size // BATCH} picks of the last one"


async def fill_or_kill_of_too_much(stage: Stage, size: int) -> str:
    """Ask for more than there is, or nothing."""
    async with DeepBook(stage, "KILL") as book:
        await book.rest(size)
        attacker = await book.trader("attacker")
        order = book.order("buy", quantity=size + 1, time_in_force="fok")
        told = await repeated(attacker, size // BATCH, "add_order", **order)
        assert told.keys() == {"FOK_UNFILLABLE"}
    return f"{size} orders; {_told(told)}"


async def cancel_all_that_finds_nothing(stage: Stage, size: int) -> str:
    """Cancel the other side of an account that has many orders, and of one with none."""
    async with DeepBook(stage, "NOTHING") as book:
        maker, idle = await book.trader("maker"), await book.trader("idle")
        taken = await book.fill(maker, size)
        told = await repeated(maker, size // BATCH, "cancel_all", side="buy")
        told += await repeated(idle, size // BATCH, "cancel_all")
        assert told == {"success": 2 * (size // BATCH)}
        assert len((await maker.result("open_orders"))["orders"]) == taken
    return f"{taken} orders of one account; {_told(told)}, none of them gone"


async def crossing_orders_in_a_call(stage: Stage, size: int) -> str:
    """Cross during a call, by an account that has many orders elsewhere."""
    async with DeepBook(stage, "CALL") as book:
        maker, other = await book.trader("maker"), await book.trader("other")
        await book.fill(maker, size - size // BATCH)
        await other.result("add_order", **book.order("buy", "50.00"))
        await book.operator.result("halt", instrument=book.name)
        await book.operator.result("resume", instrument=book.name)
        order = book.order("sell", "40.00")
        told = await repeated(maker, size // BATCH, "add_order", **order)
    return f"{size} orders of one account; {_told(told)}"


async def orders_through_the_whole_book(stage: Stage, size: int) -> str:
    """Take, or be amended to take, all that there is."""
    async with DeepBook(stage, "SWEEP") as book:
        attacker = await book.trader("attacker")
        for round_ in range(2):
            await book.rest(size // 2)
            low = book.order("buy", "1.00", quantity=size, client_order_id=f"{round_}")
            await attacker.result("add_order", **low)
            order = {"client_order_id": f"{round_}", "price": FAR}
            done = await attacker.result("amend_order", **order)
            assert done["filled"] > 0
            await attacker.result("cancel_all")
    return f"2 × {size // 2} orders, taken by an amendment each"


async def stop_orders_that_one_trade_triggers(stage: Stage, size: int) -> str:
    """Have very many orders wait for a price, and then one trade at it."""
    async with DeepBook(stage, "STOPS") as book:
        stop = {"order_type": "stop_limit", "stop_price": "75.00", "side": "buy"}
        makers = await _traders(book, size)
        for maker in makers:
            await book.fill(maker, BATCH, **stop)
        seller, attacker = await book.trader("seller"), await book.trader("attacker")
        await seller.result("add_order", **book.order("sell", "75.00"))
        await attacker.result("add_order", **book.order("buy", "75.00"))
    return f"{len(makers) * BATCH} stop orders, triggered by one trade"


async def cancel_all_of_very_many(stage: Stage, size: int) -> str:
    """Fill an account to its cap, and cancel all of it."""
    async with DeepBook(stage, "LEAVE") as book:
        maker = await book.trader("maker")
        taken = await book.fill(maker, size)
        last = maker.call("cancel_all")
        await maker.answered(last)
        maker.messages.clear()
        await maker.answered(maker.call("open_orders"))
    return f"{taken} orders of one account, all cancelled"


async def dead_mans_switches_that_fire(stage: Stage, size: int) -> str:
    """Arm the switches of many accounts for the same moment."""
    async with DeepBook(stage, "SWITCH") as book:
        makers = await _traders(book, size)
        for maker in makers:
            await book.fill(maker, BATCH)
        for maker in makers:
            await maker.result("cancel_all_orders_after", timeout=1)
        for maker in makers:
            while (await maker.result("open_orders"))["orders"]:
                pass
    return f"{len(makers)} switches of {BATCH} orders each, all fired"


async def graces_that_end(stage: Stage, size: int) -> str:
    """Lose many connections at once that asked for cancel on disconnect."""
    async with DeepBook(stage, "GRACE") as book:
        promise = {"session": "desk", "cancel_on_disconnect": True, "grace_ms": 100}
        makers = await _traders(book, size, **promise)
        for maker in makers:
            await book.fill(maker, BATCH)
        for maker in makers:
            maker.abort()
        for number in range(len(makers)):
            again = await book.connected(f"trader-{number}")
            while (await again.result("open_orders"))["orders"]:
                pass
    return f"{len(makers)} sessions of {BATCH} orders each, all cancelled"


async def icebergs_of_many_parts(stage: Stage, size: int) -> str:
    """Take icebergs of as many parts as the venue allows, all by one order."""
    async with DeepBook(stage, "ICE") as book:
        maker, attacker = await book.trader("maker"), await book.trader("attacker")
        ice = {"quantity": PARTS, "display_quantity": 1, "price": "70.00"}
        taken = await book.fill(maker, size, **ice)
        assert taken
        done = await attacker.result(
            "add_order", **book.order("buy", quantity=taken * PARTS)
        )
        assert done["filled"] > 0
    return f"{taken} icebergs of {PARTS} parts, by one order"


async def what_an_account_has_open_asked_for(stage: Stage, size: int) -> str:
    """Ask for very many open orders, and subscribe to them, again and again."""
    async with DeepBook(stage, "ASKED") as book:
        maker = await book.trader("maker")
        taken = await book.fill(maker, size)
        for _ in range(size // BATCH):
            assert (await maker.result("open_orders"))["orders"]
            await maker.result("subscribe", channel="executions")
            await maker.result("unsubscribe", channel="executions")
    return f"{taken} orders of one account; asked {size // BATCH} times, each way"


async def _traders(book: DeepBook, size: int, **session: object) -> list[Peer]:
    """Return as many traders as have ``size`` orders, BATCH each."""
    return [await book.trader(f"trader-{n}", **session) for n in range(size // BATCH)]


async def _listed(maker: Peer, order: dict[str, object]) -> str:
    """Place an order that rests, and return the number of its listing."""
    placed = await maker.result("add_order", **order)
    found = await maker.result("order", order_id=placed["order_id"])
    number: str = found["listing"]
    return number


def _told(answers: Counter[str]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in answers.items())


BEHAVIOURS: Final = tuple(
    Behaviour(act, FULL, SMALL)
    for act in (
        stale_picks,
        picks_beside_the_best_price,
        picks_on_a_deep_level,
        fill_or_kill_of_too_much,
        cancel_all_that_finds_nothing,
        crossing_orders_in_a_call,
        orders_through_the_whole_book,
        stop_orders_that_one_trade_triggers,
        cancel_all_of_very_many,
        dead_mans_switches_that_fire,
        graces_that_end,
        icebergs_of_many_parts,
        what_an_account_has_open_asked_for,
    )
)
