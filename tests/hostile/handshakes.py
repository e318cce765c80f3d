"""Beginnings of connections, sound and otherwise, and what may answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random


class HandshakeMutant(NamedTuple):
    """Bytes to send; ``statuses`` may answer them, 0 stands for no answer yet."""

    kind: str
    data: bytes
    statuses: tuple[int, ...]


KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="
HEADERS: Final[Mapping[str, str]] = {
    "Host": "x",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def upgrade(
    headers: Mapping[str, str | None] = {},
    line: str = "GET / HTTP/1.1",
) -> bytes:
    """Return a handshake with some headers changed, or, where None, left out."""
    chosen = {**HEADERS, **headers}
    lines = [f"{k}: {v}" for k, v in chosen.items() if v is not None]
    return "\r\n".join([line, *lines, "", ""]).encode("latin-1")


def opening(subprotocol: str) -> bytes:
    """Return the handshake of an ordinary client."""
    return upgrade({"Sec-WebSocket-Protocol": subprotocol})


def mutant(draw: Random) -> HandshakeMutant:
    """Return one of MUTATIONS."""
    kind = draw.choice(_KINDS)
    return MUTATIONS[kind](draw)._replace(kind=kind)


def _answered(data: bytes, *statuses: int) -> HandshakeMutant:
    return HandshakeMutant("", data, statuses)


def _sound(draw: Random) -> HandshakeMutant:
    return _answered(
        opening(draw.choice(("carbonex.v1.json", "carbonex.v1.msgpack"))), 101
    )


def _http_version(draw: Random) -> HandshakeMutant:
    version = draw.choice(("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.1 ", "", "ICY"))
    return _answered(upgrade(line=f"GET / {version}"), 400, 505)


def _method(draw: Random) -> HandshakeMutant:
    name = draw.choice(("POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH"))
    return _answered(upgrade(line=f"{name} / HTTP/1.1"), 405)


def _not_a_method(draw: Random) -> HandshakeMutant:
    name = draw.choice(("get", "G\0T", "", "GETT" * 50, "PRI"))
    return _answered(upgrade(line=f"{name} / HTTP/1.1"), 400, 405)


def _body(draw: Random) -> HandshakeMutant:
    size = draw.choice((5, 10**9, -1))
    head = upgrade({"Content-Length": f"{size}"}, line="GET /health HTTP/1.1")
    return _answered(head + b"x" * draw.randint(0, 5), 200, 400, 413)


def _chunked(_draw: Random) -> HandshakeMutant:
    head = upgrade({"Transfer-Encoding": "chunked"})
    return _answered(head + b"5\r\nhello\r\n0\r\n\r\n", 400, 501)


def _no_key(draw: Random) -> HandshakeMutant:
    key = draw.choice((None, "", "short", "x" * 24, KEY + "A", "=" * 24))
    return _answered(upgrade({"Sec-WebSocket-Key": key}), 400)


def _wrong_version(draw: Random) -> HandshakeMutant:
    version = draw.choice((None, "12", "8", "0", "x", "13, 8", "999999"))
    return _answered(upgrade({"Sec-WebSocket-Version": version}), 400, 426)


def _wrong_upgrade(draw: Random) -> HandshakeMutant:
    headers = draw.choice(
        (
            {"Upgrade": "h2c"},
            {"Upgrade": ""},
            {"Connection": "keep-alive"},
            {"Connection": None},
            {"Upgrade": "websocket, h2c"},
        )
    )
    return _answered(upgrade(headers), 400, 426)


def _subprotocol(draw: Random) -> HandshakeMutant:
    name = draw.choice(("carbonex.v2.json", "mqtt", "", "\x01", "a b", "," * 100))
    return _answered(upgrade({"Sec-WebSocket-Protocol": name}), 101, 400)


def _compression(draw: Random) -> HandshakeMutant:
    """It is offered, and must not be agreed to: the caller looks at the answer."""
    offer = draw.choice(
        (
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits=15",
            "permessage-deflate; server_no_context_takeover, x-webkit-deflate-frame",
            "permessage-bzip2",
        )
    )
    return _answered(upgrade({"Sec-WebSocket-Extensions": offer}), 101)


def _long_header(draw: Random) -> HandshakeMutant:
    return _answered(upgrade({"X-Long": "x" * draw.choice((9_000, 100_000))}), 431)


def _long_target(draw: Random) -> HandshakeMutant:
    target = "/" + "x" * draw.choice((9_000, 100_000))
    return _answered(upgrade(line=f"GET {target} HTTP/1.1"), 414)


def _many_headers(draw: Random) -> HandshakeMutant:
    headers = {f"X-{i}": "x" for i in range(draw.choice((129, 1000, 20_000)))}
    return _answered(upgrade(headers), 431)


def _repeated_header(draw: Random) -> HandshakeMutant:
    name = draw.choice(
        ("Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade")
    )
    again = f"{name}: {HEADERS[name]}\r\n\r\n".encode()
    return _answered(upgrade()[:-2] + again, 101, 400, 426)


def _bad_header(draw: Random) -> HandshakeMutant:
    line = draw.choice(
        (b"no colon", b": x", b"a b: x", b"x: \0", b" folded", b"\xff: x")
    )
    return _answered(upgrade()[:-2] + line + b"\r\n\r\n", 101, 400)


def _target(draw: Random) -> HandshakeMutant:
    target = draw.choice(
        (
            "/../etc/passwd",
            "/%00",
            "*",
            "http://x/",
            "/metrics?" + "a" * 999,
            "//",
            "/é",
        )
    )
    return _answered(upgrade(line=f"GET {target} HTTP/1.1"), 101, 200, 400, 404)


def _page(draw: Random) -> HandshakeMutant:
    path = draw.choice(("/", "/health", "/ready", "/metrics"))
    data = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    return _answered(data * draw.choice((1, 2, 50)), 200)


def _pipelined(draw: Random) -> HandshakeMutant:
    """Noise behind a page's request is for nobody."""
    head = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    return _answered(head + draw.randbytes(draw.randint(1, 2000)), 200)


def _line_ends(draw: Random) -> HandshakeMutant:
    end = draw.choice((b"\n", b"\r", b"\n\r", b"\0"))
    return _answered(upgrade().replace(b"\r\n", end), 0, 101, 400)


def _cut_short(draw: Random) -> HandshakeMutant:
    data = upgrade()
    return _answered(data[: draw.randrange(1, len(data) - 1)], 0, 400)


def _noise(draw: Random) -> HandshakeMutant:
    return _answered(draw.randbytes(draw.randint(1, 600)), 0, 400, 405)


def _changed_bytes(draw: Random) -> HandshakeMutant:
    data = bytearray(upgrade())
    for _ in range(draw.randint(1, 4)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return _answered(bytes(data), 0, 101, 200, 400, 404, 405, 426)


def _other_protocol(draw: Random) -> HandshakeMutant:
    data = draw.choice(
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,  # TLS
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.9\r\n",
            b"8=FIX.4.4\x019=5\x0135=0\x0110=161\x01",
            b"EHLO x\r\n",
        )
    )
    return _answered(data, 0, 400, 405)


MUTATIONS: Final[Mapping[str, Callable[[Random], HandshakeMutant]]] = {
    function.__name__.strip("_"): function
    for function in (
        *(_sound, _http_version, _method, _not_a_method, _body, _chunked, _no_key),
        *(_wrong_version, _wrong_upgrade, _subprotocol, _compression, _long_header),
        *(_long_target, _many_headers, _repeated_header, _bad_header, _target, _page),
        *(_pipelined, _line_ends, _cut_short, _noise, _changed_bytes, _other_protocol),
    )
}
_KINDS: Final = tuple(MUTATIONS)
