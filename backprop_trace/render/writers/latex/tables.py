r"""Tables: given numbers, quantities that are only listed, and the closing one of old weight, gradient, new weight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Text
from backprop_trace.render.writers.latex.page import TEXT_SIZE, Page
from backprop_trace.render.writers.latex.steps import short_number
from backprop_trace.render.writers.latex.width import width

GAP = 10.0
LETTER = 5.6
"""The width of a letter of text, on the safe side."""

WIDEST_FIRST = 80.0
"""Room that is kept for the first column."""

FEWEST_DIGITS = 4
FEWEST_WORDS = 150.0
"""Where there is less room beside the other columns, sentences stand below their row."""

LONG = 60
"""Tables of more rows are set smaller."""

SHORT = 24
"""Tables of so many rows are not broken over pages."""


class Column(NamedTuple):
    """A column of formulas, left-aligned, or of numbers, aligned at the decimal point; `room`: of words over several
    lines, so wide."""

    heading: str
    cells: list[str]
    number: bool = False
    room: float = 0.0


def table(table: said.Table, words: Callable[[Text], str], page: Page) -> Iterator[str]:
    """The table; one that is too wide in several, each with the first column."""
    rows = list(table.rows)
    first, *others = (
        _column(column, [row.cells[place] for row in rows], words, page) for place, column in enumerate(table.columns)
    )
    if not rows:
        return
    below = others.pop() if table.columns[-1].below and others else None
    room = page.width - needed([first, *others]) - GAP
    if below is not None and room > FEWEST_WORDS:
        others.append(below._replace(room=min(room, _widths(below)[0])))
    remarks = below.cells if below is not None and room <= FEWEST_WORDS and any(below.cells) else []
    part = [first]
    for column in (_narrowed(column, page.width - needed([first]) - GAP) for column in others):
        if len(part) > 1 and needed([*part, column]) > page.width:
            yield from _whole(part, [], page)
            part = [first]
        part.append(column)
    yield from _whole(part, remarks, page)


def _narrowed(column: Column, room: float) -> Column:
    """Words that are too long for a line stand on several."""
    return column if column.number or _widths(column)[0] <= room else column._replace(room=room)


def _column(column: said.Column, cells: Sequence[Text], words: Callable[[Text], str], page: Page) -> Column:
    """A number that is wider than the page is cut: the lines above have it whole."""
    heading = words(column.heading)
    if not column.number:
        return Column(heading, [words(cell) for cell in cells])
    for digits in range(page.digits, FEWEST_DIGITS - 1, -1):
        numbers = [short_number(cell, digits)[0] if isinstance(cell, str) and cell else "" for cell in cells]
        found = Column(heading, numbers, number=True)
        if needed([found]) <= page.width - WIDEST_FIRST:
            break
    return found


def needed(columns: Sequence[Column]) -> float:
    """How wide a table of these columns is."""
    return sum(sum(_widths(column)) + GAP for column in columns)


def _whole(columns: Sequence[Column], remarks: Sequence[str], page: Page) -> Iterator[str]:
    """The columns, as often side by side as the width allows; in a fragment, in pieces without page breaks."""
    count = len(columns[0].cells)
    beside = 1 if remarks else max(1, min(4, int(page.width / (needed(columns) + GAP)), -(-count // 12)))
    rows = [_row(columns, start, beside) for start in range(0, count, beside)]
    if remarks:
        rows = [_with_remark(row, remark, columns, page) for row, remark in zip(rows, remarks, strict=True)]
    small = len(rows) > LONG or needed(columns) > page.width
    at_once = 2 * page.rows or len(rows)
    yield "{\\footnotesize\n" if small else ""
    for start in range(0, len(rows), at_once):
        yield from _piece(columns, rows[start : start + at_once], beside, bool(page.rows) or len(rows) <= SHORT)
    yield "}\n" if small else ""


def _with_remark(row: str, remark: str, columns: Sequence[Column], page: Page) -> str:
    """A sentence below the row, from the second column on."""
    if not remark:
        return row
    count = sum(1 + column.number for column in columns[1:])
    room = (page.width - sum(_widths(columns[0])) - 2 * GAP) * TEXT_SIZE
    return f"{row} \\\\\n& \\multicolumn{{{count}}}{{p{{{room:.0f}pt}}@{{}}}}{{\\raggedright {remark}}}"


def _piece(columns: Sequence[Column], rows: list[str], beside: int, whole: bool) -> Iterator[str]:
    one = "".join(_format(column) for column in columns)
    between = rf"@{{\hspace{{{2.5 * GAP:.0f}pt}}}}"
    head = " & ".join([("& " if column.number else "") + column.heading for column in columns] * beside)
    environment = "tabular" if whole else "longtable"
    yield "\\begin{center}\n" if whole else ""
    yield f"\\begin{{{environment}}}{{@{{}}{between.join([one] * beside)}@{{}}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
    yield "" if whole else "\\endhead\n\\bottomrule\n\\endfoot\n"
    yield "".join(row + " \\\\\n" for row in rows)
    yield "\\bottomrule\n\\end{tabular}\n\\end{center}\n" if whole else "\\end{longtable}\n"


def _format(column: Column) -> str:
    """Fixed widths: longtable then needs no second run to find them."""
    before, after = (f"{points * TEXT_SIZE:.1f}pt" for points in _widths(column))
    if column.room:
        return rf">{{\raggedright\arraybackslash}}p{{{before}}}"
    gap = rf"@{{\hspace{{{GAP:.0f}pt}}}}"
    if column.number:
        return f"w{{r}}{{{before}}}@{{}}w{{l}}{{{after}}}{gap}"
    return f"w{{l}}{{{before}}}{gap}"


def _row(columns: Sequence[Column], start: int, beside: int) -> str:
    cells = []
    for place in range(start, start + beside):
        for column in columns:
            cell = column.cells[place] if place < len(column.cells) else ""
            cells += _parts(cell) if column.number else [cell]
    return " & ".join(cells)


def _parts(number: str) -> list[str]:
    """Before the decimal point, and from there on."""
    if not number or r"\frac" in number:
        return [f"${number}$" if number else "", ""]
    match = re.fullmatch(r"(-?\d*)(.*)", number)
    assert match is not None
    return [f"${match[1]}$", f"${{}}{match[2]}$" if match[2] else ""]


def _widths(column: Column) -> tuple[float, float]:
    heading = text_width(column.heading)
    if column.room:
        return column.room, 0.0
    if not column.number:
        return max(heading, *map(text_width, column.cells), 20.0), 0.0
    pairs = [_parts(cell) for cell in column.cells]
    before = max(width(whole.strip("$")) for whole, _ in pairs)
    after = max(width(rest.strip("$")) for _, rest in pairs)
    return before, max(after, heading)


def text_width(text: str) -> float:
    """Words, with mathematics between dollars among them."""
    parts = text.split("$")
    plain = (re.sub(r"\\textcolor\{\w+\}|\\[a-z]+|[{}\\]", "", part) for part in parts[::2])
    return sum(LETTER * len(part) for part in plain) + sum(map(width, parts[1::2]))
