"""The machine and the package versions of a measurement."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from carbonex.engine import COMPILED


PACKAGES: Final = ("msgspec", "sortedcontainers", "uvloop", "websockets")


class Machine(msgspec.Struct, frozen=True):
    """``load`` is the load average at the start, from other processes too."""

    system: str
    processor: str
    cores: int
    load: float
    python: str
    engine: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> Machine:
        """Describe this machine, interpreter and engine."""
        return cls(
            platform.platform(),
            _processor(),
            os.cpu_count() or 0,
            round(os.getloadavg()[0], 1),
            platform.python_version(),
            "compiled" if COMPILED else "pure Python",
            {name: version(name) for name in PACKAGES},
        )

    def lines(self) -> list[str]:
        versions = ", ".join(f"{name} {v}" for name, v in self.versions.items())
        return [
            f"{self.system}, {self.processor}, {self.cores} cores, load {self.load}",
            f"Python {self.python}, {self.engine} engine, {versions}",
        ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
