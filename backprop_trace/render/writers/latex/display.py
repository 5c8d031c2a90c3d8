r"""Steps as displayed mathematics, aligned at their equals signs.

Where the steps of a group are short they stand in columns, `name = formula = numbers = value`; where they are long,
each part is a row of its own, and the longest are broken over several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from backprop_trace.render.writers.latex.page import TEXT_SIZE, Page
from backprop_trace.render.writers.latex.rows import filled
from backprop_trace.render.writers.latex.steps import Side, Step
from backprop_trace.render.writers.latex.width import width

SIGN = 14.0
"""The width of an equals sign with its spaces."""

INDENT = 10.0
WIDEST_NAME = 0.34
"""Names that take more of the width than this stand on a row of their own."""

SHORTCUT = r"\quad\text{(shortcut)}"


class Margin:
    """The column of names, equally wide in all displays of a phase, so that the equals signs stand in one line."""

    def __init__(self, names: Iterable[str], page: Page):
        self.widest = max(map(width, names), default=0.0)
        self.above = self.widest > WIDEST_NAME * page.width
        self.fixed = not page.rows
        self.width = INDENT if self.above else self.widest
        self.room = page.width - self.width - SIGN - INDENT

    def setting(self) -> str:
        """What the preamble's `lhs` needs to know."""
        return rf"\setlength{{\lhswidth}}{{{self.widest * TEXT_SIZE:.1f}pt}}" + "\n" if self.boxed else ""

    @property
    def boxed(self) -> bool:
        return self.fixed and not self.above

    def name(self, name: str) -> str:
        return rf"\lhs{{{name}}}" if self.boxed else name


def display(steps: Sequence[Step], margin: Margin, page: Page) -> Iterator[str]:
    """The steps in one display, or in several where a display may have so many rows only; one with terms of its own
    does not keep the others out of columns."""
    for _, alike in groupby(steps, key=lambda step: bool(step.terms)):
        yield from _display(list(alike), margin, page)


def _display(steps: Sequence[Step], margin: Margin, page: Page) -> Iterator[str]:
    columns = None if margin.above else _columns(steps)
    if columns is not None and sum(columns) + 3 * SIGN + margin.width <= page.width:
        yield from _displays("alignat*}{3", [[row] for step in steps for row in _in_columns(step, margin)], page)
    else:
        yield from _displays("align*", [_stacked(step, margin) for step in steps], page)


def _displays(environment: str, blocks: list[list[str]], page: Page) -> Iterator[str]:
    kind = environment.partition("}")[0]
    for part in _parts(blocks, page.rows):
        body = " \\\\[3pt]\n".join(" \\\\*\n".join(rows) for rows in part)
        yield f"\\begin{{{environment}}}\n{body}\n\\end{{{kind}}}\n"


def _parts(blocks: list[list[str]], most: int) -> Iterator[list[list[str]]]:
    """Blocks of rows, so many rows at a time (0: all)."""
    part: list[list[str]] = []
    for block in blocks:
        if most and part and sum(map(len, part)) + len(block) > most:
            yield part
            part = []
        part.append(block)
    if part:
        yield part


# --- columns ---


def _cells(step: Step) -> tuple[str, str, str] | None:
    """formula, numbers and value, each in one piece; None if one of them takes more."""
    value = _joined(step.value)
    if len(step.formula) > 1 or len(step.numbers) > 1 or value is None or step.terms:
        return None
    return step.formula[0], "".join(step.numbers), value + ("" if step.name else SHORTCUT)


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


def _in_columns(step: Step, margin: Margin) -> Iterator[str]:
    for part in _with_shortcut(step):
        cells = _cells(part)
        assert cells is not None
        formula, numbers, value = cells
        name = margin.name(part.name) if part.name else ""
        yield f"{name} &= {formula} &&{f'= {numbers}' if numbers else ''} &&= {value}"


# --- rows ---


def _stacked(step: Step, margin: Margin) -> list[str]:
    rows = _equated(step, margin.room)
    if step.shortcut is not None:
        rows += _equated(step.shortcut, margin.room - width(SHORTCUT), SHORTCUT)
    if margin.above:
        return [f"& {step.name}", *(rf"&\quad {row}" for row in rows)]
    return [f"{margin.name(step.name)} &{rows[0]}", *(f"&{row}" for row in rows[1:])]


def _equated(step: Step, room: float, remark: str = "") -> list[str]:
    """Rows that begin with an equals sign, or are indented where they carry on the row before."""
    sides = [Side("=", step.formula), *(Side("=", part) for part in (step.numbers, *step.terms) if part), *step.value]
    written = [_rows(side, room) for side in sides]
    together = " ".join(rows[0] for rows in written)
    if all(len(rows) == 1 for rows in written) and width(together) <= room:
        return [together + remark]
    rows = written[0]
    for place, more in enumerate(written[1:], 1):
        is_value = place >= len(written) - len(step.value)
        if is_value and len(more) == 1 and width(rows[-1] + more[0]) <= room:
            rows[-1] += f" {more[0]}"
        else:
            rows = rows + more
    return [*rows[:-1], rows[-1] + remark]


def _rows(side: Side, room: float) -> list[str]:
    first, *others = filled(side.texts, room)
    return [f"{side.sign} {first}", *(rf"\quad {row}" for row in others)]
