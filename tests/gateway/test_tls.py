"""TLS: what the port speaks with a certificate, and files that cannot be used."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
import warnings
from typing import TYPE_CHECKING

import msgspec
import pytest
import structlog

import carbonex.sdk
from carbonex.gateway.addresses import AddressLimit
from carbonex.gateway.config import Tls
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS
from carbonex.gateway.server.connections.tls import server_context
from carbonex.gateway.server.host.clock import HOUR_NS
from carbonex.gateway.server.server import Server
from carbonex.wire.keys import Key
from gateway.certificates import Authority, secured, trusting
from market import CEA, config, make_market
from stranger import eventually, private_key
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


MAKER = Key("maker", private_key("maker"))


@pytest.fixture
async def server(tmp_path: Path, authority: Authority) -> AsyncIterator[Server]:
    authority.sign("venue")
    make_market(tmp_path / "venue", secured())
    async with Server.start(tmp_path / "venue", secured()) as server:
        yield server


async def test_trading_over_tls(server: Server, authority: Authority) -> None:
    url = f"wss://127.0.0.1:{server.port}"
    async with carbonex.sdk.connect(url, MAKER, tls=authority.path) as venue:
        order = await venue.buy(CEA, 5, "70")
        assert order.is_open
        book = await venue.book(CEA)
        assert book.bids[0].quantity == 5
    # An orderly end: the close frames were exchanged, and nobody had to wait.
    await eventually(lambda: len(server.clients) == 0, 4)
    context = trusting(authority)
    async with carbonex.sdk.connect(url, MAKER, tls=context) as venue:
        assert venue.online


async def test_pages_over_tls(server: Server, authority: Authority) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.port, ssl=trusting(authority)
    )
    writer.write(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.read()).endswith(b"\r\n\r\nonline\n")
    writer.close()
    await eventually(lambda: len(server.clients) == 0)


async def test_without_tls_nothing_is_said(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = await reader.read()
    assert b"HTTP" not in answer  # an alert of TLS, or nothing
    writer.close()
    with pytest.raises(carbonex.sdk.ConnectionLost):
        async with carbonex.sdk.connect(f"ws://127.0.0.1:{server.port}"):
            pass


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
async def test_old_versions_are_not_spoken(
    server: Server, authority: Authority, version: str
) -> None:
    context = trusting(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):  # Python calls them deprecated
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[version]
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", server.port, ssl=context)


async def test_who_never_finishes_a_tls_handshake_is_counted_and_dropped(
    tmp_path: Path, authority: Authority
) -> None:
    authority.sign("venue")
    venue = secured(handshake_seconds=1, connections_per_address=1)
    make_market(tmp_path / "venue", venue)
    async with Server.start(tmp_path / "venue", venue) as server:
        most = 1 + SPARE_CONNECTIONS
        silent = [
            await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(2 * most)
        ]
        assert len(server.clients) <= most
        for reader, writer in silent:  # each is ended, whatever it waits for
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        await eventually(lambda: len(server.clients) == 0)
        url = f"wss://127.0.0.1:{server.port}"
        async with carbonex.sdk.connect(url, MAKER, tls=authority.path):
            assert len(server.clients) == 1


async def test_handshakes_of_tls_are_limited_before_any_cryptography(
    server: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.clients.gate, "handshakes", AddressLimit(HOUR_NS, 1))
    url = f"wss://127.0.0.1:{server.port}"
    async with carbonex.sdk.connect(url, MAKER, tls=authority.path) as first:
        with pytest.raises(carbonex.sdk.ConnectionLost):
            async with carbonex.sdk.connect(url, MAKER, tls=authority.path):
                pass
        assert first.online
        await first.ping()


async def test_a_stop_does_not_wait_for_tls_handshakes(
    tmp_path: Path, authority: Authority
) -> None:
    authority.sign("venue")
    venue = secured(handshake_seconds=60, close_seconds=0.05)
    make_market(tmp_path / "venue", venue)
    async with Server.start(tmp_path / "venue", venue) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await eventually(lambda: len(server.clients) == 1)
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


# What a client must be sure of.


async def test_a_strangers_certificate_is_not_trusted(
    server: Server, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    url = f"wss://127.0.0.1:{server.port}"
    for options in ({}, {"tls": other.path}):
        with pytest.raises(carbonex.sdk.ConnectionLost) as lost:
            async with carbonex.sdk.connect(url, MAKER, **options):  # type: ignore[arg-type]
                pass
        assert str(lost.value).startswith(
            f"{url}: the venue's certificate is refused, "
        )
        assert str(lost.value).endswith(
            "get the certificate of the authority that signed it from the venue's"
            ' operator, and pass that file: connect(url, tls="ca.pem")'
        )


async def test_a_certificate_for_another_host_is_not_trusted(
    tmp_path: Path, authority: Authority
) -> None:
    authority.sign("venue", host="venue.example")
    make_market(tmp_path / "venue", secured())
    async with Server.start(tmp_path / "venue", secured()) as server:
        url = f"wss://127.0.0.1:{server.port}"
        told = "IP address mismatch.*: connect under a name that is in it"
        with pytest.raises(carbonex.sdk.ConnectionLost, match=told):
            async with carbonex.sdk.connect(url, MAKER, tls=authority.path):
                pass


async def test_a_certificate_that_has_ended_is_not_trusted(
    tmp_path: Path, authority: Authority
) -> None:
    authority.sign("venue", days=-1)
    make_market(tmp_path / "venue", secured())
    async with Server.start(tmp_path / "venue", secured()) as server:
        url = f"wss://127.0.0.1:{server.port}"
        told = "expired: tell the venue's operator, and look at this machine's clock"
        with pytest.raises(carbonex.sdk.ConnectionLost, match=told):
            async with carbonex.sdk.connect(url, MAKER, tls=authority.path):
                pass


async def test_verification_is_never_off_silently(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    url = f"wss://127.0.0.1:{server.port}"
    with caplog.at_level(logging.WARNING, "carbonex.sdk"):
        async with carbonex.sdk.connect(url, MAKER, tls=context):
            pass
    assert caplog.messages == [f"{url}: the context given does not verify who answers"]


async def test_options_that_make_no_sense(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tls needs a wss:// URL, and ws://x is none"):
        async with carbonex.sdk.connect("ws://x", tls=tmp_path / "ca.pem"):
            pass
    with pytest.raises(FileNotFoundError):
        async with carbonex.sdk.connect("wss://x", tls=tmp_path / "ca.pem"):
            pass
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(ValueError, match=r"ca\.pem holds no certificate in PEM"):
        async with carbonex.sdk.connect("wss://x", tls=str(tmp_path / "ca.pem")):
            pass


# Files.


@pytest.mark.parametrize(
    ("certificate", "key", "reason"),
    [
        ("venue.crt", "", "tls.key is missing: TLS needs a certificate and its key"),
        ("", "venue.key", "tls.certificate is missing: TLS needs"),
        ("no.crt", "venue.key", "'no.crt': .*no.crt cannot be read: No such file"),
        ("venue.crt", "no.key", "'no.key': .*no.key cannot be read: No such file"),
        ("venue.key", "venue.key", "venue.key holds no certificate in PEM"),
        ("venue.crt", "venue.crt", "venue.crt holds no key in PEM"),
        ("noise", "venue.key", "noise is not PEM"),
        ("venue.crt", "other.key", "other.key cannot be used together: KEY_VALUES_MIS"),
        ("venue.crt", "locked.key", "locked.key is encrypted, and a server that"),
        ("broken.crt", "venue.key", "broken.crt and .* cannot be used together: "),
    ],
)
def test_files_that_cannot_be_used(
    authority: Authority, certificate: str, key: str, reason: str
) -> None:
    files = authority.sign("venue")
    authority.sign("other")
    authority.sign("locked", password=b"secret")
    folder = files.key.parent
    (folder / "noise").write_bytes(b"\xff\x00")
    (folder / "broken.crt").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    with pytest.raises(ConfigError, match=reason):
        server_context(folder, Tls(certificate=certificate, key=key))


def test_no_files_no_tls(tmp_path: Path) -> None:
    assert server_context(tmp_path, Tls()) is None


async def test_weak_files_are_reported(tmp_path: Path, authority: Authority) -> None:
    files = authority.sign("venue", days=3)
    files.key.rename(tmp_path / "venue.key").chmod(0o644)  # inside it would be closed
    tls = Tls(certificate="venue.crt", key="../venue.key")
    venue = msgspec.structs.replace(config(), tls=tls)
    make_market(tmp_path / "venue", venue)
    with structlog.testing.capture_logs() as logs:
        async with Server.start(tmp_path / "venue", venue):
            pass
    mode, date = (line["warning"] for line in logs if line["event"] == "TLS")
    assert "venue.key has mode 0644: others than its owner can read" in mode
    assert "venue.crt is valid no longer than 20" in date


async def test_an_expired_certificate_is_reported(
    tmp_path: Path, authority: Authority
) -> None:
    authority.sign("venue", days=-1)
    make_market(tmp_path / "venue", secured())
    with structlog.testing.capture_logs() as logs:
        async with Server.start(tmp_path / "venue", secured()):
            pass
    (date,) = (line["warning"] for line in logs if line["event"] == "TLS")
    assert "venue.crt has expired on 20" in date


# Renewal.


def serial(port: int, authority: Authority) -> int:
    """Return the serial number of the certificate that the port shows now."""
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trusting(authority).wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        shown = secure.getpeercert()
        assert shown
        return int(str(shown["serialNumber"]), 16)


async def test_files_are_read_again_for_new_connections(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    url = f"wss://127.0.0.1:{server.port}"
    async with carbonex.sdk.connect(url, MAKER, tls=authority.path) as venue:
        before = await asyncio.to_thread(serial, server.port, authority)
        authority.sign("venue")
        server.encryption.renew()
        renewed = await asyncio.to_thread(serial, server.port, authority)
        assert renewed != before
        await venue.ping()  # who is connected stays so
        (tmp_path / "venue" / "venue.crt").write_text("garbage")
        with structlog.testing.capture_logs() as logs:
            server.encryption.renew()
        assert [line["event"] for line in logs] == ["TLS files not renewed"]
        assert "venue.crt holds no certificate" in logs[0]["reason"]
        assert await asyncio.to_thread(serial, server.port, authority) == renewed


async def test_sighup_renews_them(authority: Authority) -> None:
    folder = authority.path.parent
    authority.sign("venue")
    chosen = write_config(folder, certificate="venue.crt", key="venue.key")
    make_market(folder, chosen)
    async with VenueProcess(folder) as venue:
        before = await asyncio.to_thread(serial, venue.port, authority)
        authority.sign("venue")
        venue.process.send_signal(signal.SIGHUP)
        while await asyncio.to_thread(serial, venue.port, authority) == before:
            pass
        assert await venue.stop() == 0
