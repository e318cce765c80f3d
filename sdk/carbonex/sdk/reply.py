"""A request that awaits its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .calls import METHODS
from .errors import ConnectionLost
from .signal import Signal


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.wire.requests import Params

    from .errors import CarbonexError


T = TypeVar("T")


class Reply(Generic[T]):
    """Holds the answer once it has arrived.

    ``convert`` makes the result when the answer arrives: an order must be known before
    the next execution is read. ``failed`` receives the error if there is no answer.
    """

    __slots__ = (
        "_convert",
        "_done",
        "_failed",
        "_signal",
        "error",
        "params",
        "result",
        "sent",
    )

    def __init__(
        self,
        params: Params,
        convert: Callable[[Any], T],
        failed: Callable[[CarbonexError], None] | None = None,
    ) -> None:
        self.params = params
        self.sent = False  # whether the transport has taken it
        self.result: T | None = None
        self.error: CarbonexError | None = None
        self._convert = convert
        self._failed = failed
        self._done = False
        self._signal = Signal()

    async def wait(self) -> T:
        """Return the result.

        Raises:
            CarbonexError: If the request was refused, or the answer will not arrive.

        """
        while not self._done:
            await self._signal.wait()
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # done without an error

    def complete(self, answer: Any) -> None:
        """Store the answer."""
        self.result = self._convert(answer)
        self._finish()

    def fail(self, error: CarbonexError) -> None:
        """Store the refusal, or the reason why no answer will arrive."""
        self.error = error
        if self._failed is not None:
            self._failed(error)
        self._finish()

    def _finish(self) -> None:
        self._done = True
        self._signal.notify()


def lost(reply: Reply[Any], reason: str) -> ConnectionLost:
    """Return that no answer came, or none can come."""
    method, _ = METHODS[type(reply.params)]
    if reply.sent:
        message = f"{method} was sent, and no answer came: {reason}"
    else:
        message = f"{method} was not sent: {reason}"
    return ConnectionLost(message, sent=reply.sent)
