"""A server's pages, as a client reads them that knows nothing but sockets."""

from __future__ import annotations

import asyncio


async def exchange_http(port: int, request: bytes) -> tuple[int, str, bytes]:
    """Send raw bytes, read to the end; return status, headers and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        data = await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
    await writer.wait_closed()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, head.decode(), body


async def get(port: int, path: str) -> tuple[int, str, bytes]:
    return await exchange_http(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
