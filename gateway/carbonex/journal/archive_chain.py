"""Finds the archive files that connect to a log's segments without a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .archives import ARCHIVE_NAME, list_archives, read_archive_header
from .log import DamageError, LogError
from .records import Header
from .scan import Segment


if TYPE_CHECKING:
    from pathlib import Path

    from .disk import Disk


class Archives(NamedTuple):
    """The contiguous archived ``segments`` before a position, oldest first.

    ``damage`` is the error in the next older file, if that is why they end. ``notes``
    name missing rows, and files in the archive's directory that are not archives.
    """

    segments: list[Segment]
    damage: DamageError | None
    notes: list[str]


def archives_before(disk: Disk, directory: Path, segment: Segment) -> Archives:
    """Return the contiguous archives in DIR/archive before the log's first ``segment``.

    O(archive files).

    Raises:
        LogError: If one belongs to another venue, or its format version is unknown.

    """
    place, found = directory / ARCHIVE_NAME, list[Segment]()
    first, chain = segment.first, segment.header.hash_before
    damage = None
    paths, strays = list_archives(disk, place)
    for path in reversed([p for p in paths if int(p.stem) < first]):
        try:
            header = read_archive_header(disk, path)
        except DamageError as error:
            damage = error
            break
        if header.venue != segment.header.venue:
            raise LogError(
                f"{path} belongs to venue {header.venue!r}, {segment.path} to"
                f" {segment.header.venue!r}"
            )
        if header.last + 1 != first:
            break
        if header.hash_after != chain:
            expected = f"rows up to hash {chain.hex()}, from which the next ones go on"
            damage = DamageError(
                path, 0, header.first, expected, header.hash_after.hex()
            )
            break
        first, chain = header.first, header.hash_before
        before = Header(header.venue, header.first, header.hash_before)
        found.insert(0, Segment(path, before))
    notes = [] if first == 1 else [_missing(directory, place, first)]
    notes += [f"{path} is no archive's name: it is left alone" for path in strays]
    return Archives(found, damage, notes)


def _missing(directory: Path, place: Path, first: int) -> str:
    target = place.resolve()  # ``place`` may be a link to the archive's directory
    shown = place if target == place.absolute() else f"{place} (that is {target})"
    return (
        f"positions 1 to {first - 1} are neither in {directory / 'log'} nor in {shown}:"
        " what needs them asks for their archive files to be put back"
    )
