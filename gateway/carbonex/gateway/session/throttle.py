"""Rate limits for clients: token buckets in integer nanoseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.wire.errors import Code, error
from carbonex.wire.units import NS_PER_MS, NS_PER_SECOND


if TYPE_CHECKING:
    from carbonex.wire.answers import Error

    from .limits import SessionLimits


# An invalid message, or one that its sender may not send, costs one extra request per
# this many bytes (of JSON: characters). Diagnosing 96 KiB takes up to 3 ms, as long as
# 180 plain orders. Without the charge, one connection without a login could keep a
# venue busy.
BYTES_PER_REQUEST: Final = 1024

# The answer to a query costs one extra request per this many bytes. A snapshot of
# 2 MiB, a hundred thousand levels, takes as long as a thousand orders.
ANSWER_BYTES_PER_REQUEST: Final = 2048

# Log rows per second, and burst, that remain for a participant whose requests are used
# up, or while the log is full. They are for commands that are not limited and withdraw
# nothing themselves, such as a countdown. Reason: the log's reserve must last.
RESERVE_PER_SECOND: Final = 10
RESERVE_BURST: Final = 100


@final
class Bucket:
    """A token bucket: ``per_second`` tokens flow in, ``burst`` fit.

    It stores one integer, the time at which it will be full. Taking a token moves
    that time by one interval (the generic cell rate algorithm). O(1).
    """

    __slots__ = ("_burst", "_full_at_ns", "_interval_ns", "_window_ns")

    def __init__(self, per_second: int, burst: int) -> None:
        self._burst: Final = burst
        self._interval_ns: Final = max(NS_PER_SECOND // per_second, 1)
        self._window_ns: Final = self._interval_ns * burst
        self._full_at_ns = 0

    def take(self, tokens: int, now_ns: int) -> bool:
        """Take all ``tokens`` if they are available, else none."""
        full_at_ns = self._full_at_ns
        if full_at_ns < now_ns:  # noqa: PLR1730 - max() takes three times as long
            full_at_ns = now_ns
        full_at_ns += tokens * self._interval_ns
        if full_at_ns - now_ns > self._window_ns:
            return False
        self._full_at_ns = full_at_ns
        return True

    def give_back(self, tokens: int) -> None:
        """Undo the last ``take`` of ``tokens``."""
        self._full_at_ns -= tokens * self._interval_ns

    def owe(self, tokens: int, now_ns: int) -> None:
        """Take ``tokens`` even if they are missing: later ones pay the debt.

        The debt never exceeds ``burst`` tokens.
        """
        full_at_ns = max(self._full_at_ns, now_ns) + tokens * self._interval_ns
        self._full_at_ns = min(full_at_ns, now_ns + 2 * self._window_ns)

    def remaining(self, now_ns: int) -> int:
        """Return how many tokens could be taken now."""
        missing_ns = self._full_at_ns - now_ns
        if missing_ns <= 0:
            return self._burst
        if missing_ns >= self._window_ns:
            return 0
        return (self._window_ns - missing_ns) // self._interval_ns

    def wait_ns(self, tokens: int, now_ns: int) -> int:
        """Return the nanoseconds until ``tokens`` will be available."""
        full_at_ns = max(self._full_at_ns, now_ns) + tokens * self._interval_ns
        return max(full_at_ns - now_ns - self._window_ns, 0)


@final
class Share:
    """A limit that several connections share, and their current use of it.

    The connections are those of one participant, or those from one address that have
    not logged in. ``whose`` names them in the refusal. ``in_flight`` is how many of
    their commands are unanswered.
    """

    __slots__ = (
        "bucket",
        "burst",
        "in_flight",
        "most_in_flight",
        "per_second",
        "reserve",
        "whose",
    )

    def __init__(
        self, per_second: int, burst: int, most_in_flight: int, whose: str
    ) -> None:
        self.per_second: Final = per_second
        self.burst: Final = burst
        self.most_in_flight: Final = most_in_flight
        self.whose: Final = whose
        self.bucket: Final = Bucket(per_second, burst)
        self.reserve: Final = Bucket(RESERVE_PER_SECOND, RESERVE_BURST)
        self.in_flight = 0


@final
class Throttle:
    """One connection's rate limit, and the penalty for ignoring it.

    ``bucket`` is the connection's own limit, ``share`` the limit it shares. What they
    refuse is charged to another bucket, ``abuse_factor`` times as large. A client
    slightly above its limit therefore always gets answers, while a client that
    ignores every warning sets ``exhausted``.
    """

    __slots__ = ("_excess", "_limits", "bucket", "exhausted", "share")

    def __init__(self, limits: SessionLimits, share: Share) -> None:
        self._limits: Final = limits
        self.share = share
        self.bucket: Final = Bucket(limits.requests_per_second, limits.burst)
        self._excess: Final = Bucket(
            limits.requests_per_second * limits.abuse_factor,
            limits.burst * limits.abuse_factor,
        )
        self.exhausted = False

    def charge(self, tokens: int, now_ns: int) -> bool:
        """Charge both limits; if one is exceeded, count that and return False."""
        if self.bucket.take(tokens, now_ns):
            if self.share.bucket.take(tokens, now_ns):
                return True
            self.bucket.give_back(tokens)
        if not self._excess.take(tokens, now_ns):
            self.exhausted = True
        return False

    def owe(self, tokens: int, now_ns: int) -> None:
        """Charge ``tokens`` for work already done."""
        self.bucket.owe(tokens, now_ns)
        self.share.bucket.owe(tokens, now_ns)

    def weigh(self, size: int, now_ns: int) -> None:
        """Charge an invalid message of ``size`` bytes as many requests."""
        if size >= BYTES_PER_REQUEST:
            self.charge(size // BYTES_PER_REQUEST, now_ns)

    def weigh_answer(self, size: int, now_ns: int) -> None:
        """Charge an answer of ``size`` bytes to a query as many requests."""
        if size >= ANSWER_BYTES_PER_REQUEST:
            self.owe(size // ANSWER_BYTES_PER_REQUEST, now_ns)

    def remaining(self, now_ns: int) -> int:
        """Return how many tokens could be taken now."""
        own, shared = self.bucket.remaining(now_ns), self.share.bucket.remaining(now_ns)
        return min(shared, own)

    def refusal(self, tokens: int, now_ns: int) -> Error:
        """Return RATE_LIMITED with the wait until ``tokens`` are available."""
        limits, share = self._limits, self.share
        own_ns = self.bucket.wait_ns(tokens, now_ns)
        wait_ns = share.bucket.wait_ns(tokens, now_ns)
        per_second, burst, whose = share.per_second, share.burst, share.whose
        if own_ns >= wait_ns:
            per_second, burst = limits.requests_per_second, limits.burst
            wait_ns, whose = own_ns, ""
        return error(
            Code.RATE_LIMITED,
            retry_after_ms=-(-wait_ns // NS_PER_MS),
            rate=per_second,
            burst=burst,
            whose=whose,
        )
