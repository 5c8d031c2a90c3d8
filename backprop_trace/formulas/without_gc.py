"""Pausing Python's garbage collector while a large listing is made, or a sheet is judged.

A listing has hundreds of thousands of small objects and not one cycle; the collector would walk all of them again and
again while it grows, so that four times the weights cost seven times the time. A sheet is a tenth of a class's time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def uncollected(work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """A function that runs with the collector paused (and leaves it as it was)."""

    @wraps(work)
    def paused(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        was_running = gc.isenabled()
        gc.disable()
        try:
            return work(*arguments, **named)
        finally:
            if was_running:
                gc.enable()

    return paused
