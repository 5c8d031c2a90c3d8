"""Backpropagation by hand, every number of it.

    >>> import backprop_trace as bt
    >>> t = bt.trace(bt.load("mazur"))
    >>> t["dE/dw5"].value
    0.08216704056423078

`load` and `read_example` give worked examples, `trace` and `traces` compute training steps (`Settings` chooses the
arithmetic), `render` writes them; `check` judges a hand calculation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backprop_trace.check import check
from backprop_trace.render import render

__version__ = "0.1.0"

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example, load, read_example
    from backprop_trace.run.step import Settings, Trace, trace, traces

_HOMES = {
    "Example": "files.spec", "load": "files.spec", "read_example": "files.spec",
    "Settings": "run.step", "Trace": "run.step", "trace": "run.step", "traces": "run.step",
}  # fmt: skip
"""The other public names, imported when they are first used."""

__all__ = ["Example", "Settings", "Trace", "check", "load", "read_example", "render", "trace", "traces"]


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
