"""The durable log of batches, and what is kept beside it.

The log decides what happened. Snapshots make recovery fast, and the history
store answers questions about the past; both can be made again from the log.
"""

from .disk import Disk, OsDisk
from .entries import ExecutionEntry, MovementEntry, TradeEntry
from .history import HistoryError, HistoryStore
from .log import (
    DamageError,
    LockedError,
    Log,
    LogError,
    PoisonedError,
    Row,
    Tail,
)
from .reader import LogReader
from .recovery import Recovered, recover
from .segments import SegmentLog
from .snapshots import Snapshot, SnapshotError, SnapshotStore
from .verify import Fault, Report, verify


__all__ = [
    "DamageError",
    "Disk",
    "ExecutionEntry",
    "Fault",
    "HistoryError",
    "HistoryStore",
    "LockedError",
    "Log",
    "LogError",
    "LogReader",
    "MovementEntry",
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
    "TradeEntry",
    "recover",
    "verify",
]
