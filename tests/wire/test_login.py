"""What is signed to log in, and what is taken for a signature of it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from carbonex.wire.login import decode_bytes, encode_bytes, login_text, sign, verify


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
TEXT = login_text("venue", "c-1", "challenge", "key-1")


def test_the_text_is_five_lines() -> None:
    assert TEXT == b"carbonex-login-v1\nvenue\nc-1\nchallenge\nkey-1\n"


def test_the_signature_is_ed25519_and_base64url() -> None:
    # RFC 8032 signatures are deterministic: any other library makes this one.
    assert sign(KEY, TEXT) == encode_bytes(KEY.sign(TEXT))
    assert len(sign(KEY, TEXT)) == 86


def test_only_the_text_and_the_key_verify() -> None:
    signature = sign(KEY, TEXT)
    assert verify(PUBLIC, TEXT, signature)
    assert verify(PUBLIC, TEXT, signature + "==")  # padding is optional
    assert not verify(PUBLIC, TEXT + b"\n", signature)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not verify(other.public_key().public_bytes_raw(), TEXT, signature)


@pytest.mark.parametrize(
    "signature", ["", "A", "A" * 85, "A" * 88, "é" * 86, "+/" * 43]
)
def test_what_is_no_signature(signature: str) -> None:
    assert not verify(PUBLIC, TEXT, signature)


def test_a_public_key_of_the_wrong_size_verifies_nothing() -> None:
    assert not verify(PUBLIC[:31], TEXT, sign(KEY, TEXT))


@given(st.binary(max_size=100))
def test_bytes_there_and_back(data: bytes) -> None:
    assert decode_bytes(encode_bytes(data)) == data


@pytest.mark.parametrize("text", ["A", "é", "a+b=", "a/b=", "a b=", "ab\n="])
def test_what_is_not_base64url(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        decode_bytes(text)
