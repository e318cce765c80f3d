"""Plain HTTP on the same port: health, readiness, metrics and a signpost."""

from __future__ import annotations

import html
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from websockets.datastructures import Headers
from websockets.http11 import Response

from carbonex.gateway.server.metrics import CONTENT_TYPE as METRICS_TYPE
from carbonex.wire.codec import BY_SUBPROTOCOL


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.gateway.server.metrics import Metrics

    from .gate import Refusal


SOCKET_PATH: Final = "/"  # the path of WebSocket handshakes

_TEXT: Final = "text/plain; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"


class Readiness(NamedTuple):
    """Whether the venue accepts commands, and the reason if not."""

    ready: bool
    text: str


class Pages:
    """Answers plain HTTP requests; every page is generated on request."""

    def __init__(
        self, venue_name: str, metrics: Metrics, readiness: Callable[[], Readiness]
    ) -> None:
        self._venue_name = venue_name
        self._metrics = metrics
        self._readiness = readiness

    def respond(self, method: str, target: str) -> Response:
        """Return the response to a request that is not a WebSocket handshake."""
        if method != "GET":
            return refuse_method(method)
        path = target.partition("?")[0]
        if path == "/health":
            return page(HTTPStatus.OK, "alive\n")
        if path == "/ready":
            ready, text = self._readiness()
            status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
            return page(status, f"{text}\n")
        if path == "/metrics":
            return page(HTTPStatus.OK, self._metrics.text(), METRICS_TYPE)
        if path == "/":
            return page(HTTPStatus.OK, self._signpost(), _HTML)
        return page(
            HTTPStatus.NOT_FOUND,
            f"{path[:100]} does not exist; see /, /health, /ready and /metrics\n",
        )

    def _signpost(self) -> str:
        subprotocols = " or ".join(f"<code>{name}</code>" for name in BY_SUBPROTOCOL)
        return _SIGNPOST.format(
            venue=html.escape(self._venue_name), subprotocols=subprotocols
        )


def page(status: HTTPStatus, body: str | bytes, content_type: str = _TEXT) -> Response:
    """Return a complete response; the connection closes after it."""
    if isinstance(body, str):
        body = body.encode()
    headers = Headers(
        [
            ("Date", formatdate(usegmt=True)),
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            ("Content-Type", content_type),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),  # prevents clickjacking of orders
            ("Referrer-Policy", "no-referrer"),
        ]
    )
    return Response(status.value, status.phrase, headers, body)


def refuse(refusal: Refusal) -> Response:
    """Return the response to a refused request."""
    response = page(refusal.status, f"{refusal.text}\n")
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def refuse_method(method: str) -> Response:
    """Return status 405; a response to HEAD has no body."""
    response = page(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is served here\n")
    response.headers["Allow"] = "GET"
    if method == "HEAD":
        response.body = b""
    return response


_SIGNPOST: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{venue}: carbonex</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 40em; margin: 3em auto }}</style>
<h1>{venue}</h1>
<p>A carbonex venue: the exchange for China's carbon market.
<p>Trade and follow the market through a WebSocket at this address, with the
subprotocol {subprotocols}. Try <code>{{"method":"ping"}}</code>, or
<code>{{"method":"subscribe","params":{{"channel":"ticker"}}}}</code>.
<p>The API is described in the project's <code>docs/</code>; Python programs use
<code>carbonex.sdk</code>.
<p><a href="/health">/health</a> · <a href="/ready">/ready</a> ·
<a href="/metrics">/metrics</a>
</html>
"""
