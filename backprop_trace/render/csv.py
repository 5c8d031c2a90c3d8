"""CSV for spreadsheets: a line per quantity, the same fields as in JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from backprop_trace.render.json import records
from backprop_trace.render.view import View
from backprop_trace.run.step import Trace

FIELDS = ("step", "sample", "time", "phase", "name", "formula", "substitution", "value", "fraction")


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    fields = FIELDS if view.settings.engine == "exact" else FIELDS[:-1]
    yield line_of(fields)
    for record in records(traces, view):
        yield line_of([safe(record.get(field)) for field in fields])


def line_of(cells: Iterable[object]) -> str:
    """One line of a CSV table."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is marked as text; numbers stay numbers."""
    if not isinstance(cell, str) or cell[:1] not in ("=", "+", "-", "@", "\t"):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
