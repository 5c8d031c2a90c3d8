"""CSV for spreadsheets: a line per record, under the words of the first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from backprop_trace.files.source import printable
from backprop_trace.render.pages import Page
from backprop_trace.render.records import records_of

NESTED = ("uses", "shortcut")
"""What a cell of a table cannot hold."""


def write(page: Page) -> Iterator[str]:
    fields: list[str] = []
    for record in records_of(page):
        if not fields:
            fields = list(page.fields or [field for field in record if field not in NESTED])
            yield line_of(fields)
        yield line_of([safe(record.get(field)) for field in fields])


def line_of(cells: Iterable[object]) -> str:
    """One line of a CSV table."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def safe(cell: object) -> object:
    """A text without control characters; one that a spreadsheet would take for a formula is marked as text."""
    if isinstance(cell, tuple | list):
        cell = " ".join(map(str, cell))
    if isinstance(cell, str) and not cell.isprintable():
        cell = "\n".join(map(printable, cell.split("\n")))
    if not isinstance(cell, str) or cell[:1] not in ("=", "+", "-", "@", "\t"):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
