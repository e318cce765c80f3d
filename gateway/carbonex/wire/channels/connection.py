"""The envelope of all channels, and the status and heartbeat channels."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Frame(msgspec.Struct, frozen=True):
    """The envelope of all channels; ``data`` holds the structs below."""

    channel: str
    type: Literal["snapshot", "update"]
    data: list[Any]


class Status(msgspec.Struct, frozen=True):
    """The first frame of a connection, and each change of the venue's state.

    A client signs ``challenge`` (base64url of 32 bytes) to log in, once, within 30 s.
    ``challenge`` and ``connection_id`` are empty in frames of the status channel.
    ``seq``, ``position`` and ``hash`` are as in a heartbeat. ``opened`` is the log's
    chain hash at the beginning of ``epoch``.

    A client detects a venue restored from an older copy by an epoch or position lower
    than one received before, or by a different hash for one of them. The log then no
    longer contains what the venue sent since that copy.

    While operators have ``suspended`` the venue, nothing trades and cancelling works.
    ``suspended_why`` is their reason. The status channel reports each change.
    """

    venue: str
    epoch: int
    state: Literal["online", "server_shutdown"]
    connection_id: str
    challenge: str = ""
    seq: int = 0
    position: int = 0
    hash: str = ""
    opened: str = ""
    suspended: bool = False
    suspended_why: str = ""


class Heartbeat(msgspec.Struct, frozen=True):
    """Every second: the newest seq, and the log's chain hash in hex.

    It comes after every frame up to this seq.
    """

    seq: int
    position: int
    hash: str
    time: int
