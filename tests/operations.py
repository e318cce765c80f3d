"""Run docs/operations.md as written: its unit, its paths, its shell blocks.

Only the machine differs. Its paths are in a temporary directory, port 8080 is replaced
by a free port, ten seconds of waiting by three, a script plays systemd by the unit's
commands, and pip finds everything but carbonex installed. carbonex itself is built from
a copy of this checkout.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from sources import ROOT, SOURCES


DOCUMENT: Final = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

# The files that a build reads, besides the roles' folders.
_PROJECT: Final = ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py")
_BYTECODE: Final = shutil.ignore_patterns("__pycache__")

_CARBONEX: Final = """#!/bin/sh
PYTHONPATH={sources} exec {python} -m carbonex.cli "$@"
"""
# New environments get what an index would offer, except carbonex.
_PYTHON3: Final = """#!/bin/sh
{python} "$@" && for made in {root}/opt/*/lib/python*/site-packages; do
  echo {root}/index >"$made/index.pth"
done
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
    """Return the document's text under a heading, up to the next of its level."""
    found = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENT)
    assert found, title
    return found[1]


class Site:
    """The document's machine, with a checkout and no installed program yet."""

    def __init__(self, root: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.root = root
        self.venues = root / "srv/carbonex"
        self._programs = root / "opt/carbonex/bin"
        for directory in (self.venues, root / "bin", root / "opt"):
            directory.mkdir(parents=True)
        (unit,) = re.findall(r"(?s)```ini\n(.*?)```", DOCUMENT)
        (root / "unit").write_text(self._here(unit))
        self._script(root / "bin/systemctl", _SYSTEMCTL)
        self._script(root / "bin/python3", _PYTHON3)
        self._fill_index()
        self.release()

    def release(self, version: str = "") -> None:
        """Offer this checkout's release for installation, or a later version."""
        source = self.root / "usr/src/carbonex"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        for name in _PROJECT:
            shutil.copy(ROOT / name, source)
        for role in ("engine", "gateway", "sdk"):
            shutil.copytree(ROOT / role, source / role, ignore=_BYTECODE)
        if version:
            project = source / "pyproject.toml"
            text = project.read_text(encoding="utf-8")
            project.write_text(
                re.sub(r"(?m)^version = .*", f'version = "{version}"', text)
            )

    def provide(self) -> None:
        """Provide the program without an installation."""
        self._programs.mkdir(parents=True)
        self._script(self._programs / "carbonex", _CARBONEX)

    async def follow(self, title: str) -> str:
        """Run the shell blocks of a section, in order; return what they print."""
        blocks = re.findall(r"(?s)```sh\n(.*?)```", section(title))
        assert blocks, title
        return "".join([await self.shell(block) for block in blocks])

    async def shell(self, block: str) -> str:
        return await asyncio.to_thread(self._run, self._here(block))

    def _run(self, block: str) -> str:
        # Use a thread, not the loop: a block's processes would inherit uvloop's pipes.
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            env=self._environment(),
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _fill_index(self) -> None:
        """Offer the packages of the tests' environment, except carbonex."""
        index = self.root / "index"
        index.mkdir()
        for package in Path(sysconfig.get_path("purelib")).iterdir():
            if "carbonex" not in package.name:
                (index / package.name).symlink_to(package)

    def _environment(self) -> dict[str, str]:
        """Return an environment without our sources, in which pip needs no network."""
        ours = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        return {
            **ours,
            "PATH": f"{self.root}/bin:{self._programs}:{ours['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # 0 turns isolation off, an oddity of pip
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "CARBONEX_ENGINE": "pure",  # compiling takes a minute
        }

    def log_lines(self, venue: str = "acme") -> str:
        return (self.root / f"{venue}.err").read_text()

    def end(self) -> None:
        """Kill all processes that still run."""
        for run in self.root.glob("*.pid"):
            try:
                os.kill(int(run.read_text()), signal.SIGKILL)
            except ProcessLookupError:
                continue

    def _script(self, path: Path, text: str) -> None:
        words = {"root": self.root, "sources": SOURCES, "python": sys.executable}
        for word, value in words.items():
            text = text.replace(f"{{{word}}}", str(value))
        path.write_text(text)
        path.chmod(0o700)

    def _here(self, text: str) -> str:
        for path in ("/srv/carbonex", "/opt/carbonex", "/usr/src/carbonex"):
            text = text.replace(path, f"{self.root}{path}")
        text = text.replace("--signal=TERM 10 ", "--signal=TERM 3 ")  # of waiting
        return text.replace("8080", str(self.port))
