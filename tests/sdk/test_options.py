"""What connect may be told: a slip is an error, and not a trader without protection."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.sdk import Timeouts, connect


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
    ({"session": 7}, TypeError, "session must be a string, not 7"),
    (
        {"encoding": "xml"},
        ValueError,
        "encoding must be json or msgpack, not 'xml'",
    ),
    ({"grace": -1}, ValueError, "grace must be 0 to 3,600 seconds, not -1"),
    (
        {"grace": float("nan")},
        ValueError,
        "grace must be 0 to 3,600 seconds, not nan",
    ),
    ({"timeouts": 5}, TypeError, "timeouts must be Timeouts(…), not 5"),
    (
        {"timeouts": Timeouts(order=0)},
        ValueError,
        "timeouts.order must be seconds above 0, not 0",
    ),
    (
        {"timeouts": Timeouts(answer=float("inf"))},
        ValueError,
        "timeouts.answer must be seconds above 0, not inf",
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
