"""Markdown: a table per phase, the formulas as mathematics ($...$)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backprop_trace.notation import LATEX
from backprop_trace.notation.names import LATEX_NAMES, speller
from backprop_trace.render.table import sections
from backprop_trace.render.view import Row, View, described, engine, givens, notes, rows
from backprop_trace.source import printable
from backprop_trace.trace import Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    for count, trace in enumerate(traces):
        if count == 0:
            yield from header(trace, view)
        if view.steps > 1 or trace.step > 1:
            yield f"\n## Training step {trace.step}\n"
        yield from _givens(trace, view)
        for heading, members in sections(rows(trace, view, LATEX, LATEX_NAMES)):
            yield f"\n### {heading}\n\n| quantity | formula | numbers | value |\n|---|---|---|---|\n"
            yield from map(_line, members)


def header(trace: Trace, view: View) -> Iterator[str]:
    example = trace.example
    yield f"# {escaped(printable(example.title or example.name))}\n"
    texts = [example.source, example.note, described(example), engine(view.settings, trace.shortened)]
    texts += [f"Note: {note}" for note in notes(example)]
    texts += [f"Warning: {warning}" for warning in (*example.warnings, *view.warnings)]
    yield from (f"\n{escaped(printable(text))}\n" for text in texts if text)


def _givens(trace: Trace, view: View) -> Iterator[str]:
    pairs = [] if view.only else givens(trace, view.phases)
    spell = speller(view.style, LATEX_NAMES, trace.example.network)
    if pairs:
        yield f"\nGiven: {', '.join(f'${spell(name)} = {LATEX.number(number)[0]}$' for name, number in pairs)}\n"


def _line(row: Row) -> str:
    value = f"{row.value}$, shortcut ${row.shortcut}" if row.shortcut else row.value
    cells = [f"${text}$" if text else "" for text in (row.name, row.formula, row.numbers, value)]
    return f"| {' | '.join(cells)} |\n"


def escaped(text: str) -> str:
    """Text from a file, safe in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&])", r"\\\1", text)
