"""Markdown: the general formulas and a table per phase, the formulas as mathematics ($...$)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backprop_trace.formulas.notation import LATEX, LOOSE, Piece
from backprop_trace.formulas.notation.names import MATHJAX_NAMES
from backprop_trace.model.chain import PHASES
from backprop_trace.model.general import written
from backprop_trace.model.styles import speller
from backprop_trace.render.latex.general import LETTERS, PEN
from backprop_trace.render.table import sections
from backprop_trace.render.view import Row, View, givens, header_texts, rows
from backprop_trace.run.step import Trace


def _cases(test: str, positive: str, otherwise: str) -> Piece:
    return rf"{positive} \text{{ if }} {test} > 0 \text{{ else }} {otherwise}", LOOSE


MARKDOWN = LATEX._replace(cases=_cases)
"""LaTeX in one line: a Markdown reader takes the backslashes of a line break for escapes."""


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    for count, trace in enumerate(traces):
        if count == 0:
            yield from header(trace, view)
        if view.steps > 1 or trace.step > 1:
            yield f"\n## Training step {trace.step}\n"
        yield from _givens(trace, view)
        headed = set(PHASES) if count or view.only else set()
        for heading, members in sections(rows(trace, view, MARKDOWN, MATHJAX_NAMES)):
            phase = members[0].phase
            yield f"\n### {heading}\n"
            yield from _general(trace, phase, view) if phase not in headed else ()
            headed.add(phase)
            yield "\n| quantity | formula | numbers | value |\n|---|---|---|---|\n"
            yield from map(_line, members)


def header(trace: Trace, view: View) -> Iterator[str]:
    title, *texts = header_texts(trace, view)
    yield f"# {escaped(title)}\n"
    yield from (f"\n{escaped(text)}\n" for text in texts)


def _givens(trace: Trace, view: View) -> Iterator[str]:
    pairs = [] if view.only else givens(trace, view.phases)
    spell = speller(view.style, MATHJAX_NAMES, trace.example.network)
    if pairs:
        texts = (f"${mathematics(spell(name))} = {MARKDOWN.number(number)[0]}$" for name, number in pairs)
        yield f"\nGiven: {', '.join(texts)}\n"


def _general(trace: Trace, phase: str, view: View) -> Iterator[str]:
    """The general formulas of a phase as a list, above its first table."""
    pen = PEN._replace(notation=MARKDOWN, alphabet=MATHJAX_NAMES)
    lines = [written(line, LETTERS[view.style], pen) for line in trace.example.general_formulas([phase])]
    yield "\n" if lines else ""
    yield from (f"- {about}: ${mathematics(left)} = {mathematics(right)}$\n" for about, left, right in lines)


def _line(row: Row) -> str:
    value = f"{row.value}$, shortcut ${row.shortcut}" if row.shortcut else row.value
    cells = [f"${mathematics(text)}$" if text else "" for text in (row.name, row.formula, row.numbers, value)]
    return f"| {' | '.join(cells)} |\n"


def mathematics(latex: str) -> str:
    r"""Mathematics that survives a Markdown reader: a space keeps it from taking _ for emphasis, as after a brace.

    >>> mathematics(r"\mathit{net}_{h1}")
    '\\mathit{net} _{h1}'
    """
    return latex.replace("_", " _").replace(r"\ _", r"\_")


def escaped(text: str) -> str:
    """Text from a file, safe in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&])", r"\\\1", text)
