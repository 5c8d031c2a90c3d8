"""What a writer wrote: names, numbers as written, places.

    >>> sheet = read_sheet("1) net_h1 = 0.15·0.05 + 0.2·0.1 + 0.35 ≈ 0.3775   # first line", "work.txt")
    >>> sheet.entries[0].spelling, sheet.entries[0].readings[0].half_unit
    ('net_h1', Fraction(1, 20000))

A sheet is whatever people have: a page of lines `name = formula = numbers = value` with headings, bullets and remarks
(`paper`), a table pasted from somewhere (`tables`), a YAML or JSON mapping, a CSV file (`filed`). Numbers stay text:
their digits are counted. Sections `step 2:`, `sample 2:` and `set W=4:` hold for what stands in them. What is no
calculation is passed over. Names are looked up later, by whoever knows the example.
"""

from __future__ import annotations

from backprop_trace.files.sheet.entry import (
    Entry,
    Passage,
    Section,
    Sheet,
    Written,
    decimals,
    half_unit,
    in_units,
    sections,
)
from backprop_trace.files.sheet.filed import published_sheet, read_sheet
from backprop_trace.files.sheet.limits import MOST_LINES
from backprop_trace.files.source import read_text


def load_sheet(path: str, decimal_comma: bool = False) -> Sheet:
    """A sheet from a file or `-`. Raises SourceError."""
    text, name = read_text(path)
    return read_sheet(text, name, decimal_comma)


__all__ = [
    "MOST_LINES", "Entry", "Passage", "Section", "Sheet", "Written", "decimals", "half_unit", "in_units", "load_sheet",
    "published_sheet", "read_sheet", "sections",
]  # fmt: skip
