"""The states of a session and the transitions between them, as data."""

from __future__ import annotations

import enum
from typing import Final


class State(enum.Enum):
    """The three states of a session."""

    CONNECTED = "connected"  # may use public channels, ping and login
    LOGGED_IN = "logged in"  # may also use whatever the key permits
    CLOSED = "closed"  # reads no more messages


class Step(enum.Enum):
    """An event that takes a session from one state to the next."""

    LOGIN = "login"
    LOGOUT = "logout"
    CLOSE = "close"  # by either side


CONNECTED: Final = State.CONNECTED
LOGGED_IN: Final = State.LOGGED_IN
CLOSED: Final = State.CLOSED

# Any other pair is a bug in the gateway.
TRANSITIONS: Final[dict[tuple[State, Step], State]] = {
    (CONNECTED, Step.LOGIN): LOGGED_IN,
    (LOGGED_IN, Step.LOGOUT): CONNECTED,
    (CONNECTED, Step.CLOSE): CLOSED,
    (LOGGED_IN, Step.CLOSE): CLOSED,
}
