"""Writing files without losing any."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import combinations, count
from pathlib import Path

from backprop_trace.files.source import READ, Problem, SourceError

_COUNT = count()
"""A picture is written while the page that it stands beside is."""


def write_new(path: str, pieces: Iterable[str | bytes], force: bool = False, again: str = "") -> None:
    """Writes a file at once: a file that is there stays unless `force`, and nothing half-written is left behind.

    Through a link it is the file the link leads to that is written. A file that is replaced keeps its mode and, where
    that is allowed, its owner. What was read is not overwritten, but the file `again` that is being written anew.
    Raises SourceError if the file exists or cannot be written.
    """
    refuse(path, force, again)
    if _is_open(Path(path)):
        _write(Path(path), pieces, path)
        return
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{os.getpid()}.{next(_COUNT)}")  # as short as can be: long names have no room for more
    try:
        _write(beside, pieces, path)
        refuse(path, force, again)  # sheets are read while the report on them is written
        _keep_owner(target, beside)
        beside.replace(target)
    except OSError as error:
        raise _unwritable(error, path) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _keep_owner(old: Path, new: Path) -> None:
    """The new file gets the mode and the owner of the one whose place it takes."""
    with suppress(FileNotFoundError):
        was = old.stat()
        with suppress(OSError, AttributeError):  # others may not give files away; Windows has no owners
            os.chown(new, was.st_uid, was.st_gid)
        new.chmod(stat.S_IMODE(was.st_mode))


def _write(target: Path, pieces: Iterable[str | bytes], path: str) -> None:
    try:
        with target.open("wb") as file:
            file.writelines(piece.encode("utf-8") if isinstance(piece, str) else piece for piece in pieces)
    except OSError as error:
        raise _unwritable(error, path) from None


def _unwritable(error: OSError, path: str) -> SourceError:
    return SourceError([Problem(f"cannot be written: {error.strerror or error}")], path)


def refuse(path: str, force: bool = False, again: str = "") -> None:
    """Raises SourceError if nothing can be written here: said before long work, not after it."""
    target = Path(path)
    try:
        wrong = _reason_against(path, target, force, again)
    except (OSError, ValueError) as error:  # a name that is too long, or no name at all
        wrong = Problem(f"cannot be written: {getattr(error, 'strerror', None) or error}")
    if wrong is not None:
        raise SourceError([wrong], path or "''")


def _reason_against(path: str, target: Path, force: bool, again: str) -> Problem | None:
    if not path:
        return Problem("an empty name is none of a file", help="say where to write to")
    if target.is_dir() or path.endswith(("/", os.sep)):
        return Problem("this is a directory, not a file to write to")
    if _is_open(target):
        return None
    if target.is_symlink() and not target.exists() and not force:
        return Problem("a link that leads nowhere is there already", help="--force writes the file it leads to")
    if target.is_file() and not force:
        return Problem("the file exists already", help="--force overwrites it")
    if target.is_file() and os.path.realpath(path) in READ and not same_file(path, again):
        return Problem("this file was read, and is not overwritten", help="write to another one")
    if not Path(os.path.realpath(path)).parent.is_dir():
        return Problem("cannot be written: there is no such folder")
    return None


def refuse_twice(named: Mapping[str, str | None]) -> None:
    """Raises SourceError if two of the options name the same file to write to."""
    for (one, path), (other, again) in combinations(named.items(), 2):
        if path is not None and again is not None and same_file(path, again):
            raise SourceError([Problem(f"{one} and {other} name the same file")], path)


def _is_open(target: Path) -> bool:
    """A device or a pipe is written to as it is, not replaced: /dev/stdout may lead to what has no path."""
    return target.exists() and not target.is_file()


def same_file(one: str, other: str) -> bool:
    """Do two paths lead to the same file?"""
    return os.path.realpath(one) == os.path.realpath(other)
