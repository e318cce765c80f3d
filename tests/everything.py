"""A venue in the middle of its second trading day, with one of everything in it.

It has everything that a snapshot could forget, with values that no new object has:
every kind of order, offer, restriction and statistic. ``venue`` builds it through
commands, as a log would.
"""

from __future__ import annotations

from typing import Any

from carbonex.engine import (
    BUY,
    GTC,
    GTD,
    IOC,
    SELL,
    STOP,
    STOP_LIMIT,
    AcceptBlock,
    AddKey,
    AdvanceTime,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    CallTerms,
    CancelOrder,
    CloseAuction,
    Command,
    Conditions,
    DelistInstrument,
    Deposit,
    EligibilityRule,
    Event,
    Fees,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    Permission,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    RegisterParticipant,
    Rejected,
    Restriction,
    RestrictParticipant,
    ResumeInstrument,
    Retire,
    RevokeKey,
    SessionClosed,
    SessionOpened,
    SetCountdown,
    SetEligibility,
    SetObligation,
    Side,
    Surrender,
    Thresholds,
    Transfer,
    UpdateInstrument,
    Withdraw,
)
from carbonex.engine.market.schedule import SECOND_NS, midnight_ns
from driver import Driver


HOURS = ((34_200, 41_400), (46_800, 54_000))  # 09:30-11:30, 13:00-15:00
FIRST, SECOND = 20250102, 20250103
LONG = midnight_ns(20250301)  # expiry of the GTD orders

CEA = ListInstrument(
    "",
    "CEA24",
    reference=7000,
    band_permille=100,
    sessions=HOURS,
    take_levels=5,
    pick=True,
    resale_days=2,
    position_limit=100_000,
    large_holder_permille=50,
    fees=Fees(100, 200, 50, 70),
    blocks=BlockTerms(100, 300),
    auctions=AuctionTerms(allowed=True, band_permille=100, reserve_permille=900),
    calls=CallTerms(60, 120),
    thresholds=Thresholds(
        cancel_ratio=500,
        cancel_orders=1,
        large_order=10,
        reverse_quantity=5,
        vwap_deviation=1,
        vwap_volume=1,
        high_low=1,
        volume_share=100,
        share_volume=1,
    ),
)
CCER = ListInstrument(
    "",
    "CCER",
    "CCER",
    offset_permille=50,
    calls=CallTerms(resume_seconds=600),
)
INSTRUMENTS = (
    CEA,
    CCER,
    ListInstrument("", "CALLED", "CCER", calls=CallTerms(resume_seconds=1800)),
    ListInstrument("", "GONE"),
    ListInstrument("", "HALTED", "CCER", calls=CallTerms(60, 3600)),
)
COMPANIES = ("Huaneng", "Datang", "Guodian", "Huadian", "Shenhua")
KEYS = (
    AddKey("", "Huaneng", "k-registry", b"r" * 32, Permission(31)),
    AddKey("", "Datang", "k-trade", b"t" * 32, Permission.TRADE),
    AddKey("", "Datang", "k-revoked", b"x" * 32, Permission.TRADE),
)


def venue() -> Driver:
    """Return the venue at 13:30 of the second day."""
    driver = Driver()
    driver.reopen()
    stage = _Stage(driver)
    _found(stage)
    _first_day(stage)
    _second_day(stage)
    return driver


class _Stage:
    """Runs commands that must be accepted, and numbers refs."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.refs = 0

    def do(self, *commands: Command) -> list[Event]:
        events: list[Event] = []
        for command in commands:
            done = self.driver.do(command)
            assert Rejected not in map(type, done), (command, done)
            events += done
        return events

    def at(self, date: int, hour: int, minute: int) -> None:
        seconds = hour * 3600 + minute * 60
        self.driver.time_ns = midnight_ns(date) + seconds * SECOND_NS
        self.do(AdvanceTime(""))

    def ref(self) -> str:
        self.refs += 1
        return f"ref-{self.refs}"

    def order(
        self, account: str, side: Side, price: int, quantity: int, **rest: Any
    ) -> None:
        rest = {"instrument": CEA.instrument, **rest}
        conditions = rest.get("conditions")
        if conditions is not None and conditions.stop_price:
            rest["order_type"] = STOP_LIMIT if price else STOP
        self.do(
            PlaceOrder("", account, side=side, price=price, quantity=quantity, **rest)
        )

    def block(self, account: str, side: Side, other: str) -> None:
        ref = self.ref()
        self.do(ProposeBlock("", account, "CEA24", side, 7100, 200, other, ref))

    def auction(self, account: str, quantity: int, closes_ns: int) -> int:
        ref, opens = self.ref(), self.driver.time_ns
        auction = OpenAuction(
            "", account, "CEA24", SELL, quantity, opens, closes_ns, ref
        )
        self.do(auction)
        return self.driver.exchange.last_auction_id

    def bid(self, account: str, auction: int, price: int, quantity: int) -> None:
        self.do(PlaceBid("", account, auction, price, quantity, self.ref()))


def _found(stage: _Stage) -> None:
    stage.do(*INSTRUMENTS)
    for name in COMPANIES:
        account = name.lower()
        stage.do(
            RegisterParticipant("", name),
            OpenAccount("", name, account, 900, 90),
            Deposit("", account, 10**10, stage.ref()),
        )
        for terms in INSTRUMENTS:
            stage.do(Issue("", account, terms.instrument, 1_000, stage.ref()))
    stage.do(
        OpenAccount("", "Huaneng", "huaneng-2"),
        *KEYS,
        RevokeKey("", "k-revoked"),
        Withdraw("", "huaneng", 5, stage.ref()),
        Retire("", "huaneng", "GONE", 5, stage.ref()),
        Issue("", "huaneng", "CEA24", 5_000, stage.ref()),
        SetEligibility("", "CEA", (EligibilityRule(2020, 2025, 2024, 2030, 20991231),)),
        SetObligation("", "Huaneng", 2024, 1_000),
        Surrender("", "huaneng", "CCER", 20, 2024, stage.ref()),
    )


def _first_day(stage: _Stage) -> None:
    """Trade by every method, so that year and total figures are not 0."""
    stage.at(FIRST, 9, 0)
    stage.do(BeginDay("", FIRST))
    stage.at(FIRST, 10, 0)
    stage.order("huaneng", SELL, 7010, 20)
    stage.order("datang", BUY, 7010, 15, client_order_id="filled-yesterday")
    stage.order(
        "datang",
        BUY,
        200,
        5,
        time_in_force=GTC,
        instrument="CCER",
        client_order_id="open-since-yesterday",
    )
    stage.order("guodian", SELL, 230, 5, time_in_force=GTC, instrument="CCER")
    stage.order("huaneng", BUY, 230, 2, time_in_force=GTC, instrument="CCER")
    _off_book(stage)
    stage.at(FIRST, 23, 0)
    _coincide(stage)
    stage.at(SECOND, 0, 0)


def _coincide(stage: _Stage) -> None:
    """Make one timer of each kind due at the day's end; reasons show their order."""
    ends_ns = stage.driver.exchange.day_ends_ns
    stage.at(FIRST, 23, 30)
    left_ns = ends_ns - stage.driver.time_ns
    stage.do(
        HaltInstrument("", "CALLED"),
        ResumeInstrument("", "CALLED"),
        SessionOpened("", "k-trade", "mm-0", "c-0", left_ns),
        SessionClosed("", "Datang", "mm-0", "c-0"),
        SetCountdown("", "huadian", left_ns),
    )
    for account in ("huadian", "datang"):
        for rest in (
            {"time_in_force": GTD, "conditions": Conditions(0, 0, ends_ns)},
            {"time_in_force": GTC},
        ):
            for name in ("CCER", "CALLED"):
                stage.order(
                    account, BUY, 150, 3, instrument=name, session="mm-0", **rest
                )
    stage.order("huaneng", SELL, 150, 2, instrument="CALLED")
    auction = stage.auction("huaneng", 10, ends_ns)
    stage.bid("shenhua", auction, 7100, 10)


def _off_book(stage: _Stage) -> None:
    exchange = stage.driver.exchange
    stage.block("huaneng", SELL, "Datang")
    stage.do(AcceptBlock("", "datang", exchange.last_block_id, stage.ref()))
    auction = stage.auction("huaneng", 50, exchange.day_ends_ns)
    stage.bid("guodian", auction, 7100, 30)
    stage.do(CloseAuction("", auction))


def _second_day(stage: _Stage) -> None:
    stage.do(BeginDay("", SECOND))
    stage.at(SECOND, 9, 29)
    stage.order("huaneng", BUY, 250, 30, time_in_force=GTC, instrument="HALTED")
    stage.do(HaltInstrument("", "HALTED"), ResumeInstrument("", "HALTED"))
    stage.at(SECOND, 9, 35)
    stage.do(
        DelistInstrument("", "GONE"),
        HaltInstrument("", "HALTED"),
        ListInstrument("", "CEA25", reference=7100, band_permille=100),
        UpdateInstrument("", ListInstrument("", "CCER", "CCER", take_levels=7)),
        Transfer("", "datang", "huaneng-2", "CEA24", 7, stage.ref()),
    )
    _trade(stage)
    _let_wait(stage)
    _off_book(stage)
    stage.block("guodian", BUY, "Huaneng")
    auction = stage.auction("huaneng", 70, stage.driver.exchange.day_ends_ns)
    stage.bid("datang", auction, 7150, 40)
    stage.bid("guodian", auction, 7160, 40)
    stage.do(
        RestrictParticipant("", "Huadian", Restriction.CANCEL_ONLY),
        RestrictParticipant("", "Shenhua", Restriction.SUSPENDED),
    )
    stage.at(SECOND, 13, 30)
    _call(stage)
    _be_there(stage)


def _trade(stage: _Stage) -> None:
    """Trade both ways between two companies at moving prices, with a quick cancel."""
    for side, price in ((SELL, 7020), (BUY, 7040), (SELL, 7000)):
        other = BUY if side is SELL else SELL
        stage.order("huaneng", side, price, 21)
        stage.order("guodian", other, price, 21, client_order_id=f"both-ways-{price}")
    stage.order("huaneng", BUY, 6900, 30)
    last = stage.driver.exchange.last_order_id
    stage.do(CancelOrder("", "huaneng", last))
    stage.order(
        "datang", BUY, 6950, 5, time_in_force=IOC, client_order_id="cancelled-today"
    )


def _let_wait(stage: _Stage) -> None:
    """Leave orders of every kind in the book and waiting beside it."""
    stage.order("huaneng", SELL, 7300, 50, conditions=Conditions(0, 20))
    stage.order("huadian", SELL, 7300, 5)
    # 20 and 1 of the iceberg, which loses its priority
    stage.order("guodian", BUY, 7300, 23)
    stage.order(
        "datang", BUY, 6800, 40, time_in_force=GTD, conditions=Conditions(0, 0, LONG)
    )
    stage.order("datang", BUY, 6800, 40, client_order_id="resting")
    stage.order("guodian", SELL, 6900, 5, conditions=Conditions(6950))
    stage.order(
        "guodian", BUY, 7500, 5, time_in_force=GTD, conditions=Conditions(7400, 2, LONG)
    )
    stage.order("huaneng", SELL, 7250, 60, conditions=Conditions(7280, 25))
    stage.order("datang", BUY, 7270, 5)
    # Orders in other instruments, one of them partly filled.
    stage.order("datang", SELL, 210, 9, time_in_force=GTC, instrument="CCER")
    stage.order("guodian", BUY, 210, 4, instrument="CCER", client_order_id="plain")
    stage.order(
        "guodian",
        BUY,
        190,
        4,
        time_in_force=GTD,
        conditions=Conditions(0, 0, LONG),
        instrument="CCER",
    )


def _be_there(stage: _Stage) -> None:
    """Open sessions, lose one of them, and arm a countdown for an account."""
    stage.do(
        SessionOpened("", "k-trade", "mm-1", "c-1", 30 * SECOND_NS),
        SessionOpened("", "k-registry", "mm-1", "c-2", 20 * SECOND_NS),
        SessionClosed("", "Huaneng", "mm-1", "c-2"),
        SetCountdown("", "guodian", 60 * SECOND_NS),
    )
    stage.order("datang", BUY, 6800, 7, session="mm-1")


def _call(stage: _Stage) -> None:
    stage.do(HaltInstrument("", "CALLED"), ResumeInstrument("", "CALLED"))
    stage.order("huaneng", BUY, 305, 8, instrument="CALLED")
    stage.order("datang", SELL, 295, 6, time_in_force=GTC, instrument="CALLED")
