"""Whether the server beside which a follower runs is still there.

The server holds the other end of the follower's stdin. It writes FINISH there when it
has stopped in good order, so that the follower reads the log to its end; where the pipe
closes without it, the server was killed, and the next one is about to start: its
follower can begin only when this one has ended.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Final, final


FINISH: Final = b"finish\n"

# The server waits for ten seconds, and then kills it.
FINISH_SECONDS: Final = 7.0
# Whatever it is at when it has to leave, restoring a large snapshot perhaps, it ends
# after so long. What it has not stored, the next one does.
LEAVE_SECONDS: Final = 5.0


@final
class ServerWatch:
    """Watches ``fd`` in a thread of its own.

    ``gone`` tells that the follower must leave, at its next row: the server was killed,
    or has waited long enough.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._parent = os.getppid()
        self._ended = threading.Event()
        self.gone = False

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._run, name="server", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Pause, for less time if the server ends; return whether it has."""
        return self._ended.wait(seconds)

    def asked_to_end(self, *_: object) -> None:
        """Take a signal: while there is a server, that decides when to end.

        systemd signals both of them, and the history has to have what the server still
        writes.
        """
        if os.getppid() != self._parent:
            self._leave()

    def _run(self) -> None:
        said = b""
        while piece := os.read(self._fd, 64):
            said += piece
        if said == FINISH:
            self._ended.set()
            time.sleep(FINISH_SECONDS)
        self._leave()

    def _leave(self) -> None:
        self.gone = True
        self._ended.set()
        timer = threading.Timer(LEAVE_SECONDS, os._exit, [1])
        timer.daemon = True
        timer.start()
