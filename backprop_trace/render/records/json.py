"""JSON: an object with what stands at the head of a page and `lines`, a list of records.

A page without a head has one record, an object on a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backprop_trace.render.pages import Page, Record
from backprop_trace.render.records import records_of


def write(page: Page) -> Iterator[str]:
    if not page.head:
        yield from map(object_of, records_of(page))
        return
    yield dumped(page.head)[:-1] + ', "lines": ['
    separator = "\n"
    for record in records_of(page):
        yield separator + dumped(record, allow_nan=False)
        separator = ",\n"
    yield "\n]}\n"


def object_of(record: Record) -> str:
    """A record on a line."""
    return dumped(record) + "\n"


def dumped(what: object, **how: Any) -> str:
    """JSON as people read it, but what a terminal would obey (control characters, another direction) is an escape."""
    text = json.dumps(what, ensure_ascii=False, **how)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
