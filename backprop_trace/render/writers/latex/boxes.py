r"""Boxes to work in: what is to be computed, room for the line, and a frame for the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Text
from backprop_trace.render.writers.latex.page import TextBlock

BESIDE, AROUND = 8.0, 6.8
"""Between two boxes, and what a frame takes on both sides together, in points."""

NARROW = 400.0
"""In a column that is narrower no two boxes stand side by side."""

RESULT = r"\fbox{\rule{0pt}{9pt}\rule{70pt}{0pt}}"


def boxes(table: said.Table, words: Callable[[Text], str], page: TextBlock) -> Iterator[str]:
    """A box for each row."""
    across = 2 if page.points > NARROW else 1
    room = (page.points - BESIDE * (across - 1)) / across - AROUND
    box = rf"\fbox{{\begin{{minipage}}[t][15mm]{{{room:.1f}pt}}"
    texts = [f"{box}{words(row.cells[0])} $=$\\par\\vfill\\hfill{RESULT}\\end{{minipage}}}}" for row in table.rows]
    for place in range(0, len(texts), across):
        yield "\\par\\noindent\n" + "\\hfill\n".join(texts[place : place + across]) + "\\par\\vspace{5pt}\n"
