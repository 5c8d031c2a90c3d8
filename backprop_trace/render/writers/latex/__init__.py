r"""LaTeX: a document that compiles from a plain TeX installation, or a piece of one to be pasted into another.

TeX breaks no displayed formula; so every line is broken here, by an estimate of its width (`width`), and nothing
overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.formulas.notation import LATEX, Piece, tex
from backprop_trace.formulas.notation.names import FLAT_LATEX_NAMES, LATEX_NAMES, Alphabet, Symbol
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Marked, Math, Signed, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.signs import KINDS
from backprop_trace.render.writers.latex import curve, derivation, display, drawing, general, matrices, tables
from backprop_trace.render.writers.latex.page import DOCUMENT, FRAGMENT
from backprop_trace.render.writers.latex.preamble import FRAGMENT_REMARK, PREAMBLE, SKIPS
from backprop_trace.render.writers.latex.steps import LONGEST_VALUE, Writer, short_number
from backprop_trace.render.writers.spelling import Ink


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    document = _Fragment() if medium.fragment else _Document()
    yield from document.opening()
    for block in blocks:
        yield from document.block(block)
    yield from document.closing()


class Abbreviations:
    """Names too long for a formula, each with a short one that is used instead."""

    def __init__(self, longest: int):
        self.longest, self.short = longest, dict[str, str]()

    def alphabet(self, alphabet: Alphabet) -> Alphabet:
        def symbol(whole: Symbol) -> str:
            if len(whole.text) > self.longest:
                return alphabet.symbol(Symbol(self.of(whole.text), mark=whole.mark))
            return alphabet.symbol(whole._replace(lower=self.of(whole.lower)))

        return alphabet._replace(symbol=symbol)

    def of(self, word: str) -> str:
        if len(word) <= self.longest:
            return word
        return self.short.setdefault(word, f"{word[: self.longest - 6]}\u2026{len(self.short) + 1}")


class _Document:
    """A document as it is written, block by block. The lines of a phase are kept until it is over: their equals signs
    stand in one line."""

    page = DOCUMENT

    def __init__(self) -> None:
        self.abbreviations = Abbreviations(self.page.longest_name)
        self.cut, self.longest = False, 0
        notation = LATEX._replace(number=self.put_in)
        self.ink = Ink(notation, self.abbreviations.alphabet(LATEX_NAMES))
        self.flat = Ink(notation, self.abbreviations.alphabet(FLAT_LATEX_NAMES))
        self.phase = list[said.Heading | Equations]()

    def put_in(self, text: str) -> Piece:
        """A number that is put in; the first digits of a very long one."""
        piece = short_number(text, self.page.digits)
        self.cut = self.cut or r"\ldots" in piece[0]
        return piece

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
                label = f"{kind.capitalize()}: " if kind in ("note", "warning") else ""
                yield self.prose(label + self.words(text), kind)
            case said.Listed(label, items):
                yield ragged(f"{label}: {', '.join(map(self.words, items))}.")
            case said.Formulas(lines, style):
                yield f"\\noindent {general.legend(style)}\n"
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
                self.longest = max([self.longest, *(step.digits for step in steps)])
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
        if self.cut:
            yield self.remark(f"Numbers that are put in are cut to {self.page.digits} digits, marked by dots.")
        if self.longest > LONGEST_VALUE:
            yield self.remark(f"Values are shown with {LONGEST_VALUE} digits; --format json has them all.")
        if self.abbreviations.short:
            pairs = (f"{short} = {long}" for long, short in self.abbreviations.short.items())
            yield self.remark("Long names are abbreviated: " + ", ".join(pairs) + ".")
        yield self.foot()

    def remark(self, text: str) -> str:
        return "\n\\par\\medskip\n" + ragged(tex.escaped(text))

    # --- in a sentence or a cell ---

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
