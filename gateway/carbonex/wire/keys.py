"""Key files: a login's private key as PEM, with its key id on the first line.

``NAME.pem`` is ``# carbonex key_id: NAME`` followed by an ordinary PKCS8 PEM block.
Other tools can read it, because PEM readers skip text before the block.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from .login import encode_bytes, login_text, sign


MAX_KEY_ID: Final = 36  # the wire's limit for any name
_HEADER: Final = re.compile(r"# carbonex key_id: (\S.*?)\s*\n")


class Key(NamedTuple):
    """An Ed25519 private key and the id under which the venue knows its public key."""

    key_id: str
    private_key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"Key({self.key_id!r})"

    @property
    def public_text(self) -> str:
        """The public key as ``add_key`` expects it: base64url of 32 bytes."""
        return encode_bytes(self.private_key.public_key().public_bytes_raw())

    def login_signature(self, venue: str, connection_id: str, challenge: str) -> str:
        """Return the signature that logs in on one connection only."""
        text = login_text(venue, connection_id, challenge, self.key_id)
        return sign(self.private_key, text)

    def save(self, path: str | Path) -> None:
        """Write a new file that only its owner can read (mode 0600).

        Raises:
            FileExistsError: If ``path`` exists; a key is never overwritten.

        """
        pem = self.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(os.open(path, flags, 0o600), "wb") as file:  # noqa: PTH123
            file.write(f"# carbonex key_id: {self.key_id}\n".encode() + pem)


def generate_key(key_id: str) -> Key:
    """Generate a new key.

    Raises:
        TypeError: If ``key_id`` is not a string.
        ValueError: If ``key_id`` is not 1 to 36 printable ASCII characters without a
            space, as the venue requires.

    """
    if not isinstance(key_id, str):
        raise TypeError(f"a key id must be a string, not {key_id!r}")
    printable = key_id.isascii() and key_id.isprintable() and " " not in key_id
    if not printable or not 0 < len(key_id) <= MAX_KEY_ID:
        raise ValueError(
            f"{key_id[:40]!r} is not a key id: use 1 to {MAX_KEY_ID} ASCII"
            " characters without a space, such as mm-1"
        )
    return Key(key_id, Ed25519PrivateKey.generate())


def load_key(path: str | Path) -> Key:
    """Read a file written by ``save``.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is not an unencrypted Ed25519 private key in PEM, or has no
            key id on its first line.

    """
    if not isinstance(path, str | Path):
        raise TypeError(f"a key file must be named by a path, not {path!r}")
    if path == "":
        raise ValueError("a key file must be named by a path, not ''")
    data = Path(path).read_bytes()
    try:
        private_key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is not a private key in PEM: {error}") from None
    if not isinstance(private_key, Ed25519PrivateKey):
        raise ValueError(  # noqa: TRY004 - the file's content, not the argument's type
            f"{path} is not an Ed25519 key: make one with carbonex keygen"
        )
    header = _HEADER.match(data.decode("utf-8", "replace"))
    if header is None:
        raise ValueError(
            f"{path} does not name its key id: its first line must be"
            ' "# carbonex key_id: NAME"'
        )
    return Key(header[1], private_key)
