"""Bad requests in JSON about instruments' terms, blocks, auctions and obligations."""

from __future__ import annotations

from wire.bad import (
    INEXACT,
    MICROS,
    MONEY,
    NAME,
    ORDER_ID,
    Bad,
    Told,
    bad_type,
    missing,
    other,
    repeated,
    unknown,
)


def listing(more: str, told: Told) -> Bad:
    """An instrument with one thing wrong, mostly in a section of its terms."""
    return other("list_instrument", f'{{"instrument":"CEA26",{more}}}', told)


INTEGER = "an integer of 64 bits"
HOURS = 'a list of wall times in Shanghai such as [["09:30", "11:30"]]'
TERMS = [
    listing(
        '"blocks":{"min_quantit":100000}',
        unknown("blocks", "blocks.min_quantit", "did you mean min_quantity?"),
    ),
    listing(
        '"calls":{"x":1}',
        unknown("calls", "calls.x", "it has open_seconds, resume_seconds"),
    ),
    listing(
        '"blocks":{"min_quantity":"100000"}',
        bad_type("blocks.min_quantity", INTEGER, '"100000"'),
    ),
    listing('"fees":{"maker":0.5}', bad_type("fees.maker", INTEGER, "0.5")),
    listing(
        '"auctions":{"allowed":1}', bad_type("auctions.allowed", "true or false", "1")
    ),
    listing(
        '"auctions":{"pricing":"dutch"}',
        bad_type("auctions.pricing", 'one of "pay_as_bid", "uniform"', '"dutch"'),
    ),
    listing(
        '"thresholds":{"volume_share":null}',
        bad_type("thresholds.volume_share", INTEGER, "null"),
    ),
    listing('"fees":[1,2]', bad_type("fees", "an object", "[1,2]")),
    listing('"pick":[]', bad_type("pick", "true or false", "[]")),
    *(
        listing(f'"sessions":{given}', bad_type("sessions", HOURS, given))
        for given in ('["09:30","11:30"]', '[["9:30","11:30"]]', '[["09:30","24:01"]]')
    ),
    listing(
        '"blocks":{"sessions":[["13:00"]]}',
        bad_type("blocks.sessions", HOURS, '[["13:00"]]'),
    ),
    listing('"blocks":{"min_quantity":1,"min_quantity":2}', repeated("min_quantity")),
    listing('"fees":{"maker":1},"fees":{"maker":1}', repeated("fees")),
    # as many colons as members that differ: a wall time holds one
    listing('"lot":1,"lot":2,"sessions":[]', repeated("lot")),
    listing(
        '"sessions":[["09:30","11:30"]],"blocks":{"sessions":[],"sessions":[]}',
        repeated("sessions"),
    ),
]

OFF_BOOK = [
    other(
        "propose_block",
        '{"instrument":"CEA25","side":"sell","price":74.63,"quantity":1,'
        '"counterparty":"beta","client_ref":"r"}',
        bad_type("price", MONEY, f"the number 74.63: {INEXACT}"),
    ),
    other(
        "propose_block",
        '{"instrument":"CEA25","side":"sell","price":"74.63","quantity":1,'
        '"client_ref":"r"}',
        missing("propose_block", "counterparty", NAME),
    ),
    other(
        "accept_block",
        '{"block_id":7,"client_ref":"r"}',
        bad_type("block_id", ORDER_ID, "7"),
    ),
    other(
        "accept_block", '{"block_id":"7"}', missing("accept_block", "client_ref", NAME)
    ),
    other(
        "open_auction",
        '{"account":"a","instrument":"CEA25","side":"sell","quantity":1,"opens":"now",'
        '"closes":2,"client_ref":"r"}',
        bad_type("opens", MICROS, '"now"'),
    ),
    other("cancel_bid", '{"bid_id":"0"}', bad_type("bid_id", ORDER_ID, '"0"')),
    other(
        "restrict",
        '{"participant":"acme","restriction":"sell only"}',
        bad_type(
            "restriction",
            'one of "none", "sell_only", "cancel_only", "suspended"',
            '"sell only"',
        ),
    ),
    other(
        "surrender",
        '{"account":"a","instrument":"CCER-1","quantity":1,"year":"2025",'
        '"client_ref":"r"}',
        bad_type("year", INTEGER, '"2025"'),
    ),
]

OF_THE_MARKET = [*TERMS, *OFF_BOOK]
