"""CSV for spreadsheets: a line per quantity, the same fields as in JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from backprop_trace.render.json import records
from backprop_trace.render.view import View
from backprop_trace.trace import Trace

FIELDS = ("step", "sample", "time", "phase", "name", "formula", "substitution", "value", "fraction")


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    fields = FIELDS if view.settings.engine == "exact" else FIELDS[:-1]
    yield _line(fields)
    for record in records(traces, view):
        yield _line([_safe(record.get(field)) for field in fields])


def _line(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is marked as text; numbers stay numbers."""
    if not isinstance(cell, str) or cell[:1] not in ("=", "+", "-", "@", "\t"):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
