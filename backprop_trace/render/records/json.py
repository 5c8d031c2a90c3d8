"""JSON: an object with what stands at the head of a page and `lines`, a list of records.

A page without a head has one record, an object on a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from backprop_trace.render.pages import Page, Record
from backprop_trace.render.records import records_of


def write(page: Page) -> Iterator[str]:
    if not page.head:
        yield from map(object_of, records_of(page))
        return
    yield json.dumps(page.head, ensure_ascii=False)[:-1] + ', "lines": ['
    separator = "\n"
    for record in records_of(page):
        yield separator + json.dumps(record, ensure_ascii=False, allow_nan=False)
        separator = ",\n"
    yield "\n]}\n"


def object_of(record: Record) -> str:
    """A record on a line."""
    return json.dumps(record, ensure_ascii=False) + "\n"
