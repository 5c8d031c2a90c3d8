r"""Formulas over several rows: where a long one may be broken, and how the pieces fill the rows.

    >>> from backprop_trace.formulas.expr import given
    >>> from backprop_trace.formulas.notation import LATEX
    >>> pen = RowPen(LATEX, lambda name: (name.label, ATOM), room=30.0)
    >>> pieces(Sum((given("a"), given("b"), given("c"))), pen)
    ['a', '+ b', '+ c']
    >>> filled(["a", "+ b", "+ c"], room=35.0)
    ['a + b', '{}+ c']

TeX breaks no displayed formula, so it is done here: between terms, else between factors, else inside parentheses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    Call,
    Cases,
    Difference,
    Formula,
    Minus,
    Name,
    Power,
    Product,
    Quotient,
    Sum,
    parts,
    rebuild,
)
from backprop_trace.formulas.notation import ATOM, LOOSE, PRODUCT, SUM, Leaf, Notation, Piece, write
from backprop_trace.render.writers.latex.width import width

ELLIPSIS = Name("", "\u2026")
"""Stands in a sum for the terms that are left out."""

SHOWN_AT_THE_END = 2


class RowPen(NamedTuple):
    """How to write: a notation, what stands for a name, and the room in a row (at 10 pt)."""

    notation: Notation
    leaf: Leaf
    room: float


def with_ellipsis(leaf: Leaf) -> Leaf:
    """The same, and dots for terms that are left out."""

    def dotted(name: Name) -> Piece:
        return (r"\cdots", ATOM) if name == ELLIPSIS else leaf(name)

    return dotted


def abridged(formula: Formula, most: int) -> Formula:
    """The formula with at most so many terms in each sum: the first ones, dots, and the last two."""
    inside = tuple(abridged(part, most) for part in parts(formula))
    if isinstance(formula, Sum) and len(inside) > most:
        return Sum((*inside[: most - SHOWN_AT_THE_END], ELLIPSIS, *inside[-SHOWN_AT_THE_END:]))
    return rebuild(formula, inside) if inside else formula


def pieces(formula: Formula, pen: RowPen, needed: int = LOOSE) -> list[str]:
    """The formula in pieces that may stand on different rows; a single one if it fits."""
    text, level = write(formula, pen.notation, pen.leaf)
    loose = level < needed
    whole = pen.notation.opening + text + pen.notation.closing if loose else text
    if width(whole) <= pen.room:
        return [whole]
    inside = apart(formula, pen)
    return _between(r"\Bigl(", inside, r"\Bigr)") if loose else inside


def apart(formula: Formula, pen: RowPen) -> list[str]:
    """Its parts in pieces: terms, else factors, else what is inside."""
    match formula:
        case Sum((first, *others)):
            return pieces(first, pen, SUM) + [piece for term in others for piece in _term(term, pen)]
        case Difference(left, right):
            return pieces(left, pen, SUM) + _between("- ", pieces(right, pen, PRODUCT))
        case Product((first, *others)):
            rest = (_between(r"\cdot ", pieces(factor, pen, PRODUCT + 1)) for factor in others)
            return pieces(first, pen, PRODUCT) + [piece for factor in rest for piece in factor]
        case Minus(operand):
            return _between("-", pieces(operand, pen, PRODUCT))
        case Quotient(top, bottom):
            return [pen.notation.fraction(_stacked(top, pen), _stacked(bottom, pen))]
        case Power(base, exponent):
            above, _ = write(exponent, pen.notation, pen.leaf)
            return _between("", pieces(base, pen, ATOM), f"^{{{above}}}")
        case Cases():
            return [_with_conditions_below(formula, pen)]
        case Call(function, (argument,)) if function in _OPERATORS:
            return _between(_OPERATORS[function] + r"\Bigl(", pieces(argument, pen), r"\Bigr)")
    return [write(formula, pen.notation, pen.leaf)[0]]


_OPERATORS = {"exp": r"\exp", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh"}


def _term(term: Formula, pen: RowPen) -> list[str]:
    if isinstance(term, Minus):
        return _between("- ", pieces(term.operand, pen, PRODUCT))
    return _between("+ ", pieces(term, pen, PRODUCT))


def _between(before: str, inside: Sequence[str], after: str = "") -> list[str]:
    together = [*inside]
    together[0] = before + together[0]
    together[-1] += after
    return together


def _stacked(formula: Formula, pen: RowPen) -> str:
    """Above or below the line of a fraction: several rows where one is not enough."""
    narrower = pen._replace(room=0.9 * pen.room)
    rows = filled(pieces(formula, narrower), narrower.room)
    return rows[0] if len(rows) == 1 else r"\begin{gathered} " + r" \\ ".join(rows) + r" \end{gathered}"


def _with_conditions_below(formula: Cases, pen: RowPen) -> str:
    """Each case with its condition below it, not beside it."""
    narrower = pen._replace(room=pen.room - 25.0)
    rows = (filled(pieces(part, narrower), narrower.room) for part in parts(formula))
    return pen.notation.cases(*map(r" \\ ".join, rows))[0].replace(" & ", r" \\ \quad ")


def filled(texts: Iterable[str], room: float) -> list[str]:
    """The pieces put side by side in as few rows as they need; a row that begins with an operator is marked so."""
    rows: list[str] = []
    left = 0.0
    for text in texts:
        needed = width(text) + 3.0
        if rows and needed <= left:
            rows[-1] += " " + text
        else:
            left = room
            rows.append("{}" + text if rows and text.startswith(("+", "-", r"\cdot", r"\times")) else text)
        left -= needed
    return rows
