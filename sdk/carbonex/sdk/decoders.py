"""Decode the venue's messages in the agreed encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.wire.channels import Heartbeat, Status

from .calls import METHODS, Incoming


if TYPE_CHECKING:
    import msgspec

    from carbonex.wire.codec import Codec, Decoder
    from carbonex.wire.requests import Params


class Decoders:
    """The decoders of the client's own messages; channels have their own."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.incoming: Final[Decoder[Incoming]] = codec.decoder(Incoming)
        self.statuses: Final[Decoder[list[Status]]] = codec.decoder(list[Status])
        self.heartbeats: Final[Decoder[list[Heartbeat]]] = codec.decoder(
            list[Heartbeat]
        )
        self._results: dict[type[Params], Decoder[Any]] = {}

    def result(self, params: Params, result: msgspec.Raw) -> Any:
        """Return the result of a request.

        Raises:
            msgspec.DecodeError: If it is not an answer to such a request.

        """
        decoder = self._results.get(type(params))
        if decoder is None:
            _, kind = METHODS[type(params)]
            decoder = self._results[type(params)] = self._codec.decoder(kind)
        return decoder.decode(result)
