"""``python -m benchmarks.instruction_shares``: where the compiled engine spends.

Valgrind's callgrind reports the instructions of every call. Calls from the compiled
code into Python's and msgspec's libraries are counted by purpose; the rest is the
engine's own code. As in ``instructions``, each figure is the difference between a run
with COUNT commands of a kind and one without them.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.instructions import COUNT, KINDS
from carbonex.engine import COMPILED


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


OWN: Final = "the engine's own code"
OTHER: Final = "other calls"
# The purpose of a call into Python, by the start of the function's name.
PURPOSES: Final = {
    "PyDict_": "dicts: look-ups and changes",
    "_PyDict_": "dicts: look-ups and changes",
    "PyObject_VectorcallMethod": "dicts: look-ups and changes",  # pops an order
    "PyObject_Vectorcall": "structs made, or read whole",
    "PyObject_Call": "structs made, or read whole",
    "PyObject_GetAttr": "structs' fields read and set",
    "PyObject_SetAttr": "structs' fields read and set",
    "PyLong_": "boxed integers",
    "_PyLong_": "boxed integers",
    "PyNumber_": "boxed integers",
    "_Py_Dealloc": "objects freed",
}
_COMPILED: Final = "__mypyc"  # part of the compiled library's name

_NAMED: Final = re.compile(r"(c?)(ob|fn)=\((\d+)\)(?: (.*))?$")
_COST: Final = re.compile(r"[+\-*\d]\S* (\d+)$")


def main() -> None:
    """Print the instructions of every kind of command by purpose."""
    valgrind = which("valgrind")
    if valgrind is None:
        sys.exit("valgrind is missing: install it (apt-get install valgrind)")
    if not COMPILED:
        sys.exit("the engine is not compiled: install the wheel (make wheel)")
    print(f"{platform.platform()}, Python {platform.python_version()}")
    for kind, words in KINDS.items():
        spent = divided(valgrind, kind)
        print(f"{words}: {spent.total():,} instructions in the engine")
        for purpose, count in spent.most_common():
            print(f"  {purpose:<40}{count:>8,}{100 * count / spent.total():>6.1f} %")


def divided(valgrind: str, kind: str) -> Counter[str]:
    """Return the instructions of one command by purpose."""
    spent = _profiled(valgrind, kind, COUNT)
    spent.subtract(_profiled(valgrind, kind, 0))
    return Counter({purpose: spent[purpose] // COUNT for purpose in spent})


def purposes(profile: Iterable[str]) -> Counter[str]:
    """Parse callgrind's output; return the compiled code's instructions by purpose."""
    spent: Counter[str] = Counter()
    for library, call, cost in _costs(profile):
        if _COMPILED not in library:
            continue
        if call is None:
            spent[OWN] += cost
        elif _COMPILED not in call.library:
            spent[purpose(call.function)] += cost
    return spent


class _Call(NamedTuple):
    library: str
    function: str


def _costs(profile: Iterable[str]) -> Iterator[tuple[str, _Call | None, int]]:
    """Yield (library, call or None for own code, instructions) for each cost line."""
    # callgrind gives a name only once, then its number
    names: dict[tuple[str, str], str] = {}
    here = {"ob": "", "fn": ""}
    there: dict[str, str] = {}  # the call's target; its library is omitted if unchanged
    calls = False
    for line in profile:
        if named := _NAMED.match(line):
            is_call, kind, number, name = named.groups()
            if name is not None:
                names[kind, number] = name
            (there if is_call else here)[kind] = names[kind, number]
        elif line.startswith("calls="):
            calls = True
        elif cost := _COST.match(line):
            call = _Call(there.get("ob", here["ob"]), there["fn"]) if calls else None
            yield here["ob"], call, int(cost[1])
            if calls:
                calls = False
                there = {}


def purpose(function: str) -> str:
    """Return the purpose of calling a function outside the compiled code."""
    found = (what for begin, what in PURPOSES.items() if function.startswith(begin))
    return next(found, OTHER)


def _profiled(valgrind: str, kind: str, count: int) -> Counter[str]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "callgrind.out"
        subprocess.run(
            [
                *(valgrind, "--tool=callgrind", f"--callgrind-out-file={path}"),
                *(sys.executable, "-m", "benchmarks.instructions", kind, str(count)),
            ],
            stderr=subprocess.DEVNULL,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        with path.open(encoding="utf-8") as profile:
            return purposes(line.rstrip("\n") for line in profile)


if __name__ == "__main__":
    main()
