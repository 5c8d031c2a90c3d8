r"""Tables: given numbers, quantities that are only listed, and the closing one of old weight, gradient, new weight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.formulas.notation import latex_number
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Text
from backprop_trace.render.writers.latex.digits import aligned
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.steps import digit_rows
from backprop_trace.render.writers.latex.width import width

GAP = 10.0
BETWEEN = 18.0
"""Between columns that stand beside each other once more."""

EM = 10.0
"""The width of an em at 10 pt."""

DIGITS = 0.95
"""How much of a cell digits over several rows fill: beside an em they are wider in Latin Modern Sans."""

LETTER = 5.6
"""The width of a letter of text, on the safe side."""

_NARROW, SAVED = re.compile("[ .,:;]"), 2.0
"""What is narrower than a letter, and by how much."""

WIDEST_FIRST = 80.0
"""Room that is kept for the first column."""

FEWEST_DIGITS = 40.0
"""Room for the digits of a number over several rows."""

NEW_LINE = r" \newline "
"""In a cell of several rows."""

FEWEST_WORDS = 150.0
"""Where there is less room beside the other columns, sentences stand below their row."""

LONG = 60
"""Tables of more rows are set smaller."""

TIED = 4
"""So many rows stay together at the beginning of a table and at its end."""

ROWS = 12
"""A table of more rows than this stands side by side with itself, where there is room; in a piece of more than a
display has."""

SHORT = 24
"""Tables of so many rows are not broken over pages."""


class Cells(NamedTuple):
    """A column of formulas or numbers, left-aligned; `room`: of words over several lines, so wide. `begins`: a table
    that is too wide is divided before it."""

    heading: str
    cells: list[str]
    number: bool = False
    room: float = 0.0
    begins: bool = False
    place: int = 0


class Part(NamedTuple):
    """Columns that are set side by side; `remarks`: what stands below each row, if anything."""

    columns: list[Cells]
    remarks: list[str]
    rows: Sequence[said.Row]

    def without_empty_rows(self) -> Part:
        """Where a table was divided, a row may have nothing in these columns: the total of what has none."""
        _, *others = self.columns
        kept = [place for place in range(len(self.rows)) if any(column.cells[place] for column in others)]
        columns = [column._replace(cells=[column.cells[place] for place in kept]) for column in self.columns]
        remarks = [self.remarks[place] for place in kept] if self.remarks else []
        return Part(columns, remarks, [self.rows[place] for place in kept])


def table(table: said.Table, words: Callable[[Text], str], page: TextBlock) -> Iterator[str]:
    """The table; one that is too wide in several, each with the first column."""
    for part in divided(table, list(table.rows), words, page):
        yield from _whole(part.columns, part.remarks, page)


def divided(
    table: said.Table, rows: Sequence[said.Row], words: Callable[[Text], str], page: TextBlock
) -> Iterator[Part]:
    """What of a table stands side by side; `words` writes a cell in LaTeX."""
    if not rows:
        return
    columns = [
        _column(column, [row.cells[place] for row in rows], words)._replace(place=place)
        for place, column in enumerate(table.columns)
    ]
    first, *others = _with_rows_of_digits(columns, table, rows, page)
    below = others.pop() if table.columns[-1].below and others else None
    room = page.width - needed([first, *others]) - GAP
    if below is not None and room > FEWEST_WORDS:
        others.append(below._replace(room=min(room, _width(below))))
    remarks = below.cells if below is not None and room <= FEWEST_WORDS and any(below.cells) else []
    narrowed = [_narrowed(column, page.width - needed([first]) - GAP) for column in others]
    *parts, last = _parts(first, narrowed, page)
    found = [*(Part([first, *part], [], rows) for part in parts), Part([first, *last], remarks, rows)]
    yield from (part.without_empty_rows() if parts else part for part in found)


def _parts(first: Cells, columns: Sequence[Cells], page: TextBlock) -> Iterator[list[Cells]]:
    """As many columns as there is room for, groups that begin anew undivided if they fit at all."""
    groups = list[list[Cells]]()
    for column in columns:
        if column.begins or not groups or needed([first, *groups[-1], column]) > page.width:
            groups.append([])
        groups[-1].append(column)
    part = list[Cells]()
    for group in groups:
        if part and needed([first, *part, *group]) > page.width:
            yield part
            part = []
        part = part + group
    yield part


def _narrowed(column: Cells, room: float) -> Cells:
    """Words that are too long for a line stand on several."""
    return column if column.number or _width(column) <= room else column._replace(room=room)


def _column(column: said.Column, cells: Sequence[Text], words: Callable[[Text], str]) -> Cells:
    heading = words(column.heading)
    if not column.number:
        return Cells(heading, [words(cell) for cell in cells], begins=column.begins)
    numbers = aligned([latex_number(cell)[0] if isinstance(cell, str) and cell else "" for cell in cells])
    return Cells(heading, [f"${cell}$" if cell else "" for cell in numbers], True, begins=column.begins)


def _with_rows_of_digits(
    columns: Sequence[Cells], table: said.Table, rows: Sequence[said.Row], page: TextBlock
) -> Iterator[Cells]:
    """The columns; where a number finds no room beside the first column, its digits stand on several rows."""
    for column in columns:
        room = max(FEWEST_DIGITS, page.width - (needed(columns[:1]) if column.place else WIDEST_FIRST) - GAP)
        if not column.number or _width(column) <= room:
            yield column
            continue
        numbers = [row.cells[column.place] for row in rows]
        texts = [
            _rows_of_digits(number, DIGITS * room) if isinstance(number, str) and number else "" for number in numbers
        ]
        yield column._replace(cells=texts, room=room)


def _rows_of_digits(number: str, room: float) -> str:
    """One that is too wide in groups of digits, be it ever so short."""
    whole = latex_number(number)[0]
    if "/" in number:
        return f"${whole}$"
    rows = digit_rows(number, room, 0) if width(whole) > room else digit_rows(number, room)
    return NEW_LINE.join(f"${row}$" for row in rows)


def needed(columns: Sequence[Cells]) -> float:
    """How wide a table of these columns is."""
    return sum(_width(column) + GAP for column in columns)


def _whole(columns: Sequence[Cells], remarks: Sequence[str], page: TextBlock) -> Iterator[str]:
    """The columns, as often side by side as the width allows; in a fragment, in pieces without page breaks."""
    count = len(columns[0].cells)
    beside = 1 if remarks else max(1, min(4, _times_beside(columns, page), -(-count // (page.rows or ROWS))))
    rows = [_row(columns, start, beside) for start in range(0, count, beside)]
    if remarks:
        rows = [_with_remark(row, remark, columns) for row, remark in zip(rows, remarks, strict=True)]
    small = len(rows) > LONG or needed(columns) > page.width
    whole = bool(page.rows) or sum(map(_height, rows)) <= SHORT
    for piece in _in_pieces(rows, 2 * page.rows):
        yield from _piece(columns, piece, beside, whole, "\\footnotesize\n" if small else "")


def _height(row: str) -> int:
    """On how many lines a row stands."""
    return 1 + max(cell.count(NEW_LINE) for cell in row.split(" & "))


def _in_pieces(rows: Sequence[str], most: int) -> Iterator[list[str]]:
    """Rows of so many lines at most at a time (0: all), about as many in each piece."""
    lines = list(map(_height, rows))
    if most and sum(lines) > most:
        most = min(most, -(-sum(lines) // -(-sum(lines) // most)) + max(lines) - 1)
    piece, filled = list[str](), 0
    for row in rows:
        if most and piece and filled + _height(row) > most:
            yield piece
            piece, filled = [], 0
        piece.append(row)
        filled += _height(row)
    yield piece


def _times_beside(columns: Sequence[Cells], page: TextBlock) -> int:
    """How often there is room for the columns."""
    return int((page.points + BETWEEN) / (page.size * needed(columns) + BETWEEN))


def _with_remark(row: str, remark: str, columns: Sequence[Cells]) -> str:
    """A sentence below the row, from the second column on."""
    if not remark:
        return row
    below, gaps = columns[1:], GAP * (len(columns) - 1) - 1.0  # more would change the columns
    room = rf"\dimexpr {sum(map(_width, below)) / EM:.2f}em+{gaps:.0f}pt"
    return f"{row} \\\\*\n& \\multicolumn{{{len(below)}}}{{@{{}}p{{{room}}}@{{}}}}{{\\raggedright {remark}}}"


def _piece(columns: Sequence[Cells], rows: list[str], beside: int, whole: bool, size: str) -> Iterator[str]:
    one = "".join(_format(column) for column in columns)
    between = rf"@{{\hspace{{{BETWEEN:.0f}pt}}}}"
    head = " & ".join([column.heading for column in columns] * beside)
    environment = "tabular" if whole else "longtable"
    yield ("\\begin{center}\n" if whole else "{") + size
    yield f"\\begin{{{environment}}}{{@{{}}{between.join([one] * beside)}@{{}}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
    yield "" if whole else "\\endhead\n\\bottomrule\n\\endfoot\n"
    yield "".join(row + end for row, end in zip(rows, _ends(rows, not whole), strict=True))
    yield "\\bottomrule\n\\end{tabular}\n\\end{center}\n" if whole else "\\end{longtable}\n}\n"


def _ends(rows: Sequence[str], broken: bool) -> Iterator[str]:
    """What stands behind each row: behind the first and last ones no page begins."""
    for place in range(len(rows)):
        tied = broken and (place < TIED - 1 or len(rows) - TIED <= place < len(rows) - 1)
        yield " \\\\*\n" if tied else " \\\\\n"


def _format(column: Cells) -> str:
    """Fixed widths, by the size of the letters: longtable then needs no second run to find them."""
    room = f"{_width(column) / EM:.2f}em"
    if column.room:
        return rf">{{\raggedright\arraybackslash}}p{{{room}}}"
    return rf"w{{l}}{{{room}}}@{{\hspace{{{GAP:.0f}pt}}}}"


def _row(columns: Sequence[Cells], start: int, beside: int) -> str:
    cells = []
    for place in range(start, start + beside):
        cells += [column.cells[place] if place < len(column.cells) else "" for column in columns]
    return " & ".join(cells)


def _width(column: Cells) -> float:
    return column.room or max(text_width(column.heading), *map(text_width, column.cells), 20.0 * (not column.number))


def text_width(text: str) -> float:
    """Words, with mathematics between dollars among them."""
    parts = text.split("$")
    plain = (re.sub(r"\\textcolor\{\w+\}|\\[a-z]+|[{}\\]", "", part) for part in parts[::2])
    return sum(LETTER * len(part) - SAVED * len(_NARROW.findall(part)) for part in plain) + sum(map(width, parts[1::2]))
