"""Reports on checked sheets: pure functions from reports to text, and tables of the formats.

To add a format for one sheet, write a module here with `LANGUAGE` (how formulas are written in it) and
`render(report, view) -> Iterator[str]`, and add a line to FORMATS; for several sheets see `many`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backprop_trace.check.report import Report
    from backprop_trace.check.wording import Language
    from backprop_trace.render.report.told import ReportView

FORMATS = {
    "table": "what matters first, then a table of all lines",
    "plain": "a line per line of the sheet, as compilers report",
    "json": "an object with a list of lines",
    "markdown": "for a Markdown page",
    "latex": "a LaTeX document",
}
"""Each is a module of this package of the same name."""


def language_of(form: str, ascii_: bool) -> Language:
    """How formulas are to be written in reports of a format."""
    name = "json" if (ascii_ and form in ("table", "plain")) or form == "csv" else form
    language: Language = import_module(f"backprop_trace.render.report.{name}").LANGUAGE
    return language


def render(form: str, report: Report, view: ReportView) -> Iterator[str]:
    """The text of a report in a format, in pieces that are to be written one after the other."""
    pieces: Iterator[str] = import_module(f"backprop_trace.render.report.{form}").render(report, view)
    return pieces
