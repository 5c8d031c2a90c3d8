"""How a writer spells what blocks hold: formulas in a notation, names in an alphabet, numbers.

>>> from backprop_trace.formulas.expr import Number, Product, given
>>> from backprop_trace.render.blocks import Filled
>>> a, b = given("a"), given("b")
>>> TEXT_INK.math(Math((Product((a, b)), Filled(Product((a, b)), lambda name: "-2"), Amount("4"))))
'a · b = (-2) · (-2) = 4'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation import ASCII, TEXT, Leaf, Notation, Piece, number_piece, show
from backprop_trace.formulas.notation.names import ASCII_NAMES, TEXT_NAMES, Alphabet, Symbol
from backprop_trace.model.general import ASCII_PEN, LETTERS, TEXT_PEN, Letters
from backprop_trace.model.general import Pen as GeneralPen
from backprop_trace.render.blocks import Amount, Filled, Marked, Math, Naming, Own, Side, Signed, Span, Text, Verbatim
from backprop_trace.render.signs import KINDS
from backprop_trace.render.view import spelled


class Ink:
    """Notation, alphabet, and how the general formulas are written. It keeps what it found for the last names."""

    def __init__(
        self,
        notation: Notation,
        alphabet: Alphabet,
        general: GeneralPen | None = None,
        letters: dict[str, Letters] | None = None,
    ):
        self.notation, self.alphabet = notation, alphabet
        self.general, self.letters = general, letters
        self.last: tuple[Naming, Callable[[Name], str], Leaf] | None = None

    def leaf(self, names: Naming) -> Leaf:
        if self.last is None or self.last[0] is not names:
            spell = names.speller(self.alphabet)
            self.last = names, spell, spelled(spell, self.alphabet)
        return self.last[2]

    def name(self, name: Name, names: Naming) -> str:
        return self.leaf(names)(name)[0]

    def number(self, text: str) -> Piece:
        return self.notation.number(text) if self.notation.boxed else number_piece(text)

    def side(self, side: Side, leaf: Leaf) -> str:
        match side:
            case Filled(formula, number):
                return show(formula, self.notation, lambda name: self.number(number(name)))
            case Amount():
                return self.amount(side)
            case Verbatim(text):
                return self.alphabet.symbol(Symbol(text))
            case _:
                return show(side, self.notation, leaf)

    def amount(self, amount: Amount) -> str:
        """`151/400 = 0.3775`: the fraction where there is one, and the decimal."""
        decimal = self.number(amount.decimal)[0]
        if not amount.fraction:
            return decimal
        sign = "=" if amount.exact else r"\approx" if self.notation.boxed else "~"
        return f"{self.number(amount.fraction)[0]} {sign} {decimal}"

    def math(self, math: Math) -> str:
        leaf = self.leaf(math.names)
        return " = ".join([self.side(side, leaf) for side in math.sides])

    def sides(self, sides: Sequence[Side], names: Naming) -> list[str]:
        leaf = self.leaf(names)
        return [self.side(side, leaf) for side in sides]

    def words(self, text: Text, paint: Callable[[str, str], str] = lambda kind, text: text) -> str:
        """A sentence or cell, where formulas stand as they are among the words."""
        if isinstance(text, str):
            return text
        return "".join([self.span(span, paint) for span in text])

    def sign(self, verdict: str) -> str:
        kind = KINDS[verdict]
        return f"{kind.ascii:2}" if self.alphabet is ASCII_NAMES else kind.sign

    def span(self, span: Span, paint: Callable[[str, str], str]) -> str:
        match span:
            case Math():
                return self.math(span)
            case Marked(kind, text):
                return paint(kind, text)
            case Signed(verdict, text):
                return f"{self.sign(verdict)} {text}".rstrip()
            case _:
                return span


_POWER = re.compile(r"(?<![\w.,/-])(-?\d+(?:[.,]\d+)?e[+-]?\d+)(?![\w.,/-]*\w)")


def with_powers(text: Text) -> tuple[Span, ...]:
    """What stands in a sentence or cell, where 2.6e-09 is mathematics; words of a file stay as they are.

    >>> [type(part).__name__ for part in with_powers("less than 2.6e-09.")]
    ['str', 'Math', 'str']
    """
    return tuple(part for span in ((text,) if isinstance(text, str) else text) for part in _parted(span))


def _parted(span: Span) -> Iterator[Span]:
    if not isinstance(span, str) or isinstance(span, Own):
        yield span
        return
    for place, part in enumerate(_POWER.split(span)):
        if part:
            yield Math((Amount(part),)) if place % 2 else part


TEXT_INK = Ink(TEXT, TEXT_NAMES, TEXT_PEN, dict(LETTERS))
ASCII_INK = Ink(ASCII, ASCII_NAMES, ASCII_PEN, dict(LETTERS))


def ink_of(ascii_: bool) -> Ink:
    return ASCII_INK if ascii_ else TEXT_INK
