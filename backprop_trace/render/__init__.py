"""Output formats: pure functions from traces to text, and a table of them.

To add a format, write a module with a function `render(traces, view) -> Iterator[str]` and add a line to FORMATS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backprop_trace.render.view import View
    from backprop_trace.run.step import Trace

FORMATS = {
    "table": "tables for a terminal",
    "plain": "one line per quantity",
    "latex": "a LaTeX document, or with --fragment a piece of one",
    "markdown": "tables for a Markdown page, formulas as mathematics",
    "html": "a page to watch and to change in a browser",
    "svg": "a picture of the network with its numbers, with --animate one that runs through the steps",
    "json": "an object with a list of lines",
    "csv": "a line per quantity, for spreadsheets",
}
"""Each is a module of this package of the same name."""


def render(form: str, traces: Iterable[Trace], view: View) -> Iterator[str]:
    """The text of some traces in a format, in pieces that are to be written one after the other."""
    module = import_module(f"backprop_trace.render.{form}")
    pieces: Iterator[str] = module.render(traces, view)
    return pieces
