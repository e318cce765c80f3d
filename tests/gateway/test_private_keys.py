"""The server has public keys only: no private one is anywhere in its directory."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from typer.testing import CliRunner

import carbonex.sdk
from carbonex.cli.app import app
from carbonex.cli.init import operator_key
from carbonex.wire.keys import load_key
from venue_process import VenueProcess


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.wire.keys import Key


run = CliRunner()


def encodings(secret: bytes) -> list[bytes]:
    """Return what ``secret`` would look like, alone or inside something encoded."""
    found = [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode()]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):  # where it would stand in a longer text
            text = encode(bytes(shift) + secret)
            found.append(text[4 if shift else 0 :].rstrip(b"=")[:-2])
    found.append(base64.b32encode(secret).rstrip(b"=")[:-1])
    return found


def holders(directory: Path, key: Key) -> list[str]:
    """Return the files with any encoding of the private key."""
    private = key.private_key
    secrets = encodings(private.private_bytes_raw())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    secrets.append(pem.splitlines()[1])
    return [
        path.name
        for path in directory.rglob("*")
        if path.is_file()
        for data in [path.read_bytes()]
        if any(secret in data for secret in secrets)
    ]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "acme"
    command = ["init", str(path), "--port", "0", "--market", "continuous"]
    assert run.invoke(app, command).exit_code == 0
    return path


def test_a_key_is_found_where_there_is_one(tmp_path: Path) -> None:
    run.invoke(app, ["keygen", "mm-1", "--out", str(tmp_path / "mm-1.pem")])
    key = load_key(tmp_path / "mm-1.pem")
    raw = key.private_key.private_bytes_raw()
    (tmp_path / "raw").write_bytes(b"before" + raw + b"after")
    (tmp_path / "json").write_bytes(b'"' + base64.b64encode(b"x" + raw + b"y") + b'"')
    (tmp_path / "public").write_text(key.public_text)
    assert sorted(holders(tmp_path, key)) == ["json", "mm-1.pem", "raw"]


async def test_no_private_key_is_in_a_live_servers_directory(
    directory: Path, tmp_path: Path
) -> None:
    trader_file = tmp_path / "mm-1.pem"
    run.invoke(app, ["keygen", "mm-1", "--out", str(trader_file)])
    operator, trader = load_key(operator_key(directory)), load_key(trader_file)
    async with VenueProcess(directory) as venue:
        url = f"ws://127.0.0.1:{venue.port}"
        async with carbonex.sdk.connect(url, operator) as office:
            await office.register_participant("mm")
            await office.open_account("mm", "mm-1")
            await office.add_key("mm", "mm-1", trader.public_text, ["read", "trade"])
            await office.deposit("mm-1", "1000000.00", client_ref="first")
        async with carbonex.sdk.connect(url, trader_file) as maker:
            await maker.buy("CEA25", 5, "70")
            for key in (operator, trader):
                assert holders(directory, key) == []
        operator_key(directory).rename(tmp_path / "taken away")
        assert await venue.stop() == 0
    async with VenueProcess(directory) as venue:  # it needs no key to start
        assert await venue.stop() == 0
    for key in (operator, trader):
        assert holders(directory, key) == []
    public = trader.private_key.public_key().public_bytes_raw()
    assert any(public in path.read_bytes() for path in (directory / "log").iterdir())
