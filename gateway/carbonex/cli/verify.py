"""``carbonex verify``: check that a data directory is undamaged and unaltered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from carbonex.journal import HISTORY_NAME, Report, Witness, verify as verify_log
from carbonex.journal.archives import SUFFIX as ARCHIVE_SUFFIX
from carbonex.wire.counts import counted

from .failures import FAILED, USAGE, fail
from .logs import Directory, log_errors


if TYPE_CHECKING:
    from carbonex.journal import Fault


DeepOption = Annotated[
    bool,
    typer.Option(
        "--deep",
        help="Also check every invariant of the state: books, locks, conservation.",
    ),
]
WitnessOption = Annotated[
    list[str] | None,
    typer.Option(
        "--witness",
        metavar="POSITION:HASH",
        help="The log must have had this hash after that position: a client's heartbeat"
        " said so. May be given several times.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def verify(
    directory: Directory,
    *,
    deep: DeepOption = False,
    witness: WitnessOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a venue's log from its first row to its last, and everything kept beside it.

    The hash chain, the replay through the engine, the digest of every checkpoint
    and snapshot, and the balances of the history and its digests over all events; archived
    rows, too. Exit code 1 names the first place that is wrong. Stop the server first, or check a copy.
    """
    witnesses = [_parsed(text) for text in witness or []]
    with log_errors():
        report = verify_log(directory, deep=deep, witnesses=witnesses)
    if as_json:
        typer.echo(
            msgspec.json.encode({"ok": report.ok, **msgspec.to_builtins(report)})
        )
    else:
        typer.echo(_describe(report))
    if report.fault is not None:
        raise typer.Exit(FAILED)


def _parsed(text: str) -> Witness:
    found = re.fullmatch("([0-9]{1,18}):([0-9a-fA-F]{64})", text)
    if found is None:
        fail(
            f"{text!r} is not POSITION:HASH as in a heartbeat, with 64 hex digits",
            USAGE,
        )
    return Witness(int(found[1]), bytes.fromhex(found[2]))


def _describe(report: Report) -> str:
    lines = [
        _LINES.format(
            venue=report.venue,
            first=report.first,
            last=report.last,
            commands=counted(report.commands, "command"),
            checkpoints=counted(report.checkpoints, "checkpoint"),
            snapshots=counted(report.snapshots, "snapshot"),
            hash=report.hash,
            digest=report.digest,
        )
    ]
    if report.balances:
        lines.append(
            f"history  {counted(report.balances, 'balance')} and"
            f" {counted(report.event_digests, 'digest')} over events compared"
        )
    if report.witnesses:
        lines.append(
            f"witness  {counted(report.witnesses, 'hash', 'hashes')} as witnessed"
        )
    if report.torn_bytes:
        lines.append(
            f"note: a torn row of {counted(report.torn_bytes, 'byte')} follows the last"
            " one; it was never answered, and the next start removes it"
        )
    lines += [f"note: {note}" for note in report.notes]
    lines.append("all good" if report.fault is None else _explain(report.fault))
    return "\n".join(lines)


def _explain(fault: Fault) -> str:
    return (
        f"DAMAGED at position {fault.position}: {fault.path}, offset {fault.offset}:"
        f"\n  expected {fault.expected}\n  found    {fault.found}\n"
        + _advice(Path(fault.path))
    )


def _advice(path: Path) -> str:
    if path.parent.name == "snapshots" and not path.exists():
        return (
            "A start is refused without it. Put the older rows' archive files or the"
            " snapshots back, or restore the directory from a copy."
        )
    if path.parent.name == "snapshots":
        return "The log before it is good. Remove this file: a start does without it."
    if path.name == HISTORY_NAME:
        return "The log is good. Remove this file: the next start makes it anew."
    if path.name == "log":
        return (
            "This is not the log that the witness saw: it was rewritten, there or"
            " before. Keep it as it is, and restore the directory from a copy."
        )
    if path.suffix == ARCHIVE_SUFFIX:
        return "Restore this file from a copy. A start does without it."
    if path.name == "head":
        return (
            "The rows are good. The next start warns of it and writes it anew; where a"
            " torn row follows them it asks for --accept-loss."
        )
    return "Everything before it is good. Restore the directory from a copy."


_LINES: Final = """\
venue    {venue}
rows     {first} to {last}, {commands} replayed
digests  {checkpoints} and {snapshots} compared
chain    {hash}
state    {digest}"""
