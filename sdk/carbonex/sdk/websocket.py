"""The library's WebSocket, ended by the venue's close frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CLOSE, Frame


if TYPE_CHECKING:
    from websockets.protocol import Event


@final
class WebSocket(ClientConnection):
    """One connection, read message by message.

    The library reports a close only after TCP has ended. That may be seconds later, or
    never if TLS or a proxy lies between, although nothing more can arrive.
    """

    def process_event(self, event: Event) -> None:
        """Take a frame; a close frame was answered before."""
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is CLOSE:
            self.recv_messages.close()  # after the messages before it

    async def message(self) -> bytes:
        """Return the next message.

        Raises:
            ConnectionClosed: If the venue's close frame arrived or the connection
                ended, and every earlier message was returned.

        """
        try:
            return await self.recv_messages.get(decode=False)
        except EOFError:
            ended = self.protocol
            raise ConnectionClosed(
                ended.close_rcvd, ended.close_sent, ended.close_rcvd_then_sent
            ) from self.connection_exc
