"""Scenarios of orders and of the registry; see ``reasons``."""

from __future__ import annotations

from carbonex.engine import Reason
from gateway.reasons import (
    CASH,
    CEA,
    DAY,
    IDS,
    OPEN,
    TONNES,
    Scenario,
    acme,
    beta,
    buy,
    house,
    listed,
    order,
    sell,
)
from stranger import public_text


R = Reason
OF_ORDERS = (
    Scenario(
        R.DUPLICATE_CLIENT_ORDER_ID,
        "client_order_id",
        "client_order_id a-1 stands for another order of acme-1; choose a new one, or"
        " send the same order again to see how it stands",
        buy(2, "74.63", client_order_id="a-1"),
        (*OPEN, buy(1, "74.63", client_order_id="a-1")),
    ),
    Scenario(
        R.DEADLINE_PASSED,
        "deadline",
        "the deadline 1 had passed by … µs when the request took its turn; nothing was"
        " done",
        buy(1, "74.63", deadline=1),
        OPEN,
    ),
    Scenario(
        R.UNKNOWN_INSTRUMENT,
        "instrument",
        "there is no instrument CEA25; the instrument channel lists them",
        buy(1, "74.63"),
    ),
    Scenario(
        R.UNKNOWN_ORDER,
        "order_id",
        "account acme-1 has no open order with order_id 7; it is filled, cancelled or"
        " never was",
        acme("cancel_order", order_id="7"),
    ),
    Scenario(
        R.QTY_BELOW_FILLED,
        "quantity",
        "quantity 3 is the new total, and 4 t have traded already; name a higher one,"
        " or cancel the rest",
        acme("amend_order", order_id=IDS.shown(1), quantity=3),
        (*OPEN, buy(10, "74.63"), sell(4, "74.63")),
    ),
    Scenario(
        R.SELF_TRADE,
        "price",
        f"the order would trade with order {IDS.shown(1)} of your own participant;"
        " cancel that one, or, outside of call auctions, choose another self_trade mode",
        beta("add_order", **order("buy", 1, "74.63")),
        (
            *OPEN,
            house("deposit", account="beta-1", amount="1000", client_ref="d"),
            sell(1, "74.63"),
        ),
    ),
    Scenario(
        R.KIND_NOT_ALLOWED,
        "time_in_force",
        "CEA25 takes orders for the trading day only; use day or gtd",
        buy(1, "74.63", time_in_force="gtc"),
        (listed(multi_day=False), DAY, CASH),
    ),
    Scenario(
        R.WOULD_TAKE_LIQUIDITY,
        "price",
        "post_only: 74.63 would trade at once with 74.60; name a price behind it, or use"
        " reprice",
        buy(1, "74.63", post_only="reject"),
        (*OPEN, sell(1, "74.60")),
    ),
    Scenario(
        R.FOK_UNFILLABLE,
        "quantity",
        "fok: not all of 2 t can trade at once at this price; use ioc to take what there"
        " is",
        buy(2, "74.63", time_in_force="fok"),
        (*OPEN, sell(1, "74.60")),
    ),
    Scenario(
        R.TOO_MANY_CLIENT_IDS,
        "client_order_id",
        "account acme-2 has used 1 of 1 client_order_ids; they are free again when the"
        " next trading day has passed",
        buy(1, "1.00", account="acme-2", client_order_id="second"),
        (
            *OPEN,
            house(
                "open_account", participant="acme", account="acme-2", max_client_ids=1
            ),
            house("deposit", account="acme-2", amount="1000", client_ref="d"),
            buy(1, "1.00", account="acme-2", client_order_id="first"),
        ),
    ),
    Scenario(
        R.TOO_MANY_OPEN_ORDERS,
        "account",
        "account acme-2 has 1 of 1 open orders; cancel some before placing more",
        buy(1, "1.00", account="acme-2"),
        (
            *OPEN,
            house(
                "open_account", participant="acme", account="acme-2", max_open_orders=1
            ),
            house("deposit", account="acme-2", amount="1000", client_ref="d"),
            buy(1, "1.00", account="acme-2"),
        ),
    ),
    Scenario(
        R.TOO_MANY_STOPS,
        "account",
        "account acme-2 has 1 of 1 stop orders that wait; cancel some before placing"
        " more",
        buy(1, "2.00", account="acme-2", order_type="stop_limit", stop_price="1.90"),
        (
            *OPEN,
            house(
                "open_account", participant="acme", account="acme-2", max_stop_orders=1
            ),
            house("deposit", account="acme-2", amount="1000", client_ref="d"),
            buy(
                1, "2.00", account="acme-2", order_type="stop_limit", stop_price="2.00"
            ),
        ),
    ),
)

NEW_KEY = {
    "participant": "house",
    "key_id": "spare-key",
    "public_key": public_text("spare-key"),
    "permissions": ["registry"],
}
OF_THE_REGISTRY = (
    Scenario(
        R.DUPLICATE_CLIENT_REF,
        "client_ref",
        "client_ref cash stands for something else that acme-1 did; choose a new one, or"
        " send the same request again to see that it was done",
        house("deposit", account="acme-1", amount="1", client_ref="cash"),
        (CASH,),
    ),
    Scenario(
        R.NOT_PERMITTED,
        "",
        "key house-key may not do this: it was revoked, or lacks the permission",
        CASH,
        (house("add_key", **NEW_KEY),),
        (house("revoke_key", key_id="house-key"),),
    ),
    Scenario(
        R.UNKNOWN_PARTICIPANT,
        "participant",
        "there is no participant gone; register it first",
        house("open_account", participant="gone", account="gone-1"),
    ),
    Scenario(
        R.UNKNOWN_ACCOUNT,
        "account",
        "there is no account gone-1; open it first",
        house("deposit", account="gone-1", amount="1", client_ref="d"),
    ),
    Scenario(
        R.UNKNOWN_KEY,
        "key_id",
        "there is no key gone-key",
        house("revoke_key", key_id="gone-key"),
    ),
    Scenario(
        R.ALREADY_EXISTS,
        "participant",
        "participant acme exists already; names are never used twice",
        house("register_participant", participant="acme"),
    ),
    Scenario(
        R.BAD_NAME,
        "participant",
        "participant must have 1 to 36 printable ASCII characters without spaces, not"
        " 'two words'",
        house("register_participant", participant="two words"),
    ),
    Scenario(
        R.BAD_PARAMETER,
        "blocks.band_permille",
        "blocks.band_permille must be at most 999, not 1000",
        listed(blocks={"band_permille": 1000}),
    ),
    Scenario(
        R.LAST_REGISTRY_KEY,
        "key_id",
        "key house-key is the last that has the permission registry; add another one"
        " first, or nobody could",
        house("revoke_key", key_id="house-key"),
    ),
    Scenario(
        R.NO_TRADING_DAY,
        "",
        "no trading day is open; begin_day begins one",
        house("end_day"),
    ),
    Scenario(
        R.DAY_HAS_TRADED,
        "",
        "the trading day has 1 trade: it cannot be taken back; end it with end_day",
        house("cancel_day"),
        (*OPEN, buy(1, "74.63"), sell(1, "74.63")),
    ),
    Scenario(
        R.NOT_HALTED,
        "instrument",
        "CEA25 is not halted; there is nothing to resume",
        house("resume", instrument=CEA),
        (listed(),),
    ),
    Scenario(
        R.BAD_AMOUNT,
        "amount",
        "amount must be above 0 and at most 46116860184273879.04, not 0.00",
        house("deposit", account="acme-1", amount="0", client_ref="d"),
    ),
    Scenario(
        R.BALANCE_LIMIT,
        "amount",
        "amount 46116860184273879.04 is above 46116860184173879.04, what the venue's"
        " total still takes",
        house(
            "deposit",
            account="beta-1",
            amount="46116860184273879.04",
            client_ref="all",
        ),
        (CASH,),
    ),
    Scenario(
        R.INSUFFICIENT_HOLDINGS,
        "quantity",
        "1001 t are needed and account beta-1 has 1000 t available; sell less, or cancel"
        " orders that lock tonnes",
        house(
            "transfer",
            account="beta-1",
            to_account="acme-1",
            instrument=CEA,
            quantity=1001,
            client_ref="t",
        ),
        (listed(), TONNES),
    ),
)
