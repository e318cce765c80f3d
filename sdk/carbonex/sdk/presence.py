"""The session name of a client, and the policy for its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire import requests
from carbonex.wire.closing import CloseCode
from carbonex.wire.login import TAKEN_OVER

from .errors import SessionTakenOver


if TYPE_CHECKING:
    from .options import Options


MS_PER_SECOND: Final = 1_000


class Presence(NamedTuple):
    """The session part of a login; ``grace`` is in seconds.

    ``cancel_at_exit`` applies at the end of connect's block.
    """

    session: str = ""
    cancel_on_disconnect: bool = False
    grace: float = 0.0
    cancel_at_exit: bool = False

    @classmethod
    def of(cls, options: Options) -> Presence:
        """Return the presence given by connect's options.

        Raises:
            ValueError: If the options contradict each other.

        """
        presence = cls(
            options.get("session", ""),
            options.get("cancel_on_disconnect", False),
            options.get("grace", 0.0),
            options.get("cancel_at_exit", False),
        )
        if not presence.session:
            for name in ("cancel_on_disconnect", "cancel_at_exit"):
                if getattr(presence, name):
                    raise ValueError(
                        f"{name} needs session=…, a name by which your orders are known"
                    )
        if presence.grace and not presence.cancel_on_disconnect:
            raise ValueError("a grace needs cancel_on_disconnect=True")
        return presence

    @property
    def needs_logout(self) -> bool:
        """Whether the client must log out when it leaves deliberately."""
        return self.cancel_on_disconnect or self.cancel_at_exit

    def end(self, code: int, reason: str) -> SessionTakenOver | None:
        """Return the error if this close of a connection forbids reconnecting.

        Clients that took a session name back from each other would do so without end.
        """
        if (code, reason) != (CloseCode.POLICY_VIOLATION, TAKEN_OVER):
            return None
        return SessionTakenOver(f"another client has logged in as {self.session}")

    def login(self, key_id: str, signature: str) -> requests.Login:
        """Return the login request, the same on every connection."""
        return requests.Login(
            key_id,
            signature,
            self.session,
            self.cancel_on_disconnect,
            round(self.grace * MS_PER_SECOND),
        )


ANONYMOUS: Final = Presence()
