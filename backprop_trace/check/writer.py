"""Numbers as somebody writes them: how many figures, rightly rounded or cut off, and whether a result ends.

>>> significant_figures("0.0696"), magnitude(Fraction("0.0696"))
(3, -2)
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import floor, log10
from typing import Any

from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import Arithmetic, evaluate
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.numbers import as_float


def exact_value(formula: Formula, values: Mapping[Name, Fraction], unit: Fraction, figures: float) -> Fraction | None:
    """The value of a formula, if every product, quotient and power on the way ends within the unit and the figures."""
    try:
        return Fraction(evaluate(formula, values, _whole_units(unit, figures)))
    except (_NotWhole, ArithmeticError, ValueError, KeyError):
        return None


class _NotWhole(Exception):
    """A number that would have to be rounded."""


def _only_at_zero(at_zero: Fraction) -> Callable[[Fraction], Fraction]:
    def function(x: Fraction) -> Fraction:
        if x:
            raise _NotWhole
        return at_zero

    return function


MOST_FACTORS = 64
"""Nobody multiplies more of them by hand; and x^1000000000 would take for ever."""


def _power_by_hand(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > MOST_FACTORS:
        raise _NotWhole
    power: Fraction = base ** int(exponent)
    return power


@lru_cache(maxsize=256)
def _whole_units(unit: Fraction, figures: float) -> Arithmetic:
    """Fractions, as long as every result is a multiple of the unit and has no more figures."""

    def checked(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def whole(left: Any, right: Any) -> Any:
            result = Fraction(operation(left, right))
            units = result / unit
            if units.denominator != 1 or len(str(abs(units.numerator)).rstrip("0")) > figures:
                raise _NotWhole
            return result

        return whole

    return Arithmetic(
        constant=Fraction,
        functions={
            "max": max, "min": min, "abs": abs, "relu": lambda x: max(Fraction(0), x),
            "sigmoid": _only_at_zero(Fraction(1, 2)), "tanh": _only_at_zero(Fraction(0)),
            "exp": _only_at_zero(Fraction(1)),
        },
        is_positive=lambda value: value > 0,
        multiply=checked(operator.mul),
        divide=checked(operator.truediv),
        power=checked(_power_by_hand),
    )  # fmt: skip


NEAR = 1e-13
"""Nearer to each other floats do not tell numbers apart."""
FORGIVEN = 3
"""So many figures, and a unit of the last of them is forgiven where something had to be rounded."""


@lru_cache(maxsize=4096)
def significant_figures(text: str) -> int:
    return len(text.lower().partition("e")[0].lstrip("+-").replace(".", "").lstrip("0"))


def filling_zeros(text: str, of_decimals: bool = False) -> int:
    """The zeros of a whole number (or of decimals) that may only fill its places, all but those of its first two
    figures: 1 in 1460.

    >>> [filling_zeros(text) for text in ("1460", "1400", "1000", "10", "146.0")]
    [1, 2, 2, 0, 0]
    >>> [filling_zeros(text, of_decimals=True) for text in ("1460", "146.0", "0.0310", "0.030")]
    [1, 1, 1, 0]
    """
    if not text.lstrip("+-").replace(".", "", 1 if of_decimals else 0).isdecimal():
        return 0
    return max(0, min(len(text) - len(text.rstrip("0")), significant_figures(text) - 2))


def magnitude(value: Fraction) -> int:
    """The power of ten of the first digit: 0 for 3.7, -2 for 0.037."""
    rough = _roughly(value)
    if rough:
        guess = floor(log10(abs(rough)))
        if (1 + NEAR) * 10.0**guess < abs(rough) < (1 - NEAR) * 10.0 ** (guess + 1):
            return guess
    if not value:
        return 0
    size = abs(value)
    guess = len(str(size.numerator)) - len(str(size.denominator))
    return guess if size >= Fraction(10) ** guess else guess - 1


def shows_nothing(written: Written, value: float | Fraction) -> bool:
    """Does a written number show no digit at a place where its value has one?"""
    assert written.value is not None
    if written.value == value or not written.half_unit:
        return False
    size = Fraction(value)
    return not size or -written.decimals > magnitude(size)


def is_correctly_rounded(written: Fraction, half_unit: Fraction, true: Fraction) -> bool:
    """Is `written` the true value, rounded to its digits (a tie either way)?"""
    rough, half = _roughly(true), _roughly(half_unit)
    if rough and half:
        off, dust = abs(as_float(written) - rough), NEAR * (half + abs(rough))
        if abs(off - half) > dust:
            return off < half
    return abs(written - true) <= half_unit


def tells_rightly(written: Written, true: Fraction) -> bool:
    """Is a written number the true value, correctly rounded to digits of which one at least tells?"""
    assert written.value is not None
    half_unit = max(written.half_unit, Fraction(_noise_of_doubles(written)))
    return not shows_nothing(written, true) and is_correctly_rounded(written.value, half_unit, true)


SINGLE_PRECISION, DOUBLE_PRECISION = 8, 12
"""Numbers with so many figures may be printed by a program: in single precision, which has seven, or in double."""


def noise_of(written: Written) -> float:
    """What a program's arithmetic may have done to a number that it printed; 0 for one that people write."""
    figures, size = significant_figures(written.text), abs(_roughly(written.value or Fraction(0)))
    if figures >= SINGLE_PRECISION and size < LARGEST_SINGLE and _is_single(size, figures, written):
        return 2e-7 * size
    return _noise_of_doubles(written)


def _noise_of_doubles(written: Written) -> float:
    if significant_figures(written.text) < DOUBLE_PRECISION:
        return 0.0
    return 1e-13 + 1e-12 * abs(_roughly(written.value or Fraction(0)))


LARGEST_SINGLE = 3e38


def _is_single(size: float, figures: int, written: Written) -> bool:
    """Is it a number of single precision, with the fewest digits that tell it, or with all that a double shows?"""
    near = _single(size)
    if figures >= SINGLE_PRECISION + 2:
        return abs(near - size) <= 2 * as_float(written.half_unit)
    shown = (Fraction(f"{near:.{count}g}") for count in range(6, 10))  # nine tell any
    return next(each for each in shown if _single(as_float(each)) == near) == abs(written.value or 0)


def _single(value: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single


def _roughly(value: Fraction) -> float:
    """A value as a float, 0 where it is too large or too small: then only the fraction tells."""
    rough = as_float(value)
    return rough if 1e-200 < abs(rough) < 1e200 else 0.0


def is_cut_off(written: Fraction, half_unit: Fraction, true: Fraction) -> bool:
    """Is `written` the true value with its further digits cut off?"""
    return 0 <= abs(true) - abs(written) < 2 * half_unit and written * true >= 0
