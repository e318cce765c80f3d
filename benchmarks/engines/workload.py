"""A flow on disk, in batches: every engine reads the same bytes.

Interpreters that have only the standard library read it.
"""

from __future__ import annotations

import itertools
import marshal
from typing import TYPE_CHECKING

from benchmarks.flow import BATCH, Op, batches


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def write(path: Path, ops: Iterable[Op], before: int = 0, batch: int = BATCH) -> int:
    """Write ``ops`` in batches; return the number after the first ``before``.

    The first ``before`` operations build the book and are not timed.
    """
    flow = iter(ops)
    count = 0
    with path.open("wb") as file:
        for chunk in batches(itertools.islice(flow, before), BATCH):
            marshal.dump((False, [*map(tuple, chunk)]), file)
        for chunk in batches(flow, batch):
            marshal.dump((True, [*map(tuple, chunk)]), file)
            count += len(chunk)
    return count


def read(path: Path) -> Iterator[tuple[bool, list[Op]]]:
    """Yield each batch of a flow's file, and whether it is timed."""
    with path.open("rb") as file:
        while True:
            try:
                timed, chunk = marshal.load(file)
            except EOFError:
                return
            yield timed, [Op(*op) for op in chunk]
