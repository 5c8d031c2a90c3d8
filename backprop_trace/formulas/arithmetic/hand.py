"""Arithmetic as on paper: every line is rounded before it is used again.

    >>> Rounding.read("4").apply(Fraction(2, 3))
    Decimal('0.6667')
    >>> Rounding.read("3sf", "truncate").apply(Fraction(2, 300))
    Decimal('0.00666')

Within a line nothing is rounded: the line is computed exactly from the rounded numbers before it, then
rounded once, correctly.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.formulas.arithmetic import evaluate
from backprop_trace.formulas.arithmetic.exact import (
    EXACT,
    Undecided,
    Value,
    bounds,
    is_nothing,
    rounded,
    to_fmpq,
    with_enough_bits,
)
from backprop_trace.formulas.expr import Formula, Name

MODES = {
    "half-up": decimal.ROUND_HALF_UP,
    "half-even": decimal.ROUND_HALF_EVEN,
    "truncate": decimal.ROUND_DOWN,
}
MOST_DIGITS = 100


class Rounding(NamedTuple):
    """So many decimals, or so many significant figures, and what happens to the rest."""

    digits: int
    significant: bool
    mode: str

    @classmethod
    def read(cls, text: str, mode: str = "half-up") -> Rounding:
        """`4` is four decimals, `4sf` four significant figures. Raises ValueError with a message."""
        match = re.fullmatch(r"(\d{1,3})(sf)?", text.strip())
        if not match or mode not in MODES:
            raise ValueError(f"{text!r}: give decimals (4) or significant figures (4sf)")
        digits = int(match[1])
        if digits > MOST_DIGITS or (match[2] and digits == 0):
            raise ValueError(f"{text!r}: give a number from {1 if match[2] else 0} to {MOST_DIGITS}")
        return cls(digits, bool(match[2]), mode)

    def __str__(self) -> str:
        unit = "significant figure" if self.significant else "decimal"
        return f"{self.digits} {unit}{'s' if self.digits != 1 else ''}, {self.mode}"

    def apply(self, value: Fraction) -> Decimal:
        """The number written on the paper, with its trailing zeros."""
        if not self.significant:
            whole = _whole(value * 10**self.digits, self.mode)
            sign, digits, _ = Decimal(whole).as_tuple()
            return Decimal((sign, digits, -self.digits))
        number = rounded(value, self.digits, MODES[self.mode])
        missing = self.digits - len(number.as_tuple().digits)
        sign, digits, exponent = number.as_tuple()
        assert isinstance(exponent, int)
        return Decimal((sign, digits + (0,) * missing, exponent - missing)) if number else number


def _whole(value: Fraction, mode: str) -> int:
    """A fraction rounded to a whole number."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    twice = 2 * rest - value.denominator
    up = {"half-up": twice >= 0, "half-even": twice > 0 or (twice == 0 and whole % 2 == 1), "truncate": False}[mode]
    return -(whole + up) if value < 0 else whole + up


def rounded_line(formula: Formula, values: Mapping[Name, Value], rounding: Rounding) -> Decimal:
    """One line as on paper: computed from the values as they stand there, rounded once.

    Raises ComputationError when even thousands of bits do not decide the last digit.
    """

    def compute() -> Decimal:
        value = evaluate(formula, values, EXACT)
        low, high = (Fraction(0),) * 2 if is_nothing(value, rounding.digits) else bounds(value)
        below, above = rounding.apply(low), rounding.apply(high)
        if below != above:
            raise Undecided("the last digit cannot be decided")
        return below

    result = with_enough_bits(rounding.digits, compute)
    assert isinstance(result, Decimal)
    return result


def as_value(number: Decimal) -> Value:
    """A rounded number, to be computed with."""
    return to_fmpq(Fraction(number))
