"""The exchange once more, too simple to be wrong.

Every order ever accepted is a row in one list; who trades next is found by
sorting it. Balances are sums over everything that moved and traded, locks are
sums over what is open. A command's reasons for refusal are all collected, and
the first of them in the enum is the one. Nothing is fast.
"""

from .changes import Model
from .world import Row


__all__ = ["Model", "Row"]
