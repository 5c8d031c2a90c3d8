"""Derivations as text, LaTeX or Markdown: the chain, the slopes put in, and a closed form where one was asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.files.source import printable
from backprop_trace.formulas.expr import Formula, Name, Sum
from backprop_trace.formulas.notation import LATEX, Notation, show
from backprop_trace.formulas.notation.names import LATEX_NAMES, MATHJAX_NAMES, Alphabet
from backprop_trace.model.derive import Derivation
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import speller
from backprop_trace.render.markdown import MARKDOWN, escaped, mathematics
from backprop_trace.render.view import View, spelled


class Derived(NamedTuple):
    """A derivation, and its closed form where one was asked for."""

    derivation: Derivation
    closed: Formula | None = None


class Line(NamedTuple):
    """A name, and the formulas it equals one after the other."""

    name: Name
    forms: tuple[Formula, ...]


def render(form: str, found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """The derivations in one of FORMATS."""
    return FORMATS[form](found, equations, view)


class _Writer:
    def __init__(self, notation: Notation, alphabet: Alphabet, equations: Listing, view: View):
        self.notation = notation
        self.spell = speller(view.style, alphabet, view.example.network, equations.by_output)
        self.leaf = spelled(self.spell, alphabet)

    def terms(self, formula: Formula) -> tuple[str, ...]:
        """The terms of a sum, each as text; anything else is one term."""
        return tuple(show(term, self.notation, self.leaf) for term in terms_of(formula))


def terms_of(formula: Formula) -> tuple[Formula, ...]:
    return formula.terms if isinstance(formula, Sum) else (formula,)


def lines(found: Sequence[Derived]) -> Iterator[Line]:
    """Each gradient: chain, slopes put in, closed form. What it goes by way of stands above it, once."""
    shown: set[Name] = set()
    for derivation, closed in found:
        for equation in derivation.by_way_of:
            if equation.name not in shown:
                yield Line(equation.name, (equation.formula,))
        shown |= {derivation.name, *(equation.name for equation in derivation.by_way_of)}
        forms = [form for form in (derivation.chain, derivation.filled, closed) if form is not None]
        different = [form for place, form in enumerate(forms) if form != derivation.name and form not in forms[:place]]
        yield Line(derivation.name, tuple(different))


def title(view: View) -> str:
    return printable(view.example.title or view.example.name)


def _text(found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """A term on each line, the signs below each other."""
    yield view.paint("title", title(view)) + "\n"
    writer = _Writer(*view.notation, equations, view)
    for line in lines(found):
        yield "\n"
        name = writer.spell(line.name)
        for row, (sign, term) in enumerate(_signed(map(writer.terms, line.forms))):
            start = view.paint("name", name) if row == 0 else " " * len(name)
            yield from (f"{part}\n" for part in _folded(start, f" {sign} {term}", len(name), view))


def _signed(forms: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for form in forms:
        for place, term in enumerate(form):
            yield ("=" if place == 0 else "-" if term.startswith("-") else "+"), term.removeprefix("-" if place else "")


def _folded(start: str, text: str, indent: int, view: View) -> list[str]:
    """A line that is too wide goes on below, after the sign."""
    if view.width is None or indent + len(text) <= view.width:
        return [start + text]
    room = max(30, view.width - indent)
    first, *rest = textwrap.wrap(text.strip(), room - 1, initial_indent="", subsequent_indent="    ",
                                 break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return [f"{start} {first}", *(" " * indent + line for line in rest)]


def _markdown(found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """A displayed formula per gradient."""
    yield f"# {escaped(title(view))}\n"
    writer = _Writer(MARKDOWN, MATHJAX_NAMES, equations, view)
    for line in lines(found):
        rows = (rf"{{}} {sign} {term}" for sign, term in _signed(map(writer.terms, line.forms)))
        body = " \\\\\n&".join(mathematics(row) for row in rows)
        name = mathematics(writer.spell(line.name))
        yield f"\n$$\n\\begin{{aligned}}\n{name} &{body}\n\\end{{aligned}}\n$$\n"


def _latex(found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """A document, or a piece of one, in which every row fits the page."""
    from backprop_trace.render.latex import derivation

    writer = _Writer(LATEX, LATEX_NAMES, equations, view)
    return derivation.document(title(view), list(lines(found)), writer.leaf, view.fragment)


FORMATS: dict[str, Callable[[Sequence[Derived], Listing, View], Iterator[str]]] = {
    "text": _text,
    "latex": _latex,
    "markdown": _markdown,
}
