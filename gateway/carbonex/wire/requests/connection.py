"""Params of requests about the connection and its subscriptions."""

from __future__ import annotations

from typing import Literal

from .base import ChannelName, Grace, Name, OptionalName, Params, Sequence


class Ping(Params, frozen=True):
    """Ask whether the venue responds."""


class Login(Params, frozen=True):
    """Answer the status frame's challenge; see ``wire.login``.

    Orders carry the ``session`` name. With ``cancel_on_disconnect`` the venue cancels
    them when the connection has been lost for ``grace_ms`` and no client has logged in
    under the name again. A new login takes the session over from an older connection.
    """

    key_id: Name
    signature: str
    session: OptionalName = ""
    cancel_on_disconnect: bool = False
    grace_ms: Grace = 0


class Logout(Params, frozen=True):
    """End the rights of the login, including private subscriptions.

    The session's orders stay, unless ``cancel_orders`` is set.
    """

    cancel_orders: bool = False


class Subscribe(Params, frozen=True):
    """Subscribe to a channel.

    ``instrument`` is required for ``book`` and ``listings`` and narrows ``instrument``,
    ``ticker``, ``trade``, ``bulletin``, ``auction``, ``premium`` and ``alerts``.
    ``interval_ms`` is for ``book`` and ``listings``. ``depth`` is for ``book``; 0 is
    the full book. ``account`` is for the private channels. ``from_seq`` is the first
    execution wanted from ``executions``; 0 means new ones only. Requests sent after a
    subscription with a long replay are answered after that replay.
    """

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""
    from_seq: Sequence = 0


class Unsubscribe(Params, frozen=True):
    """End a subscription, given by the same members."""

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""
