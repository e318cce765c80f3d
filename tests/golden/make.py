"""Make the golden logs of a release: ``python tests/golden/make.py RELEASE``.

Only for a release that has none: see the package's docstring.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, get_args

import msgspec


ROOT: Final = Path(__file__).parents[2]
for source in ("engine", "gateway", "tests"):
    sys.path.insert(0, str(ROOT / source))

from carbonex.engine import Batch, Checkpoint, Command, Exchange  # noqa: E402
from carbonex.engine.snapshot import FORMAT  # noqa: E402
from carbonex.journal import LogReader, OsDisk, SegmentLog  # noqa: E402
from carbonex.journal.archives import archive_path  # noqa: E402
from carbonex.journal.archiving import archive_upto  # noqa: E402
from everything import venue  # noqa: E402
from golden.outcome import replayed  # noqa: E402
from streams import Stream  # noqa: E402


if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 20260119  # with the log of everything, it holds every command
COMMANDS: Final = 1500  # some trading days; 40 KB
VENUE: Final = "golden"
EXPECTED: Final = "expected.json"


def main(release: str) -> None:
    """Make both logs, of random streams and of one of everything."""
    stream = Stream(SEED)
    stream.run(COMMANDS)
    for name, batches in (
        ("stream", stream.driver.batches),
        ("everything", venue().batches),
    ):
        place = ROOT / "tests" / "golden" / release / name
        place.mkdir(parents=True)  # one that is there is never made again
        write(place, [*with_checkpoints(batches)])


def with_checkpoints(batches: list[Batch]) -> Iterator[Batch]:
    """Yield the batches, with a checkpoint of the state after every hundred of them.

    What follows in an epoch moves one number on.
    """
    exchange, added, epoch = Exchange(), 0, (0, 0)
    for count, batch in enumerate(batches, 1):
        if (batch.gateway, batch.epoch) != epoch:
            epoch, added = (batch.gateway, batch.epoch), 0
        moved = msgspec.structs.replace(batch, n=batch.n + added)
        exchange.apply(moved)
        yield moved
        if count % 100 == 0 or count == len(batches):
            added += 1
            commands: list[Command] = [Checkpoint("", exchange.digest(), FORMAT)]
            checkpoint = Batch(batch.time_ns, *epoch, moved.n + 1, commands)
            exchange.apply(checkpoint)
            yield checkpoint


def write(place: Path, batches: list[Batch]) -> None:
    """Write a log, archive it, and note what it leads to."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        with SegmentLog(directory, VENUE) as log:
            for batch in batches:
                log.publish(batch)
            log.roll()
        (moved,) = archive_upto(LogReader(directory), directory, len(batches), OsDisk())
        archive_path(place, 1).write_bytes(moved.path.read_bytes())
    outcome = replayed(place)
    text = msgspec.json.format(msgspec.json.encode(outcome), indent=1)
    (place / EXPECTED).write_bytes(text + b"\n")
    missing = {kind.__name__ for kind in get_args(Command)} - {*outcome.commands}
    sys.stdout.write(
        f"{place}: {outcome.rows} rows, {moved.archive_bytes:,} bytes,"
        f" without {', '.join(sorted(missing)) or 'no command'}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
