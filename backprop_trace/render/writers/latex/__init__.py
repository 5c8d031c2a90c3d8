r"""LaTeX: a document that compiles from a plain TeX installation, or a piece of one to be pasted into another.

TeX breaks no displayed formula; so every line is broken here, by an estimate of its width (`width`), and nothing
overflows.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import chain

from backprop_trace.formulas.notation import tex
from backprop_trace.formulas.notation.names import FLAT_LATEX_NAMES, LATEX_NAMES
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Marked, Math, Signed, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.signs import KINDS
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex import display, drawing, general, tables
from backprop_trace.render.writers.latex.page import (
    DOCUMENT,
    FORMULAS_OF_A_FRAGMENT,
    FORMULAS_OF_A_SLIDE,
    FRAGMENT,
    SLIDE,
    TEXT_SIZE,
    column,
)
from backprop_trace.render.writers.latex.preamble import (
    BOX,
    FITTED,
    FRAGMENT_REMARK,
    GROUP,
    NUMBERED_FROM_SECOND,
    ON_A_SLIDE,
    PREAMBLE,
    SKIPS,
    TOO_HIGH,
)
from backprop_trace.render.writers.latex.shortened import Shortened
from backprop_trace.render.writers.latex.steps import Writer
from backprop_trace.render.writers.latex.together import together
from backprop_trace.render.writers.spelling import with_powers


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    document = (_Frames if medium.frames else _Fragment if medium.fragment else _Document)(medium)
    yield from document.opening()
    yield from document.arranged(chain(chain.from_iterable(map(document.block, blocks)), document.closing()))
    yield document.foot()


class _Document:
    """A document as it is written, block by block. The lines of a phase are kept until it is over: their equals signs
    stand in one line."""

    page = displays = DOCUMENT
    """How much room there is, and how much there is for formulas."""

    def __init__(self, medium: Medium) -> None:
        self.page = self.page._replace(language=medium.language, comma=medium.comma)
        self.displays = self.displays._replace(language=medium.language)
        self.shortened = Shortened(self.page)
        self.ink, self.flat = self.shortened.ink(LATEX_NAMES), self.shortened.ink(FLAT_LATEX_NAMES, in_line=True)
        self.phase = list[said.Heading | Equations]()

    # --- what differs in a fragment ---

    def opening(self) -> Iterator[str]:
        yield PREAMBLE + "\n\\begin{document}\n" + SKIPS

    def title(self, text: str) -> str:
        return f"\\begin{{center}}\n{{\\LARGE\\bfseries {tex.escaped(text)}\\par}}\n\\end{{center}}\n"

    def heading(self, text: str, level: int = 1) -> str:
        return f"\n\\{'sub' * (level - 1)}section*{{{text}}}\n"

    def displayed(self, text: str) -> str:
        return text

    def unit(self, text: str) -> str:
        return f"\\par\\smallskip\\noindent\\textit{{{text}}}\n"

    def prose(self, text: str, kind: str) -> str:
        said = ragged(f"\\textbf{{{text}}}" if kind in ("good", "bad") else text)
        return f"{said}\\smallskip\\noindent%\n"  # a display that follows has no empty line above it

    def foot(self) -> str:
        return "\n\\end{document}\n"

    # --- block by block ---

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Equations) or (isinstance(block, said.Heading) and block.level > 2):
            self.phase.append(block)
            return
        yield from self.equations()
        yield "".join(self.written(block))

    def arranged(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces, where they stand together on a page."""
        return together(pieces)

    def written(self, block: Block) -> Iterator[str]:
        """What few documents have is imported where it is met."""
        match block:
            case said.Title(text):
                yield self.title(text)
            case said.Heading(text, level):
                yield self.heading(self.words(text), level)
            case said.Prose(text, kind):
                label = f"{self.word(kind).capitalize()}: " if kind in ("note", "warning") else ""
                yield self.prose(label + self.words(text), kind)
            case said.Listed(label, items, separator):
                yield ragged(f"{tex.escaped(label)}: {separator.join(map(self.words, items))}.")
            case said.Formulas(lines, style):
                yield f"\\noindent {general.legend(style, self.page.language)}\n"
                yield from general.overview(lines, style, self.displays)
            case said.MatrixLines():
                from backprop_trace.render.writers.latex import matrices

                yield from matrices.display(block, self.ink, self.displays)
            case said.Chain():
                from backprop_trace.render.writers.latex import derivation

                yield from derivation.display(block, self.ink, self.displays)
            case said.Table(to_work_in=True):
                from backprop_trace.render.writers.latex import boxes

                yield from boxes.boxes(block, self.words, self.page)
            case said.Table():
                yield from tables.table(block, self.words, self.page)
            case said.Curve():
                from backprop_trace.render.writers.latex import curve

                yield from curve.picture(block, self.page)
            case said.Drawing(trace, names):
                yield from drawing.picture(trace, names, self.ink.alphabet, self.page)
            case said.Message():
                yield from self.message(block)

    def equations(self) -> Iterator[str]:
        """What was kept of a phase."""
        phase, self.phase = self.phase, []
        lines = [(line.name, block.names) for block in phase if isinstance(block, Equations) for line in block.lines]
        margin = display.Margin((self.ink.name(*line) for line in lines), self.displays)
        first, *others = [piece for block in phase for piece in self.of_a_phase(block, margin)] or [""]
        yield (margin.setting() if lines else "") + first
        yield from others

    def of_a_phase(self, block: said.Heading | Equations, margin: display.Margin) -> Iterator[str]:
        if isinstance(block, said.Heading):
            yield self.unit(self.words(block.text))
            return
        writer = Writer(self.ink, block.names, self.displays)
        steps = [writer.step(line, margin.room) for line in block.lines]
        self.shortened.saw(step.digits for step in steps)
        yield from map(self.displayed, display.display(steps, margin, self.displays))

    def message(self, message: said.Message) -> Iterator[str]:
        sign, title, place = sign_of(message.kind), self.words(message.title), tex.escaped(message.place)
        yield f"\\subsection*{{{sign} {title} \\hfill \\small {place}}}\n{self.words(message.sentence)}\n\n"
        room = max([74.0, *(TEXT_SIZE * tables.text_width(label) + 8.0 for label, _ in message.rows)])
        for label, text in message.rows:
            yield f"\\hangindent={room:.0f}pt\\makebox[{room:.0f}pt][l]{{{label}}}{self.words(text)}\n\n"
        yield f"{self.words(message.after)}\n\n" if message.after else ""

    def closing(self) -> Iterator[str]:
        yield from self.equations()
        yield from map(self.remark, self.shortened.remarks())

    def remark(self, text: str) -> str:
        return "\n\\par\\medskip\n" + ragged(tex.escaped(text))

    # --- in a sentence or a cell ---

    def word(self, text: str) -> str:
        """A word of our own."""
        return tex.escaped(word(text, self.page.language))

    def words(self, text: Text) -> str:
        return "".join(map(self.span, with_powers(text)))

    def span(self, span: Span) -> str:
        match span:
            case Math():
                return f"${self.flat.math(span)}$"
            case Marked(_, text):
                return tex.escaped(text)
            case Signed(verdict, text):
                return f"{sign_of(verdict)} {tex.escaped(text)}".rstrip()
            case _:
                return tex.escaped(span)


FRAME, FORMULA_ROW, TABLE_ROW, GAP = 214.0, 25.0, 12.0, 8.0
"""How high a frame is below a title of two lines, a row on it, and what stands between displays, in points."""

TITLE_ROW, TITLE_LETTERS = 18.0, 49
"""How high a line of a title is, and how many letters it has."""


UNIT_AT, AROUND_UNITS = re.compile(r"\\node\[unit.* at \([-\d.]+,([-\d.]+)\)"), 58.0
"""Where a unit is drawn, and how much its circle, what stands above and below, and the caption take."""


def high(text: str) -> float:
    """How high a display, a table or a drawing is, in points."""
    if "tikzpicture" in text:
        places = list(map(float, UNIT_AT.findall(text)))
        return max(places, default=0.0) - min(places, default=0.0) + AROUND_UNITS
    if "tabular" in text:
        return TABLE_ROW * (text.count(r"\\") + text.count(tables.NEW_LINE) + 3)
    return FORMULA_ROW * display.height(text) + GAP


def _in_parts(text: str, left: float, room: float) -> Iterator[str]:
    """A display that is higher than what is left of a frame in several: between steps, and between rows that may be
    parted. The first part may be higher than what is left; no other is higher than a frame."""
    if high(text) <= left or not display.MAY_BREAK.search(text):
        yield text
        return
    begin, _, rest = text.partition("\n")
    body, _, end = rest.rstrip("\n").rpartition("\n")
    first, *others = display.MAY_BREAK.split(body)
    part, limit = first, left if high(first) <= left else room
    for between, row in zip(others[::2], others[1::2], strict=True):
        if high(part + between + row) > limit:
            yield f"{begin}\n{part}\n{end}\n"
            part, limit = row, room
        else:
            part += between + row
    yield f"{begin}\n{part}\n{end}\n"


SMALLEST = 0.6
"""A fragment is made no smaller than this, to fit onto a slide."""


class _Fragment(_Document):
    """The same without a preamble, in displays and tables that fit into a column; nothing around it is changed."""

    page, displays, group, box, fitted = FRAGMENT, FORMULAS_OF_A_FRAGMENT, GROUP, BOX, FITTED
    begun, headed, filled = False, False, 0.0
    """Has it begun, is there a heading in it, and how high are its displays?"""

    def __init__(self, medium: Medium) -> None:
        if medium.points:
            self.page = self.displays = column(medium.points)
        super().__init__(medium)

    def opening(self) -> Iterator[str]:
        return iter(())

    def arranged(self, pieces: Iterable[str]) -> Iterator[str]:
        return iter(pieces)

    def title(self, text: str) -> str:
        return f"% {_ascii(text)}\n" + FRAGMENT_REMARK

    def block(self, block: Block) -> Iterator[str]:
        """What stands above the first heading is a remark for whoever pastes it."""
        if isinstance(block, said.Prose) and not self.begun:
            yield f"% {_ascii(self.flat.words(block.text))}\n"
            return
        if not self.begun and not isinstance(block, said.Title):
            self.begun = True
            yield self.group + self.box
        self.headed = self.headed or isinstance(block, said.Heading)
        yield from super().block(block)

    def displayed(self, text: str) -> str:
        self.filled += high(text)
        return text

    def written(self, block: Block) -> Iterator[str]:
        text = "".join(super().written(block))
        self.filled += high(text) if isinstance(block, said.Table) else 0.0
        yield text

    def heading(self, text: str, level: int = 1) -> str:
        return f"\n% ---- {text} ----\n\\par\\medskip\\noindent\\textbf{{{text}}}\\par\n"

    def foot(self) -> str:
        too_high = not self.headed and self.filled * SMALLEST > FRAME + 10.0
        return (TOO_HIGH if too_high else "") + self.fitted + "\\par\\endgroup\n" if self.begun else ""


class _Frames(_Fragment):
    """Frames of a talk: one for each unit, or for what stands under a heading without units."""

    page, displays, group, box, fitted = SLIDE, FORMULAS_OF_A_SLIDE, GROUP + NUMBERED_FROM_SECOND, "", ""
    frame, above, shows, room = False, "", "", FRAME
    """Has a frame begun, the heading, what the frame shows, and how much room there is on it."""

    def title(self, text: str) -> str:
        self.above = tex.escaped(text)
        return super().title(text)

    def heading(self, text: str, level: int = 1) -> str:
        self.above = text
        return self.ended()

    def unit(self, text: str) -> str:
        return self.started(f"{self.above}: {text}" if self.above else text)

    def displayed(self, text: str) -> str:
        """A display or a table; where there is no more room the next frame begins."""
        return "".join(map(self._on_a_frame, _in_parts(text, self.room - self.filled, self.room)))

    def _on_a_frame(self, part: str) -> str:
        again = self.started(self.shows) if self.filled and self.filled + high(part) > self.room else ""
        self.filled += high(part)
        return again + part

    def written(self, block: Block) -> Iterator[str]:
        if not isinstance(block, said.Title | said.Heading) and not self.frame:
            yield self.started(self.above)
        if isinstance(block, said.Table):
            first, *pieces = "".join(super(_Fragment, self).written(block)).split("\\begin{center}")
            yield first + "".join(self.displayed("\\begin{center}" + piece) for piece in pieces)
            return
        text = "".join(super(_Fragment, self).written(block))
        if isinstance(block, said.Drawing):
            self.filled += high(text)
        yield self._in_words(text) if isinstance(block, said.Listed) else text

    def remark(self, text: str) -> str:
        letters = int((self.room / TABLE_ROW - 3) * self.page.width / tables.LETTER)
        parts = textwrap.wrap(text, letters, break_long_words=False, break_on_hyphens=False)
        return "".join(self._in_words(super(_Frames, self).remark(part)) for part in parts)

    def _in_words(self, text: str) -> str:
        """A paragraph; where there is no more room on the next frame."""
        height = TABLE_ROW * (tables.text_width(text) / self.page.width + 1)
        again = self.started(self.shows) if self.filled and self.filled + height > self.room else ""
        self.filled += height
        return again + text

    def equations(self) -> Iterator[str]:
        if self.phase and isinstance(self.phase[0], Equations) and not self.frame:
            yield self.started(self.above)
        yield from super().equations()

    def started(self, title: str) -> str:
        ended, self.frame, self.shows, self.filled = self.ended(), True, title, 0.0
        rows = tables.text_width(title) / (TITLE_LETTERS * tables.LETTER)
        self.room = FRAME - TITLE_ROW * (int(rows) - 1)
        return f"{ended}\n\\begin{{frame}}[allowframebreaks=1]{{{title}}}\n{ON_A_SLIDE}\n"

    def ended(self) -> str:
        was, self.frame = self.frame, False
        return "\\end{frame}\n" if was else ""

    def foot(self) -> str:
        return self.ended() + super().foot()


def sign_of(verdict: str) -> str:
    kind = KINDS[verdict]
    return f"\\textcolor{{{kind.colour}}}{{${kind.latex}$}}"


def ragged(text: str) -> str:
    """A paragraph without hyphens and stretched spaces."""
    return f"{{\\raggedright {text}\\par}}\n"


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
