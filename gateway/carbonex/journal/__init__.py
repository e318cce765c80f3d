"""The durable log of batches, and what is kept beside it.

The log decides what happened. Snapshots make recovery fast, and the history
store answers questions about the past; both can be made again from the log.
"""

from .capture import Captured, capture
from .disk import Disk, OsDisk
from .history import HISTORY_NAME, HistoryError, HistoryReader, HistoryStore
from .log import (
    DamageError,
    LockedError,
    Log,
    LogError,
    PoisonedError,
    Row,
    Tail,
    UnknownSemanticsError,
)
from .reader import LogReader
from .recovery import Recovered, recover
from .segments import SegmentLog
from .snapshots import Snapshot, SnapshotError, SnapshotStore
from .verify import Fault, Report, verify


__all__ = [
    "HISTORY_NAME",
    "Captured",
    "DamageError",
    "Disk",
    "Fault",
    "HistoryError",
    "HistoryReader",
    "HistoryStore",
    "LockedError",
    "Log",
    "LogError",
    "LogReader",
    "OsDisk",
    "PoisonedError",
    "Recovered",
    "Report",
    "Row",
    "SegmentLog",
    "Snapshot",
    "SnapshotError",
    "SnapshotStore",
    "Tail",
    "UnknownSemanticsError",
    "capture",
    "recover",
    "verify",
]
