"""One line per quantity: `name = formula = numbers = value`. For grep, for pipes, for screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.render.view import View, rows
from backprop_trace.run.step import Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    notation, alphabet = view.notation
    for trace in traces:
        prefix = f"step {trace.step}: " if view.steps > 1 or trace.step > 1 else ""
        for row in rows(trace, view, notation, alphabet):
            formula = "" if row.formula == row.value else row.formula
            parts = [row.name, formula, row.numbers, row.value]
            yield prefix + " = ".join(part for part in parts if part)
            yield f"  (shortcut: {row.shortcut})\n" if row.shortcut else "\n"
