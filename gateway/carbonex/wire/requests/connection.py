"""Params about the connection itself, and what it follows."""

from __future__ import annotations

from typing import Literal

from .base import ChannelName, Grace, Name, OptionalName, Params, Sequence


class Ping(Params, frozen=True):
    """Ask whether the venue listens."""


class Login(Params, frozen=True):
    """Answer the status frame's challenge; see ``wire.login``.

    Orders carry the ``session`` name. Where ``cancel_on_disconnect`` is asked for,
    they are cancelled when the connection has been gone for ``grace_ms`` and nobody
    has logged in under the name again; who does takes over from an older connection.
    """

    key_id: Name
    signature: str
    session: OptionalName = ""
    cancel_on_disconnect: bool = False
    grace_ms: Grace = 0


class Logout(Params, frozen=True):
    """End what the login allowed; private subscriptions end with it.

    The session's orders stay, unless ``cancel_orders``.
    """

    cancel_orders: bool = False


class Subscribe(Params, frozen=True):
    """Follow a channel.

    ``instrument`` is required for ``book`` and ``listings`` and narrows
    ``instrument``, ``ticker``, ``trade``, ``bulletin``, ``auction``, ``premium`` and
    ``alerts``. ``interval_ms`` is for ``book`` and ``listings``, ``depth`` (0 is the
    full book) for ``book``, ``account`` for the private channels, ``from_seq`` (the first
    execution wanted; 0 is only new ones) for ``executions``. What is sent behind
    a subscription that reaches far back is answered when all of that has come.
    """

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""
    from_seq: Sequence = 0


class Unsubscribe(Params, frozen=True):
    """Stop following a channel; name what was subscribed."""

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""
