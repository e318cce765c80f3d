"""How much one command, and one batch's time, may do at once.

A row is durable before it is applied, so whatever a row asks for must end soon and
fit into memory: a start does all of it again. The numbers are part of what commands
mean from semantics 2 on. Not Final: tests make them small, to pass them often.
"""

from __future__ import annotations


# Resting orders that one order meets, each a fill or a self-trade measure. Reason:
# 500 fills of icebergs, with the refills, take the compiled engine and feed about
# 5 ms. Policy: what is left of the order is cancelled (FILL_LIMIT).
MAX_FILLS = 500

# Events after which mass cancels, reached stop orders and what time itself does go
# on with a later batch. Reason: as above, so that no batch holds the loop for long.
SLICE = 500

# Orders looked at that take as long as one that is cancelled: 20 to 50 ns each, and
# 1 µs with its event. Policy: a slice that finds little to cancel ends, too.
LOOKS = 20

UNBOUNDED = 1 << 60  # fills of one order where commands mean number 1
