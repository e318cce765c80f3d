"""What is signed to log in, and what is taken for a signature of it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from carbonex.wire.login import (
    decode_bytes,
    encode_bytes,
    is_weak,
    login_text,
    sign,
    verify,
)


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


WEAK = [
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "00" * 31 + "80",
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ec" + "ff" * 31,
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
]


@pytest.mark.parametrize("public_key", WEAK, ids=bytes.hex)
def test_nobody_signs_for_a_weak_key(public_key: bytes) -> None:
    """Of 64 texts each would have some that a signature without a key fits."""
    assert is_weak(public_key)
    forged = [encode_bytes(point + bytes(32)) for point in WEAK]
    for number in range(64):
        text = login_text("venue", "c-1", f"challenge-{number}", "key-1")
        assert not any(verify(public_key, text, signature) for signature in forged)


@given(st.binary(min_size=32, max_size=32))
def test_what_belongs_to_a_private_key_is_not_weak(secret: bytes) -> None:
    private_key = Ed25519PrivateKey.from_private_bytes(secret)
    assert not is_weak(private_key.public_key().public_bytes_raw())


@given(st.binary(max_size=100))
def test_bytes_there_and_back(data: bytes) -> None:
    assert decode_bytes(encode_bytes(data)) == data


@pytest.mark.parametrize("text", ["A", "é", "a+b=", "a/b=", "a b=", "ab\n="])
def test_what_is_not_base64url(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        decode_bytes(text)
