"""The state as bytes and back: equal logs give equal bytes.

Books are written best level first and oldest order first, everything else in
the order in which the log brought it, which a restored state keeps.
"""

from .images import FORMAT
from .restoring import restore
from .taking import digest, snapshot


__all__ = ["FORMAT", "digest", "restore", "snapshot"]
