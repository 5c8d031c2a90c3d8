"""Typst: the source of a page that becomes a PDF without TeX (`pdf`).

Typst cuts off what is too wide without a word, so lines, tables and derivations are broken where those of LaTeX are:
what is measured and decided there is taken over. Every formula has its line in plain text for those who do not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from backprop_trace.formulas.notation.names import TYPST_NAMES, flat
from backprop_trace.formulas.notation.tex import LONGEST_WORD
from backprop_trace.formulas.notation.typst import mathematics, string
from backprop_trace.model.general import written
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Marked, Math, Naming, Signed, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.page.picture import picture
from backprop_trace.render.signs import KINDS
from backprop_trace.render.view import View, described
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex import derivation, display, general, matrices
from backprop_trace.render.writers.latex.page import DOCUMENT as PAGE
from backprop_trace.render.writers.latex.page import TEXT_SIZE
from backprop_trace.render.writers.latex.shortened import Shortened
from backprop_trace.render.writers.latex.steps import Writer
from backprop_trace.render.writers.matrices import flat as spoken
from backprop_trace.render.writers.plot import STYLE, plot
from backprop_trace.render.writers.spelling import ASCII_INK, with_powers
from backprop_trace.render.writers.typst import tables
from backprop_trace.render.writers.typst.ending import ending

PEN = general.PEN._replace(alphabet=TYPST_NAMES)
COLOURED = ("good", "bad", "notice", "faint")


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    page = _Sheet(medium)
    yield _style() + f"#set text(lang: {string(medium.language)})\n"
    yield from ending(chain(chain.from_iterable(map(page.block, blocks)), page.closing()))


@lru_cache
def _style() -> str:
    return files(__package__).joinpath("page.typ").read_text(encoding="utf-8")


class _Sheet:
    """A page as it is written, block by block. The lines of a phase are kept until it is over: their equals signs stand
    in one line. `levels`: the headings that the next one stands under."""

    def __init__(self, medium: Medium) -> None:
        self.medium = medium
        self.page = PAGE._replace(language=medium.language, comma=medium.comma)
        self.shortened = Shortened(self.page)
        self.ink, self.flat = self.shortened.ink(TYPST_NAMES), self.shortened.ink(flat(TYPST_NAMES), in_line=True)
        self.phase, self.levels = list[said.Heading | Equations](), list[int]()

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Equations) or (isinstance(block, said.Heading) and block.level > 2):
            self.phase.append(block)
            return
        yield from self.equations()
        yield "".join(self.written(block))

    def closing(self) -> Iterator[str]:
        yield from self.equations()
        yield from (f"\n#{string(remark)};\n" for remark in self.shortened.remarks())

    def written(self, block: Block) -> Iterator[str]:
        match block:
            case said.Title(text):
                yield f"#set document(title: {string(text)})\n#title{content(text)}\n"
            case said.Heading():
                yield self.heading(block)
            case said.Prose(text, kind):
                yield self.prose(text, kind)
            case said.Listed(label, items, separator):
                inside = f"#{string(separator)};".join(f"#box[{self.words(item)}]" for item in items)
                yield f"\n#strong{content(label)}: {inside}\n"
            case said.Formulas():
                yield self.formulas(block)
            case said.MatrixLines():
                yield self.matrices(block)
            case said.Chain():
                rows = derivation.rows(block, self.ink, PAGE)
                sides = [ASCII_INK.name(block.name, block.names), *ASCII_INK.sides(block.forms, block.names)]
                yield _call("in-rows", ["0pt", _line(" = ".join(sides), rows)])
            case said.Table(rows=rows, to_work_in=True):
                yield _call("boxes", [f"[{self.words(row.cells[0])}]" for row in rows])
            case said.Table():
                for arguments in tables.table(block, self.words, self.measured, PAGE):
                    yield _call("table-of", arguments)
            case said.Curve():
                yield _picture(plot(block, STYLE), block.caption or "curve", "90%")
            case said.Drawing(trace, names, blank=False):
                drawn = picture(trace, View(trace.example, style=names.style), self.medium)
                about = self.word(f"The network with its numbers: {described(trace.example)}")
                yield _picture("".join(drawn), about, "88%")
            case said.Message():
                yield from self.message(block)

    def heading(self, block: said.Heading) -> str:
        self.levels = [*(level for level in self.levels if level < block.level), block.level]
        return f"#section({len(self.levels)}, {block.level})[{self.words(block.text)}]\n"

    def prose(self, text: Text, kind: str) -> str:
        inside = f"#marked({string(kind)})[{self.words(text)}]" if kind in COLOURED else self.words(text)
        label = f"*{self.word(kind).capitalize()}:* " if kind in ("note", "warning") else ""
        return f"\n{label}{inside}\n"

    def message(self, message: said.Message) -> Iterator[str]:
        title = (Signed(message.kind), " ", *with_powers(message.title))
        yield self.heading(said.Heading(title, 2))
        yield f'\n{self.words(message.sentence)} #marked("faint"){content(message.place)}\n'
        if message.rows:
            cells = (f"[{self.words(cell)}]" for row in message.rows for cell in row)
            yield _call("pairs", ["(auto, 1fr)", *cells])
        yield f"\n{self.words(message.after)}\n" if message.after else ""

    # --- mathematics ---

    def equations(self) -> Iterator[str]:
        """What was kept of a phase."""
        phase, self.phase = self.phase, []
        lines = [(line.name, block.names) for block in phase if isinstance(block, Equations) for line in block.lines]
        margin = display.Margin((self.ink.name(*line) for line in lines), PAGE)
        for block in phase:
            yield from self.lines(block, margin) if isinstance(block, Equations) else [self.heading(block)]

    def lines(self, block: Equations, margin: display.Margin) -> Iterator[str]:
        """In columns, or on as many rows as they need."""
        writer, wide = Writer(self.ink, block.names, self.page), f"{margin.width * TEXT_SIZE:.1f}pt"
        steps = [writer.step(line, margin.room) for line in block.lines]
        self.shortened.saw(step.digits for step in steps)
        spoken, alternative = iter([_spoken(line, block.names) for line in block.lines]), ""
        for layout in display.layouts(steps, margin, PAGE):
            lines = []
            for rows in layout.steps:
                is_shortcut = layout.columns and not rows[0][0]
                alternative = f"shortcut of {alternative}" if is_shortcut else next(spoken)
                lines.append(_line(alternative, rows))
            yield _call("in-columns" if layout.columns else "in-rows", [wide, *lines])

    def formulas(self, block: said.Formulas) -> str:
        assert ASCII_INK.letters is not None and ASCII_INK.general is not None
        sides = [written(line, general.LETTERS[block.style], PEN) for line in block.lines]
        spoken = (written(line, ASCII_INK.letters[block.style], ASCII_INK.general) for line in block.lines)
        return _pairs(
            [(about, f"{left} = {right}") for about, left, right in sides],
            (f"{left} = {right}" for _, left, right in spoken),
        )

    def matrices(self, block: said.MatrixLines) -> str:
        texts = [spoken(line, block.names, ASCII_INK) for line in block.lines]
        if any(line.about for line in block.lines):
            sides = (" = ".join(matrices.sides(line, block.names, self.ink)) for line in block.lines)
            return _pairs(list(zip((line.about for line in block.lines), sides, strict=True)), texts)
        rows = [list(matrices.rows(line, block.names, self.ink, PAGE)) for line in block.lines]
        return _call("in-rows", ["0pt", *map(_line, texts, rows)])

    # --- words ---

    def word(self, text: str) -> str:
        """A word of our own."""
        return word(text, self.page.language)

    def words(self, text: Text) -> str:
        """A sentence or cell: words are literal, formulas become mathematics."""
        return "".join(map(self.span, with_powers(text)))

    def span(self, span: Span) -> str:
        match span:
            case Math():
                return f"#in-line({string(ASCII_INK.math(span))}, ${mathematics(self.flat.math(span))}$)"
            case Marked(kind, text):
                return f"#marked({string(kind)}){content(text)}"
            case Signed(verdict, text):
                sign = KINDS[verdict]
                return f"#marked({string(sign.colour)}){content(sign.sign)}" + (f" #{string(text)};" if text else "")
            case _:
                return f"#{literal(span)};"

    def measured(self, text: Text) -> str:
        """A cell in LaTeX, whose width is known."""
        return "".join(
            f"${self.flat.math(span)}$" if isinstance(span, Math) else self.flat.words((span,))
            for span in with_powers(text)
        )


def _spoken(line: said.Equated, names: Naming) -> str:
    """A line in plain text, with its shortcut."""
    sides = [ASCII_INK.name(line.name, names), *dict.fromkeys(ASCII_INK.sides(line.sides, names))]
    shortcut = " = ".join(ASCII_INK.sides(line.shortcut, names))
    return " = ".join(sides) + (f" (shortcut: {shortcut})" if shortcut else "")


def _line(alternative: str, rows: Sequence[display.Row]) -> str:
    """The arguments for a line: what is read out, the name, and the parts beside it."""
    parts = [rows[0][0], *(part for row in rows for part in row[1:])]
    return f"({string(alternative)}, {', '.join(map(_part, parts))})"


def _part(latex: str) -> str:
    """What begins with a sign is set as if something stood before it."""
    return f'$display("" {mathematics(latex)})$'


def _pairs(lines: Sequence[tuple[str, str]], spoken: Iterable[str]) -> str:
    """Formulas, each beside what it is about, or below where it is too wide."""
    beside = general.fit_beside([(rf"\text{{{about}}}", latex, "") for about, latex in lines], PAGE)
    cells = [
        f"{content(about)}, alone({string(text)}, $ {mathematics(latex)} $)"
        for (about, latex), text in zip(lines, spoken, strict=True)
    ]
    return _call("pairs", ["(auto, 1fr)" if beside else "(1fr,)", *cells])


def _picture(svg: str, alternative: str, width: str) -> str:
    return _call("picture", [string(svg), string(alternative), width]) if svg else ""


def content(text: str) -> str:
    """Text from anywhere as content, never as markup."""
    return f"[#{literal(text)};]"


def literal(text: str) -> str:
    """Text as a string; a word too long for a line can be broken."""
    return string(re.sub(rf"\S{{{LONGEST_WORD}}}", "\\g<0>\u200b", text))


def _call(function: str, arguments: Iterable[str]) -> str:
    inside = "".join(f"  {argument},\n" for argument in arguments)
    return f"#{function}(\n{inside})\n"
