"""Alphabets, and the one printer that writes a formula in any of them.

    >>> from backprop_trace.formulas.expr import Difference, ONE, Product, given
    >>> a = given("a")
    >>> show(Product((a, Difference(ONE, a))), ASCII, lambda name: (name.label, ATOM))
    'a * (1 - a)'

`formula = numbers = value` is the same tree shown twice, with names and with numbers for names: `show` asks its
caller what to write for a name, and how tightly that holds together. A new notation is an entry here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import (
    Call,
    Cases,
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from backprop_trace.formulas.notation.numbers import raised

# how tightly a piece of text holds together: what needs more than it has gets parentheses
LOOSE, SUM, NEGATIVE, PRODUCT, BOX, ATOM = range(6)

Piece: TypeAlias = tuple[str, int]
"""A text and how tightly it holds together."""

Leaf: TypeAlias = Callable[[Name], Piece]


class Notation(NamedTuple):
    """What the printer writes for each operation. `boxed`: a fraction and an exponent need no parentheses."""

    times: str
    fraction: Callable[[str, str], str]
    power: Callable[[str, str], str]
    call: Callable[[str, Sequence[str]], Piece]
    cases: Callable[[str, str, str], Piece]
    number: Callable[[str], Piece]
    plus: str = " + "
    minus: str = " - "
    negative: str = "-"
    opening: str = "("
    closing: str = ")"
    boxed: bool = False


def show(formula: Formula, notation: Notation, leaf: Leaf) -> str:
    """A formula as text; `leaf` says what stands for a name."""
    return write(formula, notation, leaf)[0]


def write(formula: Formula, notation: Notation, leaf: Leaf) -> Piece:
    """A formula as text, and how tightly that holds together."""
    return _Printer(notation, leaf).write(formula)


class _Printer:
    def __init__(self, notation: Notation, leaf: Leaf):
        self.notation, self.leaf = notation, leaf

    def write(self, formula: Formula) -> Piece:
        n = self.notation
        match formula:
            case Name():
                return self.leaf(formula)
            case Number(text):
                return n.number(text)
            case Product(factors):
                return n.times.join(self.inside(factors, PRODUCT)), PRODUCT
            case Sum(terms):
                return self.write_sum(terms), SUM
            case Difference(left, right):
                return self.tight(left, SUM) + n.minus + self.tight(right, PRODUCT), SUM
            case Minus(operand):
                return n.negative + self.tight(operand, PRODUCT), NEGATIVE
            case Quotient(top, bottom):
                if n.boxed:
                    return n.fraction(self.tight(top, LOOSE), self.tight(bottom, LOOSE)), BOX
                return n.fraction(self.tight(top, PRODUCT), self.tight(bottom, BOX)), PRODUCT
            case Power(base, exponent):
                return n.power(self.tight(base, ATOM), self.tight(exponent, LOOSE if n.boxed else ATOM)), BOX
            case Call(function, arguments):
                return n.call(function, [self.write(argument)[0] for argument in arguments])
            case Cases(test, positive, otherwise):
                return n.cases(self.tight(test, SUM), self.tight(positive, SUM), self.tight(otherwise, SUM))

    def inside(self, factors: tuple[Formula, ...], level: int) -> list[str]:
        """The first factor may be a quotient; the others must hold together more tightly."""
        return [self.tight(factor, level + (place > 0)) for place, factor in enumerate(factors)]

    def write_sum(self, terms: tuple[Formula, ...]) -> str:
        text = self.tight(terms[0], SUM)
        for term in terms[1:]:
            if isinstance(term, Minus):
                text += self.notation.minus + self.tight(term.operand, PRODUCT)
            else:
                text += self.notation.plus + self.tight(term, PRODUCT)
        return text

    def tight(self, formula: Formula, needed: int) -> str:
        text, level = self.write(formula)
        return text if level >= needed else self.notation.opening + text + self.notation.closing


# --- the alphabets ---


def _text_number(text: str) -> Piece:
    return text, PRODUCT if "/" in text else ATOM


def _text_call(function: str, arguments: Sequence[str]) -> Piece:
    return f"{function}({', '.join(arguments)})", ATOM


def _text_cases(test: str, positive: str, otherwise: str) -> Piece:
    return f"{positive} if {test} > 0 else {otherwise}", LOOSE


ASCII = Notation(
    times=" * ",
    fraction="{} / {}".format,
    power="{} ^ {}".format,
    call=_text_call,
    cases=_text_cases,
    number=_text_number,
)
"""For files, options and terminals without Unicode; `read_formula` reads it back."""


def _unicode_power(base: str, exponent: str) -> str:
    return base + (raised(exponent) if exponent.isdigit() else f"^{exponent}")


TEXT = ASCII._replace(times=" · ", power=_unicode_power)
"""For people at a terminal."""

PYTHON = ASCII._replace(
    power="{} ** {}".format,
    number=lambda text: (text, PRODUCT if "/" in text else ATOM),
    cases=lambda test, positive, otherwise: (f"({positive} if {test} > 0 else {otherwise})", ATOM),
)
"""Python source; the caller writes identifiers or numbers of its own making for names."""

_LATEX_FUNCTIONS: Mapping[str, str] = {
    "exp": "e", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh", "max": r"\max", "min": r"\min",
    "sech": r"\mathrm{sech}", "sigmoid": r"\sigma", "relu": r"\mathrm{ReLU}",
}  # fmt: skip
r"""Upright letters: GitHub knows no \operatorname."""


def _latex_call(function: str, arguments: Sequence[str]) -> Piece:
    inside = ", ".join(arguments)
    match function:
        case "exp":
            return f"e^{{{inside}}}", BOX
        case "sqrt":
            return rf"\sqrt{{{inside}}}", ATOM
        case "abs":
            return rf"\lvert {inside} \rvert", ATOM
        case _:
            return rf"{_LATEX_FUNCTIONS[function]}\left({inside}\right)", ATOM


def latex_cases(test: str, positive: str, otherwise: str, other: str = "else") -> Piece:
    return rf"\begin{{cases}} {positive} & {test} > 0 \\ {otherwise} & \text{{{other}}} \end{{cases}}", LOOSE


def latex_number(text: str) -> Piece:
    """A decimal, a fraction or a power of ten in LaTeX."""
    sign = "-" if text.startswith("-") else ""
    if match := re.fullmatch(r"-?(\d+)/(\d+)", text):
        return rf"{sign}\frac{{{match[1]}}}{{{match[2]}}}", NEGATIVE if sign else BOX
    if match := re.fullmatch(r"-?([\d.{},]+)[eE]([+-]?\d+)", text := text.replace(",", "{,}")):
        return rf"{sign}{match[1]} \times 10^{{{int(match[2])}}}", NEGATIVE if sign else PRODUCT
    return text, NEGATIVE if sign else ATOM


LATEX = Notation(
    times=r" \cdot ",
    fraction=r"\frac{{{}}}{{{}}}".format,
    power="{}^{{{}}}".format,
    call=_latex_call,
    cases=latex_cases,
    number=latex_number,
    opening=r"\left(",
    closing=r"\right)",
    boxed=True,
)
"""For LaTeX's math mode, with amsmath."""


def number_piece(text: str) -> Piece:
    """A number that is put in for a name: a negative one holds loosely, so it gets parentheses."""
    if text.startswith("-"):
        return text, NEGATIVE
    return text, PRODUCT if "/" in text else ATOM
