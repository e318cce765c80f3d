"""The exchange once more, too simple to be wrong.

Every order ever accepted is a row in one list; who trades next is found by
sorting it. Balances are sums over everything that moved and traded, locks are
sums over what is open, a phase is read off the clock, a bulletin added up from all
trades. A command's reasons for refusal are all collected, and the first of them
in the enum is the one. Nothing is fast, nothing is kept that can be worked out.
"""

from .comparison import Comparison
from .model import Model
from .world import Row


__all__ = ["Comparison", "Model", "Row"]
