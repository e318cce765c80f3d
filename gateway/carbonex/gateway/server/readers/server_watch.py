"""Watches from the follower's process whether its server is still running.

The server holds the other end of the follower's stdin. After an orderly stop it writes
FINISH there, and the follower reads the log to its end. If the pipe closes without
FINISH, the server was killed and the next server is about to start. Its follower can
begin only after this one has ended.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Final, final


FINISH: Final = b"finish\n"

# The server kills its follower after ten seconds; end before that.
FINISH_SECONDS: Final = 7.0
# A follower that must leave is killed after this time, whatever it is doing (perhaps
# restoring a large snapshot). The next follower stores the rows not yet stored.
LEAVE_SECONDS: Final = 5.0


@final
class ServerWatch:
    """Watches the pipe ``fd`` in its own thread.

    ``gone`` says that the follower must leave at its next row: the server was killed,
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
        """Pause for ``seconds`` or until the server ends; return whether it has."""
        return self._ended.wait(seconds)

    def asked_to_end(self, *_: object) -> None:
        """Handle a signal; ignore it while the server runs, which decides when to end.

        systemd signals both processes, and the history must include the rows that the
        server still writes.
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
