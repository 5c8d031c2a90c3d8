"""Tables in Typst, divided where those of LaTeX are; digits that are not seen put decimal points below each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from backprop_trace.formulas.notation.typst import mathematics, string
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Text
from backprop_trace.render.writers.latex import tables
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.tables import NEW_LINE

Words = Callable[[Text], str]


def table(table: said.Table, words: Words, measured: Words, page: TextBlock) -> Iterator[list[str]]:
    """The arguments of `table-of`, once or more: `words` writes a cell, `measured` the same in LaTeX."""
    for columns, remarks, rows in tables.divided(table, list(table.rows), measured, page):
        heads = "".join(f"[{words(table.columns[column.place].heading)}], " for column in columns)
        cells = [
            [*map(_number, column.cells)] if column.number else [f"[{words(row.cells[column.place])}]" for row in rows]
            for column in columns
        ]
        lines = ["".join(f"{cell}, " for cell in row) for row in zip(*cells, strict=True)]
        for place, remark in enumerate(remarks):
            if remark:
                lines[place] += f"..below({len(columns) - 1}, [{words(rows[place].cells[-1])}]), "
        widths = "".join("1fr, " if column.room else "auto, " for column in columns)
        yield [f"({widths})", f"({heads})", *(f"({line})" for line in lines)]


_PLAIN = re.compile(r"\$(?:\\phantom{([^}]*)})?(-?[\d.{},]+?(?:\\ldots)?)(?:\\phantom{([^}]*)})?\$")
"""A number between digits that are not seen."""


def _number(latex: str) -> str:
    """A cell of a column of numbers; rows of digits below each other."""
    if NEW_LINE in latex:
        return f"[{' #linebreak() '.join(f'#{_number(row)}' for row in latex.split(NEW_LINE))}]"
    if match := _PLAIN.fullmatch(latex):
        before, number, after = (_minus(text or "") for text in match.groups())
        return f'digits("{before}", "{number}", "{after}")'
    return f"[#in-line({string(latex.strip('$'))}, ${mathematics(latex.strip('$'))}$)]" if latex else "[]"


def _minus(text: str) -> str:
    return text.replace("-", "\u2212").replace("{,}", ",").replace(r"\ldots", "\u2026")
