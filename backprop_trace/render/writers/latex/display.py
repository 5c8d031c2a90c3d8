r"""Steps as displayed mathematics, aligned at their equals signs.

Where the steps of a group are short they stand in columns, `name = formula = numbers = value`; where they are long,
each part is a row of its own, and the longest are broken over several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from backprop_trace.render.writers.latex.page import TEXT_SIZE, TextBlock
from backprop_trace.render.writers.latex.rows import filled
from backprop_trace.render.writers.latex.steps import Side, Step
from backprop_trace.render.writers.latex.width import width

SIGN = 14.0
"""The width of an equals sign with its spaces."""

WHOLE = 16
"""Steps of so many rows stay on one page."""

BREAK = " \\displaybreak[0]\\\\\n"
"""Between rows of a step that may be broken over pages."""

NEXT = " \\\\[3pt]\n"
"""Between steps."""

MAY_BREAK = re.compile(f"({re.escape(BREAK)}|{re.escape(NEXT)})")

INDENT = 10.0
WIDEST_NAME = 0.34
"""Names that take more of the width than this stand on a row of their own."""


class Margin:
    """The column of names, equally wide in all displays of a phase, so that the equals signs stand in one line."""

    def __init__(self, names: Iterable[str], page: TextBlock):
        self.widest = max(map(width, names), default=0.0)
        self.above = self.widest > WIDEST_NAME * page.width
        self.fixed = not page.rows
        self.width = INDENT if self.above else self.widest
        self.room = page.width - self.width - SIGN - INDENT

    def setting(self) -> str:
        """What the preamble's `lhs` needs to know."""
        return rf"\lhsas{{{self.widest * TEXT_SIZE:.1f}pt}}%" + "\n" if self.boxed else ""

    @property
    def boxed(self) -> bool:
        return self.fixed and not self.above

    def name(self, name: str) -> str:
        return rf"\lhs{{{name}}}" if self.boxed and name else name


Row: TypeAlias = tuple[str, ...]
"""A name, or nothing where the row goes on with what stands above it, and what stands beside: `= formula`."""


class Layout(NamedTuple):
    """Steps, each of rows: with formula, numbers and value in columns, or with one part or more in each row."""

    columns: bool
    steps: list[list[Row]]

    @property
    def environment(self) -> str:
        return "alignat*}{3" if self.columns else "align*"


def layouts(steps: Sequence[Step], margin: Margin, page: TextBlock) -> Iterator[Layout]:
    """The steps in one layout, or in several where a display may have so many rows only; one with terms of its own does
    not keep the others out of columns."""
    for _, alike in groupby(steps, key=lambda step: bool(step.terms)):
        layout = _laid_out(list(alike), margin, page)
        yield from (layout._replace(steps=part) for part in _parts(layout.steps, page.rows))


def _laid_out(steps: Sequence[Step], margin: Margin, page: TextBlock) -> Layout:
    """In columns where each line fits into one row of them, else each part on as many rows as it needs."""
    columns = None if margin.above else _columns(steps)
    if columns is not None and sum(columns) + 3 * SIGN + margin.width <= page.width:
        return Layout(True, [[row] for step in steps for row in _in_columns(step)])
    return Layout(False, [_stacked(step, margin) for step in steps])


def joined(row: Row, name: str) -> str:
    """A row in an environment that aligns at `&`."""
    return f"{name} &{' &&'.join(row[1:])}".lstrip()


def display(steps: Sequence[Step], margin: Margin, page: TextBlock) -> Iterator[str]:
    """The steps in displays that align at their equals signs."""
    for layout in layouts(steps, margin, page):
        kind = layout.environment.partition("}")[0]
        written = [[joined(row, margin.name(row[0])) for row in rows] for rows in layout.steps]
        broken = BREAK if page.rows else " \\\\\n"  # a document allows breaks everywhere
        ends = (" \\\\*\n" if height(r"\\".join(rows)) <= (page.rows or WHOLE) else broken for rows in written)
        body = NEXT.join(end.join(rows) for end, rows in zip(ends, written, strict=True))
        yield f"\\begin{{{layout.environment}}}\n{body}\n\\end{{{kind}}}\n"


def height(text: str) -> float:
    """How high the rows of a display are, beside a row of 25 pt on a slide."""
    stacked = 0.4 * text.count(r"\begin{gathered}") + 0.12 * text.count("[3pt]")
    return stacked + sum(map(_row_height, text.split(r"\\")))


def _row_height(row: str) -> float:
    """By what makes a row high: derivatives at a sample or time step, fractions, powers with such an exponent."""
    raised = "^{(" in row
    if r"\rvert" in row:
        return 1.3
    if r"\frac" in row:
        return 1.2 if raised else 0.9
    return 0.95 if raised and "e^{" in row else 0.6 if raised else 0.5


def _parts(steps: list[list[Row]], most: int) -> Iterator[list[list[Row]]]:
    """Steps of rows, as high as so many rows with fractions at a time (0: all)."""
    part: list[list[Row]] = []
    filled = 0.0
    for rows in steps:
        needed = sum(height("".join(row)) for row in rows)
        if most and part and filled + needed > most:
            yield part
            part, filled = [], 0.0
        part.append(rows)
        filled += needed
    if part:
        yield part


# --- columns ---


def _cells(step: Step) -> tuple[str, str, str] | None:
    """formula, numbers and value, each in one piece; None if one of them takes more."""
    value = _joined(step.value)
    if len(step.formula) > 1 or len(step.numbers) > 1 or value is None or step.terms:
        return None
    return step.formula[0], "".join(step.numbers), value + step.remark


def _joined(value: list[Side]) -> str | None:
    if any(len(side.texts) > 1 for side in value):
        return None
    return value[0].texts[0] + "".join(f" {side.sign} {side.texts[0]}" for side in value[1:])


def _with_shortcut(step: Step) -> list[Step]:
    return [step] if step.shortcut is None else [step, step.shortcut]


def _columns(steps: Sequence[Step]) -> tuple[float, ...] | None:
    """How wide the columns are; None if a part is too long for one."""
    cells = [_cells(part) for step in steps for part in _with_shortcut(step)]
    if any(cell is None for cell in cells):
        return None
    widths = [[width(text) for text in cell] for cell in cells if cell is not None]
    return tuple(max(column) for column in zip(*widths, strict=True))


def _in_columns(step: Step) -> Iterator[Row]:
    for part in _with_shortcut(step):
        cells = _cells(part)
        assert cells is not None
        formula, numbers, value = cells
        yield part.name, f"= {formula}", f"= {numbers}" if numbers else "", f"= {value}"


# --- rows ---


def _stacked(step: Step, margin: Margin) -> list[Row]:
    rows = _equated(step, margin.room)
    if step.shortcut is not None:
        rows += _equated(step.shortcut, margin.room - width(step.shortcut.remark))
    if margin.above:
        return [("", f" {step.name}"), *(("", rf"\quad {row}") for row in rows)]
    return [(step.name, rows[0]), *(("", row) for row in rows[1:])]


def _equated(step: Step, room: float) -> list[str]:
    """Rows that begin with an equals sign, or are indented where they carry on the row before."""
    sides = [Side("=", step.formula), *(Side("=", part) for part in (step.numbers, *step.terms) if part), *step.value]
    written = [_rows(side, room) for side in sides]
    together = " ".join(rows[0] for rows in written)
    if all(len(rows) == 1 for rows in written) and width(together) <= room:
        return [together + step.remark]
    rows = written[0]
    for place, more in enumerate(written[1:], 1):
        is_value = place >= len(written) - len(step.value)
        if is_value and len(more) == 1 and width(rows[-1] + more[0]) <= room:
            rows[-1] += f" {more[0]}"
        else:
            rows = rows + more
    return [*rows[:-1], rows[-1] + step.remark]


def _rows(side: Side, room: float) -> list[str]:
    first, *others = filled(side.texts, room)
    return [f"{side.sign} {first}", *(rf"\quad {row}" for row in others)]
