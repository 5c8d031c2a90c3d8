"""Backpropagation by hand, every number of it.

    >>> import backprop_trace as bt
    >>> t = bt.trace(bt.load("mazur"))
    >>> t["dE/dw5"].value
    0.08216704056423078

`load` and `read_example` give worked examples, `trace` and `traces` compute training steps (`Settings` chooses the
arithmetic), `render` writes them; `check` judges a hand calculation. `derive` gives the chain rule without numbers,
`train` many steps, `verify` sets every gradient against central differences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backprop_trace.check import check
from backprop_trace.render import render

__version__ = "0.1.0"

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example, load, read_example
    from backprop_trace.run.step import Settings, Trace, derive, trace, traces
    from backprop_trace.run.train.session import train
    from backprop_trace.run.verify import verify

_HOMES = {
    "Example": "files.spec", "load": "files.spec", "read_example": "files.spec",
    "Settings": "run.step", "Trace": "run.step", "trace": "run.step", "traces": "run.step",
    "derive": "run.step", "train": "run.train.session", "verify": "run.verify",
}  # fmt: skip
"""The other public names, imported when they are first used."""

__all__ = [
    "Example", "Settings", "Trace", "check", "derive", "load", "read_example", "render", "trace", "traces", "train",
    "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
