"""Login: the client proves with Ed25519 that it holds the private key.

The signed text binds the signature to the venue, the connection and its challenge. The
signature is therefore useless elsewhere and cannot be replayed.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)


_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}", re.ASCII)

MAX_SIGNATURE: Final = 88  # 64 bytes in base64, padded
# Close reason (a policy violation) when another connection logs in under the same
# session name.
TAKEN_OVER: Final = "session taken over"

# The encodings of Ed25519's eight points of small order, without the sign bit,
# including the non-canonical ones (as in libsodium's ge25519_has_small_order).
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


def login_text(venue: str, connection_id: str, challenge: str, key_id: str) -> bytes:
    """Return the bytes to sign: five lines, each ended by a line feed."""
    lines = ("carbonex-login-v1", venue, connection_id, challenge, key_id)
    return "".join(f"{line}\n" for line in lines).encode()


def sign(private_key: Ed25519PrivateKey, text: bytes) -> str:
    """Return the signature as base64url."""
    return encode_bytes(private_key.sign(text))


def verify(public_key: bytes, text: bytes, signature: str) -> bool:
    """Return whether ``signature`` (base64url) is valid for that key and ``text``.

    A weak key never verifies; see ``is_weak``. Signatures longer than MAX_SIGNATURE are
    refused first: decoding a megabyte of base64 takes longer than the rest.
    """
    if len(signature) > MAX_SIGNATURE or is_weak(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            decode_bytes(signature), text
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def is_weak(public_key: bytes) -> bool:
    """Return whether ``public_key`` is a point of small order, which no key has.

    For such a point, 64 zero bytes verify as the signature of every fourth text or so,
    or of every text. The library's check accepts them (as RFC 8032 §5.1.7 does).
    """
    if len(public_key) != 32:
        return False  # malformed keys verify nothing anyway
    return public_key[:31] + bytes((public_key[31] & 127,)) in _SMALL_ORDER


def encode_bytes(data: bytes) -> str:
    """Return ``data`` as base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_bytes(text: str) -> bytes:
    """Return the bytes in base64url, padded or not.

    Raises:
        ValueError: If ``text`` is not base64url.

    """
    if _BASE64URL.fullmatch(text) is None:  # b64decode accepts + and /
        raise ValueError("not base64url: a character does not belong to it")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from None
