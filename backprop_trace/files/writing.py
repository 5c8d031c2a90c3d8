"""Writing files without losing any."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from backprop_trace.files.source import Problem, SourceError


def write_new(path: str, pieces: Iterable[str], force: bool = False) -> None:
    """Writes a file at once: a file that is there stays unless `force`, and nothing half-written is left behind.

    Raises SourceError if the file exists or cannot be written.
    """
    refuse(path, force)
    target = Path(path)
    if target.exists() and not target.is_file():  # a device or a pipe is written to, not replaced
        _write(target, pieces, path)
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(beside, pieces, path)
        beside.replace(target)
    except OSError as error:
        raise _unwritable(error, path) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _write(target: Path, pieces: Iterable[str], path: str) -> None:
    try:
        with target.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise _unwritable(error, path) from None


def _unwritable(error: OSError, path: str) -> SourceError:
    return SourceError([Problem(f"cannot be written: {error.strerror or error}")], path)


def refuse(path: str, force: bool = False) -> None:
    """Raises SourceError if nothing can be written here: said before long work, not after it."""
    target = Path(path)
    if target.is_dir():
        raise SourceError([Problem("this is a directory, not a file to write to")], path)
    if target.is_file() and not force:
        raise SourceError([Problem("the file exists already", help="--force overwrites it")], path)
    if not target.absolute().parent.is_dir():
        raise SourceError([Problem("cannot be written: there is no such folder")], path)
