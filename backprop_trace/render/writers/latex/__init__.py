r"""LaTeX: a document that compiles from a plain TeX installation, or a piece of one to be pasted into another.

TeX breaks no displayed formula; so every line is broken here, by an estimate of its width (`width`), and nothing
overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.formulas.notation import tex
from backprop_trace.formulas.notation.names import FLAT_LATEX_NAMES, LATEX_NAMES
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Marked, Math, Signed, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.signs import KINDS
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex import curve, derivation, display, drawing, general, matrices, tables
from backprop_trace.render.writers.latex.page import DOCUMENT, FRAGMENT
from backprop_trace.render.writers.latex.preamble import FRAGMENT_REMARK, PREAMBLE, SKIPS
from backprop_trace.render.writers.latex.shortened import Shortened
from backprop_trace.render.writers.latex.steps import Writer


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    document = _Fragment(medium) if medium.fragment else _Document(medium)
    yield from document.opening()
    for block in blocks:
        yield from document.block(block)
    yield from document.closing()


class _Document:
    """A document as it is written, block by block. The lines of a phase are kept until it is over: their equals signs
    stand in one line."""

    page = DOCUMENT

    def __init__(self, medium: Medium) -> None:
        self.page = self.page._replace(language=medium.language, comma=medium.comma)
        self.shortened = Shortened(self.page)
        self.ink, self.flat = map(self.shortened.ink, (LATEX_NAMES, FLAT_LATEX_NAMES))
        self.phase = list[said.Heading | Equations]()

    # --- what differs in a fragment ---

    def opening(self) -> Iterator[str]:
        yield PREAMBLE + "\n\\begin{document}\n" + SKIPS

    def title(self, text: str) -> str:
        return f"\\begin{{center}}\n{{\\LARGE\\bfseries {tex.escaped(text)}\\par}}\n\\end{{center}}\n"

    def heading(self, text: str, level: int = 1) -> str:
        return f"\n\\{'sub' * (level - 1)}section*{{{text}}}\n"

    def prose(self, text: str, kind: str) -> str:
        return ragged(f"\\textbf{{{text}}}" if kind in ("good", "bad") else text) + "\\smallskip\n"

    def foot(self) -> str:
        return "\n\\end{document}\n"

    # --- block by block ---

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Equations) or (isinstance(block, said.Heading) and block.level > 2):
            self.phase.append(block)
            return
        yield from self.equations()
        yield from self.written(block)

    def written(self, block: Block) -> Iterator[str]:
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
                yield from general.overview(lines, style, self.page)
            case said.Matrices():
                yield from matrices.display(block, self.ink, self.page)
            case said.Chain():
                yield from derivation.display(block, self.ink, self.page)
            case said.Table():
                yield from tables.table(block, self.words, self.page)
            case said.Curve():
                yield from curve.picture(block, self.page)
            case said.Drawing(trace, names):
                yield from drawing.picture(trace, names.speller(self.ink.alphabet), self.page)
            case said.Message():
                yield from self.message(block)

    def equations(self) -> Iterator[str]:
        """What was kept of a phase."""
        phase, self.phase = self.phase, []
        lines = [(line.name, block.names) for block in phase if isinstance(block, Equations) for line in block.lines]
        margin = display.Margin((self.ink.name(*line) for line in lines), self.page)
        yield margin.setting() if lines else ""
        for block in phase:
            if isinstance(block, Equations):
                writer = Writer(self.ink, block.names, self.page)
                steps = [writer.step(line, margin.room) for line in block.lines]
                self.shortened.saw(step.digits for step in steps)
                yield from display.display(steps, margin, self.page)
            else:
                yield f"\\par\\smallskip\\noindent\\textit{{{self.words(block.text)}}}\n"

    def message(self, message: said.Message) -> Iterator[str]:
        sign, title, place = sign_of(message.kind), self.words(message.title), tex.escaped(message.place)
        yield f"\\subsection*{{{sign} {title} \\hfill \\small {place}}}\n{self.words(message.sentence)}\n\n"
        for label, text in message.rows:
            yield f"\\hangindent=26mm\\makebox[26mm][l]{{{label}}}{self.words(text)}\n\n"
        yield f"{self.words(message.after)}\n\n" if message.after else ""

    def closing(self) -> Iterator[str]:
        yield from self.equations()
        yield from map(self.remark, self.shortened.remarks())
        yield self.foot()

    def remark(self, text: str) -> str:
        return "\n\\par\\medskip\n" + ragged(tex.escaped(text))

    # --- in a sentence or a cell ---

    def word(self, text: str) -> str:
        """A word of our own."""
        return tex.escaped(word(text, self.page.language))

    def words(self, text: Text) -> str:
        return tex.escaped(text) if isinstance(text, str) else "".join(map(self.span, text))

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


class _Fragment(_Document):
    """The same without a preamble, in displays and tables that fit on a slide."""

    page = FRAGMENT
    begun = False

    def opening(self) -> Iterator[str]:
        return iter(())

    def title(self, text: str) -> str:
        return f"% {_ascii(text)}\n" + FRAGMENT_REMARK

    def block(self, block: Block) -> Iterator[str]:
        """What stands above the first heading is a remark for whoever pastes it."""
        if isinstance(block, said.Prose) and not self.begun:
            yield f"% {_ascii(self.flat.words(block.text))}\n"
            return
        self.begun = self.begun or not isinstance(block, said.Title)
        yield from super().block(block)

    def heading(self, text: str, level: int = 1) -> str:
        return f"\n% ---- {text} ----\n\\par\\medskip\\noindent\\textbf{{{text}}}\\par\n"

    def foot(self) -> str:
        return ""


def sign_of(verdict: str) -> str:
    kind = KINDS[verdict]
    return f"\\textcolor{{{kind.colour}}}{{${kind.latex}$}}"


def ragged(text: str) -> str:
    """A paragraph without hyphens and stretched spaces."""
    return f"{{\\raggedright {text}\\par}}\n"


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
