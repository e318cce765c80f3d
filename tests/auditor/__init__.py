"""An auditor who sees only the events and keeps the whole market's books.

It never looks at a command or into the exchange. From events and the log's time
alone it knows every phase, band, queue, balance and lock, and it asserts at each
event that the rules were kept: price before time, maker's price, no self-trade,
nothing stopped early, nothing late, every counter without a gap. At the end of a
day it writes the bulletins itself. ``compare`` then holds the exchange against it.
"""

from .reader import Auditor


__all__ = ["Auditor"]
