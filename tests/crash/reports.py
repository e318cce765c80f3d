"""What the servers report on stderr, read as it grows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    from pathlib import Path


# What may be said when a venue was killed or its log is written meanwhile. A
# follower that meets another one, or cannot read now, tries again later.
HARMLESS: Final = frozenset(
    {
        "history waits",
        "loop held",  # by a machine that is busy
        "follower ended",
        "recovery",  # but of a torn row alone
        "next trading day unknown",
    }
)
_LEVELS: Final = frozenset({"warning", "error", "critical"})


class Recovered(NamedTuple):
    """A venue has come back to ``position`` in a state of this ``digest``."""

    position: int
    digest: str


class Reports:
    """The file into which one server after the other writes lines of JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def news(self) -> tuple[list[Recovered], list[str]]:
        """Return the recoveries since the last call, and what nobody may say.

        That is a traceback, or an error that no way to end a venue explains.
        """
        with self._path.open("rb") as file:
            file.seek(self._read)
            lines = file.read().splitlines(keepends=True)
        recovered, faults = [], []
        for line in lines:
            if not line.endswith(b"\n"):
                break  # a follower is writing it
            self._read += len(line)
            said = _decode(line)
            if said.get("event") == "recovered":
                recovered.append(Recovered(said["position"], said["digest"]))
            elif said.get("level", "error") in _LEVELS and not _is_harmless(said):
                faults.append(f"a server says: {line.decode(errors='replace')}")
        return recovered, faults


def _is_harmless(said: dict[str, Any]) -> bool:
    event, why = said.get("event"), str(said.get("reason", said.get("warning", "")))
    if event == "recovery":
        return "torn row" in why
    return event in HARMLESS and "UNIQUE" not in why


def _decode(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
