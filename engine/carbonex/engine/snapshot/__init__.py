"""The state as bytes and back: equal logs give equal bytes.

Books are written best level first and oldest order first. Everything else is written in
the order in which the log added it; a restored state keeps that order.
"""

from .images import FORMAT
from .restoring import restore
from .taking import digest, snapshot


__all__ = ["FORMAT", "digest", "restore", "snapshot"]
