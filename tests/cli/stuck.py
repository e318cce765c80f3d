"""A venue that has ended at a row, and what an operator does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.gateway.config import Days
from carbonex.journal import LogReader
from carbonex.wire.keys import Key
from market import config
from stranger import private_key


if TYPE_CHECKING:
    from pathlib import Path


RUN: Final = CliRunner()
VENUE: Final = replace(config(), days=Days("manual"))
REASON: Final = "halts fail in release 1.0, ticket 17"


class Stuck:
    """A venue that ended at a row; ``position`` and ``hash`` name it."""

    def __init__(self, directory: Path, position: int) -> None:
        self.directory = directory
        self.position = position
        self.hash = LogReader(directory).hash_at(position).hex()

    def call(self, *words: str) -> tuple[int, str]:
        result = RUN.invoke(app, [words[0], str(self.directory), *words[1:]])
        return result.exit_code, result.stdout + result.stderr

    def skip(self, **options: str) -> tuple[int, str]:
        options = {
            "position": str(self.position),
            "hash": self.hash,
            "key": self.key("operator"),
            "reason": REASON,
        } | options
        words = [word for name, v in options.items() for word in (f"--{name}", v)]
        return self.call("skip", *words)

    def key(self, name: str) -> str:
        path = self.directory.parent / f"{name}.pem"
        if not path.exists():
            Key(name, private_key(name)).save(path)
        return str(path)
