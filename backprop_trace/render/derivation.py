"""Derivations as text, LaTeX or Markdown: the chain, the slopes put in, and a closed form where one was asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.derive import Derivation
from backprop_trace.expr import Formula, Name, Sum
from backprop_trace.network import Listing
from backprop_trace.notation import ATOM, BOX, LATEX, Notation, Piece, show
from backprop_trace.notation.names import LATEX_NAMES, Alphabet, speller
from backprop_trace.render.markdown import escaped
from backprop_trace.render.view import View
from backprop_trace.source import printable


class Derived(NamedTuple):
    """A derivation, and its closed form where one was asked for."""

    derivation: Derivation
    closed: Formula | None = None


class Written(NamedTuple):
    """One line, written: a name, and the forms it equals, each as a list of terms."""

    name: str
    forms: tuple[tuple[str, ...], ...]


def render(form: str, found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """The derivations in one of FORMATS."""
    return FORMATS[form](found, equations, view)


class _Writer:
    def __init__(self, notation: Notation, alphabet: Alphabet, equations: Listing, view: View):
        self.notation, self.boxed = notation, alphabet is LATEX_NAMES
        self.spell = speller(view.style, alphabet, view.example.network, equations.by_output)

    def leaf(self, name: Name) -> Piece:
        return self.spell(name), BOX if self.boxed and name.kind in ("d", "+") else ATOM

    def terms(self, formula: Formula) -> tuple[str, ...]:
        """The terms of a sum, each as text; anything else is one term."""
        terms = formula.terms if isinstance(formula, Sum) else (formula,)
        return tuple(show(term, self.notation, self.leaf) for term in terms)

    def line(self, name: Name, *forms: Formula) -> Written:
        return Written(self.spell(name), tuple(dict.fromkeys(self.terms(form) for form in forms if form != name)))

    def written(self, found: Derived) -> Iterator[Written]:
        """The lines a gradient goes by way of, if it does, and its own."""
        derivation = found.derivation
        for equation in derivation.by_way_of:
            yield self.line(equation.name, equation.formula)
        closed = () if found.closed is None else (found.closed,)
        yield self.line(derivation.name, derivation.chain, derivation.filled, *closed)


def title(view: View) -> str:
    return printable(view.example.title or view.example.name)


def _text(found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """A term on each line, the signs below each other."""
    yield view.paint("title", title(view)) + "\n"
    writer = _Writer(*view.notation, equations, view)
    for derived in found:
        yield "\n"
        for line in writer.written(derived):
            margin = " " * len(line.name)
            for row, (sign, term) in enumerate(_signed(line.forms)):
                start = view.paint("name", line.name) if row == 0 else margin
                yield from (f"{part}\n" for part in _folded(start, f" {sign} {term}", len(line.name), view))


def _signed(forms: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for form in forms:
        for place, term in enumerate(form):
            yield ("=" if place == 0 else "-" if term.startswith("-") else "+"), term.removeprefix("-" if place else "")


def _folded(start: str, text: str, indent: int, view: View) -> list[str]:
    """A line that is too wide goes on below, after the sign."""
    if view.width is None or indent + len(text) <= view.width:
        return [start + text]
    room = max(30, view.width - indent)
    first, *rest = textwrap.wrap(text, room, initial_indent=" ", subsequent_indent="   ",
                                 break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return [start + first, *(" " * indent + line for line in rest)]


def _markdown(found: Sequence[Derived], equations: Listing, view: View) -> Iterator[str]:
    """A displayed formula per gradient."""
    yield f"# {escaped(title(view))}\n"
    writer = _Writer(LATEX, LATEX_NAMES, equations, view)
    for derived in found:
        for line in writer.written(derived):
            rows = (rf"{{}} {sign} {term}" for sign, term in _signed(line.forms))
            body = " \\\\\n&".join(rows)
            yield f"\n$$\n\\begin{{aligned}}\n{line.name} &{body}\n\\end{{aligned}}\n$$\n"


FORMATS: dict[str, Callable[[Sequence[Derived], Listing, View], Iterator[str]]] = {
    "text": _text,
    "markdown": _markdown,
}
