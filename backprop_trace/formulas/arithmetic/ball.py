"""Bands: what a value may be when it was computed by hand from rounded numbers.

    >>> from backprop_trace.formulas.expr import Difference, ONE, Product, given
    >>> a = given("a")
    >>> half_unit = Fraction("0.005")
    >>> band = enclose(Product((a, Difference(ONE, a))), {a: ball(Fraction("0.59"), half_unit)}, half_unit)
    >>> contains(band, Fraction("0.24")), contains(band, Fraction("0.27"))
    (True, False)

A band is a ball (`flint.arb`) that is sure to contain every number an honest writer can have arrived at: from the
interval each written number stands for, and half a unit of the result's last digit for the rounding at each operation.
The enclosure is the mean value form intersected with the plain one: a * (1 - a) alone is five times too wide.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor, inf, log10
from typing import Any, TypeAlias

from flint import arb, fmpq

from backprop_trace.formulas.arithmetic import Arithmetic, evaluate
from backprop_trace.formulas.arithmetic.exact import FUNCTIONS, to_fmpq, whole_power
from backprop_trace.formulas.expr import Cases, Formula, Name, names_in, parts, slope

NOTHING_KNOWN = arb("nan")
HUGE, DUST = arb("1e1000"), arb("1e-1000")


def ball(middle: Fraction, radius: Fraction = Fraction(0)) -> arb:
    """The numbers no farther than `radius` from `middle`."""
    return arb(to_fmpq(middle)) + arb(0, arb(to_fmpq(radius)).upper())


def contains(band: arb, number: Fraction) -> bool:
    """May the number be in the band? (Where that cannot be told at the precision in force: yes.)"""
    return bool(band.overlaps(arb(to_fmpq(number))))


def is_bounded(band: arb) -> bool:
    """Does the band say anything? Beyond HUGE it does not: the divisor may have been 0."""
    return bool(band.is_finite() and band.abs_upper() < HUGE)


def without_dust(band: arb) -> arb:
    """A band whose middle or radius is so near to 0 that it could not be written out, a little wider."""
    if not band.is_finite():
        return band
    middle, radius = band.mid(), band.rad()
    if middle != 0 and abs(middle) < DUST:
        return arb(0, max(DUST, band.abs_upper()))
    return band + arb(0, DUST) if radius != 0 and radius < DUST else band


def _as_ball(value: Any) -> arb:
    return value if isinstance(value, arb) else arb(value)


def _sign(x: arb) -> bool | None:
    return True if x > 0 else False if x <= 0 else None


def _either(x: arb, y: arb) -> arb:
    return _as_ball(x).union(_as_ball(y))


def _greater(x: arb, y: arb) -> arb:
    return _as_ball(x).max(_as_ball(y))


def _smaller(x: arb, y: arb) -> arb:
    return _as_ball(x).min(_as_ball(y))


def _divide(x: arb, y: arb) -> arb:
    return NOTHING_KNOWN if _as_ball(y).contains(0) else x / y


def _log(x: arb) -> arb:
    return _as_ball(x).log() if x > 0 else NOTHING_KNOWN


def _sqrt(x: arb) -> arb:
    """Nobody takes the root of a negative number: of a band around 0 only the other half counts."""
    if x >= 0:
        return x.sqrt()
    return arb(0).union(x.upper().sqrt()) if x.upper() >= 0 else NOTHING_KNOWN


def _power(base: arb, exponent: Any) -> arb:
    """A whole power by repeated multiplication: arb's own is no number where the band contains 0."""
    if isinstance(exponent, fmpq) and exponent.q == 1:
        power = _as_ball(whole_power(_as_ball(base), abs(int(exponent.p))))
        power = abs(power) if exponent.p % 2 == 0 else power
        return power if exponent.p >= 0 else _divide(arb(1), power)
    return _as_ball(_log(base) * exponent).exp()


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **FUNCTIONS,
    "log": _log,
    "max": _greater,
    "min": _smaller,
    "relu": lambda x: _greater(arb(0), x),
    "sqrt": lambda x: _sqrt(_as_ball(x)),
}

PLAIN = Arithmetic(
    constant=to_fmpq,
    functions=_FUNCTIONS,
    is_positive=_sign,
    divide=_divide,
    power=_power,
    either=_either,
)
"""Enclosures without any rounding by hand."""


@lru_cache(maxsize=64)
def _rounding(half_unit: Fraction, half_unit_of_ones: Fraction) -> Arithmetic:
    """Enclosures that are widened by half a unit at each operation, at products by more where figures are counted."""
    slack = arb(0, arb(to_fmpq(half_unit)).upper())

    def widened(operation: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *operands: operation(*operands) + slack

    def widened_by_size(operation: Callable[..., Any]) -> Callable[..., Any]:
        least, of_ones = float(half_unit), float(half_unit_of_ones)

        def widened_once(*operands: Any) -> arb:
            result = _as_ball(operation(*operands))
            size = float(abs(result).upper())
            own = of_ones * 10.0 ** floor(log10(size)) if 0 < size < inf else 0.0
            return result + (arb(0, own) if own > least else slack)

        return widened_once

    of_product = widened_by_size if half_unit_of_ones else widened
    return PLAIN._replace(
        functions={name: widened(function) for name, function in _FUNCTIONS.items()},
        add=widened(operator.add),
        subtract=widened(operator.sub),
        multiply=of_product(operator.mul),
        divide=widened(_divide),
        power=of_product(_power),
    )


Slopes: TypeAlias = Callable[[Formula], Sequence[tuple[Name, Formula]]]


def slopes_of(formula: Formula) -> tuple[tuple[Name, Formula], ...]:
    """d formula / d each name in it."""
    return tuple((name, slope(formula, name)) for name in names_in(formula))


def enclose(
    formula: Formula,
    values: Mapping[Name, arb],
    half_unit: Fraction,
    slopes: Slopes = slopes_of,
    half_unit_of_ones: Fraction = Fraction(0),
) -> arb:
    """The band of a formula over bands: everything a writer can get who rounds at each operation.

    `slopes` may be a function that remembers the slopes of formulas it has seen. `half_unit_of_ones` is for writers who
    count figures, not decimals: half a unit of the last digit they give a number from 1 to 10.
    """
    plain = _as_ball(evaluate(formula, values, PLAIN))
    slack = arb(to_fmpq(half_unit)).upper()
    if not plain.is_finite():
        return NOTHING_KNOWN
    if isinstance(formula, Name):
        return plain + arb(0, slack)
    size = abs(float(plain.mid()))
    if half_unit_of_ones and 0 < size < inf:  # a line written to more figures than most keeps them on the way
        half_unit_of_ones = min(half_unit_of_ones, half_unit / Fraction(10) ** floor(log10(size)))
    rounded = _as_ball(evaluate(formula, values, _rounding(half_unit, half_unit_of_ones)))
    extra = rounded.rad() - plain.rad()
    tight = plain.intersection(_mean_value_form(formula, values, plain, slopes))
    return tight + arb(0, (extra if extra > slack else slack).upper())


def _mean_value_form(formula: Formula, values: Mapping[Name, arb], plain: arb, slopes: Slopes) -> arb:
    """f(middle) + sum of slope(band) * (band - middle)."""
    middles = {name: values[name].mid() for name in names_in(formula)}
    wide = [name for name in middles if values[name].rad() > 0]
    if not wide or _has_cases(formula):
        return plain
    form = _as_ball(evaluate(formula, middles, PLAIN))
    for name, of_name in slopes(formula):
        if name in wide:
            steepness = _as_ball(evaluate(of_name, values, PLAIN))
            form = form + steepness * (values[name] - middles[name])
    return form if form.is_finite() and form.overlaps(plain) else plain


def _has_cases(formula: Formula) -> bool:
    """Does a formula jump somewhere, as ReLU's slope does at 0? A slope says nothing about a jump."""
    return isinstance(formula, Cases) or any(_has_cases(part) for part in parts(formula))
