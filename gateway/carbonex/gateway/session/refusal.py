"""Refusals by the gateway itself: requests that never reach the log."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from carbonex.wire.answers import Error


class Refused(Exception):  # noqa: N818 - a client's request, not an error of ours
    """A request that the gateway refuses; ``error`` is the answer."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error
