"""The two encodings of one API: JSON in text frames, MessagePack in binary ones.

Both carry the same structs. A connection chooses with its WebSocket
subprotocol and keeps to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec


if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """Decodes messages of one type; made once, used for every message."""

    def decode(self, data: bytes | str, /) -> T_co:
        """Return the message in ``data``.

        Raises:
            msgspec.DecodeError: If ``data`` is not that encoding, or
                (``msgspec.ValidationError``) not that type.
            UnicodeError: If a text in it is not UTF-8, or not encodable.

        """


class Codec:
    """One encoding: its names, an encoder, and decoders by type.

    ``name`` is for people, ``subprotocol`` for the WebSocket handshake, and
    ``binary`` tells which kind of frame carries it.
    """

    def __init__(
        self,
        name: str,
        *,
        binary: bool,
        encode: Callable[[Any], bytes],
        make_decoder: Callable[[Any], Any],
    ) -> None:
        self.name: Final = name
        self.subprotocol: Final = f"carbonex.v1.{name}"
        self.binary: Final = binary
        self.encode: Final = encode
        self._make_decoder: Final = make_decoder

    def decoder(self, message_type: type[T]) -> Decoder[T]:
        """Return a cached decoder of ``message_type``; making one is slow."""
        decoder: Decoder[T] = self._make_decoder(message_type)
        return decoder

    def __repr__(self) -> str:
        return f"<Codec {self.name}>"


JSON: Final = Codec(
    "json",
    binary=False,
    encode=msgspec.json.Encoder().encode,
    make_decoder=msgspec.json.Decoder,
)
MSGPACK: Final = Codec(
    "msgpack",
    binary=True,
    encode=msgspec.msgpack.Encoder().encode,
    make_decoder=msgspec.msgpack.Decoder,
)
BY_SUBPROTOCOL: Final[dict[str, Codec]] = {
    codec.subprotocol: codec for codec in (JSON, MSGPACK)
}
