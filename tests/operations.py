"""docs/operations.md run as it stands: its unit, its paths, its blocks of shell.

Only the machine is another one: its paths lie in a temporary directory, port
8080 is one that is free, and systemd is a script that does what the unit says.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from venue_process import ROOT, SOURCES


if TYPE_CHECKING:
    from pathlib import Path


DOCUMENT: Final = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

_CARBONEX: Final = """#!/bin/sh
PYTHONPATH={sources} exec {python} -m carbonex.cli "$@"
"""
_PYTHON: Final = """#!/bin/sh
PYTHONPATH={sources} exec {python} "$@"
"""
_SYSTEMCTL: Final = r"""#!/bin/bash
set -euo pipefail
name=${2#carbonex@}
run={root}/$name.pid
command=$(sed -n "s/^ExecStart=//p" {root}/unit | sed "s/%i/$name/")
case $1 in
  start) setsid $command >>{root}/$name.out 2>>{root}/$name.err & echo $! >$run ;;
  stop) kill -TERM "$(cat $run)" 2>/dev/null || true
        while kill -0 "$(cat $run)" 2>/dev/null; do sleep 0.05; done ;;
esac
"""


def section(title: str) -> str:
    """Return what the document says under a heading, to the next of its level."""
    found = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENT)
    assert found, title
    return found[1]


class Site:
    """The machine that the document speaks of."""

    def __init__(self, root: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.root = root
        self.venues = root / "srv/carbonex"
        programs = root / "opt/carbonex/bin"
        for directory in (self.venues, programs):
            directory.mkdir(parents=True)
        (unit,) = re.findall(r"(?s)```ini\n(.*?)```", DOCUMENT)
        (root / "unit").write_text(self._here(unit))
        scripts = {"carbonex": _CARBONEX, "python": _PYTHON, "systemctl": _SYSTEMCTL}
        for name, text in scripts.items():
            (programs / name).write_text(self._filled(text))
            (programs / name).chmod(0o700)
        self._path = f"{programs}:{os.environ['PATH']}"

    async def follow(self, title: str) -> str:
        """Run the shell blocks of a section, in order; return what they print."""
        blocks = re.findall(r"(?s)```sh\n(.*?)```", section(title))
        assert blocks, title
        return "".join([await self.shell(block) for block in blocks])

    async def shell(self, block: str) -> str:
        return await asyncio.to_thread(self._run, self._here(block))

    def _run(self, block: str) -> str:
        # Not by the loop: uvloop's pipes are inherited by what a block starts.
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            env={**os.environ, "PATH": self._path},
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def log_lines(self, venue: str = "acme") -> str:
        return (self.root / f"{venue}.err").read_text()

    def end(self) -> None:
        """Kill whatever was left running."""
        for run in self.root.glob("*.pid"):
            try:
                os.kill(int(run.read_text()), signal.SIGKILL)
            except ProcessLookupError:
                continue

    def _filled(self, text: str) -> str:
        words = {"root": self.root, "sources": SOURCES, "python": sys.executable}
        for word, value in words.items():
            text = text.replace(f"{{{word}}}", str(value))
        return text

    def _here(self, text: str) -> str:
        for path in ("/srv/carbonex", "/opt/carbonex"):
            text = text.replace(path, f"{self.root}{path}")
        return text.replace("8080", str(self.port))
