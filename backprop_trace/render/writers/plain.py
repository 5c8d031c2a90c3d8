"""A thing a line: `name = formula = numbers = value`, cells between tabs, `place: verdict: sentence`.

For grep, for pipes, for screen readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations
from backprop_trace.render.medium import Medium
from backprop_trace.render.words import word
from backprop_trace.render.writers import matrices
from backprop_trace.render.writers.spelling import Ink, ink_of


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    ink = ink_of(medium.ascii)
    for block in blocks:
        match block:
            case Equations():
                yield from _equations(block, ink, word("shortcut", medium.language))
            case said.Table():
                yield from _table(block, ink)
            case said.MatrixLines(lines, names):
                yield from (matrices.flat(line, names, ink) + "\n" for line in lines)
            case said.Chain(name, forms, names):
                yield " = ".join([ink.name(name, names), *ink.sides(forms, names)]) + "\n"
            case said.Message(kind, title, place, sentence):
                spoken = [place, kind, ink.words(title), ink.words(sentence)]
                yield ": ".join(text for text in spoken if text) + "\n"


def _equations(block: Equations, ink: Ink, shortcut: str) -> Iterator[str]:
    prefix = f"step {block.step}: " if block.step else ""
    for line in block.lines:
        formula, *numbers, value = ink.sides(line.sides, block.names)
        forms = [ink.name(line.name, block.names), "" if formula == value else formula, *numbers, value]
        yield prefix + " = ".join(form for form in forms if form)
        yield f"  ({shortcut}: {' = '.join(ink.sides(line.shortcut, block.names))})\n" if line.shortcut else "\n"


def _table(table: said.Table, ink: Ink) -> Iterator[str]:
    if table.headed:
        yield "\t".join(ink.words(column.heading) for column in table.columns) + "\n"
    yield from ("\t".join(map(ink.words, cells)) + "\n" for cells, _ in table.rows)
