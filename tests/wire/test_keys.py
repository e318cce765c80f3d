"""Key files."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from carbonex.wire.keys import Key, generate_key, load_key
from carbonex.wire.login import decode_bytes, login_text, verify


if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    key = generate_key("maker-1")
    path = tmp_path / "maker.pem"
    key.save(path)
    loaded = load_key(path)
    assert loaded.key_id == "maker-1"
    assert loaded.public_text == key.public_text
    first, second, *_ = path.read_text().splitlines()
    assert first == "# carbonex key_id: maker-1"
    assert second == "-----BEGIN PRIVATE KEY-----"


def test_only_the_owner_can_read_it_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "maker.pem"
    generate_key("maker").save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        generate_key("maker").save(path)
    assert path.read_bytes() == before


def test_the_signature_is_good_for_this_login_alone() -> None:
    key = generate_key("maker")
    signature = key.login_signature("venue", "c-1", "abc")
    public = decode_bytes(key.public_text)
    assert verify(public, login_text("venue", "c-1", "abc", "maker"), signature)
    assert not verify(public, login_text("venue", "c-2", "abc", "maker"), signature)


def test_a_key_does_not_print_its_secret() -> None:
    assert repr(generate_key("maker")) == "Key('maker')"


@pytest.mark.parametrize("key_id", ["", " maker", "maker\n", "a b", "碳", "x" * 37])
def test_key_ids_that_could_not_be_written_down(key_id: str) -> None:
    with pytest.raises(ValueError, match="is not a key id"):
        generate_key(key_id)


def test_files_that_are_no_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(FileNotFoundError):
        load_key(path)
    path.write_text("hello")
    with pytest.raises(ValueError, match=r"key\.pem is not a private key in PEM"):
        load_key(path)
    path.write_bytes(pem(generate_private_key(SECP256R1()), NoEncryption()))
    with pytest.raises(ValueError, match="is not an Ed25519 key"):
        load_key(path)
    ours: Key = generate_key("maker")
    path.write_bytes(pem(ours.private_key, NoEncryption()))
    with pytest.raises(
        ValueError, match='first line must be "# carbonex key_id: NAME"'
    ):
        load_key(path)
    path.write_bytes(pem(ours.private_key, BestAvailableEncryption(b"secret")))
    with pytest.raises(ValueError, match="is not a private key in PEM"):
        load_key(path)


def pem(private_key: Any, encryption: KeySerializationEncryption) -> bytes:
    data: bytes = private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, encryption
    )
    return data
