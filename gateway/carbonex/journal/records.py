"""The binary layout of rows, segment headers and the head (format version 1).

All integers are little-endian. Every record begins and ends at a multiple of eight
bytes, so that no field spans two sectors: after a power loss a length is either
complete or zero.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from .log import DamageError, LogError, Row


if TYPE_CHECKING:
    from pathlib import Path


FORMAT_VERSION: Final = 1
MAX_PAYLOAD: Final = 64 * 1024 * 1024  # bytes; a batch of 1000 orders takes 0.1 MB

HASH_BYTES: Final = 32
# One whole block: writing records never touches the header's block.
HEADER_BYTES: Final = 4096

# payload length, gateway, position, time, epoch, n
RECORD: Final = Struct("<IIQqQQ")
MIN_RECORD: Final = RECORD.size + 8 + HASH_BYTES
_PADDING: Final = [bytes(-length % 8) for length in range(8)]

_MAGIC: Final = b"CBXLOG\r\n"  # a transfer that converts line ends breaks the magic
# magic, format version, venue name's length, first position, hash before, venue
_HEADER: Final = Struct("<8sIIQ32s64s")
_HEAD_MAGIC: Final = b"CBXHEAD"
_HEAD_VERSION: Final = b"1"
_HEAD: Final = Struct("<8sQ32sI")  # magic and version, position, hash, CRC-32


class Header(NamedTuple):
    """The decoded header of a segment file."""

    venue: str
    first: int  # position of its first row
    hash_before: bytes


class Head(NamedTuple):
    """The newest row that was durable when the head was written."""

    position: int
    hash: bytes


def genesis(venue: str) -> bytes:
    """Return the hash before row 1; it ties the whole chain to the venue."""
    return blake2b(
        venue.encode(), digest_size=HASH_BYTES, person=b"carbonex-log-v1"
    ).digest()


def record_size(length: int) -> int:
    """Return the size of a record whose payload has ``length`` bytes."""
    return RECORD.size + (length + 7) // 8 * 8 + HASH_BYTES


def seal(body_before: bytes, payload: bytes, chain: bytes) -> tuple[bytes, bytes]:
    """Return the record for packed fields and payload, and its chain hash."""
    body = body_before + payload + _PADDING[len(payload) & 7]
    digest = blake2b(chain + body, digest_size=HASH_BYTES).digest()
    return body + digest, digest


def parse(data: bytes, at: int, position: int, chain: bytes) -> Row | None:
    """Return the row at offset ``at`` if it is row ``position`` after ``chain``.

    Return None if it is another row, or invalid, or ``data`` ends early; see
    ``explain``.
    """
    if at + RECORD.size > len(data):
        return None
    length, gateway, found, time_ns, epoch, n = RECORD.unpack_from(data, at)
    end = at + record_size(length)
    if found != position or not 0 < length <= MAX_PAYLOAD or end > len(data):
        return None
    stored = data[end - HASH_BYTES : end]
    body = data[at : end - HASH_BYTES]
    if blake2b(chain + body, digest_size=HASH_BYTES).digest() != stored:
        return None
    payload = body[RECORD.size : RECORD.size + length]
    return Row(position, time_ns, gateway, epoch, n, payload, stored)


def explain(data: bytes, position: int, chain: bytes) -> tuple[str, str]:
    """Return what an invalid record at the start of ``data`` should be, and is."""
    if len(data) < RECORD.size:
        return "a record", f"the file's end after {len(data)} bytes"
    length, _, found, *_ = RECORD.unpack_from(data)
    size = record_size(length)
    if not any(data[: RECORD.size]):
        return "a record", "zeros"
    if found != position:
        return f"position {position}", f"position {found}"
    if not 0 < length <= MAX_PAYLOAD:
        return f"a payload of 1 to {MAX_PAYLOAD} bytes", f"one of {length}"
    if size > len(data):
        return f"a record of {size} bytes", f"the file's end after {len(data)}"
    body, stored = data[: size - HASH_BYTES], data[size - HASH_BYTES : size]
    digest = blake2b(chain + body, digest_size=HASH_BYTES)
    return f"the chain hash {digest.hexdigest()}", stored.hex()


def encode_header(header: Header) -> bytes:
    """Encode the first block of a segment; its last 32 bytes are its checksum."""
    venue = header.venue.encode()
    if len(venue) > 64:
        raise LogError(f"venue name {header.venue!r} is longer than 64 bytes")
    fields = _HEADER.pack(
        _MAGIC, FORMAT_VERSION, len(venue), header.first, header.hash_before, venue
    )
    return with_checksum(fields.ljust(HEADER_BYTES - HASH_BYTES, b"\0"))


def decode_header(block: bytes, path: Path, first: int) -> Header:
    """Decode the first block of ``path``; its file name promises position ``first``.

    Raises:
        LogError: If its format version is unknown.
        DamageError: If the header is damaged.

    """
    if len(block) < HEADER_BYTES or not block.startswith(_MAGIC):
        raise no_header(block, path, first, "the header of a segment")
    _, version, length, number, hash_before, venue = _HEADER.unpack_from(block)
    if version != FORMAT_VERSION:
        raise LogError(unknown_version(path, version, FORMAT_VERSION))
    check_header(block, path, number, first)
    return Header(venue[:length].decode(), number, hash_before)


def with_checksum(block: bytes) -> bytes:
    """Append the checksum that ``check_header`` verifies to a file's header."""
    return block + blake2b(block, digest_size=HASH_BYTES).digest()


def no_header(block: bytes, path: Path, first: int, expected: str) -> DamageError:
    """Return the error for a file that does not begin with the expected header."""
    found = f"{len(block)} bytes that begin with {block[:8]!r}"
    return DamageError(path, 0, first, expected, found)


def check_header(block: bytes, path: Path, number: int, first: int) -> None:
    """Verify a header's checksum, and its first position against the file name.

    Raises:
        DamageError: If either differs.

    """
    body, stored = block[:-HASH_BYTES], block[-HASH_BYTES:]
    checksum = blake2b(body, digest_size=HASH_BYTES).digest()
    if checksum != stored:
        expected = f"the checksum {checksum.hex()}"
        raise DamageError(path, 0, first, expected, stored.hex())
    if number != first:
        expected = f"first position {first}, as its name says"
        raise DamageError(path, 0, first, expected, str(number))


def encode_head(position: int, chain: bytes) -> bytes:
    """Encode the head file: 52 bytes, within one sector."""
    head = _HEAD.pack(_HEAD_MAGIC + _HEAD_VERSION, position, chain, 0)
    return head[:-4] + crc32(head[:-4]).to_bytes(4, "little")


def decode_head(data: bytes, path: Path) -> Head | None:
    """Decode the head in ``data``; return None if it is damaged.

    Every version begins with magic and version, and has its CRC-32 in this place, so
    that damage is not mistaken for another version.

    Raises:
        LogError: If its format version is unknown.

    """
    if len(data) < _HEAD.size:
        return None
    magic, position, chain, checksum = _HEAD.unpack_from(data)
    if not magic.startswith(_HEAD_MAGIC) or checksum != crc32(data[: _HEAD.size - 4]):
        return None
    version = magic.removeprefix(_HEAD_MAGIC)
    if version != _HEAD_VERSION:
        raise LogError(
            unknown_version(path, version.decode("latin-1"), _HEAD_VERSION.decode())
        )
    return Head(position, chain)


def unknown_version(path: Path, found: object, known: object) -> str:
    """Return the error text for a format version unknown to this build."""
    return (
        f"{path} has format version {found}, this carbonex reads {known}: "
        "use the release that wrote it"
    )
