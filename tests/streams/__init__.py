"""Random commands, mostly sound and some absurd, and streams of them.

Everything is drawn from small pools, so that orders meet, funds run out and
names clash. ``SETUP`` makes the accounts and instruments that they talk about:
CEA is plain, CCER has tick, lot and band, CEA25 has every rule of the market.
The odds are set here, on a seeded generator, and not by Hypothesis: left to
itself it draws so many refusals that hardly anything trades. Hypothesis draws
the seeds and the lengths, and shrinks a failing stream to its first commands.
"""

from .pools import ACCOUNTS, FUNDS, INSTRUMENTS, KEYS, SECOND, SETUP, START
from .stream import Stream, any_command, next_day, seeds, sizes, streams, time_passing


__all__ = [
    "ACCOUNTS",
    "FUNDS",
    "INSTRUMENTS",
    "KEYS",
    "SECOND",
    "SETUP",
    "START",
    "Stream",
    "any_command",
    "next_day",
    "seeds",
    "sizes",
    "streams",
    "time_passing",
]
