"""Limits on the work that one command, or the timers of one batch, do at once.

A row is durable before it is applied, and a restart applies it again. Its work must
therefore end soon and fit into memory. The limits are part of the semantics of
commands. They are not Final: tests lower them, to exceed them often.
"""

from __future__ import annotations


# Resting orders that one order may meet, each a fill or a self-trade prevention.
# Reason: 500 fills of icebergs, with the refills, take the compiled engine and the feed
# about 5 ms. Policy: the order's remainder is cancelled (FILL_LIMIT).
MAX_FILLS = 500

# Events after which mass cancels, reached stop orders and due timers continue with a
# later batch. Reason: as above, so that no batch holds the loop for long.
SLICE = 500

# How many visited orders take as long as one cancelled order: a visit takes 20 to
# 50 ns, a cancellation with its event 1 µs. Policy: visits use up the slice as well, so
# that a slice that finds little to cancel also ends.
LOOKS = 20
