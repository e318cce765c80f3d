"""The envelope of all channels, and what the venue says of itself."""

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

    ``challenge`` (base64url of 32 bytes) is signed to log in, once, within 30 s;
    it and ``connection_id`` are empty in the frames of the status channel.
    ``seq``, ``position`` and ``hash`` are as in a heartbeat. ``opened`` is the
    log's chain hash where ``epoch`` began. A venue whose epoch or position is
    lower than one that it told before, or that now has another hash for one of
    them, was restored from an older copy: what it told since is not in its log.

    While operators have ``suspended`` the venue nothing trades, and cancelling works;
    ``suspended_why`` is what they say. The status channel tells when that changes.
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
    """Every second: the newest seq, and the log's chain hash as hex.

    It comes after every frame up to the seq it names.
    """

    seq: int
    position: int
    hash: str
    time: int
