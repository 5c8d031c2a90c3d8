"""Markdown: headings, tables, formulas as mathematics, in two flavours.

GitHub reads Markdown's own escapes before it reads `$...$`; between backticks it leaves mathematics alone. Others read
dollars: pandoc, and with it Quarto and Word; Obsidian; editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from backprop_trace.formulas.notation import LATEX
from backprop_trace.formulas.notation.names import MATHJAX_NAMES, flat
from backprop_trace.model.general import written
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Math, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.page.picture import picture
from backprop_trace.render.view import View
from backprop_trace.render.words import word
from backprop_trace.render.writers.curve import drawn
from backprop_trace.render.writers.latex import derivation, display, matrices
from backprop_trace.render.writers.latex.display import Row
from backprop_trace.render.writers.latex.general import LETTERS, PEN
from backprop_trace.render.writers.latex.page import DOCUMENT
from backprop_trace.render.writers.latex.steps import Writer
from backprop_trace.render.writers.spelling import Ink, with_powers

CURVE_WIDTH = 72
PAGE = DOCUMENT._replace(rows=24)
"""Displays of more rows have more commands than a reader allows in one."""

INK = Ink(LATEX, MATHJAX_NAMES, PEN._replace(alphabet=MATHJAX_NAMES), dict(LETTERS))
FLAT_INK = Ink(LATEX, flat(MATHJAX_NAMES))
"""Among words: no fractions."""


class Flavor(NamedTuple):
    """What stands around mathematics in a line, and around a display of its own. large: may a parenthesis be large that
    is closed on another row?"""

    inline: tuple[str, str]
    display: tuple[str, str]
    large: bool


FLAVORS: Mapping[str, Flavor] = {
    "github": Flavor(("$`", "`$"), ("```math\n", "\n```\n"), True),
    "pandoc": Flavor(("$", "$"), ("$$\n", "\n$$\n"), False),
}


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    writer = _MarkdownWriter(medium)
    for place, block in enumerate(blocks):
        text = "".join(writer.written(block))
        if text:
            yield ("\n" if place else "") + text


class _MarkdownWriter:
    def __init__(self, medium: Medium):
        self.medium, self.flavor = medium, FLAVORS[medium.flavor]
        self.page = PAGE._replace(language=medium.language)

    def written(self, block: Block) -> Iterator[str]:
        match block:
            case said.Title(text):
                yield f"# {escaped(text)}\n"
            case said.Heading(text, level):
                yield f"{'#' * (level + 1)} {self.words(text)}\n"
            case said.Prose(text, kind):
                label = f"{self.word(kind).capitalize()}: " if kind in ("note", "warning") else ""
                strong = "**" if kind in ("good", "bad") else ""
                yield f"{strong}{label}{self.words(text)}{strong}\n"
            case said.Listed(label, items, separator):
                yield f"{label}: {separator.join(map(self.words, items))}\n"
            case said.Formulas(formulas, style):
                texts = (written(line, LETTERS[style], INK.general) for line in formulas)  # type: ignore[arg-type]
                for about, left, right in texts:
                    yield f"- {about}{': ' if about else ''}{self.inline(f'{left} = {right}')}\n"
            case Equations():
                yield self.equations(block)
            case said.Chain():
                yield self.display("aligned", derivation.rows(block, INK, PAGE))
            case said.MatrixLines():
                yield from self.matrices(block)
            case said.Table():
                yield from self.table(block)
            case said.Curve():
                lines = drawn(block, CURVE_WIDTH)
                yield "```text\n" + "".join(f"{line}\n" for line in lines) + "```\n"
            case said.Drawing(blank=False):
                yield self.drawing(block)
            case said.Message():
                yield from self.message(block)

    # --- mathematics ---

    def inline(self, latex: str) -> str:
        before, after = self.flavor.inline
        return f"{before}{latex}{after}"

    def display(self, environment: str, rows: Iterable[Row]) -> str:
        """Rows aligned at their equals signs."""
        (before, after), kind = self.flavor.display, environment.partition("}")[0]
        body = " \\\\\n".join(display.joined(row, row[0]) for row in rows)
        body = body if self.flavor.large else body.replace(r"\Bigl", "").replace(r"\Bigr", "")
        return f"{before}\\begin{{{environment}}}\n{body}\n\\end{{{kind}}}{after}"

    def equations(self, block: Equations) -> str:
        """The lines in one display, broken where those of a page are."""
        margin = display.Margin((INK.name(line.name, block.names) for line in block.lines), PAGE)
        writer = Writer(INK, block.names, self.page)
        layouts = display.layouts([writer.step(line, margin.room) for line in block.lines], margin, PAGE)
        return "\n".join(
            self.display("alignedat}{3" if columns else "aligned", (row for rows in steps for row in rows))
            for columns, steps in layouts
        )

    def matrices(self, block: said.MatrixLines) -> Iterator[str]:
        """A display for each; general formulas in a list."""
        for line in block.lines:
            if line.about:
                yield f"- {line.about}: {self.inline(' = '.join(matrices.sides(line, block.names, INK)))}\n"
            else:
                yield self.display("aligned", matrices.rows(line, block.names, INK, PAGE))

    # --- tables, pictures, messages ---

    def table(self, table: said.Table) -> Iterator[str]:
        yield _row([self.words(column.heading) for column in table.columns])
        yield _rule(table.columns)
        yield from (_row(map(self.words, cells)) for cells, _ in table.rows)

    def picture(self, block: said.Drawing) -> Iterator[str]:
        return picture(block.trace, View(block.trace.example, style=block.names.style), self.medium)

    def drawing(self, block: said.Drawing) -> str:
        """A picture beside the page, where there is a place for one."""
        if self.medium.enclose is None:
            return ""
        name = self.medium.enclose("svg", self.picture(block))
        return f"![{self.word('The network with its numbers')}]({quote(name)})\n"

    def message(self, message: said.Message) -> Iterator[str]:
        yield f"## {self.words(message.title)}\n\n{escaped(message.place)}: {self.words(message.sentence)}\n\n"
        yield from (f"* {label}: {self.words(text)}\n" for label, text in message.rows)
        yield f"\n{self.words(message.after)}\n" if message.after else ""

    def word(self, text: str) -> str:
        """A word of our own."""
        return word(text, self.medium.language)

    def words(self, text: Text) -> str:
        """A sentence or cell: words are escaped, formulas become mathematics."""
        spans = with_powers(text)
        ink = FLAT_INK if len(spans) > 1 else INK
        return "".join(
            self.inline(ink.math(span)) if isinstance(span, Math) else escaped(INK.words((span,))) for span in spans
        )


def _rule(columns: Sequence[said.Column]) -> str:
    if any(column.right for column in columns):
        return _row("---:" if column.right else "---" for column in columns)
    return "|" + "---|" * len(columns) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def escaped(text: str) -> str:
    """Text from a file, safe in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&])", r"\\\1", text)
