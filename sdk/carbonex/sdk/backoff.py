"""The delay before reconnecting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.wire.closing import CloseCode


if TYPE_CHECKING:
    from collections.abc import Callable


FIRST: Final = 0.1  # seconds: a restarted process is back that soon
LONGEST: Final = 10.0
STEADY: Final = 10.0  # a connection that lived this long was a good one

# Close codes after which an immediate retry would fail the same way: this client broke
# a rule, or the venue asks to come back later.
PATIENCE: Final = 1.0
UNWELCOME: Final = frozenset(
    {
        CloseCode.PROTOCOL_ERROR,
        CloseCode.UNSUPPORTED_DATA,
        CloseCode.INVALID_DATA,
        CloseCode.POLICY_VIOLATION,
        CloseCode.MESSAGE_TOO_BIG,
        CloseCode.TRY_AGAIN_LATER,
    }
)


class Backoff:
    """Doubles the delay with every failure, and draws it from its upper half.

    The draw keeps a thousand clients of a restarted venue from coming back in
    the same millisecond. ``draw`` returns a number in [0, 1).
    """

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._delay = FIRST

    def after(self, lived: float, code: int | None) -> float:
        """Return the seconds to wait after a connection that ``lived`` so long.

        ``code`` is the WebSocket close code, None where there was none.
        """
        if lived >= STEADY:
            self._delay = FIRST
        if code in UNWELCOME:
            self._delay = max(self._delay, PATIENCE)
        delay = self._delay
        self._delay = min(2 * delay, LONGEST)
        return delay * (1 + self._draw()) / 2
