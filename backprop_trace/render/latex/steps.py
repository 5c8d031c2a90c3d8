r"""A line of a trace written out as symbols = numbers = value, each in pieces that fit a row.

    >>> digit_rows("0.375", 100.0)
    ['0.375']

`display` puts the pieces together.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Name, Number
from backprop_trace.formulas.notation import ATOM, LATEX, NEGATIVE, Piece, latex_number
from backprop_trace.formulas.notation.names import Alphabet
from backprop_trace.formulas.notation.numbers import Value, short_fraction, shown
from backprop_trace.formulas.numbers import number
from backprop_trace.render.latex.page import Page
from backprop_trace.render.latex.rows import Pen, abridged, pieces, with_ellipsis
from backprop_trace.render.latex.width import width
from backprop_trace.render.view import Names, Numbers, View
from backprop_trace.run.step import Line, Trace

LONGEST_VALUE = 1000
GROUPED_FROM = 21
"""Digits are written in groups of five from so many on."""


class Side(NamedTuple):
    """One side of an equation: its sign, and its pieces."""

    sign: str
    texts: list[str]


class Step(NamedTuple):
    """A line written out: the name, and what it is equal to. `numbers` is empty where it would repeat the value."""

    name: str
    formula: list[str]
    numbers: list[str]
    value: list[Side]
    shortcut: Step | None = None


class Writer:
    """Writes the lines of one trace."""

    def __init__(self, trace: Trace, view: View, page: Page, alphabet: Alphabet):
        self.page, self.digits = page, trace.settings.shown_digits
        notation = LATEX._replace(number=lambda text: short_number(text, page.digits))
        names, self.numbers = Names(trace, view, alphabet), Numbers(trace, notation)
        self.spell = names.spell
        self.symbols = Pen(notation, with_ellipsis(names.leaf), page.width)
        self.values = Pen(notation, with_ellipsis(self.numbers.leaf), page.width)

    def step(self, line: Line, room: float) -> Step:
        """A line, for so much room beside its name."""
        step = self.written(self.spell(line.name), line.equation.formula, line.value, room)
        if line.equation.shortcut is None or line.shortcut is None:
            return step
        return step._replace(shortcut=self.written("", line.equation.shortcut, line.shortcut, room))

    def written(self, name: str, formula: Formula, value: Value, room: float) -> Step:
        formula = abridged(formula, self.page.terms)
        symbols = pieces(formula, self.symbols._replace(room=room))
        repeats = isinstance(formula, Name | Number)
        numbers = [] if repeats else pieces(formula, self.values._replace(room=room))
        return Step(name, symbols, numbers, value_sides(value, self.digits, room))


def short_number(text: str, most: int) -> Piece:
    r"""A number that is put in; of a long one the first digits and dots.

    >>> short_number("0.123456789", 5)
    ('0.1234\\ldots', 5)
    """
    if len(text) <= most + 2:
        return latex_number(text)
    if "/" in text:
        fraction = latex_number(text)
        return fraction if width(fraction[0]) <= 5.2 * most else short_number(shown(number(text), 2 * most), most)
    mantissa, e, exponent = text.lower().partition("e")
    if len(mantissa.partition(".")[0]) > most:
        return short_number(_scientific(text, most), most)
    cut = mantissa[: most + 1].rstrip(".") + r"\ldots" if len(mantissa) > most + 2 else mantissa
    if e:
        cut += rf" \cdot 10^{{{int(exponent)}}}"
    return cut, NEGATIVE if text.startswith("-") else ATOM if not e else latex_number("1e5")[1]


def _scientific(text: str, most: int) -> str:
    digits = text.lstrip("-").partition(".")[0]
    return f"{'-' if text.startswith('-') else ''}{digits[0]}.{digits[1 : 2 * most]}e{len(digits) - 1}"


def value_sides(value: Value, digits: int, room: float) -> list[Side]:
    """The value: as a fraction, if it is a short one, and as a decimal with all its digits."""
    decimal = shown(value, digits)
    fraction = short_fraction(value)
    texts = digit_rows(decimal, room)
    if fraction is None:
        return [Side("=", texts)]
    assert isinstance(value, Fraction)
    return [
        Side("=", [latex_number(fraction)[0]]),
        Side("=" if Fraction(Decimal(decimal)) == value else r"\approx", texts),
    ]


def digit_rows(text: str, room: float) -> list[str]:
    r"""A decimal; a long one in groups of five digits, on as many rows as it takes.

    >>> digit_rows("0.1234567890123456789012345", 100.0)
    ['0.12345\\,67890\\,12345', '67890\\,12345']
    """
    mantissa, e, exponent = text.partition("e")
    whole, point, decimals = mantissa.partition(".")
    if len(mantissa) < GROUPED_FROM:
        return [latex_number(text)[0]]
    power = [rf"\cdot 10^{{{int(exponent)}}}"] if e else []
    groups = [decimals[start : start + 5] for start in range(0, min(len(decimals), LONGEST_VALUE), 5)]
    if len(decimals) > LONGEST_VALUE:
        groups.append(r"\ldots")
    if len(whole) <= GROUPED_FROM:
        return _digit_rows([whole + point + "".join(groups[:1]), *groups[1:]], room) + power
    wholes = [whole[start : start + 5] for start in range(0, len(whole), 5)]
    return _digit_rows([*wholes[:-1], wholes[-1] + point, *groups], room) + power


def _digit_rows(groups: Sequence[str], room: float) -> list[str]:
    rows = [groups[0]]
    for group in groups[1:]:
        longer = rf"{rows[-1]}\,{group}"
        if width(longer) <= room:
            rows[-1] = longer
        else:
            rows.append(group)
    return rows
