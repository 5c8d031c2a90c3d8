"""Records: what a page says, for other programs. json and csv write them; numbers are as they are written.

A line of a trace has `step`, `sample` and `time` (null where it belongs to none), `phase`, `name`, `formula`, `uses`,
`substitution`, `value` (a string) and, in the exact engine, `fraction` where it is one, or
`smaller_than` where a 0 is only known to be smaller than that in size. A page that has no records of
its own has those of its tables: a record a row, under the words of the headings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from backprop_trace.formulas.expr import Name, names_in, plain
from backprop_trace.formulas.notation import ASCII, ATOM, BOX, Piece, number_piece, show
from backprop_trace.formulas.notation.names import ASCII_NAMES, Speller, canonical
from backprop_trace.formulas.notation.numbers import bound_of_zero, full
from backprop_trace.model.styles import STYLES
from backprop_trace.render.blocks import Block, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.view import Names, View, chosen
from backprop_trace.render.writers.spelling import ASCII_INK
from backprop_trace.run.step import Line, Trace

if TYPE_CHECKING:
    from backprop_trace.render.pages import Page, Record


def records_of(page: Page) -> Iterator[Record]:
    """The page's own records, or those of its tables."""
    if page.records is not None:
        return page.records()
    return (record for block in page.blocks(Medium("lines")) for record in _rows(block))


def _rows(block: Block) -> Iterator[Record]:
    if isinstance(block, Table):
        keys = [column.key or ASCII_INK.words(column.heading) for column in block.columns]
        for cells, _ in block.rows:
            yield dict(zip(keys, map(ASCII_INK.words, cells), strict=True))


def lines_of(traces: Iterable[Trace], view: View) -> Iterator[Record]:
    """The lines of a trace, in the names of files or, if the view has another style, in those of the style."""
    for trace in traces:
        writer = _Recorder(trace, view)
        yield from (writer.record(line) for line in chosen(trace, view))


def name_leaf(name: Name) -> Piece:
    """A name as a file spells it."""
    return canonical(name), BOX if name.kind in ("d", "+") else ATOM


class _Recorder:
    def __init__(self, trace: Trace, view: View):
        self.trace, self.digits = trace, trace.settings.shown_digits
        own = view.style == STYLES[0]
        names = Names(trace, view, ASCII_NAMES)
        self.spell: Speller = canonical if own else names.spell
        self.leaf: Callable[[Name], Piece] = name_leaf if own else names.leaf
        self.written = trace.written

    def record(self, line: Line) -> dict[str, Any]:
        name, formula = line.name, line.equation.formula
        record: dict[str, Any] = {
            "step": self.trace.step,
            "sample": name.sample,
            "time": name.time,
            "phase": line.equation.phase,
            "name": self.spell(plain(name)),
            "formula": show(formula, ASCII, self.leaf),
            "uses": [self.spell(used) for used in names_in(formula)],
            "substitution": show(formula, ASCII, self.number),
            "value": full(line.value, self.digits),
        }
        if isinstance(line.value, Fraction):
            record["fraction"] = fraction_text(line.value)
        if bound := bound_of_zero(line.value):
            record["smaller_than"] = bound
        if line.equation.shortcut is not None and line.shortcut is not None:
            record["shortcut"] = {
                "formula": show(line.equation.shortcut, ASCII, self.leaf),
                "substitution": show(line.equation.shortcut, ASCII, self.number),
                "value": full(line.shortcut, self.digits),
            }
        return record

    def number(self, name: Name) -> Piece:
        value = self.trace.values[name]
        if name in self.written:
            return number_piece(self.written[name])
        return number_piece(fraction_text(value) if isinstance(value, Fraction) else full(value, self.digits))


def fraction_text(value: Fraction) -> str:
    """Numerator and denominator whole, however long."""
    from decimal import Decimal

    top, bottom = (format(Decimal(part), "f") for part in (value.numerator, value.denominator))
    return top if bottom == "1" else f"{top}/{bottom}"
