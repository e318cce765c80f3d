"""File modes: at each start, closes the data directory to other users."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Final

from carbonex.journal.disk import DIRECTORY_MODE, FILE_MODE


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


KEY_HEADER: Final = b"# carbonex key_id:"  # first bytes of a trader's or operator's key


def tighten(directory: Path) -> list[str]:
    """Remove all permissions in ``directory`` except the owner's.

    Return warnings for the operator: files that were open to others, modes that could
    not be changed, and private keys, none of which the server needs. Links are not
    followed. Linear in the number of files.
    """
    found: list[str] = []
    if not directory.is_dir():
        return found  # the error comes from the code that needs the directory
    for path in (directory, *_below(directory, found)):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:  # a new snapshot or archive was just renamed
            continue
        if stat.S_ISDIR(mode):
            found += _tightened(path, mode, DIRECTORY_MODE)
        elif stat.S_ISREG(mode):
            found += _tightened(path, mode, FILE_MODE)
            if path.suffix == ".pem" and _is_key(path):
                found.append(
                    f"{path} is a private key, which the server does not need: move"
                    " it to the machine of whoever logs in with it"
                )
    return found


def _below(directory: Path, found: list[str]) -> Iterator[Path]:
    """Yield all paths below ``directory``, without following links.

    Report and skip unreadable directories (such as ``lost+found`` of a mounted disk).
    """
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        found.append(f"{directory} cannot be looked into: {error.strerror}")
        return
    for path in paths:
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path, found)


def _tightened(path: Path, mode: int, most: int) -> list[str]:
    mode = stat.S_IMODE(mode)
    if not mode & ~most & 0o077:
        return []
    wanted = mode & most
    try:
        path.chmod(wanted)
    except OSError as error:
        return [f"{path} is open to others, mode {mode:04o}: {error.strerror}"]
    return [f"{path} was open to others, mode {mode:04o}: now {wanted:04o}"]


def _is_key(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(KEY_HEADER)) == KEY_HEADER
    except OSError:
        return False
