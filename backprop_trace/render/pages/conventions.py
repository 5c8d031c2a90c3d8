"""The list of the conventions that sheets may follow, and what becomes of a sheet that does."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.conventions import possible
from backprop_trace.files.spec import Example
from backprop_trace.model.conventions import CONVENTIONS, Ways
from backprop_trace.render.blocks import Block, Column, Row, Table
from backprop_trace.render.pages import Page

COLUMNS = tuple(map(Column, ("name", "kind", "verdict", "meaning")))


def conventions_page(example: Example | None, ways: Ways) -> Page:
    """One row per convention, of those that an example can be computed under: name, kind, whether it is excused."""
    return Page(lambda medium: _blocks(example, ways), head={"title": "conventions"})


def _blocks(example: Example | None, ways: Ways) -> Iterator[Block]:
    words = list(CONVENTIONS) if example is None else possible(example)
    ways = ways if example is None else ways.over(example.ways)
    yield Table(COLUMNS, [Row(_cells(word, ways)) for word in words])


def _cells(word: str, ways: Ways) -> tuple[str, ...]:
    told = CONVENTIONS[word]
    return word, told.kind, "excused" if ways.excuse(word) else "a mistake", told.sentence
