"""How somebody writes numbers: to how many digits, rounded or cut off. Learnt from lines that had to be rounded.

>>> habits = Habits.of([("0.3775", Fraction("0.37754")), ("0.5933", Fraction("0.59327")), ("2", Fraction(2))])
>>> habits.decimals, habits.figures
(4, 4)
>>> habits.narrow(0.0296, figures=4)    # half a unit of a number that is not on the sheet
5e-05
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor, log10
from typing import NamedTuple

from backprop_trace.check.writer import filling_zeros, magnitude, significant_figures
from backprop_trace.files.sheet import decimals

ALIKE = Fraction(4, 5)
FEWEST = 2
"""So many lines tell a habit."""
CARRIED, COARSE, FEWEST_FIGURES = 4, 3, 2
"""Figures that a skipped line was carried with: at least, at the coarsest, and where the sheet shows no more or digits
are uneven."""
ENOUGH = 8
"""Lines that had to be rounded: with fewer, coarser ones may be among those that are not on the sheet."""


class Habits(NamedTuple):
    """`decimals` and `figures` where most lines have them in common; `fewest` decimals and `shortest` figures of any
    line, `coarsest` that are reckoned with; `even`: do all lines agree, and are they enough; `uneven`: have they
    nothing in common, so that one may be a coarser number with zeros behind it; `cuts`: are further digits cut off
    instead of rounded; `may_cut`: too few lines tell, none against it; `seems_cut`: some tell of it."""

    decimals: int | None = None
    figures: int | None = None
    fewest: int | None = None
    shortest: int | None = None
    coarsest: int = COARSE
    even: bool = False
    uneven: bool = False
    cuts: bool = False
    may_cut: bool = False
    seems_cut: bool = False

    @classmethod
    def of(cls, numbers: Iterable[tuple[str, Fraction]]) -> Habits:
        """From numbers as written, each with the value it should have."""
        numbers = list(numbers)
        telling = [text for text, value in numbers if had_to_be_rounded(text, value)]
        places, figures = Counter(map(decimals, telling)), Counter(map(significant_figures, telling))
        padded = [text for text, value in numbers if _is_padded(text, value)]
        showing = [*telling, *(text for text in padded if decimals(text) > 1)]  # programs print whole numbers as 1.0
        uneven = _are_uneven([text for text in showing if significant_figures(text)])
        even = not uneven and len(telling) >= ENOUGH and (len(places) == 1 or len(figures) == 1)
        shown = telling if even else [*telling, *padded] if uneven else showing
        fewest = min(map(decimals, shown), default=None)
        shortest = min(filter(None, map(significant_figures, shown)), default=None)
        if uneven:
            return cls(None, None, fewest, shortest, FEWEST_FIGURES, even, uneven)
        learnt = len(telling) >= FEWEST
        coarsest = COARSE if learnt and len(places) == 1 else _coarsest(numbers)
        alike = (_most(places), _most(figures)) if learnt else (None, None)
        return cls(*alike, fewest, shortest, coarsest, even, uneven)

    @property
    def learnt(self) -> bool:
        return self.decimals is not None or self.figures is not None

    def zeros_behind(self, text: str) -> int:
        """The last zeros of a number that may merely fill its places; where digits are uneven, down to the shortest."""
        if not self.uneven or self.fewest is None or self.shortest is None:
            return filling_zeros(text)
        most = max(decimals(text) - self.fewest, significant_figures(text) - self.shortest, filling_zeros(text))
        return min(most, filling_zeros(text, of_decimals=True))

    def half_of_decimals(self, coarse: bool) -> float:
        """Half a unit, where it is decimals that all lines have in common, not (or, coarsely, as well as) figures."""
        is_told = self.decimals is not None and (coarse or self.figures is None)
        return 0.5 * 10.0 ** -(self.decimals or 0) if is_told else 0.0

    def narrow(self, size: float, figures: int) -> float:
        """Half a unit of a skipped line: four figures, or those of the line in question; coarser if learnt."""
        half = _half_of_figures(size, max(CARRIED, figures))
        if self.decimals is not None:
            half = max(half, 0.5 * 10.0**-self.decimals)
        if self.figures is not None:
            half = max(half, _half_of_figures(size, self.figures))
        return half

    def coarse(self, size: float) -> float:
        """Half a unit of a skipped line that was carried as coarsely as one may."""
        fewest = 3 if self.fewest is None else self.fewest
        fewest = fewest if self.even else min(3, fewest)
        return max(_half_of_figures(size, self.coarsest), 0.5 * 10.0**-fewest, self.narrow(size, COARSE))

    def of_operation(self, size: float, line_half: float, figures: int) -> float:
        """Half a unit of a product on the way to a line."""
        if self.decimals is not None and self.figures is None:
            return line_half
        of_size = _half_of_figures(size, max(COARSE, figures))
        return of_size if self.figures is not None and self.decimals is None else max(line_half, of_size)

    def of_operation_coarsely(self, size: float, line_half: float) -> float:
        return max(line_half, _half_of_figures(size, COARSE if self.uneven else self.coarsest))


def had_to_be_rounded(text: str, value: Fraction) -> bool:
    """Does a written number show digits that its value does not end with?"""
    if "/" in text:
        return False
    places = decimals(text)
    if places <= 0 or not text.strip("+-0.") or 10**places % value.denominator == 0:
        return False
    return -places <= magnitude(value)


def _is_padded(text: str, value: Fraction) -> bool:
    """Do zeros stand behind the last digit that a value has, or is it none but zeros?"""
    return "/" not in text and "." in text and text.endswith("0") and Fraction(text) in (value, 0)


def _are_uneven(texts: Sequence[str]) -> bool:
    """Have most numbers neither decimals nor figures in common?"""
    counts = [Counter(map(count, texts)) for count in (decimals, significant_figures)]
    return len(texts) >= FEWEST and all(_most(each) is None for each in counts)


def _coarsest(numbers: Sequence[tuple[str, Fraction]]) -> int:
    """Two figures where a number that had to be rounded has no more, or fills its places with zeros, or where no number
    has more; else three."""
    if all(significant_figures(text) - filling_zeros(text) <= FEWEST_FIGURES for text, _ in numbers):
        return FEWEST_FIGURES
    for text, value in numbers:
        zeros = filling_zeros(text)
        shown = zeros and 0 < abs(Fraction(text) - value) < 10**zeros
        if (shown or had_to_be_rounded(text, value)) and significant_figures(text) - zeros <= FEWEST_FIGURES:
            return FEWEST_FIGURES
    return COARSE


def _most(counts: Counter[int]) -> int | None:
    count = max(counts, key=lambda each: counts[each])
    return count if counts[count] >= ALIKE * counts.total() else None


def _half_of_figures(size: float, figures: int) -> float:
    return 0.5 * 10.0 ** (floor(log10(size)) - figures + 1) if size > 0 else 0.0
