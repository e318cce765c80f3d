"""Under which name a client logs in, and what then becomes of its orders."""

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
    """What a login says of itself; ``grace`` is in seconds.

    ``cancel_at_exit`` is for the end of connect's block.
    """

    session: str = ""
    cancel_on_disconnect: bool = False
    grace: float = 0.0
    cancel_at_exit: bool = False

    @classmethod
    def of(cls, options: Options) -> Presence:
        """Return what connect's options say.

        Raises:
            ValueError: If they do not go together.

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
        """Whether the venue must hear that the client leaves of its own will."""
        return self.cancel_on_disconnect or self.cancel_at_exit

    def end(self, code: int, reason: str) -> SessionTakenOver | None:
        """Return why a connection that was closed like this is not made again.

        Whoever takes a name back from another client would only lose it again.
        """
        if (code, reason) != (CloseCode.POLICY_VIOLATION, TAKEN_OVER):
            return None
        return SessionTakenOver(f"another client has logged in as {self.session}")

    def login(self, key_id: str, signature: str) -> requests.Login:
        """Return the request: the same on every connection."""
        return requests.Login(
            key_id,
            signature,
            self.session,
            self.cancel_on_disconnect,
            round(self.grace * MS_PER_SECOND),
        )


ANONYMOUS: Final = Presence()
