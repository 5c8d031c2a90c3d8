"""What the terminal can do: how wide it is, whether it takes colours and Unicode; and printing to it.

rich knows terminals (NO_COLOR, FORCE_COLOR, TERM=dumb, Windows); it lives here and in the renderers only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

_UNICODE = "∂δη·─²⁻"
_TERMINAL_ALL_THE_SAME = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""With one of these in the environment, what is piped may have colours."""


class Terminal(NamedTuple):
    """width None: as wide as needed. colors: which it can show, None for none."""

    width: int | None
    ascii: bool
    colors: str | None

    @classmethod
    def of(cls, width: int | None, ascii_: bool, color: bool | None = None, plain: bool = False) -> Terminal:
        """Standard output as it is; `plain` is for output that goes to a file."""
        ascii_ = ascii_ or not _can_print(_UNICODE)
        if not color and not sys.stdout.isatty() and not any(map(os.environ.get, _TERMINAL_ALL_THE_SAME)):
            return cls(width, ascii_, None)  # a pipe: rich, a sixth of the whole start, would say the same
        from rich.console import Console

        console = Console(force_terminal=True if color else None, no_color=True if color is False else None)
        if width is None and console.is_terminal and sys.stdout.isatty() and not plain:
            width = console.width
        system = None if plain and not color else console.color_system
        if console.no_color:
            system = None
        return cls(width, ascii_, system)

    @staticmethod
    def stdout(pieces: Iterable[str | bytes]) -> None:
        """Writes the pieces; a reader who has seen enough (`| head`) ends the program without a word."""
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        try:
            for piece in pieces:
                sys.stdout.write(piece) if isinstance(piece, str) else sys.stdout.buffer.write(piece)
            sys.stdout.flush()
        except BrokenPipeError:  # typer would make it an exit code of 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)

    @staticmethod
    def progress(done: int, of: int, what: str) -> None:
        """How far it is, on a terminal that shows nothing else meanwhile."""
        if sys.stderr.isatty() and not sys.stdout.isatty():
            ending = "\n" if done == of else "\r"  # what is written next takes its place
            print(f"{done:,} of {of:,} {what}", end=ending, file=sys.stderr, flush=True)

    @staticmethod
    def hint(text: str) -> None:
        """What to do next, for somebody who sits at a terminal."""
        if sys.stdout is not None and sys.stdout.isatty() and sys.stderr.isatty():
            Terminal.stderr(f"\n{text}")

    @staticmethod
    def stderr(text: str) -> None:
        """A message; if nobody reads it, the exit code still tells."""
        sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
        try:
            print(text, file=sys.stderr, flush=True)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


class ProgressLine:
    """A line on standard error that is written over; only on a terminal."""

    def __init__(self) -> None:
        self.wanted, self.shown, self.next = sys.stderr.isatty(), False, 0.0

    def show(self, text: str, share: float, width: int = 24) -> None:
        now = time.monotonic()
        if not self.wanted or now < self.next:
            return
        self.next, self.shown = now + 0.1, True
        filled = round(share * width)
        sys.stderr.write(f"\r\x1b[K[{'#' * filled}{'.' * (width - filled)}] {text}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self.shown = False


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
