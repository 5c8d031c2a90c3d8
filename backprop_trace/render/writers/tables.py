"""The one layout of tables for terminals: by the width of cells, numbers never cut.

Short tables are rich's (list, audit, class, training, sweep, verification). rich needs 0.3 to 0.5 ms a row, and a
trace or a sheet has hundreds of rows, a network of 100,000 weights 300,000 of them: those are lines of our own, at
some 5 microseconds a row. Both look alike.

>>> from backprop_trace.render.blocks import Column, Row
>>> table = Table((Column("名"), Column("x", number=True)), (Row(("δ", "2.5")), Row(("重み", "10"))), long=True)
>>> print("\\n".join(lines(table, Medium())))
  名     x
  ──────────
  δ      2.5
  重み   10
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from backprop_trace.render.blocks import Column, Row, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.writers.colours import STYLES, Painter, painter
from backprop_trace.render.writers.spelling import ink_of

READS_WELL = 100

_narrow = re.compile(r"[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u2010-\u2027\u2070-\u2317\u2500-\u257f]*").fullmatch


def wide(text: str) -> int:
    """How many columns a text takes: two for a character of East Asia, none for an accent that combines."""
    return len(text) if _narrow(text) else cell_len(text)


def padded(text: str, width: int, right: bool = False) -> str:
    space = " " * (width - wide(text))
    return space + text if right else text + space


def wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    """Words over lines; none is broken, and none that holds a number is."""
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=others, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip


class TableLayout(NamedTuple):
    """The columns that are shown, in their widths, and the one that goes below its row, if any (else -1)."""

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    below: int = -1
    indent: str = "  "
    gap: str = "   "

    @property
    def needed(self) -> int:
        return len(self.indent) + sum(self.widths) + len(self.gap) * (len(self.widths) - 1)

    @property
    def is_tight(self) -> bool:
        return not self.indent


INDENT = "  "


def lines(table: Table, medium: Medium) -> Iterator[str]:
    """The lines of a table, each as soon as it can be known."""
    ink, paint = ink_of(medium.ascii), painter(medium.colors)
    heads = [ink.words(column.heading) for column in table.columns]
    if all(column.width is not None for column in table.columns):
        widths = [max(column.width or 0, wide(head)) for column, head in zip(table.columns, heads, strict=True)]
        rows: Iterable[Row] = table.rows
    else:
        rows = [Row(tuple(ink.words(cell) for cell in cells), kind) for cells, kind in table.rows]
        columns = zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(heads)
        filled = [list(cells) for cells in columns]
        widths = [
            max(wide(head), *(wide(ink.words(cell)) for cell in cells)) if any(cells) else 0
            for head, cells in zip(heads, filled, strict=True)
        ]
    layout = _fitting(table.columns, widths, medium.width)
    if layout is None:
        yield from (line for row in rows for line in _upright(row, heads, table, medium, paint))
    elif table.long or layout.is_tight or layout.below >= 0:
        yield from _own(rows, heads, table, layout, medium, paint)
    else:
        yield from _richly(rows, heads, table, layout, medium)


def _fitting(columns: Sequence[Column], widths: Sequence[int], room: int | None) -> TableLayout | None:
    """The first that fits: all columns; closer together; one below the rows; without optional ones, the last first."""
    shown = [place for place, width in enumerate(widths) if width]
    droppable = [place for place in shown if columns[place].optional]
    under = next((place for place in shown if columns[place].below), -1)
    while True:
        for below in dict.fromkeys((-1, under)):
            kept = tuple(place for place in shown if place != below)
            layout = TableLayout(kept, tuple(widths[place] for place in kept), below)
            for tried in (layout, layout._replace(indent="", gap="  ")):
                if room is None or tried.needed <= room:
                    return tried
        if not droppable:
            return None
        shown.remove(droppable.pop())


# --- lines of our own ---


def _own(
    rows: Iterable[Row], heads: Sequence[str], table: Table, layout: TableLayout, medium: Medium, paint: Painter
) -> Iterator[str]:
    ink = ink_of(medium.ascii)
    rights = [table.columns[place].right for place in layout.shown]
    head = layout.gap.join(map(padded, (heads[place] for place in layout.shown), layout.widths, rights))
    yield paint("faint", (layout.indent + head).rstrip())
    yield paint("faint", layout.indent + ("-" if medium.ascii else "─") * (layout.needed - len(layout.indent)))
    marked = table.marked % len(heads)
    for cells, kind in rows:
        shown = (ink.words(cells[place]) for place in layout.shown)
        texts = list(map(padded, shown, layout.widths, rights))
        kinds = [kind if place == marked else "name" if place == 0 and marked else "" for place in layout.shown]
        texts[-1] = texts[-1].rstrip()
        yield (layout.indent + layout.gap.join(map(paint, kinds, texts))).rstrip()
        if layout.below >= 0 and cells[layout.below]:
            room = max(24, min(medium.width or READS_WELL, READS_WELL))
            under = " " * (len(layout.indent + layout.gap) + layout.widths[0])
            yield from (paint("faint", line) for line in wrapped(ink.words(cells[layout.below]), room, under, under))


def _upright(row: Row, heads: Sequence[str], table: Table, medium: Medium, paint: Painter) -> Iterator[str]:
    """A row on lines of its own, for narrow terminals and very long numbers."""
    ink, marked = ink_of(medium.ascii), table.marked % len(heads)
    first, *others = map(ink.words, row.cells)
    yield INDENT + paint("name" if marked else row.kind, first)
    for place, (head, cell) in enumerate(zip(heads[1:], others, strict=True), 1):
        if cell and table.columns[place].below:
            yield from wrapped(cell, max(24, medium.width or READS_WELL), INDENT * 2, INDENT * 2)
        elif cell:
            yield f"{INDENT * 2}{head}: " + (paint(row.kind, cell) if place == marked else cell)


# --- rich's ---


def _richly(
    rows: Iterable[Row], heads: Sequence[str], table: Table, layout: TableLayout, medium: Medium
) -> Iterator[str]:
    """All rows in one table; rows that come one by one in tables of a row each, of the same widths."""
    if isinstance(rows, list):
        yield from _rich_table(rows, heads, table, layout, medium, headed=True)
        return
    yield from _rich_table((), heads, table, layout, medium, headed=True)
    for row in rows:
        yield from _rich_table((row,), heads, table, layout, medium, headed=False)


def _rich_table(
    rows: Iterable[Row], heads: Sequence[str], table: Table, layout: TableLayout, medium: Medium, headed: bool
) -> Iterator[str]:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    def words(text: str, kind: str) -> RichText:
        return RichText(text, STYLES.get(kind, "") if medium.colors else "")

    drawn = RichTable(box=_box(medium.ascii), show_header=headed, header_style="dim" if medium.colors else "",
                      border_style="dim" if medium.colors else "")  # fmt: skip
    ink, marked = ink_of(medium.ascii), table.marked % len(heads)
    for place, width in zip(layout.shown, layout.widths, strict=True):
        right = table.columns[place].right
        drawn.add_column(RichText(heads[place]), justify="right" if right else "left", no_wrap=True, width=width)
    for cells, kind in rows:
        kinds = {0: "name"} | {marked: kind}
        drawn.add_row(*(words(ink.words(cells[place]), kinds.get(place, "")) for place in layout.shown))
    paper = StringIO()
    console = Console(file=paper, width=layout.needed + 8, color_system=medium.colors, force_terminal=True,  # type: ignore[arg-type]
                      no_color=medium.colors is None, highlight=False, legacy_windows=False)  # fmt: skip
    console.print(drawn)
    yield from (line.rstrip() for line in paper.getvalue().splitlines() if line.strip())


def _box(ascii_: bool):  # type: ignore[no-untyped-def]
    from rich.box import SIMPLE_HEAD, Box

    return Box(str(SIMPLE_HEAD).replace("─", "-"), ascii=True) if ascii_ else SIMPLE_HEAD
