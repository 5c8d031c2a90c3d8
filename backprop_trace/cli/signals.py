"""Ctrl-C, SIGTERM and SIGHUP: each ends the program in the same way, but while what was reached is written."""

from __future__ import annotations

import signal
from typing import NoReturn

_heard: set[int] = set()


def listen() -> None:
    """From now on they end the program, unless whoever started it has them ignored (nohup)."""
    for name, own in (("SIGINT", signal.default_int_handler), ("SIGTERM", signal.SIG_DFL), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and (number in _heard or signal.getsignal(number) == own):
            _heard.add(number)
            signal.signal(number, _end)


def ignore() -> None:
    """From now on they do nothing: what was reached is written, and the program ends."""
    for number in _heard:
        signal.signal(number, signal.SIG_IGN)


def _end(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
