"""Samples from a CSV file: its columns by name, every cell with its place.

The first line names the columns; they are separated by commas, semicolons or tabs. What is wrong with the file is
raised at once as a `source.SourceError` with line and column.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.files.source import LARGEST_FILE, Place, Problem, SourceError, did_you_mean, read_text
from backprop_trace.formulas.numbers import NotANumber, given_number
from backprop_trace.formulas.vocabulary import normal

MOST_PROBLEMS = 20


class TableRow(NamedTuple):
    line: int
    cells: list[str]


def read_columns(path: str, wanted: Sequence[str], words: Sequence[str] = ()) -> list[list[str]]:
    """The numbers of the wanted columns, as written, a list for each; `words` are columns that may hold words, too.

    Raises SourceError.
    """
    text, name = read_text(path)
    lines = text.splitlines()
    header, *rows = [*_rows(lines)] or [TableRow(1, [])]
    titles, wanted = [normal(cell) for cell in header.cells], [normal(title) for title in wanted]
    problems = [*_header_problems(titles, wanted, Place(header.line, 1, max(1, len(lines[0]) if lines else 1)))]
    if not rows:
        problems.append(Problem("there is not a single sample in the file"))
    for row in rows if not problems else ():
        problems += _row_problems(row, titles, wanted, words, lines[row.line - 1])
    if problems:
        more = len(problems) - MOST_PROBLEMS
        extra = [Problem(f"and {more} more problems in this file")] if more > 0 else []
        raise SourceError(problems[:MOST_PROBLEMS] + extra, name, text)
    places = [titles.index(title) for title in wanted]
    return [[row.cells[place].strip().replace("−", "-").lstrip("+") for row in rows] for place in places]


def _rows(lines: Sequence[str]) -> Iterator[TableRow]:
    """The lines that are not empty, split into cells."""
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    csv.field_size_limit(LARGEST_FILE)  # a cell has no limit of its own
    reader = csv.reader(lines, delimiter=delimiter, strict=False)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield TableRow(reader.line_num, cells)


def _header_problems(titles: Sequence[str], wanted: Sequence[str], place: Place) -> Iterator[Problem]:
    for title in wanted:
        if titles.count(title) != 1:
            if title in titles:
                yield Problem(f"the column {title!r} stands twice", place, help="keep one of them")
            else:
                yield Problem(f"the column {title!r} is missing", place, help=did_you_mean(title, titles))


def _row_problems(
    row: TableRow, titles: Sequence[str], wanted: Sequence[str], words: Sequence[str], line: str
) -> Iterator[Problem]:
    if len(row.cells) != len(titles):
        yield Problem(f"{len(row.cells)} cells here, {len(titles)} columns", Place(row.line, 1, max(1, len(line))))
        return
    for title in wanted:
        place = titles.index(title)
        cell = row.cells[place]
        try:
            given_number(cell)
        except NotANumber as wrong:
            if title in words and cell.strip():
                continue
            column = sum(len(before) + 1 for before in row.cells[:place]) + 1
            message = f"{wrong}: {cell[:60]!r}" if cell.strip() else "an empty cell"
            yield Problem(f"{message} in the column {title!r}", Place(row.line, column, max(1, len(cell))))
