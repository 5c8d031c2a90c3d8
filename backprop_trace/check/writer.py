"""How somebody writes numbers: to how many digits, rounded or cut off.

>>> writer = Writer.of([("0.3775", Fraction("0.3775")), ("0.5933", Fraction("0.5933"))])
>>> writer.half_unit(Fraction("0.2983")), writer.truncates
(Fraction(1, 20000), False)
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from backprop_trace.files.sheet import decimals
from backprop_trace.formulas.arithmetic import Arithmetic, evaluate
from backprop_trace.formulas.expr import Formula, Name

FEW = 3
"""So few numbers do not tell decimals from significant figures."""


class Writer(NamedTuple):
    """`digits` are decimals, or significant figures; a writer who truncates is off by up to a whole unit."""

    digits: int
    significant: bool = False
    truncates: bool = False

    @classmethod
    def of(cls, numbers: Iterable[tuple[str, Fraction]]) -> Writer:
        """What most of the numbers have in common: their decimals, or else their significant figures."""
        written = [(text, value) for text, value in numbers if "/" not in text]
        if not written:
            return cls(6)
        places = Counter(decimals(text) for text, _ in written)
        figures = Counter(significant_figures(text) for text, value in written if value)
        most_places = max(places, key=lambda count: (places[count], -count))
        if not figures:
            return cls(most_places)
        most_figures = max(figures, key=lambda count: (figures[count], -count))
        # 0.0696 alone: four decimals, or three figures? Then the latter, which leaves more room on the way
        unclear = len(written) <= FEW and most_places > most_figures and figures[most_figures] == len(written)
        if unclear or figures[most_figures] > places[most_places]:
            return cls(most_figures, significant=True)
        return cls(most_places)

    def half_unit(self, value: Fraction) -> Fraction:
        """Half a unit of the last digit this writer would give such a number (a whole one if they truncate)."""
        places = self.digits - 1 - magnitude(value) if self.significant else self.digits
        half = Fraction(1, 2) / Fraction(10) ** places
        return 2 * half if self.truncates else half

    @property
    def half_unit_of_ones(self) -> Fraction:
        """Half a unit of a number from 1 to 10, where a number's size decides; 0 where all have the same decimals."""
        return self.half_unit(Fraction(1)) if self.significant else Fraction(0)


def never_rounds(formula: Formula, true: Mapping[Name, Fraction], unit: Fraction) -> bool:
    """Is every result on the way, each product and sum, a multiple of the unit? (`true` holds the numbers used.)"""
    try:
        evaluate(formula, true, _whole_units(unit))
    except (_NotWhole, ArithmeticError, KeyError):
        return False
    return True


class _NotWhole(Exception):
    """A number that would have to be rounded."""


MOST_FACTORS = 64
"""Nobody multiplies more of them by hand; and x^1000000000 would take for ever."""


def _power_by_hand(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > MOST_FACTORS:
        raise _NotWhole
    power: Fraction = base ** int(exponent)
    return power


@lru_cache(maxsize=64)
def _whole_units(unit: Fraction) -> Arithmetic:
    """Fractions, as long as every result is a multiple of the unit."""

    def checked(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def whole(left: Any, right: Any) -> Any:
            result = operation(left, right)
            if (Fraction(result) / unit).denominator != 1:
                raise _NotWhole
            return result

        return whole

    return Arithmetic(
        constant=Fraction,
        functions={"max": max, "min": min, "abs": abs},
        is_positive=lambda value: value > 0,
        add=checked(operator.add),
        subtract=checked(operator.sub),
        multiply=checked(operator.mul),
        divide=checked(operator.truediv),
        power=checked(_power_by_hand),
    )


def significant_figures(text: str) -> int:
    return len(text.lower().partition("e")[0].lstrip("+-").replace(".", "").lstrip("0"))


def magnitude(value: Fraction) -> int:
    """The power of ten of the first digit: 0 for 3.7, -2 for 0.037."""
    if not value:
        return 0
    size = abs(value)
    guess = len(str(size.numerator)) - len(str(size.denominator))
    return guess if size >= Fraction(10) ** guess else guess - 1


def is_correctly_rounded(written: Fraction, half_unit: Fraction, true: Fraction) -> bool:
    """Is `written` the true value, rounded to its digits (a tie either way)?"""
    return abs(written - true) <= half_unit


def is_cut_off(written: Fraction, half_unit: Fraction, true: Fraction) -> bool:
    """Is `written` the true value with its further digits cut off?"""
    return 0 <= abs(true) - abs(written) < 2 * half_unit and written * true >= 0
