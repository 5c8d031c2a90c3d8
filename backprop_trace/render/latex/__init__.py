r"""A derivation in LaTeX: the network drawn, the general formulas, every quantity, and a closing table.

The document compiles with pdflatex from a plain TeX installation. With `view.fragment` it is a piece to be pasted
into an article or into the frames of a beamer talk. TeX breaks no displayed formula; so every line is broken here,
by an estimate of its width (`width`), and nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation import tex
from backprop_trace.formulas.notation.names import FLAT_LATEX_NAMES, LATEX_NAMES, Alphabet, Symbol
from backprop_trace.model.styles import speller
from backprop_trace.render.latex import display, drawing, general, groups, tables
from backprop_trace.render.latex.page import DOCUMENT, FRAGMENT, Page
from backprop_trace.render.latex.preamble import FRAGMENT_REMARK, PREAMBLE, SKIPS
from backprop_trace.render.latex.steps import LONGEST_VALUE, Writer
from backprop_trace.render.table import HEADINGS
from backprop_trace.render.view import View, chosen, header_texts
from backprop_trace.run.step import Line, Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    document = None
    for trace in traces:
        if document is None:
            document = _Fragment(trace, view) if view.fragment else _Document(trace, view)
            yield from document.opening(trace)
        yield from document.step(trace)
    if document is not None:
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
    """A document as it is written, piece by piece."""

    page: Page = DOCUMENT

    def __init__(self, trace: Trace, view: View):
        self.view, self.losses = view, list[tuple[str, str]]()
        self.abbreviations = Abbreviations(self.page.longest_name)
        self.alphabet = self.abbreviations.alphabet(LATEX_NAMES)
        network, by_output = trace.example.network, trace.listing.by_output
        self.spell = speller(view.style, self.alphabet, network, by_output)
        self.flat = speller(view.style, self.abbreviations.alphabet(FLAT_LATEX_NAMES), network, by_output)

    # --- what differs in a fragment ---

    def head(self, trace: Trace) -> Iterator[str]:
        title, *texts = header_texts(trace, self.view)
        yield PREAMBLE + "\n\\begin{document}\n" + SKIPS + "\\begin{center}\n"
        yield f"{{\\LARGE\\bfseries {tex.escaped(title)}\\par}}\n\\end{{center}}\n"
        yield "".join(ragged(tex.escaped(text)) + "\\smallskip\n" for text in texts)

    def heading(self, text: str, level: int = 0) -> str:
        return f"\n\\{'sub' * level}section*{{{text}}}\n"

    def foot(self) -> str:
        return "\n\\end{document}\n"

    # --- the parts ---

    def opening(self, trace: Trace) -> Iterator[str]:
        yield from self.head(trace)
        writer = Writer(trace, self.view, self.page, self.alphabet)
        if not trace.example.network.layers:
            yield from self.givens(trace, writer)
            return
        yield self.heading("The network")
        yield from drawing.picture(trace, self.spell, self.page)
        yield from self.givens(trace, writer)
        if formulas := trace.example.general_formulas(self.view.phases):
            yield self.heading("The formulas")
            yield f"\\noindent {general.legend(self.view.style)}\n"
            yield from general.overview(formulas, self.view.style, self.page)

    def givens(self, trace: Trace, writer: Writer) -> Iterator[str]:
        texts = {
            "Given": tables.given(trace, writer, self.flat),
            "Held fixed": tables.fixed(trace, self.flat),
        }
        yield from (ragged(f"{called}: {text}.") for called, text in texts.items() if text)
        training = trace.example.training
        if training.samples > 1 and trace.example.network.layers and not training.times:
            yield from self.sample_table(trace, writer)

    def sample_table(self, trace: Trace, writer: Writer) -> Iterator[str]:
        count = trace.example.training.samples
        shown = range(1, min(count, self.page.samples) + 1)
        columns = tables.sample_columns(trace, writer, self.flat, shown)
        if tables.needed(columns) > self.page.width:
            yield ragged(f"The {count} samples have too many inputs for a table; their numbers stand in the formulas.")
            return
        yield from tables.table(columns, self.page)
        if len(shown) < count:
            yield ragged(f"These are the first {len(shown)} of {count} samples.")

    def step(self, trace: Trace) -> Iterator[str]:
        lines = chosen(trace, self.view)
        writer = Writer(trace, self.view, self.page, self.alphabet)
        self.losses.append((str(trace.step), tables.number_text(writer, trace.listing.objective)))
        several = self.view.steps > 1 or trace.step > 1
        if several:
            yield self.heading(f"Training step {trace.step}")
        places = groups.Places.of(trace.example.network)
        full, listed = groups.split(lines, places, self.page, self.view.only)
        if listed:
            yield self.abridged(len(full), len(lines))
        for phase, members in groups.by_phase(full):
            yield self.heading(HEADINGS[phase], level=int(several))
            yield from self.phase(phase, members, trace, writer)
            yield from self.listed([line for line in listed if line.equation.phase == phase], writer)
        yield from self.table(lines, trace, writer)

    def abridged(self, full: int, count: int) -> str:
        return (
            f"Of the {count:,} quantities, {full:,} are worked out here: the first {self.page.each} of each kind in "
            "each layer. The others are listed with their values, those of the parameters in the table at the end; "
            "slopes that only repeat a weight or an output are left out.\\par\n"
        )

    def phase(self, phase: str, lines: list[Line], trace: Trace, writer: Writer) -> Iterator[str]:
        margin = display.Margin((self.spell(line.name) for line in lines), self.page)
        yield margin.setting()
        several = trace.example.training.samples > 1
        for group in groups.groups(phase, lines, trace.example.network, several, self.spell):
            if group.heading:
                yield f"\\par\\smallskip\\noindent\\textit{{{group.heading}}}\n"
            yield from display.display([writer.step(line, margin.room) for line in group.lines], margin, self.page)

    def listed(self, lines: list[Line], writer: Writer) -> Iterator[str]:
        """A table of values, without those that stand elsewhere in the document."""
        names = [line.name for line in lines if not groups.stands_elsewhere(line)]
        if not names:
            return
        yield "\\par\\medskip The others of this phase are computed in the same way.\\par\n"
        yield from tables.table(tables.value_columns(writer, self.flat, names[: self.page.listed]), self.page)
        if len(names) > self.page.listed:
            yield self.left_out(len(names) - self.page.listed)

    def left_out(self, count: int) -> str:
        return ragged(f"{count:,} more are left out here; {tex.escaped('--format csv')} lists them all.")

    def table(self, lines: list[Line], trace: Trace, writer: Writer) -> Iterator[str]:
        """Old weight, gradient, new weight of the parameters that are updated here."""
        trained = set(trace.example.rule.trained)
        updated: list[Name] = [line.name for line in lines if line.name.kind == "+" and line.name.of in trained]
        if not updated:
            return
        several = self.view.steps > 1 or trace.step > 1
        yield self.heading("Old weight, gradient, new weight", level=int(several))
        shown = updated[: self.page.listed]
        columns = tables.parameter_columns(writer, self.flat, shown, trace.listing.objective)
        yield from tables.table(columns, self.page)
        if len(shown) < len(updated):
            yield self.left_out(len(updated) - len(shown))

    def closing(self) -> Iterator[str]:
        if len(self.losses) > 1:
            yield self.heading("The loss, step by step")
            objective = self.flat(self.view.example.network.objective)
            yield from tables.table(tables.loss_columns(self.losses, objective), self.page)
        digits = self.view.settings.shown_digits
        if digits > self.page.digits:
            yield self.remark(f"Numbers that are put in are cut to {self.page.digits} digits, marked by dots.")
        if digits > LONGEST_VALUE:
            yield self.remark(f"Values are shown with {LONGEST_VALUE} digits; --format json has them all.")
        if self.abbreviations.short:
            pairs = (f"{short} = {long}" for long, short in self.abbreviations.short.items())
            yield self.remark("Long names are abbreviated: " + ", ".join(pairs) + ".")
        yield self.foot()

    def remark(self, text: str) -> str:
        return "\n\\par\\medskip\n" + ragged(tex.escaped(text))


class _Fragment(_Document):
    """The same without a preamble, in displays and tables that fit on a slide."""

    page = FRAGMENT

    def head(self, trace: Trace) -> Iterator[str]:
        title, *texts = header_texts(trace, self.view)
        yield "".join(f"% {_ascii(text)}\n" for text in (title, *texts)) + FRAGMENT_REMARK

    def heading(self, text: str, level: int = 0) -> str:
        return f"\n% ---- {text} ----\n\\par\\medskip\\noindent\\textbf{{{text}}}\\par\n"

    def foot(self) -> str:
        return ""


def ragged(text: str) -> str:
    """A paragraph without hyphens and stretched spaces."""
    return f"{{\\raggedright {text}\\par}}\n"


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
