"""A venue's configuration: data, decoded from DIR/venue.toml into typed structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from carbonex.wire.patterns import whole
from carbonex.wire.requests import MAX_BATCH

from .documents import Section, decode, parse_toml, read_text


if TYPE_CHECKING:
    from pathlib import Path


FILE_NAME: Final = "venue.toml"

VenueName = Annotated[
    str,
    msgspec.Meta(
        pattern=whole("[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}"),
        description="a name of up to 36 letters, digits, dots, hyphens and underscores",
    ),
]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
Rate = Annotated[int, msgspec.Meta(ge=1, le=10**9)]
Bytes = Annotated[int, msgspec.Meta(ge=4096, le=2**40)]
# The server checks free space once a second. At full speed the log grows by 10 MB in
# that time, and the follower's history and snapshots are on the same disk.
MIN_RESERVE: Final = 32 * 1024 * 1024
ReserveBytes = Annotated[int, msgspec.Meta(ge=MIN_RESERVE, le=2**40)]
Burst = Annotated[int, msgspec.Meta(ge=MAX_BATCH, le=2**31)]
WebOrigin = Annotated[
    str,
    msgspec.Meta(
        pattern=whole(r"https?://(\[[0-9a-fA-F:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?"),
        description='an origin in small letters, such as "https://venue.example:8443"',
    ),
]
Seconds = Annotated[float, msgspec.Meta(ge=0.05, le=3600)]


class Listen(Section, frozen=True):
    """The address on which the server listens; port 0 lets the system choose.

    ``origins`` are the web origins, besides the venue's own, that may connect.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    origins: tuple[WebOrigin, ...] = ()


class Tls(Section, frozen=True):
    """PEM files, relative to the data directory; if none, the port has no TLS."""

    certificate: str = ""
    key: str = ""


class Limits(Section, frozen=True):
    """Limits of one client and of all together; DEFAULT_TEXT explains each."""

    requests_per_second: Positive = 1000
    burst: Burst = 2000
    in_flight: Positive = 1000
    participant_multiple: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    participant_in_flight: Positive = 2000
    stranger_requests_per_second: Positive = 2000
    stranger_burst: Burst = 40_000
    frame_bytes: Bytes = 96 * 1024
    outbox_bytes: Bytes = 8 * 1024 * 1024
    stranger_outbox_bytes: Bytes = 256 * 1024
    outboxes_bytes: Bytes = 512 * 1024 * 1024
    connections: Positive = 2000
    connections_per_address: Positive = 1000
    handshakes_per_second: Rate = 100
    handshake_burst: Positive = 4000
    login_failures_per_minute: Rate = 20
    login_failure_burst: Positive = 20
    waiting: Positive = 20_000
    batch: Positive = 1000
    slow_seconds: Seconds = 10.0
    handshake_seconds: Seconds = 10.0
    ping_seconds: Seconds = 20.0
    close_seconds: Seconds = 5.0


class Log(Section, frozen=True):
    """The log's segment size and its reserve of disk space, in bytes."""

    segment_bytes: Bytes = 256 * 1024 * 1024
    reserve_bytes: ReserveBytes = 256 * 1024 * 1024


class Snapshots(Section, frozen=True):
    """How often the follower takes a snapshot during the day; see DEFAULT_TEXT."""

    commands: Positive = 200_000
    seconds: Seconds = 300.0


class Days(Section, frozen=True):
    """Who opens trading days: the server, by the market's calendar, or operators."""

    mode: Literal["calendar", "manual"] = "calendar"


class Config(Section, frozen=True):
    """All settings of a venue that an operator decides.

    ``market`` is the name of a preset, the path of a market file, or empty.
    """

    venue: VenueName
    market: str = ""
    listen: Listen = Listen()
    tls: Tls = Tls()
    limits: Limits = Limits()
    log: Log = Log()
    snapshots: Snapshots = Snapshots()
    days: Days = Days()


def load_config(path: Path) -> Config:
    """Return the configuration in the TOML file ``path``.

    Raises:
        ConfigError: If the file cannot be read, is not TOML, or has an invalid
            value; the message names file, key, value and reason.

    """
    return parse_config(read_text(path), str(path))


def parse_config(text: str, source: str = FILE_NAME) -> Config:
    """Return the configuration in TOML ``text``; messages name ``source``.

    Raises:
        ConfigError: As ``load_config``.

    """
    return decode(parse_toml(text, source), Config, source)


def default_config_text(name: str) -> str:
    """Return the file of a new venue, with a comment that explains each value.

    Raises:
        ConfigError: If ``name`` is not a valid venue name.

    """
    text = DEFAULT_TEXT.replace("NAME", name)
    parse_config(text, "the new venue's name")
    return text


DEFAULT_TEXT: Final = """\
# The venue's name is part of what clients sign to log in, and of its log:
# it cannot be changed later.
venue = "NAME"

# The market's rules: the preset "cea", "ccer", "national" or "continuous", or the
# path of a market file, from this directory on. Without one operators list the
# instruments, and every day trades, from midnight to midnight in Shanghai.
market = ""

[listen]
host = "127.0.0.1"
port = 8080
# Web pages of these origins may connect, beside those that the venue itself serves
# under an IP address or localhost: ["https://venue.example"]. Programs always may.
origins = []

[tls]
# PEM files, from this directory on: the certificate with its chain, and its key,
# which only the server's user may read. With them the port speaks wss:// and
# https:// only; SIGHUP reads them again. Without TLS, listen on 127.0.0.1 only.
certificate = ""
key = ""

[limits]
# Per connection: requests that create or change orders, refilled every second,
# and how many may come at once. Cancels of what is open are never limited; one that
# finds nothing to cancel counts. A message that is no request counts one more per
# KiB, and an answer to a question one more per 2 KiB.
requests_per_second = 1000
burst = 2000
# Per connection: requests without an answer yet. Beyond it the server stops
# reading from the client until some are answered.
in_flight = 1000
# All connections of a participant together: so many times the rate of one, and its
# commands without an answer yet. What waits for one participant delays the others.
participant_multiple = 5
participant_in_flight = 2000
# Per address: requests, and how many at once, of connections that have not logged in;
# a login, or a question about the past, counts as 20. Who comes through a proxy on
# this machine has the address of all others who do.
stranger_requests_per_second = 2000
stranger_burst = 40_000
# The longest message a client may send: 50 orders with all that they may name. A longer
# one closes with 1009.
frame_bytes = 98_304
# What may wait for a client: beyond it, or without a login beyond less, the server
# stops reading from it until it has taken some. What happens meanwhile still waits.
outbox_bytes = 8_388_608
stranger_outbox_bytes = 262_144
# What may wait for all clients together. Beyond it those are closed with 1013 for
# whom most waits: strangers first, then those that take nothing.
outboxes_bytes = 536_870_912
# How long a client may take nothing of what waits for it; then: closed with 1013.
slow_seconds = 10
# Connections at the same time; one more is answered with HTTP 503, or, if it is
# one address (of IPv6: a /64) that has too many, with HTTP 429.
connections = 2000
connections_per_address = 1000
# Per address: requests for a WebSocket or a page; beyond it: HTTP 429.
handshakes_per_second = 100
handshake_burst = 4000
# Per address: logins that fail. Beyond it none is tried, LOGIN_LIMITED; successful
# ones are never counted.
login_failures_per_minute = 20
login_failure_burst = 20
# Commands that wait for the log; beyond it they are refused as BUSY, cancels and
# what else lets traders get out beyond twice as many.
waiting = 20_000
# Commands that are written, and synced, together at most, or half of those that wait
# where that is more.
batch = 1000
# How long a client may take for its handshake, how often it is pinged (one
# that is silent for two pings is dropped), and how long closing may take.
handshake_seconds = 10
ping_seconds = 20
close_seconds = 5

[log]
# A segment file's size, and the free disk space below which new orders are
# refused as LOG_FULL while cancels still work. That is looked at once a second, in
# which a busy venue writes 10 MB: less than 32 MiB is no reserve.
segment_bytes = 268_435_456
reserve_bytes = 268_435_456

[snapshots]
# A start replays what came since the newest snapshot, a second or three for 200,000
# commands. During the day the process beside the server keeps one once so many
# commands have come since the last, but rests so many seconds between two: of a
# million open orders each takes it some seconds, and 300 MB. Two of these are kept,
# beside the three newest of days' ends and stops.
commands = 200_000
seconds = 300

[days]
# "calendar": the server opens each trading day of the market's calendar. "manual":
# operators open each day with begin_day.
mode = "calendar"
"""
