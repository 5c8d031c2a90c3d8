"""Checking a hand calculation: which line is the first mistake, what kind it is, and what merely follows from it.

    >>> from backprop_trace.files.spec import load
    >>> report = check(load("mazur"), "net_h1 = 0.3775\\nout_h1 = 0.5933\\nw5+ = 0.4411")
    >>> [(line.name, line.verdict, line.slips) for line in report.lines if line.written]
    [('net_h1', 'right', ()), ('out_h1', 'right', ()), ('w5+', 'slip', ('ascent',))]

`checker` judges many sheets of one example. Nothing is imported here until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backprop_trace.check.report import Report
    from backprop_trace.files.spec import Example


def check(example: Example | str, text: str, name: str = "sheet") -> Report:
    """The report on the text of a sheet; `example` may be the name of a shipped one or a file, `name` is what messages
    call the sheet.

    Raises SourceError if the sheet or the file cannot be used, ComputationError if the example cannot be computed.
    """
    from backprop_trace.check.checker import Checker
    from backprop_trace.files.sheet import read_sheet
    from backprop_trace.files.spec import load

    if not isinstance(text, str):
        raise TypeError(f"a sheet is text, such as 'net_h1: 0.3775', not {type(text).__name__}")
    return Checker(load(example) if isinstance(example, str) else example).check(read_sheet(text, name))
