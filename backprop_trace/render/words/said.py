"""Blocks as they are said in a language, and with the decimal mark of its readers.

Only what the program says is changed: words of a file stay, and so do records for other programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Number, parts, rebuild
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import (
    Amount,
    Block,
    Filled,
    Item,
    Marked,
    Math,
    Matrix,
    Row,
    Side,
    Signed,
    Span,
    Text,
)
from backprop_trace.render.words import is_ours, word

_ONE_NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_NUMBER = re.compile(rf"\s*-?{_ONE_NUMBER}(?:(?:\s+-?|-){_ONE_NUMBER})*")
"""One, or several side by side."""
_IN_WORDS = re.compile(r"(?<![\w.,])(-?\d+)\.(\d+(?:e[+-]?\d+)?)(?!\.?\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FIRST_PLACE, MOST_SPANS = 0xE000, 6400
"""Characters that stand for what is no words in a sentence, while it is translated as a whole."""
_IN_FORMULAS = re.compile(r"(?<=\d)\.(?=\d)")


def spoken(blocks: Iterable[Block], language: str, comma: bool) -> Iterator[Block]:
    """The blocks in a language. comma: as the decimal mark."""
    return map(_Speaker(language, comma).block, blocks)


class _Speaker(NamedTuple):
    language: str
    comma: bool

    def block(self, block: Block) -> Block:
        match block:
            case said.Title(text):
                return said.Title(self.words(text))
            case said.Heading() | said.Prose():
                return block._replace(text=self.text(block.text))
            case said.Listed(label, items):
                separator = "; " if self.comma else block.separator
                return said.Listed(self.words(label), tuple(map(self.text, items)), separator)
            case said.Formulas(lines, style):
                general = (line._replace(about=self.words(line.about)) for line in lines)
                numbers = [line._replace(right=tuple(map(self.formula, line.right))) for line in general]
                return said.Formulas(numbers, style)
            case said.Equations(lines):
                return block._replace(lines=list(map(self.equation, lines)))
            case said.MatrixLines(lines):
                return block._replace(lines=list(map(self.matrices, lines)))
            case said.Chain():
                return block._replace(forms=tuple(map(self.formula, block.forms)))
            case said.Table():
                return self.table(block)
            case said.Curve():
                return block._replace(caption=self.words(block.caption), point="," if self.comma else ".")
            case said.Message():
                rows = tuple((self.words(label), self.text(text)) for label, text in block.rows)
                title, sentence, after = map(self.text, (block.title, block.sentence, block.after))
                return block._replace(title=title, sentence=sentence, rows=rows, after=after)
        return block

    def table(self, table: said.Table) -> said.Table:
        """Rows that come one by one still do."""
        columns = [column._replace(heading=self.text(column.heading)) for column in table.columns]
        wide = [
            column if column.width is None or not isinstance(column.heading, str)
            else column._replace(width=max(column.width, len(column.heading)))
            for column in columns
        ]  # fmt: skip
        rows = (Row(tuple(map(self.text, cells)), kind) for cells, kind in table.rows)
        return table._replace(columns=tuple(wide), rows=list(rows) if isinstance(table.rows, list) else rows)

    def equation(self, line: said.Equated) -> said.Equated:
        return line._replace(sides=self.sides(line.sides), shortcut=self.sides(line.shortcut))

    def matrices(self, line: said.MatrixLine) -> said.MatrixLine:
        sides = tuple(tuple(map(self.item, side)) for side in line.sides)
        return said.MatrixLine(sides, self.words(line.about))

    # --- words ---

    def text(self, text: Text) -> Text:
        if isinstance(text, str):
            return self.words(text)
        places = {chr(_FIRST_PLACE + place): span for place, span in enumerate(text) if not isinstance(span, str)}
        whole = "".join(span if isinstance(span, str) else chr(_FIRST_PLACE + i) for i, span in enumerate(text))
        if not places or len(text) > MOST_SPANS or not is_ours(whole):
            return tuple(map(self.span, text))
        words = re.split("([" + "".join(places) + "])", self.words(whole))
        return tuple(self.span(places[word]) if word in places else word for word in words if word)

    def span(self, span: Span) -> Span:
        match span:
            case str():
                return self.words(span)
            case Math(sides):
                return span._replace(sides=self.sides(sides))
            case Marked(kind, text):
                return Marked(kind, self.words(text))
            case Signed(verdict, text):
                return Signed(verdict, self.words(text))

    def words(self, text: str) -> str:
        if isinstance(text, said.Own):
            return text
        found = word(text, self.language)
        if not self.comma or not (_NUMBER.fullmatch(text) or is_ours(text)):
            return found
        if _NUMBER.fullmatch(text):
            return found.replace(".", ",")
        return _IN_WORDS.sub(r"\1,\2", _THOUSANDS.sub("\u202f", found))

    # --- numbers ---

    def sides(self, sides: tuple[Side, ...]) -> tuple[Side, ...]:
        return tuple(map(self.side, sides)) if self.comma else sides

    def side(self, side: Side) -> Side:
        match side:
            case Amount():
                return side._replace(decimal=side.decimal.replace(".", ","))
            case Filled(formula, number):
                return Filled(self.formula(formula), lambda name: number(name).replace(".", ","))
            case said.Verbatim(text):
                return said.Verbatim(_IN_FORMULAS.sub(",", text))
            case _:
                return self.formula(side)

    def formula(self, formula: Formula) -> Formula:
        if not self.comma:
            return formula
        if isinstance(formula, Number):
            return Number(formula.text.replace(".", ","))
        inside = tuple(map(self.formula, parts(formula)))
        return rebuild(formula, inside) if inside else formula

    def item(self, item: Item) -> Item:
        match item:
            case Matrix(rows) if self.comma:
                return Matrix(tuple(tuple(cell.replace(".", ",") for cell in row) for row in rows))
            case Amount() if self.comma:
                return item._replace(decimal=item.decimal.replace(".", ","))
        return item
