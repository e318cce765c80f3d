"""The library's WebSocket, of which the venue's close frame is the end."""

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

    The library tells of a close when TCP has ended, too. That may be seconds later,
    or never, where TLS or a proxy lies between, and nothing can come any more.
    """

    def process_event(self, event: Event) -> None:
        """Take a frame; a close frame was answered before."""
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is CLOSE:
            self.recv_messages.close()  # behind what came before it

    async def message(self) -> bytes:
        """Return the next message.

        Raises:
            ConnectionClosed: If the venue's close frame came, or the connection ended,
                and every message before that was returned.

        """
        try:
            return await self.recv_messages.get(decode=False)
        except EOFError:
            ended = self.protocol
            raise ConnectionClosed(
                ended.close_rcvd, ended.close_sent, ended.close_rcvd_then_sent
            ) from self.connection_exc
