r"""Derivations without numbers as displayed mathematics: a term on each row, long terms over several.

>>> from backprop_trace.formulas.expr import Sum, given
>>> from backprop_trace.formulas.notation import ATOM
>>> text = "".join(document("", [(given("a"), (Sum((given("b"), given("c"))),))], lambda n: (n.label, ATOM), True))
>>> print(text.partition("\n")[2], end="")
\begin{align*}
a &= b \\
&+ c
\end{align*}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backprop_trace.formulas.expr import Formula, Minus, Name, Sum
from backprop_trace.formulas.notation import LATEX, PRODUCT, Leaf, tex
from backprop_trace.render.latex.page import DOCUMENT, FRAGMENT, Page
from backprop_trace.render.latex.preamble import FRAGMENT_REMARK, PREAMBLE
from backprop_trace.render.latex.rows import Pen, filled, pieces
from backprop_trace.render.latex.width import width

SIGN = 20.0
"""The width of a sign with its spaces."""


def document(
    title: str, lines: Sequence[tuple[Name, tuple[Formula, ...]]], leaf: Leaf, fragment: bool
) -> Iterator[str]:
    """Each name with the formulas it equals, as a document or as a piece to be pasted into one."""
    page = FRAGMENT if fragment else DOCUMENT
    if fragment:
        yield f"% {title}\n" if title else FRAGMENT_REMARK.partition("\n")[0] + "\n"
    else:
        yield f"{PREAMBLE}\n\\begin{{document}}\n\\begin{{center}}\n"
        yield f"{{\\LARGE\\bfseries {tex.escaped(title)}\\par}}\n\\end{{center}}\n"
    for name, forms in lines:
        yield from _display(leaf(name)[0], forms, leaf, page)
    if not fragment:
        yield "\n\\end{document}\n"


def _display(name: str, forms: Iterable[Formula], leaf: Leaf, page: Page) -> Iterator[str]:
    pen = Pen(LATEX, leaf, page.width - width(name) - SIGN)
    rows = [row for form in forms for row in _rows(form, pen)]
    yield "\\begin{align*}\n" + f"{name} &" + " \\\\\n&".join(rows) + "\n\\end{align*}\n"


def _rows(formula: Formula, pen: Pen) -> Iterator[str]:
    """The terms of a formula, each with its sign; what does not fit goes on below."""
    for place, term in enumerate(formula.terms if isinstance(formula, Sum) else (formula,)):
        sign = "=" if place == 0 else "-" if isinstance(term, Minus) else "+"
        inside = term.operand if place and isinstance(term, Minus) else term
        first, *others = filled(pieces(inside, pen, PRODUCT if place else 0), pen.room)
        yield f"{sign} {first}"
        yield from (rf"\quad {row}" for row in others)
