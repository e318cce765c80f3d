"""WebSocket frames, byte by byte, and what is wrong with some of them.

``frame`` writes any header that can be written, also one that lies. ``mutant``
returns bytes and how the connection may end: a code of RFC 6455 §7.4.1, or None
where it must go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from websockets.frames import Opcode


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random


CONT, TEXT, BINARY = int(Opcode.CONT), int(Opcode.TEXT), int(Opcode.BINARY)
CLOSE, PING, PONG = int(Opcode.CLOSE), int(Opcode.PING), int(Opcode.PONG)
CONTROL: Final = (CLOSE, PING, PONG)
NO_MASK: Final = b"\0\0\0\0"  # masks with nothing: the payload stays as it is

GOES_ON: Final = None


class FrameMutant(NamedTuple):
    """Bytes to send; one of ``ends`` is the close code, or None if none comes."""

    kind: str
    data: bytes
    ends: tuple[int | None, ...]


def frame(  # noqa: PLR0913 - a header's fields
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = NO_MASK,
    declared: int | None = None,
    form: int = 0,
) -> bytes:
    """Return one frame; ``declared`` is the length it claims, ``form`` its bytes.

    ``form`` is 0 for the shortest, else 2 or 8. ``mask`` None leaves it out.
    """
    size = len(payload) if declared is None else declared
    masked = 0 if mask is None else 0x80
    head = bytes(((fin << 7) | (rsv << 4) | opcode,))
    if form == 8 or size > 0xFFFF:
        head += bytes((masked | 127,)) + size.to_bytes(8)
    elif form == 2 or size > 125:
        head += bytes((masked | 126,)) + size.to_bytes(2)
    else:
        head += bytes((masked | size,))
    if mask is None:
        return head + payload
    if mask != NO_MASK:
        payload = bytes(b ^ mask[i & 3] for i, b in enumerate(payload))
    return head + mask + payload


def message(data: bytes, *, binary: bool) -> bytes:
    """Return ``data`` as one whole message."""
    return frame(BINARY if binary else TEXT, data)


PING_CALL: Final = b'{"method":"ping"}'


def mutant(draw: Random, limit: int) -> FrameMutant:
    """Return one of MUTATIONS; ``limit`` is the longest message of the server."""
    kind = draw.choice(_KINDS)
    return MUTATIONS[kind](draw, limit)._replace(kind=kind)


def _ends(data: bytes, *ends: int | None) -> FrameMutant:
    return FrameMutant("", data, ends)


def _unmasked(draw: Random, _limit: int) -> FrameMutant:
    return _ends(frame(draw.choice((TEXT, BINARY, PING)), b"{}", mask=None), 1002)


def _reserved_bits(draw: Random, _limit: int) -> FrameMutant:
    opcode = draw.choice((TEXT, BINARY, CONT, *CONTROL))
    return _ends(frame(opcode, b"{}", rsv=draw.randint(1, 7)), 1002)


def _reserved_opcode(draw: Random, _limit: int) -> FrameMutant:
    opcode = draw.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15))
    return _ends(frame(opcode, b"x", fin=draw.random() < 0.5), 1002)


def _length_beyond_limit(draw: Random, limit: int) -> FrameMutant:
    sizes = (limit + 1, 2**31, 2**32 + 7, 2**62, 2**63 - 1)
    return _ends(frame(draw.choice((TEXT, BINARY)), declared=draw.choice(sizes)), 1009)


def _length_with_sign_bit(draw: Random, _limit: int) -> FrameMutant:
    size = draw.choice((2**63, 2**64 - 1))
    return _ends(frame(TEXT, declared=size), 1002, 1009)


def _long_form_of_a_short_length(draw: Random, _limit: int) -> FrameMutant:
    data = frame(TEXT, PING_CALL, form=draw.choice((2, 8)))
    return _ends(data, GOES_ON, 1002)


def _message_too_long(draw: Random, limit: int) -> FrameMutant:
    return _ends(frame(TEXT, b"x" * (limit + draw.choice((1, 2, 1000)))), 1009)


def _fragments_too_long(draw: Random, limit: int) -> FrameMutant:
    piece = b"x" * (limit // 3)
    data = frame(TEXT, piece, fin=False) + frame(CONT, piece, fin=False) * 3
    return _ends(data + frame(CONT), 1009)


def _fragmented(draw: Random, _limit: int) -> FrameMutant:
    """A message in pieces, with control frames between them."""
    text = b'{"method":"ping","req_id":7}'
    data, opcode = b"", TEXT
    while text:
        size = draw.randint(0, 9)
        piece, text = text[:size], text[size:]
        data += frame(opcode, piece, fin=not text, mask=draw.randbytes(4))
        opcode = CONT
        if draw.random() < 0.3 and text:
            control = draw.choice((PING, PONG))
            data += frame(control, draw.randbytes(draw.randint(0, 125)))
    return _ends(data, GOES_ON)


def _empty_fragments(draw: Random, _limit: int) -> FrameMutant:
    empty = frame(CONT, fin=False) * draw.choice((1, 10, 1000))
    return _ends(frame(TEXT, b"{", fin=False) + empty + frame(CONT, b"}"), GOES_ON)


def _nothing_to_continue(draw: Random, _limit: int) -> FrameMutant:
    return _ends(frame(CONT, b"x", fin=draw.random() < 0.5), 1002)


def _message_within_a_message(draw: Random, _limit: int) -> FrameMutant:
    second = frame(draw.choice((TEXT, BINARY)), b"x", fin=draw.random() < 0.5)
    return _ends(frame(TEXT, b"x", fin=False) + second, 1002)


def _control_too_long(draw: Random, _limit: int) -> FrameMutant:
    payload = b"\x03\xe8" + b"x" * draw.choice((124, 200, 70_000))
    return _ends(frame(draw.choice(CONTROL), payload), 1002, 1009)


def _control_in_pieces(draw: Random, _limit: int) -> FrameMutant:
    return _ends(frame(draw.choice(CONTROL), b"", fin=False), 1002)


def _pings(draw: Random, _limit: int) -> FrameMutant:
    opcode = draw.choice((PING, PONG))
    data = frame(opcode, draw.randbytes(draw.randint(0, 125)), mask=draw.randbytes(4))
    return _ends(data * draw.choice((1, 3, 100)), GOES_ON)


def _text_not_utf8(draw: Random, _limit: int) -> FrameMutant:
    bad = draw.choice(
        (b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe4")
    )
    text = b'{"method":"' + bad + b'"}'
    if draw.random() < 0.5:
        return _ends(frame(TEXT, text), 1007)
    cut = draw.randrange(len(text))
    return _ends(frame(TEXT, text[:cut], fin=False) + frame(CONT, text[cut:]), 1007)


def _close_code(draw: Random, _limit: int) -> FrameMutant:
    """Close with a code that may be sent: it comes back."""
    code = draw.choice((1000, 1001, 1003, 1008, 1011, 3000, 4999))
    return _ends(frame(CLOSE, code.to_bytes(2) + b"bye"), code)


def _close_code_forbidden(draw: Random, _limit: int) -> FrameMutant:
    code = draw.choice((0, 1, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535))
    return _ends(frame(CLOSE, code.to_bytes(2)), 1002)


def _close_malformed(draw: Random, _limit: int) -> FrameMutant:
    payload = draw.choice((b"\x03", b"\x03\xe8\xff\xfe", b"\x03\xe8\xed\xa0\x80"))
    return _ends(frame(CLOSE, payload), 1002, 1007)


def _close_empty(_draw: Random, _limit: int) -> FrameMutant:
    """Close without a code: none comes back, which counts as 1005."""
    return _ends(frame(CLOSE), 1005)


def _after_the_close(draw: Random, _limit: int) -> FrameMutant:
    """What follows a close frame is never looked at."""
    rest = draw.randbytes(draw.randint(1, 200)) + message(PING_CALL, binary=False)
    return _ends(frame(CLOSE, b"\x03\xe8") + rest, 1000)


def _other_encoding(draw: Random, _limit: int) -> FrameMutant:
    return _ends(frame(BINARY, draw.randbytes(draw.randint(0, 50))), GOES_ON)


def _noise(draw: Random, _limit: int) -> FrameMutant:
    """Noise; it may look like the beginning of a frame that never ends."""
    data = draw.randbytes(draw.randint(2, 400))
    return _ends(data, GOES_ON, 1000, 1002, 1005, 1007, 1009)


def _changed_bytes(draw: Random, _limit: int) -> FrameMutant:
    data = bytearray(frame(TEXT, PING_CALL, mask=draw.randbytes(4)) * 3)
    for _ in range(draw.randint(1, 3)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return _ends(bytes(data), GOES_ON, 1000, 1002, 1005, 1007, 1009)


MUTATIONS: Final[Mapping[str, Callable[[Random, int], FrameMutant]]] = {
    function.__name__.strip("_"): function
    for function in (
        *(_unmasked, _reserved_bits, _reserved_opcode, _length_beyond_limit),
        *(_length_with_sign_bit, _long_form_of_a_short_length, _message_too_long),
        *(_fragments_too_long, _fragmented, _empty_fragments, _nothing_to_continue),
        *(_message_within_a_message, _control_too_long, _control_in_pieces, _pings),
        *(_text_not_utf8, _close_code, _close_code_forbidden, _close_malformed),
        *(_close_empty, _after_the_close, _other_encoding, _noise, _changed_bytes),
    )
}
_KINDS: Final = tuple(MUTATIONS)
