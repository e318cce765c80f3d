"""Every refusal has one number for ever, and a sentence that says what to do."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from carbonex.engine import Reason
from carbonex.wire.errors import TEMPLATES, Code, error
from carbonex.wire.sentences import SENTENCES


# Clients, logs and documents hold these numbers: a line is only ever added.
NUMBERS = {
    "MALFORMED": 1001,
    "UNKNOWN_METHOD": 1002,
    "UNKNOWN_MEMBER": 1003,
    "BAD_TYPE": 1004,
    "MISSING_MEMBER": 1005,
    "WRONG_ENCODING": 1006,
    "REPEATED_MEMBER": 1007,
    "LOGIN_REQUIRED": 2001,
    "LOGIN_FAILED": 2002,
    "PERMISSION_DENIED": 2003,
    "ACCOUNT_REQUIRED": 2004,
    "ACCOUNT_DENIED": 2005,
    "ALREADY_LOGGED_IN": 2006,
    "CHALLENGE_USED": 2007,
    "KEY_REVOKED": 2008,
    "UNKNOWN_INSTRUMENT": 3001,
    "NOT_PERMITTED": 3002,
    "RESTRICTED": 3003,
    "NOT_TRADABLE": 3004,
    "MARKET_CLOSED": 3005,
    "HALTED": 3006,
    "NOT_ELIGIBLE": 3028,
    "VINTAGE_ENDED": 3029,
    "BAD_QTY": 3007,
    "QTY_ABOVE_LISTED_MAX": 3008,
    "QTY_BELOW_BLOCK_MIN": 3009,
    "BAD_TICK": 3010,
    "PRICE_OUT_OF_BAND": 3011,
    "BLOCK_PRICE_OUT_OF_BAND": 3012,
    "STALE_PICK": 3013,
    "NOT_BEST_PRICE": 3014,
    "PICK_OUT_OF_REACH": 3027,
    "NO_SUCH_PROPOSAL": 3015,
    "COUNTERPARTY_MISMATCH": 3016,
    "WINDOW_CLOSED": 3017,
    "BELOW_RESERVE": 3018,
    "BID_LIMIT": 3019,
    "POSITION_LIMIT": 3020,
    "RESALE_LOCK": 3021,
    "INSUFFICIENT_HOLDINGS": 3022,
    "INSUFFICIENT_FUNDS": 3023,
    "SELF_TRADE": 3024,
    "OFFSET_CAP": 3025,
    "OBLIGATION_UNKNOWN": 3026,
    "TONNES_FROZEN": 3031,
    "VENUE_SUSPENDED": 3032,
    "NOT_FROZEN": 3033,
    "CASH_FROZEN": 3034,
    "UNKNOWN_ORDER": 4001,
    "DUPLICATE_CLIENT_ORDER_ID": 4002,
    "DUPLICATE_CLIENT_REF": 4003,
    "DEADLINE_PASSED": 4004,
    "WOULD_TAKE_LIQUIDITY": 4005,
    "FOK_UNFILLABLE": 4006,
    "QTY_BELOW_FILLED": 4007,
    "KIND_NOT_ALLOWED": 4008,
    "UNKNOWN_BID": 4009,
    "NOT_SUBSCRIBED": 4010,
    "ALREADY_SUBSCRIBED": 4011,
    "HISTORY_GONE": 4012,
    "DAY_NOT_ENDED": 4013,
    "UNKNOWN_DAY": 4014,
    "NO_LISTINGS": 4020,
    "LISTINGS_NOT_HIDDEN": 4021,
    "BUSY": 5001,
    "RATE_LIMITED": 5002,
    "TOO_MANY_SUBSCRIPTIONS": 5003,
    "TOO_MANY_CLIENT_IDS": 5004,
    "TOO_MANY_OPEN_ORDERS": 5005,
    "LOG_FULL": 5006,
    "SHUTTING_DOWN": 5007,
    "HISTORY_BEHIND": 5008,
    "HISTORY_UNREADABLE": 5009,
    "LOGIN_LIMITED": 5010,
    "TOO_MANY_SESSIONS": 5011,
    "TOO_MANY_STOPS": 5015,
    "UNKNOWN_PARTICIPANT": 6001,
    "UNKNOWN_ACCOUNT": 6002,
    "UNKNOWN_KEY": 6003,
    "ALREADY_EXISTS": 6004,
    "BAD_NAME": 6005,
    "BAD_PARAMETER": 6006,
    "NOT_HALTED": 6007,
    "BAD_AMOUNT": 6008,
    "BALANCE_LIMIT": 6009,
    "LAST_REGISTRY_KEY": 6010,
    "UNKNOWN_AUCTION": 6011,
    "UNKNOWN_PRODUCT": 6019,
    "NO_TRADING_DAY": 6012,
    "DAY_HAS_TRADED": 6013,
    "NOT_SUSPENDED": 6014,
    "UNKNOWN_TRADE": 6015,
    "TRADE_ANNULLED": 6016,
}


def test_the_numbers() -> None:
    members = [*Code, *Reason]
    assert {member.name: member.value for member in members} == NUMBERS
    assert len(members) == len(NUMBERS) == len(set(NUMBERS.values()))


def test_every_code_and_every_reason_has_a_sentence() -> None:
    assert set(TEMPLATES) == set(Code)
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("code", Code)
def test_an_error_fills_in_every_fact_that_its_sentence_names(code: Code) -> None:
    template = TEMPLATES[code]
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    facts: dict[str, Any] = {name: f"<{name}>" for name in names - {"retry_after_ms"}}
    made = error(code, "price", retry_after_ms=25, **facts)
    assert (made.code, made.name, made.param) == (code, code.name, "price")
    assert made.retry_after_ms == 25
    for fact in facts.values():
        assert fact in made.message
    assert ("25 ms" in made.message) == ("retry_after_ms" in names)
    for name in names - {"retry_after_ms"}:
        with pytest.raises(KeyError, match=name):
            error(code, **{k: v for k, v in facts.items() if k != name})
