r"""Derivations without numbers as displayed mathematics: a term on each row, long terms over several.

>>> from backprop_trace.formulas.expr import Product, Sum, given
>>> from backprop_trace.formulas.notation.names import LATEX_NAMES
>>> from backprop_trace.render.blocks import Naming
>>> from backprop_trace.render.writers.latex.page import DOCUMENT
>>> chain = Chain(given("a"), (Sum((given("b"), Product((given("c"), given("d"))))),), Naming())
>>> print("".join(display(chain, Ink(LATEX, LATEX_NAMES), DOCUMENT)), end="")
\begin{align*}
a &= b \\*
&+ c \cdot d
\end{align*}
"""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.formulas.expr import Formula, Minus, Name, Sum
from backprop_trace.formulas.notation import LATEX, PRODUCT
from backprop_trace.render.blocks import Chain
from backprop_trace.render.writers.latex.display import Row, joined
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.rows import RowPen, apart, filled, pieces
from backprop_trace.render.writers.latex.width import width
from backprop_trace.render.writers.spelling import Ink

WHOLE = 16
"""So many rows stay on one page."""

SIGN = 20.0
"""The width of a sign with its spaces."""


def display(chain: Chain, ink: Ink, page: TextBlock) -> Iterator[str]:
    """A quantity with the formulas it equals."""
    written = [joined(row, row[0]) for row in rows(chain, ink, page)]
    end = "\\\\*" if len(written) <= WHOLE else "\\\\"
    yield "\\begin{align*}\n" + f" {end}\n".join(written) + "\n\\end{align*}\n"


def rows(chain: Chain, ink: Ink, page: TextBlock) -> list[Row]:
    """The rows of a derivation, the first with the name."""
    leaf, name = ink.leaf(chain.names), ink.name(chain.name, chain.names)
    pen = RowPen(LATEX, leaf, page.width - width(name) - SIGN)
    found = (row for form in chain.forms for row in _rows(form, pen))
    return [(name if place == 0 else "", row) for place, row in enumerate(found)]


def _rows(formula: Formula, pen: RowPen) -> Iterator[str]:
    """The terms of a formula, each with its sign; what does not fit goes on below. Names that are added stand side by
    side."""
    if isinstance(formula, Sum) and all(isinstance(term, Name) for term in formula.terms):
        first, *others = filled(apart(formula, pen), pen.room)
        yield f"= {first}"
        yield from others
        return
    for place, term in enumerate(formula.terms if isinstance(formula, Sum) else (formula,)):
        sign = "=" if place == 0 else "-" if isinstance(term, Minus) else "+"
        inside = term.operand if place and isinstance(term, Minus) else term
        first, *others = filled(pieces(inside, pen, PRODUCT if place else 0), pen.room)
        yield f"{sign} {first}"
        yield from (rf"\quad {row}" for row in others)
