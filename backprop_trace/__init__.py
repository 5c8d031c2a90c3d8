"""Backpropagation by hand, every number of it.

    >>> import backprop_trace as bt
    >>> t = bt.trace(bt.load("mazur"))
    >>> t["dE/dw5"].value
    0.08216704056423078

`load` and `read_example` give worked examples, `trace` and `traces` compute training steps (`Settings` chooses the
arithmetic), `render` writes them.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from backprop_trace.render import render
    from backprop_trace.spec import Example, load, read_example
    from backprop_trace.trace import Settings, Trace, trace, traces

_HOMES = {
    "Example": "spec", "Settings": "trace", "Trace": "trace", "load": "spec", "read_example": "spec",
    "render": "render", "trace": "trace", "traces": "trace",
}  # fmt: skip

__all__ = ["Example", "Settings", "Trace", "load", "read_example", "render", "trace", "traces"]


class _Package(ModuleType):
    """Here `trace` and `render` are the functions, also once the modules that hold them are imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
