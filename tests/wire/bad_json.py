"""Bad requests in JSON: broken texts, envelopes, orders and other params."""

from __future__ import annotations

from wire.bad import (
    INEXACT,
    MICROS,
    MONEY,
    NAME,
    ORDER_ID,
    REQ_ID,
    TONNES,
    Bad,
    Told,
    bad_type,
    call,
    malformed,
    missing,
    other,
    repeated,
    unknown,
)
from wire.bad_json_of_the_market import OF_THE_MARKET


def add(quantity: str = "5", price: str = '"74.63"', more: str = "") -> str:
    members = f'"quantity":{quantity},"price":{price}{more}'
    return call(f'{{"instrument":"CEA25","side":"buy",{members}}}')


DEEP = "[" * 500 + "]" * 500  # as deep as any Python reads

# Nothing of these can be told in the answer but the problem.
BROKEN = [
    Bad("", malformed("it ends too early (byte 0)")),
    Bad('{"method":"pi', malformed("it ends too early (byte 13)")),
    Bad("[1]", malformed("it is of type array")),
    Bad('"ping"', malformed("it is of type str")),
    Bad("null", malformed("it is of type null")),
    Bad('{"method":"ping",}', malformed("a comma must not stand before } (byte 17)")),
    Bad('{"method":"ping"}{}', malformed("it goes on after its end (byte 17)")),
    Bad(
        "{'method':'ping'}",
        malformed("a member's name must be in double quotes (byte 1)"),
    ),
    Bad(
        '{"method":"ping","params":{"a":NaN}}',
        malformed("no value begins with 'N' (byte 31)"),
    ),
    Bad(
        add(price='"\\ud800"'),
        malformed("a \\u escape in it names half of a surrogate pair"),
    ),
    Bad(
        '{"method":"\udc80"}',
        malformed("a text in it is not UTF-8 (byte 11)"),
    ),
    Bad(
        '{"method":"ping","params":' + "[" * 100_000,
        malformed("it is nested too deeply"),
    ),
]

ENVELOPES = [
    Bad("{}", missing("a request", "method", "a string that names a method")),
    Bad(
        '{"metod":"ping","req_id":9}',
        unknown("a request", "metod", "did you mean method?"),
        "",
        9,
    ),
    Bad(
        '{"method":5,"req_id":9}',
        bad_type("method", "a string that names a method", "5"),
        "",
        9,
    ),
    Bad(
        '{"method":"add_ordr","req_id":9}',
        Told(
            "UNKNOWN_METHOD",
            "method",
            "there is no method add_ordr; did you mean add_order or amend_order?",
        ),
        "add_ordr",
        9,
    ),
    Bad(
        '{"method":"ping","id":9}',
        unknown("a request", "id", "it has method, params, req_id"),
        "ping",
    ),
    *(
        Bad(
            f'{{"method":"ping","req_id":{req_id}}}',
            bad_type("req_id", REQ_ID, req_id),
            "ping",
        )
        for req_id in ('"9"', "9.0", "true", "9223372036854775808", "[9]")
    ),
    other("ping", "null", bad_type("params", "an object", "null")),
    other("ping", DEEP, bad_type("params", "an object", "[" * 59 + "…")),
    Bad('{"method":"ping","method":"ping","req_id":9}', repeated("method"), "ping", 9),
    Bad('{"method":"ping","req_id":8,"req_id":9}', repeated("req_id"), "ping", 9),
    Bad('{"method":5,"method":"ping","req_id":9}', repeated("method"), "ping", 9),
    Bad(
        '{"method":"ping","params":{},"params":{},"req_id":9}',
        repeated("params"),
        "ping",
        9,
    ),
]

ADD_ORDER = (
    "it has instrument, side, quantity, price, order_type, time_in_force, post_only,"
    " self_trade, client_order_id, account, deadline, stop_price, display_quantity,"
    " expires, pick"
)
PICKS = "a list of at most 50 numbers of listings"
_ORDERS = [
    (add(more=',"prise":"1"'), unknown("add_order", "prise", "did you mean price?")),
    (add(more=',"x":' + DEEP), unknown("add_order", "x", ADD_ORDER)),
    (
        call('{"instrument":"CEA25","side":"buy"}'),
        missing("add_order", "quantity", TONNES),
    ),
    *(
        (add(price=price), bad_type("price", MONEY, f"the number {price}: {INEXACT}"))
        for price in ("74.63", "74", "7e1", "-0.0")
    ),
    (add(price="true"), bad_type("price", MONEY, "true")),
    (add(price="null"), bad_type("price", MONEY, "null")),
    *(
        (add(quantity=quantity), bad_type("quantity", TONNES, quantity))
        for quantity in (
            '"5"',
            "5.0",
            "1e2",
            "1e400",
            "null",
            "9223372036854775808",
            "-9223372036854775809",
        )
    ),
    (
        add(quantity="1" + "0" * 5_000),
        bad_type("quantity", TONNES, "1" + "0" * 58 + "…"),
    ),
    (
        add(more=',"account":null'),
        bad_type("account", "a string of at most 36 characters", "null"),
    ),
    *(
        (
            call(f'{{"instrument":{name},"side":"buy","quantity":5}}'),
            bad_type("instrument", NAME, name),
        )
        for name in ('""', f'"{"A" * 37}"', "25")
    ),
    (
        call('{"instrument":"CEA25","side":"Buy","quantity":5}'),
        bad_type("side", 'one of "buy", "sell"', '"Buy"'),
    ),
    (
        add(more=',"deadline":-1'),
        bad_type("deadline", MICROS, "-1"),
    ),
    *(
        (add(more=f',"pick":{given}'), bad_type("pick", PICKS, given))
        for given in ('["007"]', "[1042]", '"1042"')
    ),
    (
        add(more=',"pick":[' + ",".join(['"1"'] * 51) + "]"),
        bad_type("pick", PICKS, '["1"' + ',"1"' * 13 + ',"1…'),
    ),
    (
        add(more=',"expires":"tomorrow"'),
        bad_type("expires", MICROS, '"tomorrow"'),
    ),
    (
        add(more=',"stop_price":80.5'),
        bad_type("stop_price", MONEY, f"the number 80.5: {INEXACT}"),
    ),
    (call("[]"), bad_type("params", "an object", "[]")),
    (add(more=',"price":"1.00"'), repeated("price")),
    (add(more=',"pri\\u0063e":"1.00"'), repeated("price")),
    (add(more=',"client_order_id":"a:b","price":"74.63"'), repeated("price")),
    # the first of the two is what the decoder stumbles over
    (add(price="74.63", more=',"price":"74.63"'), repeated("price")),
]
ORDERS = [Bad(data, told, "add_order", 9) for data, told in _ORDERS]

BATCH = "a list of 1 to 50 orders"
AN_ORDER = '{"instrument":"A","side":"buy","quantity":1'
OTHERS = [
    other("logout", '{"all":true}', unknown("logout", "all", "it has cancel_orders")),
    other(
        "cancel_order", '{"order_id":"007"}', bad_type("order_id", ORDER_ID, '"007"')
    ),
    other("cancel_order", '{"order_id":1042}', bad_type("order_id", ORDER_ID, "1042")),
    other(
        "cancel_all",
        '{"side":"both"}',
        bad_type("side", 'one of "buy", "sell", or left out', '"both"'),
    ),
    other("batch_add", '{"orders":[]}', bad_type("orders", BATCH, "[]")),
    other("batch_add", '{"orders":{}}', bad_type("orders", BATCH, "{}")),
    other(
        "batch_cancel",
        '{"orders":[' + ",".join(["{}"] * 51) + "]}",
        bad_type("orders", BATCH, "[" + "{}," * 19 + "{…"),
    ),
    other(
        "batch_add",
        f'{{"orders":[{AN_ORDER}}},{{"instrument":"A"}}]}}',
        missing("an order of batch_add", "orders[1].side", 'one of "buy", "sell"'),
    ),
    other(
        "batch_add",
        f'{{"orders":[{AN_ORDER},"price":7}}]}}',
        bad_type("orders[0].price", MONEY, f"the number 7: {INEXACT}"),
    ),
    other(
        "batch_cancel",
        '{"orders":[{"order_id":"1"},{"ordr_id":"2"}]}',
        unknown(
            "an order of batch_cancel", "orders[1].ordr_id", "did you mean order_id?"
        ),
    ),
    other(
        "batch_cancel",
        '{"orders":[{"order_id":"1"},7]}',
        bad_type("orders[1]", "an object", "7"),
    ),
    other(
        "batch_cancel",
        '{"orders":[{"order_id":"1"},{"order_id":"2","order_id":"3"}]}',
        repeated("order_id"),
    ),
    other(
        "subscribe",
        '{"channel":"book","depth":7}',
        bad_type("depth", "one of 0, 10, 25, 100", "7"),
    ),
    other(
        "subscribe",
        '{"channel":"executions","from_seq":-1}',
        bad_type("from_seq", "an integer from 0 to 2^53", "-1"),
    ),
    other(
        "deposit",
        '{"account":"a","amount":1000,"client_ref":"r"}',
        bad_type("amount", MONEY, f"the number 1000: {INEXACT}"),
    ),
    other(
        "add_key",
        '{"participant":"a","key_id":"k","public_key":"x","permissions":["root"]}',
        bad_type(
            "permissions",
            'a list of "read", "trade", "operate", "registry", "transfer"',
            '["root"]',
        ),
    ),
    other(
        "begin_day",
        '{"date":"20260302","ends":1}',
        bad_type("date", 'a date such as "2026-07-16"', '"20260302"'),
    ),
]

BAD_JSON = [*BROKEN, *ENVELOPES, *ORDERS, *OTHERS, *OF_THE_MARKET]
