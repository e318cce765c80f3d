"""What connect may be told: a slip is an error, and not a trader without protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.sdk import Key, Timeouts, Witness, connect


if TYPE_CHECKING:
    from sdk.market import Market


KNOWN = (
    *("account", "cancel_at_exit", "cancel_on_disconnect", "encoding", "grace"),
    *("session", "timeouts", "tls", "witness"),
)
WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"session": "maker", "cancel_on_disconect": True},
        TypeError,
        "connect() has no option cancel_on_disconect; did you mean cancel_on_disconnect?",
    ),
    (
        {"colour": "red"},
        TypeError,
        "connect() has no option colour; it has " + ", ".join(KNOWN),
    ),
    (
        {"cancel_on_disconnect": "no"},
        TypeError,
        "cancel_on_disconnect must be True or False, not 'no'",
    ),
    ({"cancel_at_exit": 1}, TypeError, "cancel_at_exit must be True or False, not 1"),
    (
        {"session": 7},
        TypeError,
        "session must be a string of at most 36 characters, not 7",
    ),
    (
        {"encoding": "xml"},
        ValueError,
        "encoding must be json or msgpack, not 'xml'",
    ),
    (
        {"grace": 0.0004},
        ValueError,
        "grace must be 0, or 0.001 to 3,600 seconds, not 0.0004",
    ),
    (
        {"encoding": ["json"]},
        TypeError,
        "encoding must be json or msgpack, not ['json']",
    ),
    (
        {"witness": (1, 2)},
        TypeError,
        "witness must be the venue.witness of an earlier run, not (1, 2)",
    ),
    (
        {"witness": Witness("test", True, "aa", 1, "aa")},
        TypeError,
        "witness: Expected `int`, got `bool` - at `$.epoch`",
    ),
    (
        {"tls": 5},
        TypeError,
        "tls must be a file of authorities or an SSLContext, not 5",
    ),
    (
        {"account": ""},
        ValueError,
        "account must be a string of 1 to 36 characters, not ''",
    ),
    (
        {"session": "m" * 37},
        ValueError,
        f"session must be a string of at most 36 characters, not '{'m' * 37}'",
    ),
    ({"account": "maker"}, ValueError, "account needs a key: connect(url, key=…)"),
    (
        {"session": "maker", "cancel_on_disconnect": True, "cancel_at_exit": True},
        ValueError,
        "session needs a key: connect(url, key=…)",
    ),
    ({"key": 5}, TypeError, "key must be a key file or a Key, not 5"),
    ({"key": ""}, ValueError, "key must be a key file or a Key, not ''"),
    (
        {"key": Key("maker", 5)},  # type: ignore[arg-type]
        TypeError,
        "key must be a key file or a Key, not Key('maker')",
    ),
    ({"grace": -1}, ValueError, "grace must be 0, or 0.001 to 3,600 seconds, not -1"),
    (
        {"grace": float("nan")},
        ValueError,
        "grace must be 0, or 0.001 to 3,600 seconds, not nan",
    ),
    ({"timeouts": 5}, TypeError, "timeouts must be Timeouts(…), not 5"),
    (
        {"timeouts": Timeouts(order=0)},
        ValueError,
        "timeouts.order must be seconds above 0, at most 86,400, not 0",
    ),
    (
        {"timeouts": Timeouts(answer=float("inf"))},
        ValueError,
        "timeouts.answer must be seconds above 0, at most 86,400, not inf",
    ),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("options", "error", "text"), WRONG, ids=repr)
async def test_a_slip_is_told_before_anything_is_connected(
    options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as raised:
        async with connect("ws://127.0.0.1:1", **options):
            pass
    assert str(raised.value) == text


@pytest.mark.asyncio
async def test_a_url_is_a_string() -> None:
    with pytest.raises(TypeError, match="url must be a string such as"):
        async with connect(5):  # type: ignore[arg-type]
            pass


async def test_an_account_that_the_key_does_not_have_is_told_at_once(
    market: Market,
) -> None:
    wrong = r"account must be one of the key's, not makr: it has maker"
    with pytest.raises(ValueError, match=wrong):
        async with connect(market.url, market.keys["maker"], account="makr"):
            pass
    with pytest.raises(ValueError, match="not maker: it has no account"):
        async with connect(market.url, market.keys["operator"], account="maker"):
            pass
    for name, account in (("maker", "maker"), ("operator", "venue fees")):
        async with connect(market.url, market.keys[name], account=account) as venue:
            assert await venue.ping() >= 0
