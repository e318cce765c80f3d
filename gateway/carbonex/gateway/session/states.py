"""The states of a session, and the steps between them, as data."""

from __future__ import annotations

import enum
from typing import Final


class State(enum.Enum):
    """A session is in one of these three states."""

    CONNECTED = "connected"  # public channels, ping and login
    LOGGED_IN = "logged in"  # and whatever the key permits
    CLOSED = "closed"  # nothing is read any more


class Step(enum.Enum):
    """What takes a session from one state to the next."""

    LOGIN = "login"
    LOGOUT = "logout"
    CLOSE = "close"  # by either side


CONNECTED: Final = State.CONNECTED
LOGGED_IN: Final = State.LOGGED_IN
CLOSED: Final = State.CLOSED

# Any other pair is a mistake of ours.
TRANSITIONS: Final[dict[tuple[State, Step], State]] = {
    (CONNECTED, Step.LOGIN): LOGGED_IN,
    (LOGGED_IN, Step.LOGOUT): CONNECTED,
    (CONNECTED, Step.CLOSE): CLOSED,
    (LOGGED_IN, Step.CLOSE): CLOSED,
}
