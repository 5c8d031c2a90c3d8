"""Could a number have been computed from skipped lines that were carried coarsely? With many digits only few could.

    >>> rounded(0.6168974, 4, significant=True), rounded(0.0061689, 4, significant=False), rounded(0.945, 2, True)
    (0.6169, 0.0062, 0.95)

Who rounds a skipped line to four figures and then writes eight of what comes of it writes one of a few numbers. Where
none of them is on the sheet, the number is no honest one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import floor, log10

from backprop_trace.check.habits import COARSE, FEWEST_FIGURES
from backprop_trace.check.ledger import Ledger
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate
from backprop_trace.formulas.arithmetic.band import Unbounded
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.formulas.numbers import as_float

MANY_FIGURES = 7
"""Fewer leave open what the lines before were rounded to."""
FINEST = 9
"""Figures that a skipped line is taken to be rounded to, at most."""
MOST_LINES = 2
"""Of skipped lines in a row all ways of rounding are tried."""
TELLING = 3
"""So many figures of a number agree by no chance with what coarse lines give."""
UNITS = 4
"""So far off may be what is rounded at each operation, in half units of the last digit."""


def could_be_carried(ledger: Ledger, step: int, formula: Formula, written: Written) -> bool:
    """Does some rounding of the skipped lines give the number, or is that not to be told?"""
    if significant_figures(written.text) < MANY_FIGURES or written.value is None:
        return True
    between = ledger.between(step, formula)
    rounded_ones = [line for line in between if ledger.exact(step, line) is None]
    if not 0 < len(rounded_ones) <= MOST_LINES:
        return True
    values = _known(ledger, step, between, formula)
    if values is None:
        return True
    finest = min(significant_figures(written.text), FINEST)
    coarsest = FEWEST_FIGURES if ledger.habits.uneven else COARSE
    ways = [(digits, significant) for digits in range(coarsest, finest + 1) for significant in (True, False)]
    near = UNITS * ledger.slack(written)
    try:
        return any(
            abs(_carried(ledger, step, between, formula, values, dict(zip(rounded_ones, way, strict=True)))
                - as_float(written.value)) <= near
            for way in product(ways, repeat=len(rounded_ones))
        )  # fmt: skip
    except (ComputationError, ArithmeticError, ValueError, LookupError):
        return True


def is_from_coarse_lines(ledger: Ledger, step: int, formula: Formula, written: Written) -> bool:
    """Is the number, to all its digits, what follows if the skipped lines that it uses had two figures, or decimals?"""
    if ledger.habits.even or significant_figures(written.text) < TELLING or written.value is None:
        return False
    names, bands, lines = names_in(formula), ledger.narrow(written), ledger.variant.at(step)
    skipped = [name for name in names if ledger.reading(step, name) is None and name in lines.equations]
    if not 0 < len(skipped) <= MOST_LINES:
        return False
    target, near = as_float(written.value), 1.000001 * ledger.slack(written)
    try:
        values = {name: bands.of(step, name).middle for name in names}
        coarse = [[(name, rounded(values[name], FEWEST_FIGURES, way)) for way in (True, False)] for name in skipped]
        return any(
            abs(evaluate(formula, {**values, **dict(each)}, FLOAT) - target) <= near for each in product(*coarse)
        )
    except (Unbounded, ComputationError, ArithmeticError, ValueError, LookupError):
        return False


def _known(ledger: Ledger, step: int, between: list[Name], formula: Formula) -> dict[Name, float] | None:
    """The numbers that the lines rest on; None if one of them was rounded itself."""
    used = {name for line in between for name in ledger.uses(step, line)} | set(names_in(formula))
    values = {}
    for name in used - set(between):
        try:
            band = ledger.narrow().of(step, name)
        except (Unbounded, KeyError):
            return None
        if band.low != band.high:
            return None
        values[name] = band.middle
    return values


def _carried(
    ledger: Ledger, step: int, between: list[Name], formula: Formula, known: Mapping[Name, float],
    ways: Mapping[Name, tuple[int, bool]],
) -> float:  # fmt: skip
    """The number, with the skipped lines rounded in these ways."""
    values = dict(known)
    for line in between:
        value = as_float(evaluate(ledger.formula(step, line), values, FLOAT))
        values[line] = rounded(value, *ways[line]) if line in ways else value
    return as_float(evaluate(formula, values, FLOAT))


def rounded(value: float, digits: int, significant: bool) -> float:
    """A value to so many figures, or decimals; a half is rounded up, though a float may be just below it."""
    if not value:
        return value
    return round(value * (1 + 1e-14), digits - 1 - floor(log10(abs(value))) if significant else digits)
