"""JSON for other programs: an object with `title`, `engine` and `lines`, a list in the order of the listing.

Each line has `step`, `sample` and `time` (null where it belongs to none), `phase`, `name`, `formula`, `uses`,
`substitution`, `value` (a string) and, in the exact engine, `fraction` where it is one, or `smaller_than` where a 0
is only known to be smaller than that in size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from backprop_trace.formulas.expr import Name, names_in, plain
from backprop_trace.formulas.notation import ASCII, ATOM, BOX, Piece, number_piece, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import bound_of_zero, full
from backprop_trace.render.view import View, chosen, written
from backprop_trace.run.step import Line, Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    head = {"title": view.example.title, "engine": view.settings.engine}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "lines": ['
    separator = "\n"
    for record in records(traces, view):
        yield separator + json.dumps(record, ensure_ascii=False, allow_nan=False)
        separator = ",\n"
    yield "\n]}\n"


def records(traces: Iterable[Trace], view: View) -> Iterator[dict[str, Any]]:
    """The lines as JSON objects, whatever the style."""
    for trace in traces:
        writer = _Writer(trace)
        yield from (writer.record(line) for line in chosen(trace, view))


def _name(name: Name) -> Piece:
    return canonical(name), BOX if name.kind in ("d", "+") else ATOM


class _Writer:
    def __init__(self, trace: Trace):
        self.trace, self.digits = trace, trace.settings.shown_digits
        self.written = written(trace)

    def record(self, line: Line) -> dict[str, Any]:
        name, formula = line.name, line.equation.formula
        record: dict[str, Any] = {
            "step": self.trace.step,
            "sample": name.sample,
            "time": name.time,
            "phase": line.equation.phase,
            "name": canonical(plain(name)),
            "formula": show(formula, ASCII, _name),
            "uses": [canonical(used) for used in names_in(formula)],
            "substitution": show(formula, ASCII, self.number),
            "value": full(line.value, self.digits),
        }
        if isinstance(line.value, Fraction):
            record["fraction"] = fraction_text(line.value)
        if bound := bound_of_zero(line.value):
            record["smaller_than"] = bound
        if line.equation.shortcut is not None and line.shortcut is not None:
            record["shortcut"] = {
                "formula": show(line.equation.shortcut, ASCII, _name),
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
