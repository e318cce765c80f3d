"""Planted bugs, each of which the simulation must find.

A bug is a context in which the real code has it. ``shows`` names the checks that may
find it first, ``plan`` the faults under which it has an effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from . import planted_disk, planted_engine, planted_feed, planted_gateway
from .plans import QUIET, Plan
from .worker import Pace


if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable


class Bug(NamedTuple):
    """One bug in words, and the checks that must find it within ``seeds`` histories."""

    name: str
    breaks: str
    plant: Callable[[], contextlib.AbstractContextManager[object]]
    shows: tuple[str, ...]
    plan: Plan
    steps: int = 12_000
    seeds: int = 20
    first_seed: int = 0  # set if another check finds it first in earlier histories
    compiled: bool = False  # in code that a wheel compiles and that cannot be patched


_NOTHING: Final = QUIET._replace(seconds=0.4)
POWER: Final = _NOTHING._replace(power_cut=2, power_in_disk=2, kill=1)
CRASHES: Final = _NOTHING._replace(kill=2, kill_at_step=2, stop=1, snapshot=2)
CABLES: Final = _NOTHING._replace(drop=4, stall=1)
FLIPS: Final = _NOTHING._replace(flip=1, kill=1, seconds=0.1)
SLOW: Final = _NOTHING._replace(slow=1, seconds=0.1)
BUSY: Final = _NOTHING._replace(drop=1, pace=Pace(slow=0.3))
STUTTER: Final = _NOTHING._replace(kill=1, stop=1, stutter=0.3)

LOST: Final = (
    *("a server lives on", "answered is in the log", "live events are the replay's"),
    *("executions told are in the log", "seq goes on", "damage is named"),
    *("executions without a gap", "trade told is in the log"),
    *("the log is what it is said to be", "a snapshot is taken of a live log"),
    *("what was told stands", "seqs told are in the log"),
    *("book told is the replay's", "ticker told is the replay's"),
    *("balances told is the replay's", "the log verifies"),
)

BUGS: Final = (
    Bug(
        "answer before sync",
        "a batch is answered when it is written; its sync comes 3 ms later",
        planted_disk.answer_before_sync,
        LOST,
        POWER,
    ),
    Bug(
        "sync left out",
        "a batch is answered when it is written, and nothing syncs it",
        planted_disk.sync_left_out,
        LOST,
        POWER,
    ),
    Bug(
        "feed told before durable",
        "a batch is answered and published while its write still waits",
        planted_disk.written_behind,
        LOST,
        CRASHES,
    ),
    Bug(
        "segment's directory not synced",
        "a new segment has its name in memory only, and a power cut takes it",
        planted_disk.segment_without_name,
        LOST,
        POWER._replace(seconds=0.8),
        24_000,
    ),
    Bug(
        "snapshot's directory not synced",
        "a snapshot that is said to be kept is gone after a power cut",
        planted_disk.snapshot_without_name,
        ("snapshots survive",),
        POWER._replace(snapshot=6),
    ),
    Bug(
        "head left out",
        "without a lower bound a damaged last row passes for one never answered",
        planted_disk.head_left_out,
        ("damage does no harm",),
        FLIPS,
    ),
    Bug(
        "torn tail accepted",
        "a row whose hash does not hold is taken for whole",
        planted_disk.torn_tail_accepted,
        (*LOST, "damage does no harm", "no error escapes"),
        FLIPS._replace(power_in_disk=1),
    ),
    Bug(
        "row taken over without a sync",
        "what a failed sync left in memory is trusted, and the next power cut takes it",
        planted_disk.taken_over_unsynced,
        LOST,
        _NOTHING._replace(failing_disk=4, kill_in_disk=2, power_cut=3),
        24_000,
    ),
    Bug(
        "lock not released",
        "a cancelled order's cash and tonnes stay locked",
        planted_engine.lock_not_released,
        ("the model agrees",),
        CABLES,
        compiled=True,
    ),
    Bug(
        "batch applied twice",
        "a batch that the log repeats takes effect again",
        planted_engine.batch_applied_twice,
        (*LOST, "the model agrees", "logged once", "a clean stop"),
        STUTTER,
        first_seed=5,
        compiled=True,
    ),
    Bug(
        "sequence number reused",
        "after a restart from a snapshot a number is given out again",
        planted_engine.sequence_reused,
        (*LOST, "restored is replayed", "the log verifies"),
        CRASHES,
        compiled=True,
    ),
    Bug(
        "ids forgotten at the day change",
        "an order that is sent again on the next day is placed twice",
        planted_engine.ids_forgotten,
        ("an id is used once", "fates are resolved", "the model agrees"),
        CABLES._replace(day=1),
        20_000,
        compiled=True,
    ),
    Bug(
        "timer fired late",
        "what is due happens half a second after its time",
        planted_engine.timer_late,
        ("timers fire in time", "the model agrees"),
        CABLES._replace(day=1),
        first_seed=1,
        compiled=True,
    ),
    Bug(
        "grace forgotten at a restart",
        "orders of who was gone when the server died stay in the book",
        planted_engine.grace_forgotten,
        ("who is gone has no orders", "who is gone is noticed", "the model agrees"),
        CRASHES._replace(drop=4, crash_client=1),
        compiled=True,
    ),
    Bug(
        "execution number skipped",
        "a refused order uses up an execution number",
        planted_engine.refusal_counts,
        ("the model agrees", "refused is without effect", "executions without a gap"),
        CABLES,
        compiled=True,
    ),
    Bug(
        "snapshot without its tail",
        "a restart goes on from the snapshot and forgets the rows after it",
        planted_gateway.tail_forgotten,
        (*LOST, "everybody comes to rest"),
        CRASHES,
        first_seed=1,
    ),
    Bug(
        "epoch not advanced",
        "a restarted server goes on in the epoch of the one before",
        planted_gateway.epoch_kept,
        LOST,
        CRASHES,
    ),
    Bug(
        "execution dropped on reconnect",
        "a resumption begins one execution too late",
        planted_feed.execution_dropped,
        ("executions without a gap",),
        CABLES,
        compiled=True,
    ),
    Bug(
        "answer to the wrong connection",
        "now and then an answer goes to whoever was answered last",
        planted_gateway.wrong_connection,
        ("answers to their askers", "answers are true", "no error escapes"),
        CABLES,
        compiled=True,
    ),
    Bug(
        "frame lost while paused",
        "what is sent to a slow reader is dropped without a word",
        planted_gateway.frame_lost,
        (*LOST, "trade without a gap", "books chained"),
        SLOW,
        24_000,
        compiled=True,
    ),
    Bug(
        "busy, but logged",
        "a command is refused as BUSY and logged all the same",
        planted_gateway.busy_but_logged,
        ("logged once", "answers to their askers"),
        BUSY,
        first_seed=9,
        compiled=True,
    ),
    Bug(
        "fate guessed",
        "the SDK says that an order never was before its deadline has passed",
        planted_gateway.fate_guessed,
        ("fates are resolved",),
        _NOTHING._replace(late=1, seconds=0.1),
        24_000,
    ),
    Bug(
        "archive not synced",
        "a segment is removed while its archive is in memory only",
        planted_disk.archive_not_synced,
        ("the log is whole", "a server lives on"),
        POWER._replace(snapshot=6, archive=6, beside=0),
        20_000,
    ),
    Bug(
        "ids lost at a restart",
        "an order that is sent again after a restart is placed twice",
        planted_engine.ids_lost_at_a_restart,
        (*LOST, "restored is replayed", "the history is the log's"),
        CRASHES,
        first_seed=3,
        compiled=True,
    ),
    Bug(
        "repetition told as new",
        "a repeated order is answered as if it had not been there",
        planted_gateway.repetition_told_as_new,
        ("answers are true",),
        CRASHES,
        compiled=True,
    ),
    Bug(
        "countdown not fired",
        "a dead man's switch runs out and nothing happens",
        planted_engine.countdown_forgotten,
        ("countdowns fire",),
        CABLES,
        24_000,
        compiled=True,
    ),
    Bug(
        "fee left out of an execution",
        "what a trade cost is not told",
        planted_feed.fee_untold,
        ("executions told are in the log",),
        CABLES,
    ),
    Bug(
        "another's account",
        "now and then a follower is given another account's affairs",
        planted_feed.anothers_account,
        ("private to its owner",),
        CABLES,
    ),
    Bug(
        "depth level dropped",
        "of several prices that change at once the last is left out",
        planted_feed.level_dropped,
        ("book told is the replay's",),
        CABLES,
        compiled=True,
    ),
    Bug(
        "ticker forgotten",
        "now and then what has changed is forgotten, and told with the next change",
        planted_feed.ticker_forgotten,
        ("ticker told is the replay's",),
        CABLES,
    ),
    Bug(
        "alert dropped",
        "every tenth alert is not told",
        planted_feed.alert_dropped,
        ("alerts without a gap",),
        CABLES,
    ),
    Bug(
        "bulletin wrong",
        "a bulletin names the highest price for the lowest",
        planted_feed.bulletin_without_its_low,
        ("bulletin told is in the log",),
        CABLES._replace(day=1),
    ),
    Bug(
        "old epoch told",
        "a restored venue still names the epoch before",
        planted_feed.old_epoch_told,
        ("epochs told are the log's", "what was told stands"),
        CRASHES,
    ),
)
