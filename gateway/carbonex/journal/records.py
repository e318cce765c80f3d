"""How rows, segment headers and the head look as bytes (format version 1).

All integers are little-endian. Every record begins and ends at a multiple of
eight bytes, so that no field lies across two sectors: after a power loss a
length is either there or zero.
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
# A block of its own: writing records never touches the block of the header.
HEADER_BYTES: Final = 4096

# length of the payload, gateway, position, time, epoch, n
RECORD: Final = Struct("<IIQqQQ")
MIN_RECORD: Final = RECORD.size + 8 + HASH_BYTES
_PADDING: Final = [bytes(-length % 8) for length in range(8)]

_MAGIC: Final = b"CBXLOG\r\n"  # the line end shows a transfer that changed it
# magic, format version, venue's length, first position, hash before, venue
_HEADER: Final = Struct("<8sIIQ32s64s")
_HEAD_MAGIC: Final = b"CBXHEAD"
_HEAD_VERSION: Final = b"1"
_HEAD: Final = Struct("<8sQ32sI")  # magic and version, position, hash, CRC-32


class Header(NamedTuple):
    """What a segment file says of itself."""

    venue: str
    first: int  # position of its first row
    hash_before: bytes


class Head(NamedTuple):
    """The newest row that was durable when this was written."""

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
    """Return the record of packed fields and payload, and its chain hash."""
    body = body_before + payload + _PADDING[len(payload) & 7]
    digest = blake2b(chain + body, digest_size=HASH_BYTES).digest()
    return body + digest, digest


def parse(data: bytes, at: int, position: int, chain: bytes) -> Row | None:
    """Return the record at ``at`` if it is the row ``position`` after ``chain``.

    None also where ``data`` ends before it does; see ``explain``.
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
    """Return what was expected of an invalid record that begins ``data``, and found."""
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
    """Return the first block of a segment; its last 32 bytes are its checksum."""
    venue = header.venue.encode()
    if len(venue) > 64:
        raise LogError(f"venue name {header.venue!r} is longer than 64 bytes")
    fields = _HEADER.pack(
        _MAGIC, FORMAT_VERSION, len(venue), header.first, header.hash_before, venue
    )
    return with_checksum(fields.ljust(HEADER_BYTES - HASH_BYTES, b"\0"))


def decode_header(block: bytes, path: Path, first: int) -> Header:
    """Return what the first block of ``path`` says; its name promises ``first``.

    Raises:
        LogError: If its format version is unknown.
        DamageError: If it is not as it was written.

    """
    if len(block) < HEADER_BYTES or not block.startswith(_MAGIC):
        raise no_header(block, path, first, "the header of a segment")
    _, version, length, number, hash_before, venue = _HEADER.unpack_from(block)
    if version != FORMAT_VERSION:
        raise LogError(unknown_version(path, version, FORMAT_VERSION))
    check_header(block, path, number, first)
    return Header(venue[:length].decode(), number, hash_before)


def with_checksum(block: bytes) -> bytes:
    """Return a file's header with what ``check_header`` compares it with."""
    return block + blake2b(block, digest_size=HASH_BYTES).digest()


def no_header(block: bytes, path: Path, first: int, expected: str) -> DamageError:
    """Return what is wrong with a file that does not even begin as it should."""
    found = f"{len(block)} bytes that begin with {block[:8]!r}"
    return DamageError(path, 0, first, expected, found)


def check_header(block: bytes, path: Path, number: int, first: int) -> None:
    """Hold a header against its checksum, and its first position against the name's.

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
    """Return the content of the head file: 52 bytes, within one sector."""
    head = _HEAD.pack(_HEAD_MAGIC + _HEAD_VERSION, position, chain, 0)
    return head[:-4] + crc32(head[:-4]).to_bytes(4, "little")


def decode_head(data: bytes, path: Path) -> Head | None:
    """Return the head in ``data``, None if it is damaged.

    Every version begins with magic and version, and has its CRC-32 in this place,
    so that damage is not taken for another version.

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
    """Say that a file has a format that this build does not know."""
    return (
        f"{path} has format version {found}, this carbonex reads {known}: "
        "use the release that wrote it"
    )
