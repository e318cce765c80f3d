"""The durable log of batches, and the files derived from it.

The log is authoritative. Snapshots make recovery fast, and the history store answers
queries about the past; both can be rebuilt from the log.
"""

from .archive_place import keep_archive_in, open_to_others
from .archiving import Limit, Moved, archive
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
    UnappliableRowError,
    UnknownSemanticsError,
)
from .reader import LogReader
from .recovery import Recovered, Step, earliest, no_collection, recover, steps
from .segments import SegmentLog
from .skipping import Target, skip_row
from .snapshots import Snapshot, SnapshotError, SnapshotStore
from .verify import Fault, Report, Witness, verify


__all__ = [
    "HISTORY_NAME",
    "Captured",
    "DamageError",
    "Disk",
    "Fault",
    "HistoryError",
    "HistoryReader",
    "HistoryStore",
    "Limit",
    "LockedError",
    "Log",
    "LogError",
    "LogReader",
    "Moved",
    "OsDisk",
    "PoisonedError",
    "Recovered",
    "Report",
    "Row",
    "SegmentLog",
    "Snapshot",
    "SnapshotError",
    "SnapshotStore",
    "Step",
    "Tail",
    "Target",
    "UnappliableRowError",
    "UnknownSemanticsError",
    "Witness",
    "archive",
    "capture",
    "earliest",
    "keep_archive_in",
    "no_collection",
    "open_to_others",
    "recover",
    "skip_row",
    "steps",
    "verify",
]
