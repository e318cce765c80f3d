"""What the engine refuses, in the words that a trader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    MAX_BALANCE,
    MAX_PRICE,
    AddKey,
    AmendOrder,
    BeginDay,
    CancelOrder,
    Command,
    Deposit,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    Reason,
    Rejected,
    RevokeKey,
    SessionOpened,
    Transfer,
    Withdraw,
)
from carbonex.wire.sentences import SENTENCES, error_of
from wire.said_of_emergencies import OF_EMERGENCIES
from wire.said_of_parameters import OF_PARAMETERS
from wire.said_of_the_market import OF_THE_MARKET
from wire.said_off_book import OFF_THE_BOOK


if TYPE_CHECKING:
    import pytest


BUY_10 = PlaceOrder("k1", "acme-1", "CEA25", BUY, 7463, 10, client_order_id="a-1")
AMEND = AmendOrder("k1", "acme-1", 1042, quantity=5)
CANCEL = CancelOrder("k1", "acme-1", client_order_id="a-1")
DEPOSIT = Deposit("r1", "acme-1", 100_000, "d-1")
TRANSFER = Transfer("r1", "acme-1", "beta-1", "CEA25", 10, "t-1")
LIST = ListInstrument("o1", "CEA25")
KEY = AddKey("r1", "acme", "k1", b"short", Permission.READ)
DAY = BeginDay("o1", 20260302, 5_000)

R = Reason
OF_ORDERS_AND_REGISTRY: list[tuple[Command, Rejected, str]] = [
    (
        BUY_10,
        Rejected(R.DUPLICATE_CLIENT_ORDER_ID, "client_order_id"),
        (
            "client_order_id a-1 stands for another order of acme-1; choose a new one,"
            " or send the same order again to see how it stands"
        ),
    ),
    (
        DEPOSIT,
        Rejected(R.DUPLICATE_CLIENT_REF, "client_ref"),
        (
            "client_ref d-1 stands for something else that acme-1 did; choose a new"
            " one, or send the same request again to see that it was done"
        ),
    ),
    (
        BUY_10,
        Rejected(R.DEADLINE_PASSED, "deadline", 5_000_000, 5_250_000),
        (
            "the deadline 5000 had passed by 250 µs when the request took its turn;"
            " nothing was done"
        ),
    ),
    (
        BUY_10,
        Rejected(R.UNKNOWN_INSTRUMENT, "instrument"),
        "there is no instrument CEA25; the instrument channel lists them",
    ),
    (
        BUY_10,
        Rejected(R.NOT_PERMITTED, "account"),
        (
            "key k1 may not trade for account acme-1: it was revoked, or lacks the"
            " permission"
        ),
    ),
    (
        LIST,
        Rejected(R.NOT_PERMITTED),
        "key o1 may not do this: it was revoked, or lacks the permission",
    ),
    (
        KEY,
        Rejected(R.UNKNOWN_PARTICIPANT, "participant"),
        "there is no participant acme; register it first",
    ),
    (
        TRANSFER,
        Rejected(R.UNKNOWN_ACCOUNT, "to_account"),
        "there is no account beta-1; open it first",
    ),
    (RevokeKey("r1", "k9"), Rejected(R.UNKNOWN_KEY, "key_id"), "there is no key k9"),
    (
        LIST,
        Rejected(R.ALREADY_EXISTS, "instrument"),
        "instrument CEA25 exists already; names are never used twice",
    ),
    (
        DAY,
        Rejected(R.ALREADY_EXISTS, "date", 20260302, 20260301),
        "trading day 2026-03-01 is open; 2026-03-02 must wait for its end",
    ),
    (
        OpenAccount("r1", "acme", "my account"),
        Rejected(R.BAD_NAME, "account", 10, 36),
        (
            "account must have 1 to 36 printable ASCII characters without spaces,"
            " not 'my account'"
        ),
    ),
    (
        AMEND,
        Rejected(R.UNKNOWN_ORDER, "order_id", 1042),
        (
            "account acme-1 has no open order with order_id 1042; it is filled,"
            " cancelled or never was"
        ),
    ),
    (
        CANCEL,
        Rejected(R.UNKNOWN_ORDER, "client_order_id"),
        (
            "account acme-1 has no open order with client_order_id a-1; it is filled,"
            " cancelled or never was"
        ),
    ),
    (
        BUY_10,
        Rejected(R.MARKET_CLOSED, "instrument", 1, 1_741_150_800_000_000_000),
        "CEA25 is closed until 2025-03-05 13:00 (UTC+8); only cancels work",
    ),
    (
        BUY_10,
        Rejected(R.MARKET_CLOSED, "instrument", 2, 2),
        (
            "CEA25 is closed for a moment, while orders that do not fit this trading day"
            " are cancelled; send the request again"
        ),
    ),
    (
        BUY_10,
        Rejected(R.HALTED, "instrument"),
        "CEA25 is halted; until it resumes, only cancels work",
    ),
    (
        AMEND,
        Rejected(R.HALTED, "order_id"),
        "the instrument of order 1042 is halted; until it resumes, only cancels work",
    ),
    (
        HaltInstrument("o1", "CEA25"),
        Rejected(R.NOT_HALTED, "instrument"),
        "CEA25 is not halted; there is nothing to resume",
    ),
    (
        BUY_10,
        Rejected(R.BAD_QTY, "quantity", 15, 10),
        "the lot is 10 t: quantity 15 is not a multiple of it",
    ),
    (
        BUY_10,
        Rejected(R.BAD_QTY, "quantity", 0, 10),
        "quantity 0 is less than the instrument's lot; name at least 10 t",
    ),
    (
        BUY_10,
        Rejected(R.BAD_QTY, "quantity", -5, 10),
        "quantity -5 is less than the instrument's lot; name at least 10 t",
    ),
    (
        Issue("r1", "acme-1", "CEA25", 0, "i-1"),
        Rejected(R.BAD_QTY, "quantity", 0, MAX_BALANCE),
        "quantity must be above 0 and at most 4611686018427387904 t, not 0",
    ),
    (
        BUY_10,
        Rejected(R.QTY_ABOVE_LISTED_MAX, "quantity", 100_000, 99_999),
        (
            "quantity 100000 is above the instrument's maximum of 99999 t in one order;"
            " split it"
        ),
    ),
    (
        BUY_10,
        Rejected(R.BAD_TICK, "price", 7463, 5),
        "the tick is 0.05: price 74.63 is not a multiple of it",
    ),
    (
        BUY_10,
        Rejected(R.BAD_TICK, "price", 0, 1),
        "price 0.00 is not above 0; the tick is 0.01",
    ),
    (
        BUY_10,
        Rejected(R.BAD_TICK, "price", MAX_PRICE + 1, 1),
        "price 21474836.49 is above 21474836.48, the highest there is",
    ),
    (
        DEPOSIT,
        Rejected(R.BAD_AMOUNT, "amount", 0, MAX_BALANCE),
        "amount must be above 0 and at most 46116860184273879.04, not 0.00",
    ),
    (
        DEPOSIT,
        Rejected(R.BALANCE_LIMIT, "amount", 500, 300),
        "amount 5.00 is above 3.00, what the venue's total still takes",
    ),
    (
        AMEND,
        Rejected(R.QTY_BELOW_FILLED, "quantity", 5, 7),
        (
            "quantity 5 is the new total, and 7 t have traded already; name a higher"
            " one, or cancel the rest"
        ),
    ),
    (
        TRANSFER,
        Rejected(R.INSUFFICIENT_HOLDINGS, "quantity", 10, 7),
        (
            "10 t are needed and account acme-1 has 7 t available; sell less, or cancel"
            " orders that lock tonnes"
        ),
    ),
    (
        BUY_10,
        Rejected(R.INSUFFICIENT_FUNDS, "quantity", 74_630, 74_629),
        (
            "CNY 746.30 are needed and account acme-1 has 746.29 available; take less,"
            " or cancel orders that lock cash"
        ),
    ),
    (
        Withdraw("r1", "acme-1", 100, "w-1"),
        Rejected(R.INSUFFICIENT_FUNDS, "amount", 100, 0),
        (
            "CNY 1.00 are needed and account acme-1 has 0.00 available; take less,"
            " or cancel orders that lock cash"
        ),
    ),
    (
        BUY_10,
        Rejected(R.SELF_TRADE, "price", 1041),
        (
            "the order would trade with order 1041 of your own participant; cancel that"
            " one, or, outside of call auctions, choose another self_trade mode"
        ),
    ),
    (
        BUY_10,
        Rejected(R.WOULD_TAKE_LIQUIDITY, "price", 7463, 7460),
        (
            "post_only: 74.63 would trade at once with 74.60; name a price behind it, or"
            " use reprice"
        ),
    ),
    (
        BUY_10,
        Rejected(R.FOK_UNFILLABLE, "quantity", 10),
        (
            "fok: not all of 10 t can trade at once at this price; use ioc to take what"
            " there is"
        ),
    ),
    (
        BUY_10,
        Rejected(R.TOO_MANY_CLIENT_IDS, "client_order_id", 100, 100),
        (
            "account acme-1 has used 100 of 100 client_order_ids; they are free again"
            " when the next trading day has passed"
        ),
    ),
    (
        BUY_10,
        Rejected(R.TOO_MANY_OPEN_ORDERS, "account", 100, 100),
        "account acme-1 has 100 of 100 open orders; cancel some before placing more",
    ),
    (
        BUY_10,
        Rejected(R.TOO_MANY_STOPS, "account", 100, 100),
        (
            "account acme-1 has 100 of 100 stop orders that wait; cancel some before"
            " placing more"
        ),
    ),
    (
        SessionOpened("", "k1", "mm-1", "c-1"),
        Rejected(R.TOO_MANY_SESSIONS, "session", 1000, 1000),
        (
            "the participant has 1000 sessions with cancel on disconnect of 1000; log"
            " out of some, or log in under a name that is in use"
        ),
    ),
]


SAID = [
    *OF_ORDERS_AND_REGISTRY,
    *OF_THE_MARKET,
    *OFF_THE_BOOK,
    *OF_PARAMETERS,
    *OF_EMERGENCIES,
]


def test_the_sentence(subtests: pytest.Subtests) -> None:
    for command, rejected, sentence in SAID:
        with subtests.test(rejected.reason.name, param=rejected.param):
            error = error_of(rejected, command)
            assert error.message == sentence
            assert (error.code, error.name) == (rejected.reason, rejected.reason.name)
            assert error.param == rejected.param
            assert error.retry_after_ms == 0


def test_none_is_missing_here() -> None:
    assert {rejected.reason for _, rejected, _ in SAID} == set(SENTENCES)
