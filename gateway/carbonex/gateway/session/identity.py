"""Which key a session speaks for, and which accounts it may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, final

from carbonex.wire.errors import Code, error

from .methods import REGISTRY, allowed, suffices
from .refusal import Refused, denied


if TYPE_CHECKING:
    from carbonex.engine import Key, Permission
    from carbonex.wire.order_ids import OrderIds


@final
class Identity:
    """The key that is logged in, or none. The key is the engine's live object.

    ``allowed`` are the methods that it may call. ``session`` is the session name of
    the login, if any. ``ids`` are the ids by which the client knows orders.
    """

    __slots__ = ("_accounts", "allowed", "ids", "key", "key_id", "session")

    def __init__(
        self, ids: OrderIds, key: Key | None = None, session: str = ""
    ) -> None:
        self.ids = ids
        self.key = key
        self.session = session
        self.key_id = "" if key is None else key.key_id
        self.allowed = allowed(None if key is None else key.permissions)
        # The participant's own dict, so that it includes accounts opened later.
        self._accounts = {} if key is None else key.participant.accounts

    @property
    def revoked(self) -> bool:
        """Whether the key was revoked after it logged in."""
        return self.key is not None and self.key.revoked

    def account(self, name: str) -> str:
        """Return ``name`` if it is an account of the key's participant.

        An empty name stands for the participant's only account. O(1).

        Raises:
            Refused: If ``name`` is not such an account, or is empty and the participant
                does not have exactly one.

        """
        accounts = self._accounts
        if name in accounts:
            return name
        if not name and len(accounts) == 1:
            for only in accounts:  # compiled code finds next() by its name
                return only
        assert self.key is not None
        who = self.key.participant.name
        if name:
            code = Code.ACCOUNT_DENIED
            raise Refused(error(code, "account", account=name, participant=who))
        code, count = Code.ACCOUNT_REQUIRED, len(accounts)
        raise Refused(error(code, "account", participant=who, count=count))

    def move_from(self, name: str) -> None:
        """Refuse another's account, unless the key is the registry's.

        Raises:
            Refused: If ``name`` is not the participant's own.

        """
        assert self.key is not None
        if not suffices(self.key.permissions, REGISTRY):
            self.account(name)

    def refuse_revoked(self, method: str) -> NoReturn:
        """Refuse ``method`` because the key was revoked."""
        raise Refused(error(Code.KEY_REVOKED, key_id=self.key_id, method=method))

    def require(self, permission: Permission | None, method: str) -> None:
        """Refuse keys without one of the permissions; None allows everybody.

        Raises:
            Refused: If nobody is logged in, or the key lacks the permission.

        """
        if permission is None:
            return
        key = self.key
        if key is None:
            raise Refused(error(Code.LOGIN_REQUIRED, method=method))
        if not suffices(key.permissions, permission):
            raise Refused(denied(key, permission, method))
