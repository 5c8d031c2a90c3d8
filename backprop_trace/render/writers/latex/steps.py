r"""A line of a trace written out as symbols = numbers = value, each in pieces that fit a row.

    >>> digit_rows("0.375", 100.0)
    ['0.375']

`display` puts the pieces together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from backprop_trace.formulas.notation import ATOM, NEGATIVE, Piece, latex_number, tex
from backprop_trace.formulas.notation.numbers import parted, shown
from backprop_trace.formulas.numbers import number
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Amount, Equated, Filled, Naming, Verbatim
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.rows import RowPen, abridged, pieces, with_ellipsis
from backprop_trace.render.writers.latex.width import width
from backprop_trace.render.writers.spelling import Ink

LONGEST_VALUE = 1000
GROUPED_FROM = 21
"""Digits are written in groups of five from so many on."""


class Side(NamedTuple):
    """One side of an equation: its sign, and its pieces."""

    sign: str
    texts: list[str]


class Step(NamedTuple):
    """A line written out: the name, and what it is equal to. `numbers` is empty where it would repeat the value;
    `terms`: numbers once more, where single terms have values of their own; `digits`: how many its value has;
    `remark`: what stands behind it."""

    name: str
    formula: list[str]
    numbers: list[str]
    value: list[Side]
    digits: int = 0
    shortcut: Step | None = None
    terms: tuple[list[str], ...] = ()
    remark: str = ""


class Writer:
    """Writes the lines of one block."""

    def __init__(self, ink: Ink, names: Naming, page: TextBlock):
        self.ink, self.names, self.page = ink, names, page
        self.symbols = RowPen(ink.notation, with_ellipsis(ink.leaf(names)), page.width)

    def step(self, line: Equated, room: float) -> Step:
        """A line, for so much room beside its name."""
        step = self.sides(self.ink.name(line.name, self.names), line.sides, room)
        if not line.shortcut:
            return step
        remark = rf"\quad\text{{({tex.escaped(word('shortcut', self.page.language))})}}"
        return step._replace(shortcut=self.sides("", line.shortcut, room - width(remark))._replace(remark=remark))

    def sides(self, name: str, sides: Sequence[said.Side], room: float) -> Step:
        formula, *numbers, value = sides
        assert isinstance(value, Amount)
        put_in, *terms = [self.pieces(side, room) for side in numbers] or [[]]
        step = Step(name, self.pieces(formula, room), put_in, value_sides(value, room), len(value.decimal))
        return step._replace(terms=tuple(terms))

    def pieces(self, side: said.Side, room: float) -> list[str]:
        pen = self.symbols
        if isinstance(side, Filled):
            number = side.number
            pen = pen._replace(leaf=with_ellipsis(lambda name: self.ink.number(number(name))))
            side = side.formula
        assert not isinstance(side, Amount | Verbatim)
        return pieces(abridged(side, self.page.terms), pen._replace(room=room))


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
    if len(parted(mantissa)[0]) > most:
        return short_number(_scientific(text, most), most)
    cut = mantissa[: most + 1].rstrip(".,") + r"\ldots" if len(mantissa) > most + 2 else mantissa
    cut = cut.replace(",", "{,}")
    if e:
        cut += rf" \times 10^{{{int(exponent)}}}"
    return cut, NEGATIVE if text.startswith("-") else ATOM if not e else latex_number("1e5")[1]


def _scientific(text: str, most: int) -> str:
    digits = parted(text.lstrip("-"))[0]
    return f"{'-' if text.startswith('-') else ''}{digits[0]}.{digits[1 : 2 * most]}e{len(digits) - 1}"


def value_sides(value: Amount, room: float) -> list[Side]:
    """The value: as a fraction, if it is a short one, and as a decimal with all its digits."""
    texts = digit_rows(value.decimal, room)
    if not value.fraction:
        return [Side("=", texts)]
    return [Side("=", [latex_number(value.fraction)[0]]), Side("=" if value.exact else r"\approx", texts)]


def digit_rows(text: str, room: float, grouped_from: int = GROUPED_FROM) -> list[str]:
    r"""A decimal; a long one in groups of five digits, on as many rows as it takes.

    >>> digit_rows("0.1234567890123456789012345", 100.0)
    ['0.12345\\,67890\\,12345', '67890\\,12345']
    """
    mantissa, e, exponent = text.partition("e")
    whole, point, decimals = parted(mantissa)
    if len(mantissa) < grouped_from:
        return [latex_number(text)[0]]
    power = [rf"\times 10^{{{int(exponent)}}}"] if e else []
    groups = [decimals[start : start + 5] for start in range(0, min(len(decimals), LONGEST_VALUE), 5)]
    if len(decimals) > LONGEST_VALUE:
        groups.append(r"\ldots")
    point = "{,}" if point == "," else point
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
