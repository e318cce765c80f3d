"""Operators and the registry, against a real venue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    AccessDenied,
    AuctionTerms,
    BadParameter,
    EligibilityRule,
    InsufficientFunds,
    InsufficientHoldings,
    LoginFailed,
    MarketClosed,
    OrderRejected,
    RegistryRefused,
    Restricted,
    Terms,
    Thresholds,
    VenueError,
    connect,
    generate_key,
)
from carbonex.wire import requests
from carbonex.wire.order_ids import OrderIds


if TYPE_CHECKING:
    from sdk.market import Market


async def test_a_participant_from_admission_to_its_first_trade(market: Market) -> None:
    key = generate_key("newcomer-1")
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.list_instrument("CCER1", tick="0.05", product="CCER")
        await registry.register_participant("newcomer")
        await registry.open_account("newcomer", "newcomer", max_open_orders=1)
        await registry.add_key(
            "newcomer", "newcomer-1", key.public_text, ["read", "trade"]
        )
        moved = await registry.deposit("newcomer", "1000.00", "d-1")
        assert not moved.duplicate
        assert (await registry.deposit("newcomer", "1000.00", "d-1")).duplicate
        await registry.withdraw("newcomer", Decimal("250.5"), "w-1")
        await registry.issue("newcomer", "CEA25", 10, "i-1")
        await registry.transfer("newcomer", "maker", "CEA25", 4, "t-1")

    async with connect(market.url, key) as venue:
        assert (venue.name, venue.participant) == ("test", "newcomer")
        assert venue.accounts == ("newcomer",)
        assert venue.permissions == ("read", "trade")
        balances = await venue.balances()
        assert balances.cash == Decimal("749.50")
        assert balances.holding("CEA25").quantity == 6
        assert (await venue.instrument("CCER1").next()).tick == Decimal("0.05")
        order = await venue.sell("CEA25", 6, "74.00")
        assert order.is_open


async def test_a_halt_is_felt_and_lifted(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        order = await maker.buy("CEA25", 1, "70.00")
        await operator.halt("CEA25")
        with pytest.raises(MarketClosed):
            await maker.buy("CEA25", 1, "70.00")
        await order.cancel()
        await operator.resume("CEA25")
        await maker.buy("CEA25", 1, "70.00")


async def test_a_revoked_key_cannot_log_in(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.revoke_key("taker")
    with pytest.raises(LoginFailed):
        async with connect(market.url, market.keys["taker"]):
            pass


async def test_what_the_registry_refuses(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as registry:
        with pytest.raises(RegistryRefused, match="ALREADY_EXISTS"):
            await registry.register_participant("maker")
        with pytest.raises(TypeError, match="is a float"):
            await registry.deposit("maker", 100.0, "d-9")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="no time zone"):
            await registry.begin_day(dt.date(2030, 1, 2), dt.datetime(2030, 1, 2, 15))  # noqa: DTZ001
    async with connect(market.url, market.keys["maker"]) as maker:
        with pytest.raises(AccessDenied):
            await maker.register_participant("friend")


async def test_a_day_is_sent_in_microseconds(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue opens its days itself here, so the request is what is looked at."""
    shanghai = dt.timezone(dt.timedelta(hours=8))
    async with connect(market.url, market.keys["operator"]) as operator:
        asked: list[requests.Params] = []

        async def ask(params: requests.Params, _: object) -> None:
            asked.append(params)

        monkeypatch.setattr(operator, "_ask", ask)
        ends = dt.datetime(2030, 1, 2, 15, 0, 0, 250_000, tzinfo=shanghai)
        await operator.begin_day(dt.date(2030, 1, 2), ends)
        await operator.begin_day(dt.date(2030, 1, 3))
        await operator.end_day()
        await operator.cancel_day()
        assert asked == [
            requests.BeginDay("2030-01-02", 1_893_567_600_250_000),
            requests.BeginDay("2030-01-03"),
            requests.EndDay(),
            requests.CancelDay(),
        ]


async def test_a_day_is_taken_back(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as operator:
        await operator.cancel_day()
        with pytest.raises(VenueError, match="no trading day is open") as refused:
            await operator.end_day()
        assert refused.value.name == "NO_TRADING_DAY"


async def test_an_instrument_is_listed_like_another_and_changed(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as operator:
        [cea25] = await operator.instruments()
        await operator.list_instrument("CEA26", cea25, reference="70.00", pick=False)
        cea26 = await operator.instrument("CEA26").next()
        assert (cea26.blocks, cea26.auctions) == (cea25.blocks, cea25.auctions)
        assert (cea26.previous_close, cea26.pick) == (Decimal("70.00"), False)

        sessions = (("09:30", "11:30"), ("13:00", "15:00"))
        changed = AuctionTerms(allowed=True, pricing="uniform")
        await operator.update_instrument(
            "CEA26", cea26, sessions=sessions, auctions=changed
        )
        updated = await operator.instrument("CEA26").next()
        assert updated.sessions == ()  # until the next trading day
        assert updated.next_terms is not None
        assert updated.next_terms.sessions == sessions
        assert updated.next_terms.auctions == changed
        with pytest.raises(TypeError, match="is a float"):
            await operator.list_instrument("CEA27", tick=0.05)  # type: ignore[arg-type]
        with pytest.raises(BadParameter, match="tick"):
            await operator.update_instrument("CEA26", cea26, tick="0.05")

        await operator.delist_instrument("CEA26")
        delisted = await operator.instrument("CEA26").next()
        assert (delisted.tradable, delisted.phase) == (False, "closed")
        with pytest.raises(OrderRejected, match="NOT_TRADABLE"):
            await operator.halt("CEA26")


async def test_another_composite_is_announced_and_may_be_taken_back(
    market: Market,
) -> None:
    async with connect(market.url, market.keys["operator"]) as operator:
        [cea25] = await operator.instruments()
        assert (cea25.composite, cea25.next_composite) == ("mean", None)
        await operator.set_composite(cea25.product, "newest")
        told = await operator.instrument(cea25.instrument).next()
        assert (told.composite, told.next_composite) == ("mean", "newest")
        await operator.set_composite(cea25.product, "mean")
        told = await operator.instrument(cea25.instrument).next()
        assert told.next_composite is None
        with pytest.raises(VenueError, match="there is no product EUA") as refused:
            await operator.set_composite("EUA", "newest")
        assert refused.value.name == "UNKNOWN_PRODUCT"
        with pytest.raises(ValueError, match="mean"):
            await operator.set_composite(cea25.product, "median")  # type: ignore[arg-type]


async def test_an_instrument_says_which_kinds_of_order_it_takes(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        await operator.list_instrument("CEA26", order_kinds=("fok", "stop"))
        cea26 = await maker.instrument("CEA26").next()
        assert cea26.order_kinds == ("stop", "fok")
        takes_no = r"KIND_NOT_ALLOWED.* takes no ioc orders; .* are limit, stop, fok"
        with pytest.raises(OrderRejected, match=takes_no):
            await maker.buy("CEA26", 1, "70.00", time_in_force="ioc")
        assert (await maker.buy("CEA26", 1, "70.00")).is_open
        await operator.update_instrument("CEA26", cea26, order_kinds=())
        updated = await maker.instrument("CEA26").next()
        assert updated.next_terms is not None
        assert updated.next_terms.order_kinds == ()


async def test_a_participant_is_restricted(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        bid = await maker.buy("CEA25", 1, "70.00")
        await operator.restrict("maker", "sell_only")
        assert (await bid.done()).reason == "RESTRICTED"
        with pytest.raises(Restricted, match="only sell"):
            await maker.buy("CEA25", 1, "70.00")
        await operator.restrict("maker", "none")
        await maker.buy("CEA25", 1, "70.00")


async def test_a_year_s_emissions_are_covered(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as registry,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        due = await registry.set_obligation("maker", 2025, 1_000)
        assert (due.due, due.surrendered) == (1_000, 0)
        await registry.list_instrument("CCER1", product="CCER", offset_permille=50)
        await registry.issue("maker", "CCER1", 100, "i-1")
        with pytest.raises(OrderRejected, match=r"OFFSET_CAP.* 50 t"):
            await registry.surrender("maker", "CCER1", 51, 2025, "s-1")
        await registry.surrender("maker", "CCER1", 50, 2025, "s-2")
        await registry.surrender("maker", "CEA25", 950, 2025, "s-3")
        assert (await registry.surrender("maker", "CEA25", 950, 2025, "s-3")).duplicate
        [owed] = await maker.obligations()
        assert (owed.year, owed.surrendered, owed.offset) == (2025, 1_000, 50)
        with pytest.raises(OrderRejected, match="OBLIGATION_UNKNOWN"):
            await registry.surrender("maker", "CEA25", 1, 2024, "s-4")


async def test_a_participant_surrenders_and_transfers_its_own(market: Market) -> None:
    key = generate_key("maker-2")
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.add_key(
            "maker", "maker-2", key.public_text, ["read", "transfer"]
        )
        await registry.set_obligation("maker", 2025, 1_000)
    async with connect(market.url, key) as maker:
        assert maker.permissions == ("read", "transfer")
        await maker.surrender("maker", "CEA25", 600, 2025, "s-1")
        await maker.transfer("maker", "taker", "CEA25", 400, "t-1")
        assert (await maker.balances()).holding("CEA25").quantity == 9_000
        [owed] = await maker.obligations()
        assert owed.surrendered == 600
        with pytest.raises(AccessDenied):
            await maker.surrender("taker", "CEA25", 1, 2025, "s-2")
        with pytest.raises(AccessDenied, match="transfer needs"):
            async with connect(market.url, market.keys["taker"]) as taker:
                await taker.transfer("taker", "maker", "CEA25", 1, "t-2")


async def test_the_rules_of_eligibility(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as registry,
        connect(market.url) as stranger,
    ):
        await registry.list_instrument("CEA26", vintage=2026)
        await registry.issue("maker", "CEA26", 10, "i-1")
        await registry.set_obligation("maker", 2025, 1_000)
        rule = EligibilityRule(vintage_to=2026)
        table = await registry.set_eligibility("CEA", [rule])
        assert table.rules == [rule]
        assert await stranger.eligibility() == [table]
        instrument = await stranger.instrument("CEA26").next()
        assert instrument.eligibility == [rule]
        assert await stranger.eligibility("CEA") == [table]
        with pytest.raises(OrderRejected, match=r"NOT_ELIGIBLE.*2026.*2025"):
            await registry.surrender("maker", "CEA26", 1, 2025, "s-1")
        await registry.set_eligibility("CEA", [])
        await registry.surrender("maker", "CEA26", 1, 2025, "s-1")


async def test_tonnes_leave_the_venue(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.retire("maker", "CEA25", 100, "r-1")
        await registry.transfer_out("maker", "CEA25", 200, "r-2")
        held = market.exchange.accounts["maker"].holdings["CEA25"]
        assert held.quantity == 9_700


async def test_an_annulled_trade_is_told_to_both_and_on_the_tape(
    market: Market,
) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        order = await maker.sell("CEA25", 5, "70.00")
        before = await maker.balances()
        bought, prints = taker.executions(), taker.trades("CEA25")
        buying = await taker.buy("CEA25", 3, "70.00")
        traded = [await bought.next() for _ in range(2)][1]
        assert traded.trade_id == (await prints.next()).trade_id
        annulled = await operator.annul_trade("CEA25", traded.trade_id, "乌龙指")
        assert (annulled.buyer, annulled.quantity) == ("taker", 3)
        told = await bought.next()
        assert (told.event, told.trade_id) == ("annulled", traded.trade_id)
        assert (told.order_id, told.source_id) == ("", buying.order_id)
        assert told.reason == "乌龙指"
        correction = await prints.next()
        assert (correction.annulled, correction.trade_id) == (True, traded.trade_id)
        assert (buying.status, order.remaining) == ("filled", 2)
        after = await maker.balances()
        assert after.available == before.available
        assert after.holding("CEA25").quantity == before.holding("CEA25").quantity
        with pytest.raises(RegistryRefused, match="TRADE_ANNULLED"):
            await operator.annul_trade("CEA25", traded.trade_id, "乌龙指")


async def test_a_suspension_is_told_to_everybody_and_to_who_comes_later(
    market: Market,
) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        order = await maker.sell("CEA25", 5, "70.00")
        await operator.suspend_venue("行情中断")
        with pytest.raises(MarketClosed, match="VENUE_SUSPENDED"):
            await maker.sell("CEA25", 5, "70.00")
        assert maker.suspended_why == "行情中断"
        [cea25] = [i for i in await maker.instruments() if i.instrument == "CEA25"]
        assert cea25.phase == "halted"
        async with connect(market.url) as newcomer:
            assert newcomer.suspended_why == "行情中断"
        await order.cancel()
        await operator.resume_venue("it is back")
        await maker.sell("CEA25", 5, "70.00")
        assert maker.suspended_why == ""
        with pytest.raises(RegistryRefused, match="NOT_SUSPENDED"):
            await operator.resume_venue("it is back")


async def test_what_is_frozen_is_shown_and_cannot_be_used(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as registry,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        order = await maker.sell("CEA25", 9_000, "70.00")
        frozen = await registry.freeze_tonnes(
            "maker", "CEA25", 4_000, "f-1", "法院冻结"
        )
        assert (frozen.frozen, frozen.pending) == (1_000, 3_000)
        again = await registry.freeze_tonnes("maker", "CEA25", 4_000, "f-1", "法院冻结")
        assert again.duplicate
        with pytest.raises(InsufficientHoldings, match="TONNES_FROZEN"):
            await maker.sell("CEA25", 1, "70.00")
        await order.cancel()
        held = (await maker.balances()).holding("CEA25")
        assert (held.available, held.locked) == (6_000, 0)
        assert (held.frozen, held.freeze_pending) == (4_000, 0)
        free = (await maker.balances()).available
        cash = await registry.freeze_cash("maker", free, "f-2", "court order 7")
        assert (cash.frozen, cash.pending) == (free, Decimal(0))
        with pytest.raises(InsufficientFunds, match="CASH_FROZEN"):
            await maker.buy("CEA25", 1, "70.00")
        await registry.unfreeze_cash("maker", free, "f-3", "lifted")
        await registry.unfreeze_tonnes("maker", "CEA25", 4_000, "f-4", "lifted")
        balances = await maker.balances()
        assert (balances.available, balances.frozen) == (free, Decimal(0))
        assert balances.holding("CEA25").available == 10_000


async def test_what_supervision_notices_is_told_to_operators(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        watched = Terms(thresholds=Thresholds(large_order=500, quick_cancel_ms=60_000))
        await operator.list_instrument("CEA26", watched)
        alerts = operator.alerts()
        orders = [await maker.buy("CEA26", 500, "70.00") for _ in range(2)]
        for order in orders:
            await order.cancel()
        first, second = [await alerts.next() for _ in range(2)]
        assert (first.kind, first.participant) == ("quick_cancel", "maker")
        assert (first.instrument, first.value) == ("CEA26", 500)
        ids = OrderIds(market.exchange)  # alerts have the engine's numbers
        numbers = [str(ids.meant(order.order_id)) for order in orders]
        assert [first.orders, second.orders] == [[number] for number in numbers]
        assert await operator.alerts("CEA26").next() == first
        with pytest.raises(AccessDenied):
            await maker.alerts().next()
