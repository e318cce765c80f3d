"""Log lines: nothing secret, nothing that a client could forge."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
from typing import TYPE_CHECKING, Any, Literal

import pytest
import structlog

import carbonex.sdk
from carbonex.gateway.server.host.log_lines import write_log_lines_to
from carbonex.gateway.server.server import Server
from carbonex.gateway.session import admission
from carbonex.wire import login
from carbonex.wire.keys import Key, generate_key
from market import CEA, config, make_market
from stranger import JSON, MSGPACK, Message, Refused, Stranger, private_key


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture(params=[io.StringIO, Terminal])
def out(request: pytest.FixtureRequest) -> io.StringIO:
    """Where the server's lines go, of every level: JSON, or text for a terminal."""
    made: io.StringIO = request.param()
    write_log_lines_to(made)
    return made


@pytest.fixture
def everything() -> Iterator[list[str]]:
    """Every line of the standard library's loggers, from DEBUG on.

    These are the SDK's, asyncio's and websockets', as an application that is
    being debugged would set them.
    """
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keep()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


class Secrets:
    """What was sent and made in one test and must be in no line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[str] = []
        sign, encode = login.sign, login.encode_bytes

        def noted(make: Any) -> Any:
            def made(*given: Any) -> str:
                text: str = make(*given)
                # websockets would log a frame's beginning and end, and not all of it
                self.found += [text, text[:12], text[-12:]]
                return text

            return made

        monkeypatch.setattr("carbonex.wire.keys.sign", noted(sign))
        monkeypatch.setattr("stranger.sign", noted(sign))
        challenges = "carbonex.gateway.session.admission.encode_bytes"
        monkeypatch.setattr(challenges, noted(encode))

    def key(self, name: str) -> Key:
        key = Key(name, private_key(name))
        raw = key.private_key.private_bytes_raw()
        self.found += [raw.hex(), login.encode_bytes(raw), repr(raw)]
        return key

    def new(self) -> str:
        """Return a text that a client sends where it does not belong."""
        self.found.append(os.urandom(12).hex())
        return self.found[-1]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    return Secrets(monkeypatch)


async def test_no_line_holds_a_secret(
    tmp_path: Path,
    out: io.StringIO,
    everything: list[str],
    secrets: Secrets,
) -> None:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        url = f"ws://127.0.0.1:{server.port}"
        encodings: tuple[Literal["json", "msgpack"], ...] = ("json", "msgpack")
        for encoding in encodings:
            key = secrets.key("maker")
            async with carbonex.sdk.connect(url, key, encoding=encoding) as venue:
                await venue.buy(CEA, 1, "70")
        with pytest.raises(carbonex.sdk.LoginFailed):
            async with carbonex.sdk.connect(url, generate_key("maker")):
                pass
        with quiet("websockets.client"):  # the strangers' library, not the SDK's
            for subprotocol in (JSON, MSGPACK):
                await misbehave(server.port, subprotocol, secrets)
            await fail_inside(server.port, secrets)
    said = out.getvalue() + "\n".join(everything)
    for event in ("login failed", "session failed", "stopped"):
        assert event in said
    assert any("online" in line for line in everything)  # the SDK's own
    assert len(secrets.found) > 25
    assert [secret for secret in secrets.found if secret in said] == []


@contextlib.contextmanager
def quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(logging.NOTSET)


async def misbehave(port: int, subprotocol: str, secrets: Secrets) -> None:
    """Log in wrongly, and send what is no request, with secrets in all of it."""
    async with Stranger(port, subprotocol) as it:
        secrets.found.append(it.status["challenge"])
        with pytest.raises(Refused):
            await it.login("stranger-without-a-key")
    async with Stranger(port, subprotocol) as it:
        secrets.found.append(it.status["challenge"])
        await it.login("taker")
        bad: list[dict[str, Message]] = [
            {"login": {"key_id": "taker", "signature": secrets.new()}},
            {"login": {"key_id": "taker", "private_key": secrets.new()}},
            {"login": {"key_id": [secrets.new()], "signature": 7}},
            {secrets.new(): {}},
            {"add_order": {secrets.new(): secrets.new()}},
        ]
        for request in bad:
            ((method, params),) = request.items()
            with pytest.raises(Refused):
                await it.call(method, **params)
        raw: str | bytes = f'{{"method":"login","params":{{"signature":"{secrets.new()}'
        if subprotocol == MSGPACK:
            raw = b"\x81" + secrets.new().encode()
        await it.socket.send(raw)
        await it.receive()
        await it.socket.send((f"\xff{secrets.new()}").encode("latin-1"), text=True)
        await it.socket.wait_closed()


async def fail_inside(port: int, secrets: Secrets) -> None:
    """Let a mistake of the server's own come up with secrets in its hands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission.Door, "prove", _fail)
        async with Stranger(port) as it:
            key = private_key("maker")
            text = login.login_text("v", "c", it.status["challenge"], "maker")
            signature = login.sign(key, text)
            secrets.found += [signature, signature[:40]]
            await it.send("login", key_id="maker", signature=signature)
            await it.socket.wait_closed()
            assert it.socket.close_code == 1011


def _fail(*_: object) -> None:
    raise ZeroDivisionError


async def test_a_key_id_cannot_forge_a_line(tmp_path: Path, out: io.StringIO) -> None:
    make_market(tmp_path, config())
    forged = "x\n2026-01-01T00:00:00Z [info] login ok \x1b[2K"
    async with Server.start(tmp_path, config()) as server:
        with pytest.raises(Refused):
            async with Stranger(server.port) as it:
                await it.call("login", key_id=forged, signature="A" * 86)
        async with Stranger(server.port) as it:
            with pytest.raises(Refused):
                await it.login("mm\u202e1")  # a name may be any printable text
    lines = out.getvalue().splitlines()
    assert not [line for line in lines if line.startswith("2026-01-01T00:00:00Z")]
    assert "\x1b[2K" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_texts_are_one_line_on_a_terminal() -> None:
    out = Terminal()
    write_log_lines_to(out)
    structlog.get_logger().warning("it\nhappened", who="a\r\x1b[31m\u2028b", n=3)
    (line,) = out.getvalue().splitlines()
    assert r"it\nhappened" in line
    assert r"a\r\x1b[31m\u2028b" in line


def test_json_elsewhere_and_no_local_variables_in_tracebacks() -> None:
    out = io.StringIO()
    write_log_lines_to(out)
    try:
        password = "hunter2"
        _fail(password)
    except ZeroDivisionError:
        structlog.get_logger().exception("failed", who="a\nb")
    (line,) = out.getvalue().splitlines()
    said = json.loads(line)
    assert (said["event"], said["who"]) == ("failed", "a\nb")
    assert said["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "hunter2" not in line
    assert "password" not in line


def test_a_line_that_nobody_takes_is_dropped() -> None:
    class Broken(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    write_log_lines_to(Broken())
    structlog.get_logger().warning("nobody hears this")


async def test_a_key_file_that_others_can_read_is_pointed_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_market(tmp_path / "venue", config())
    path = tmp_path / "maker.pem"
    Key("maker", private_key("maker")).save(path)
    async with Server.start(tmp_path / "venue", config()) as server:
        url = f"ws://127.0.0.1:{server.port}"
        for mode, warnings in ((0o600, 0), (0o640, 1)):
            path.chmod(mode)
            caplog.clear()
            with caplog.at_level(logging.WARNING, "carbonex.sdk"):
                async with carbonex.sdk.connect(url, path):
                    pass
            assert len(caplog.messages) == warnings
    assert caplog.messages == [f"{path} has mode 0640: others can read it; chmod 600"]
