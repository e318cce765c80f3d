"""A venue played by hand: what it says is written in the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from carbonex.sdk.client import Client
from carbonex.sdk.presence import ANONYMOUS, Presence
from carbonex.wire.keys import Key, generate_key


if TYPE_CHECKING:
    from carbonex.sdk.reply import Reply
    from carbonex.wire.requests import Params


CHALLENGE = "Y2hhbGxlbmdl"
NOON = 1_700_000_000_000_000  # the venue's clock when a script begins, µs


class Script:
    """A client and the other end of its connection."""

    def __init__(
        self, key: Key | None = None, account: str = "", presence: Presence = ANONYMOUS
    ) -> None:
        self.client = Client(key, account=account, presence=presence)
        self.now = 1_000.0  # the client's clock, seconds
        self.sent: list[dict[str, Any]] = []  # everything, in order

    def say(self, message: dict[str, Any]) -> None:
        """Let a message arrive."""
        self.client.receive(msgspec.json.encode(message), self.now)

    def hear(self) -> list[dict[str, Any]]:
        """Return what the client has sent since the last time."""
        heard = [msgspec.json.decode(frame) for frame in self.client.take()]
        self.sent += heard
        return heard

    def greet(self, **log: Any) -> None:
        """Open a connection and send the status frame; ``log`` is what it tells of it."""
        self.client.connection_made()
        status = {
            "venue": "test",
            "epoch": 1,
            "state": "online",
            "connection_id": "c-1",
            "challenge": CHALLENGE,
            **log,
        }
        self.say({"channel": "status", "type": "snapshot", "data": [status]})

    def log_in(self, *accounts: str, **log: Any) -> list[dict[str, Any]]:
        """Open a connection and accept the login; return what follows it."""
        self.greet(**log)
        [login] = self.hear()
        assert login["method"] == "login"
        self.accept(
            login,
            {
                "participant": "acme",
                "accounts": list(accounts or ("acme-1",)),
                "permissions": ["read", "trade"],
            },
        )
        return self.hear()

    def accept(self, request: dict[str, Any], result: Any = None) -> None:
        """Answer a request with success."""
        self.say(
            {
                "method": request["method"],
                "req_id": request["req_id"],
                "success": True,
                "time_in": NOON,
                "time_out": NOON,
                "result": {"channel": "any"} if result is None else result,
            }
        )

    def refuse(
        self, request: dict[str, Any], code: int, name: str, **more: Any
    ) -> None:
        """Answer a request with an error."""
        self.say(
            {
                "method": request["method"],
                "req_id": request["req_id"],
                "success": False,
                "time_in": NOON,
                "time_out": NOON,
                "error": {"code": code, "name": name, "message": "no.", **more},
            }
        )

    def frame(self, channel: str, kind: str, *data: dict[str, Any]) -> None:
        """Let a channel's frame arrive."""
        self.say({"channel": channel, "type": kind, "data": list(data)})

    def ask(self, params: Params) -> Reply[Any]:
        """Make a request, as the asyncio part does."""
        return self.client.request(params, lambda answer: answer)


def logged_in(account: str = "", **log: Any) -> Script:
    """Return a script whose client is online with the account ``acme-1``."""
    script = Script(generate_key("maker"), account)
    script.log_in("acme-1", **log)
    return script


def only(requests: list[dict[str, Any]], method: str) -> list[dict[str, Any]]:
    """Return the requests of one method, those that the client makes for itself left out."""
    return [
        request
        for request in requests
        if request["method"] == method
        and request["params"].get("channel") not in ("status", "heartbeat")
    ]
