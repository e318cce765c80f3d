"""Speck48/96, a block cipher: a permutation of 48 bits that a key chooses.

R. Beaulieu et al., "The SIMON and SPECK Families of Lightweight Block Ciphers", 2013
(https://eprint.iacr.org/2013/404), with the test vector of its appendix C. A cipher of
48 bits is what numbers of orders need: they stay numbers that JSON, JavaScript and
spreadsheets hold exactly. No published attack breaks all of its 23 rounds. It needs no
table and no library: 0.5 µs compiled, where one keyed BLAKE2b takes 1.2, and a
permutation of that size needs at least four of them.
"""

from __future__ import annotations

from typing import Final, final


BITS: Final = 48
KEY_BYTES: Final = 12

_WORD: Final = 0xFFFFFF
_ROUNDS: Final = 23


@final
class Speck:
    """The permutation of one key of 12 bytes."""

    __slots__ = ("_keys",)

    def __init__(self, key: bytes) -> None:
        """Expand the key. O(1), some µs."""
        words = [int.from_bytes(key[i : i + 3], "big") for i in range(0, 12, 3)]
        (*others, first) = words
        waiting = others[::-1]
        keys = [first]
        for i in range(_ROUNDS - 1):
            x, y = waiting[i], keys[i]
            x = ((x >> 8 | x << 16 & _WORD) + y & _WORD) ^ i
            waiting.append(x)
            keys.append((y << 3 & _WORD | y >> 21) ^ x)
        self._keys: Final = keys

    def encrypt(self, block: int) -> int:
        """Return where the permutation takes ``block``, which has 48 bits."""
        x = block >> 24
        y = block & 0xFFFFFF
        for key in self._keys:
            x = ((x >> 8 | (x << 16 & 0xFFFFFF)) + y & 0xFFFFFF) ^ key
            y = (y << 3 & 0xFFFFFF | y >> 21) ^ x
        return x << 24 | y

    def decrypt(self, block: int) -> int:
        """Return what the permutation takes to ``block``."""
        x = block >> 24
        y = block & 0xFFFFFF
        for key in reversed(self._keys):
            y ^= x
            y = y >> 3 | (y << 21 & 0xFFFFFF)
            x = (x ^ key) - y & 0xFFFFFF
            x = (x << 8 & 0xFFFFFF) | x >> 16
        return x << 24 | y
