"""Commands under the rules of the market, and everything that can be wrong with each.

They join those of ``cases``, on the same exchange a day later, to which
``add_market`` adds an instrument with a band, picks, T+1 and a position limit.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    ALL_KINDS,
    BUY,
    FOK,
    GTC,
    GTD,
    IOC,
    SELL,
    STOP,
    STOP_LIMIT,
    AmendOrder,
    CancelOrder,
    CompositeMethod,
    Conditions,
    DelistInstrument,
    Deposit,
    EligibilityRule,
    GatewayOpened,
    HaltInstrument,
    Issue,
    ListInstrument,
    OrderKind,
    PlaceOrder,
    PostOnly,
    Reason,
    Restriction,
    RestrictParticipant,
    Retire,
    RevokeKey,
    SetComposite,
    SetEligibility,
    SetObligation,
    Side,
    Surrender,
    UpdateInstrument,
)

from .cases import (
    BAD_QTY,
    FOREIGN,
    LATE,
    LONG_REF,
    NO_ACCOUNT,
    NO_INSTRUMENT,
    NO_KEY,
    NO_ORDER,
    NO_PARTICIPANT,
    NO_REF,
    TOO_BIG,
    Case,
    Fault,
)
from .off_book import apply, bad, restrict
from .prepared import begin, close, spend_all


if TYPE_CHECKING:
    from driver import Driver

TERMS = ListInstrument(
    "",
    "DAY",
    tick=10,
    lot=5,
    max_quantity=100,
    reference=100,
    band_permille=100,
    multi_day=False,
    pick=True,
    resale_days=1,
    offset_permille=100,
    position_limit=120,
    min_display_permille=40,
    order_kinds=ALL_KINDS & ~OrderKind.FOK,
)


def add_market(driver: Driver) -> None:
    """Begin another day, on which DAY trades and NEXT does not yet.

    Ours holds 50 t of DAY and has bought 20 more today. Rival asks 5 t (order 11)
    and 10 t (12) at 100, and 5 t (13) at 110. Ours has two stop orders: to sell
    10 t (14), and 5 t without a limit (15).
    """
    close(driver)
    apply(driver, TERMS)
    begin(driver)
    apply(
        driver,
        ListInstrument("", "NEXT", reference=100, band_permille=100),
        SetObligation("", "Ours", 2024, 200),
        SetEligibility("", "CEA", (EligibilityRule(year_to=2030),)),
        *(CancelOrder("", "ours", number) for number in (5, 6)),
        Issue("", "ours", "DAY", 50, "DAY"),
        Issue("", "rival", "DAY", 500, "DAY"),
        _order("rival", SELL, 100, 20),
        _order("ours", BUY, 100, 20),
        *(_order("rival", SELL, *terms) for terms in ((100, 5), (100, 10), (110, 5))),
        STOPPED,
        UNPRICED,
    )


def _order(account: str, side: Side, price: int, quantity: int) -> PlaceOrder:
    return PlaceOrder("", account, "DAY", side, price, quantity)


def _surrendered(driver: Driver) -> None:
    add_market(driver)
    apply(driver, Surrender("", "ours", "DAY", 10, 2024, "first"))


def _halt(driver: Driver) -> None:
    apply(driver, HaltInstrument("", "DAY"))


def _delist(driver: Driver) -> None:
    apply(driver, DelistInstrument("", "DAY"))


def _use_up_refs(driver: Driver) -> None:
    for name in ("ref-2", "ref-3"):
        apply(driver, Deposit("", "ours", 1, name))


def _use_up_stops(driver: Driver) -> None:
    """Let the account have no more stop orders than the two that wait."""
    driver.exchange.accounts["ours"].max_stop_orders = 2


def _stop(price: int, expires_ns: int = 0, pick: tuple[int, ...] = ()) -> Conditions:
    return Conditions(stop_price=price, expires_ns=expires_ns, pick=pick)


def _pick(*numbers: int) -> Conditions:
    return Conditions(pick=numbers)


STOPPED = PlaceOrder("", "ours", "DAY", SELL, 90, 10, STOP_LIMIT, conditions=_stop(90))
UNPRICED = PlaceOrder("", "ours", "DAY", SELL, 0, 5, STOP, conditions=_stop(90))
CLOSED = Fault(Reason.MARKET_CLOSED, prepare=close, rank=9)
HALTED = Fault(Reason.HALTED, prepare=_halt, rank=8)
RESTRICTED = Fault(
    Reason.RESTRICTED,
    prepare=partial(restrict, "Ours", Restriction.CANCEL_ONLY),
    rank=8,
)
DELISTED = Fault(Reason.NOT_TRADABLE, prepare=_delist)
AMENDING = (LATE, FOREIGN, NO_KEY, NO_ACCOUNT, RESTRICTED, HALTED)
ENTERING = (*AMENDING, CLOSED)
SIZES = (BAD_QTY, TOO_BIG)
BAD_TICK = Fault(Reason.BAD_TICK, {"price": 105})
TOO_HIGH = Fault(Reason.PRICE_OUT_OF_BAND, {"price": 120})
LASTING = Fault(Reason.KIND_NOT_ALLOWED, {"time_in_force": GTC})
UNTIL_LATER = {
    "time_in_force": GTD,
    "conditions": Conditions(expires_ns=30_001),
}
NOT_YET = Fault(Reason.NOT_TRADABLE, {"instrument": "NEXT"})
TOO_EARLY = Fault(Reason.RESALE_LOCK, {"quantity": 55})
TOO_MANY = Fault(Reason.INSUFFICIENT_HOLDINGS, {"quantity": 75})
USED_REF = Fault(Reason.DUPLICATE_CLIENT_REF, {"client_ref": "DAY"})
NO_MORE_REFS = Fault(Reason.TOO_MANY_CLIENT_IDS, prepare=_use_up_refs)
MOVING = (USED_REF, FOREIGN, NO_ACCOUNT, NO_REF, LONG_REF, NO_MORE_REFS, NO_INSTRUMENT)
NOTHING = Fault(Reason.BAD_QTY, {"quantity": 0})


def _update(**changes: object) -> dict[str, object]:
    return {"terms": replace(TERMS, **changes)}


MARKET_CASES = (
    Case(
        "buy of whom it names",
        PlaceOrder("", "ours", "DAY", BUY, 100, 10, conditions=_pick(11)),
        (
            *ENTERING,
            NO_INSTRUMENT,
            Fault(Reason.BAD_PARAMETER, {"conditions": _stop(100, pick=(11,))}),
            *SIZES,
            BAD_TICK,
            TOO_HIGH,
            Fault(Reason.STALE_PICK, {"conditions": _pick(11, 99)}),
            Fault(Reason.NOT_BEST_PRICE, {"conditions": _pick(13)}),
            Fault(Reason.PICK_OUT_OF_REACH, {"price": 90}),
            Fault(Reason.POSITION_LIMIT, {"quantity": 55}),
            Fault(Reason.INSUFFICIENT_FUNDS, prepare=spend_all, rank=7),
            LASTING,
        ),
        prepare=add_market,
    ),
    Case(
        "sell what was bought",
        PlaceOrder("", "ours", "DAY", SELL, 110, 10),
        (
            *ENTERING,
            NOT_YET,
            *SIZES,
            BAD_TICK,
            TOO_HIGH,
            TOO_EARLY,
            TOO_MANY,
            LASTING,
            Fault(Reason.KIND_NOT_ALLOWED, UNTIL_LATER),
        ),
        prepare=add_market,
    ),
    Case(
        "sell all of it or nothing",
        PlaceOrder("", "ours", "DAY", SELL, 110, 10),
        (
            *ENTERING,
            *SIZES,
            TOO_EARLY,
            TOO_MANY,
            Fault(Reason.KIND_NOT_ALLOWED, {"time_in_force": FOK}),
        ),
        prepare=add_market,
    ),
    Case(
        "sell an iceberg",
        PlaceOrder(
            "", "ours", "DAY", SELL, 110, 10, conditions=Conditions(display_quantity=5)
        ),
        (
            Fault(Reason.BAD_PARAMETER, {"time_in_force": IOC}),
            Fault(Reason.BAD_QTY, {"conditions": Conditions(display_quantity=7)}),
            Fault(Reason.BAD_QTY, {"conditions": Conditions(display_quantity=-5)}),
            TOO_BIG,
            TOO_EARLY,
        ),
        prepare=add_market,
    ),
    Case(
        "sell at a stop price",
        PlaceOrder("", "ours", "DAY", SELL, 90, 10, STOP_LIMIT, conditions=_stop(90)),
        (
            *ENTERING,
            NOT_YET,
            Fault(Reason.BAD_PARAMETER, {"time_in_force": IOC}),
            Fault(Reason.BAD_PARAMETER, {"post_only": PostOnly.REJECT}),
            Fault(Reason.BAD_PARAMETER, {"conditions": None}),
            Fault(Reason.BAD_PARAMETER, {"conditions": _stop(90, expires_ns=30_000)}),
            Fault(Reason.BAD_TICK, {"conditions": _stop(95)}),
            Fault(Reason.BAD_TICK, {"price": 0}),
            Fault(Reason.PRICE_OUT_OF_BAND, {"conditions": _stop(80)}),
            Fault(Reason.TOO_MANY_STOPS, prepare=_use_up_stops),
            TOO_EARLY,
            TOO_MANY,
            LASTING,
        ),
        prepare=add_market,
    ),
    Case(
        "amend a stop order",
        AmendOrder("", "ours", 14, quantity=15, stop_price=100),
        (
            *AMENDING,
            NO_ORDER,
            Fault(Reason.BAD_PARAMETER, {"order_id": 15, "price": 90}),
            Fault(Reason.BAD_PARAMETER, {"order_id": 1}),
            BAD_QTY,
            TOO_BIG,
            BAD_TICK,
            TOO_HIGH,
            Fault(Reason.BAD_TICK, {"stop_price": 95}),
            Fault(Reason.PRICE_OUT_OF_BAND, {"stop_price": 120}),
            Fault(Reason.RESALE_LOCK, {"quantity": 60, "order_id": 14}),
            Fault(Reason.INSUFFICIENT_HOLDINGS, {"quantity": 75, "order_id": 14}),
        ),
        prepare=add_market,
    ),
    Case(
        "surrender",
        Surrender("", "ours", "DAY", 10, 2024, "new"),
        (
            *MOVING,
            NOTHING,
            Fault(Reason.BAD_QTY, {"quantity": 205, "year": 2024}),
            TOO_MANY,
            Fault(Reason.OFFSET_CAP, {"quantity": 25, "year": 2024}),
            Fault(Reason.OBLIGATION_UNKNOWN, {"year": 2030}),
            Fault(Reason.NOT_ELIGIBLE, {"year": 2031}),
        ),
        prepare=add_market,
    ),
    Case(
        "retire",
        Retire("", "ours", "DAY", 10, "new"),
        (*MOVING, NOTHING, TOO_EARLY, TOO_MANY),
        prepare=add_market,
    ),
    Case(
        "set the rules of eligibility",
        SetEligibility("", "CEA", (EligibilityRule(2024),)),
        (
            FOREIGN,
            Fault(Reason.UNKNOWN_PRODUCT, {"product": "NONE"}),
            bad(rules=(EligibilityRule(2024, 2023),)),
            bad(rules=(EligibilityRule(until=1),)),
            bad(rules=(EligibilityRule(instruments=("NONE",)),)),
        ),
        prepare=add_market,
    ),
    Case(
        "set an obligation",
        SetObligation("", "Ours", 2024, 100),
        (
            FOREIGN,
            NO_PARTICIPANT,
            bad(year=1989),
            bad(year=10_000),
            Fault(Reason.BAD_QTY, {"due": -1}),
            Fault(Reason.BAD_QTY, {"due": 9, "year": 2024}),
            Fault(Reason.OFFSET_CAP, {"due": 99, "year": 2024, "participant": "Ours"}),
        ),
        prepare=_surrendered,
    ),
    Case(
        "restrict",
        RestrictParticipant("", "Rival", Restriction.SUSPENDED),
        (FOREIGN, NO_PARTICIPANT),
    ),
    Case(
        "update instrument",
        UpdateInstrument("", TERMS),
        (
            FOREIGN,
            Fault(Reason.UNKNOWN_INSTRUMENT, _update(instrument="NONE")),
            Fault(Reason.BAD_NAME, _update(product="")),
            Fault(Reason.BAD_PARAMETER, _update(product="CCER")),
            Fault(Reason.BAD_PARAMETER, _update(tick=5)),
            Fault(Reason.BAD_PARAMETER, _update(lot=1)),
            Fault(Reason.BAD_PARAMETER, _update(band_permille=1_000)),
            Fault(Reason.BAD_PARAMETER, {"effective_date": 20250107}),
            Fault(Reason.BAD_PARAMETER, {"effective_date": 20251301}),
            Fault(Reason.BAD_PARAMETER, _update(vintage=1_989)),
            DELISTED,
        ),
        prepare=add_market,
    ),
    Case(
        "delist instrument",
        DelistInstrument("", "DAY"),
        (FOREIGN, NO_INSTRUMENT, DELISTED),
        prepare=add_market,
    ),
    Case(
        "set a composite",
        SetComposite("", "CEA", CompositeMethod.NEWEST),
        (FOREIGN, Fault(Reason.UNKNOWN_PRODUCT, {"product": "NONE"})),
    ),
    Case(
        "revoke a key of another",
        RevokeKey("", "k-rival"),
        (FOREIGN, Fault(Reason.LAST_REGISTRY_KEY, {"key_id": "k-ours"})),
    ),
    Case("open a gateway", GatewayOpened(""), (FOREIGN,)),
)
