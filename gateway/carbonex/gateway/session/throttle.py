"""What holds clients to their limits: token buckets in integer nanoseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.wire.errors import Code, error
from carbonex.wire.units import NS_PER_MS, NS_PER_SECOND


if TYPE_CHECKING:
    from carbonex.wire.answers import Error

    from .limits import SessionLimits


# A message that is no request, or none that its sender may make, counts one more for
# so many bytes (of JSON: characters). To find out what is wrong with 96 KiB takes up to
# 3 ms, as long as 180 plain orders: without this one connection of nobody's keeps a
# venue busy.
BYTES_PER_REQUEST: Final = 1024

# What a question's answer counts beside the question: one request for so many bytes. A
# snapshot of 2 MiB, a hundred thousand levels, takes as long as a thousand orders.
ANSWER_BYTES_PER_REQUEST: Final = 2048

# Rows of the log per second, and at once, that a participant may still cause by what
# is neither limited nor withdraws anything, such as a countdown, when its other
# requests are used up or the log is full. Reason: the log's reserve must last.
RESERVE_PER_SECOND: Final = 10
RESERVE_BURST: Final = 100


@final
class Bucket:
    """A token bucket: ``per_second`` tokens flow in, ``burst`` fit.

    It holds one integer, the time at which it will be full; each token taken
    moves that by one interval (the generic cell rate algorithm). O(1).
    """

    __slots__ = ("_burst", "_full_at_ns", "_interval_ns", "_window_ns")

    def __init__(self, per_second: int, burst: int) -> None:
        self._burst: Final = burst
        self._interval_ns: Final = max(NS_PER_SECOND // per_second, 1)
        self._window_ns: Final = self._interval_ns * burst
        self._full_at_ns = 0

    def take(self, tokens: int, now_ns: int) -> bool:
        """Take ``tokens`` if they are there, or none of them."""
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
        """Take ``tokens`` even if they are not there: later ones flow in for them.

        No more than ``burst`` are owed.
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
        """Return after which time ``tokens`` could be taken."""
        full_at_ns = max(self._full_at_ns, now_ns) + tokens * self._interval_ns
        return max(full_at_ns - now_ns - self._window_ns, 0)


@final
class Share:
    """What several connections may do together, and how much of it they do.

    Those of one participant, or those of one address that have not logged in.
    ``whose`` is for the refusal. ``in_flight`` is how many of their commands have no
    answer yet.
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
    """One connection's rate limit, and what it may cost to ignore it.

    ``bucket`` is the limit, and ``share`` what it has together with others. Whatever
    they refuse is taken from another bucket, ``abuse_factor`` times as large: so a
    client somewhat above its limit is answered for ever, and ``exhausted`` tells of
    one that heeds no warning.
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
        """Take ``tokens`` of both limits; False if they exceed one, which is counted."""
        if self.bucket.take(tokens, now_ns):
            if self.share.bucket.take(tokens, now_ns):
                return True
            self.bucket.give_back(tokens)
        if not self._excess.take(tokens, now_ns):
            self.exhausted = True
        return False

    def owe(self, tokens: int, now_ns: int) -> None:
        """Take ``tokens`` for what has been done already."""
        self.bucket.owe(tokens, now_ns)
        self.share.bucket.owe(tokens, now_ns)

    def weigh(self, size: int, now_ns: int) -> None:
        """Have a message of ``size`` bytes that is no request count as many."""
        if size >= BYTES_PER_REQUEST:
            self.charge(size // BYTES_PER_REQUEST, now_ns)

    def weigh_answer(self, size: int, now_ns: int) -> None:
        """Have an answer of ``size`` bytes to a question count as many requests."""
        if size >= ANSWER_BYTES_PER_REQUEST:
            self.owe(size // ANSWER_BYTES_PER_REQUEST, now_ns)

    def remaining(self, now_ns: int) -> int:
        """Return how many tokens could be taken now."""
        own, shared = self.bucket.remaining(now_ns), self.share.bucket.remaining(now_ns)
        return min(shared, own)

    def refusal(self, tokens: int, now_ns: int) -> Error:
        """Return the warning, with the time after which ``tokens`` are there."""
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
