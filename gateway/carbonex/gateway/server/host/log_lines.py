"""Log output: one event per line, with fields, and no secrets.

Lines hold the server's actions and hardly any client text. Client text is escaped, so
that no client can forge lines. Tracebacks omit local variables, which may hold a
client's message.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, TextIO, cast, final

import structlog
from structlog.tracebacks import ExceptionDictTransformer


if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger


def write_log_lines_to(out: TextIO) -> None:
    """Send log lines to ``out``: as text if it is a terminal, else as JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_renderers(terminal=out.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lines(out))),
    )


def _renderers(*, terminal: bool) -> list[Processor]:
    if terminal:
        plain = structlog.dev.plain_traceback
        return [_escape, structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    tracebacks = ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(),  # escapes non-ASCII characters
    ]


def _escape(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    """Escape control characters: texts stay single lines, harmless to terminals."""
    return {
        key: _printable(value) if isinstance(value, str) else value
        for key, value in fields.items()
    }


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


@final
class _Lines(io.TextIOBase):
    """The log output stream; lines that cannot be written are dropped.

    A dead log collector, or a full disk under a log file, must not end a venue.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):  # broken, or closed
            self._out.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._out.flush()
