"""Bands: what a value may be when it was computed by hand from rounded numbers.

    >>> from backprop_trace.formulas.expr import Difference, ONE, Product, given
    >>> a = given("a")
    >>> rounded = Band(0.59, 0.585, 0.595, {a: (1.0, 1.0)})
    >>> band = enclosed(Product((a, Difference(ONE, a))), {a: rounded}, {a: 0.005}, lambda size: 0.005)
    >>> round(band.low, 4), round(band.high, 4)
    (0.2409, 0.2429)

A band is an interval with a middle and its *slopes*: by how much it moves with each rounded number that it rests on.
Widths come from the slopes over the whole band (the mean value form), intersected with plain interval arithmetic:
a * (1 - a) alone is five times too wide. Each product, quotient, power and function on the way may have been rounded.
Floats will do: what they lose is far below the last digit of anything that is compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from backprop_trace.formulas.arithmetic import FLOAT
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
from backprop_trace.formulas.numbers import as_float, number

Symbol: TypeAlias = Hashable
"""A number that was rounded once; the radius of each is kept beside the bands."""
Slopes: TypeAlias = Mapping[Any, tuple[float, float]]
EVEN = 1e-9
"""A number that is so near to a whole count of units needs no rounding."""
MOST_SYMBOLS = 150
"""A band that rests on more is taken as one rounded number of its own."""


class Band(NamedTuple):
    """From `low` to `high`; `middle` is the value at the numbers as written. `slopes` is None where it may jump."""

    middle: float
    low: float
    high: float
    slopes: Slopes | None = MappingProxyType({})
    noise: float = 0.0
    """How far rounding at each operation may have moved it; not yet in `low` and `high`."""

    @property
    def size(self) -> float:
        return max(abs(self.low), abs(self.high))


class Unbounded(ArithmeticError):
    """A band that says nothing: a division by what may be 0, the logarithm of what may be negative, an overflow."""


def point(value: Fraction | float) -> Band:
    """An exact number. Raises Unbounded where no float is large enough for it."""
    value = as_float(value)
    if not math.isfinite(value):
        raise Unbounded("infinite")
    return Band(value, value, value)


def shifted(band: Band, by: float) -> Band:
    return band._replace(middle=band.middle + by, low=band.low + by, high=band.high + by)


def around(symbol: Symbol, value: float, half_unit: float) -> Band:
    """A number that was rounded, by `symbol`."""
    return Band(value, value - half_unit, value + half_unit, {symbol: (1.0, 1.0)}) if half_unit else point(value)


HalfUnit: TypeAlias = Callable[[float], float]
"""Half a unit of the last digit that is kept of an operation's result, by the result's size."""


def enclosed(formula: Formula, values: Mapping[Name, Band], radii: Mapping[Any, float], half_unit: HalfUnit) -> Band:
    """The band of a formula over bands, its slopes by the symbols that these rest on. Raises Unbounded."""
    try:
        found = _RULES[type(formula)](formula, values, half_unit)
    except (ValueError, OverflowError, ZeroDivisionError) as nothing:
        raise Unbounded(str(nothing)) from nothing
    middle, low, high, partial, noise = found
    if not (math.isfinite(low) and math.isfinite(high)):
        raise Unbounded("infinite")
    if partial is None:
        return Band(middle, low, high, None, noise)
    slopes = _by_symbols(partial, values)
    if slopes is None:
        return Band(middle, low, high, None, noise)
    reach = sum(max(abs(lo), abs(hi)) * radii[symbol] for symbol, (lo, hi) in slopes.items())
    if not math.isfinite(reach):
        raise Unbounded("infinite")
    return Band(middle, max(low, middle - reach), min(high, middle + reach), slopes, noise)


def _by_symbols(partial: Slopes, values: Mapping[Name, Band]) -> dict[Any, tuple[float, float]] | None:
    """The chain rule: slopes by the names of a formula become slopes by what these rest on."""
    found: dict[Any, tuple[float, float]] = {}
    for name, (low, high) in partial.items():
        inner = values[name].slopes
        if inner is None:
            return None
        for symbol, (inner_low, inner_high) in inner.items():
            a, b, c, d = low * inner_low, low * inner_high, high * inner_low, high * inner_high
            old_low, old_high = found.get(symbol, (0.0, 0.0))
            found[symbol] = old_low + min(a, b, c, d), old_high + max(a, b, c, d)
    return found


# --- one rule for each kind of node: middle, low, high, slopes by name (None: it may jump), noise ---

Found: TypeAlias = tuple[float, float, float, Slopes | None, float]
_EXACT_SLOPE = (1.0, 1.0)
_ROUNDED = (Product, Quotient, Power, Call)


def _operand(formula: Formula, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    """What another operation goes on with: rounded, if it is a result."""
    if type(formula) is Minus:
        return _negative(_operand(formula.operand, values, half))
    found = _RULES[type(formula)](formula, values, half)
    return _rounded(found, half) if type(formula) in _ROUNDED else found


def _rounded(found: Found, half: HalfUnit) -> Found:
    """A result that is written down before it is used, unless it comes out even."""
    middle, low, high, slopes, noise = found
    radius = half(max(abs(low), abs(high)))
    if _is_plain(found) or (low == high and radius and _is_whole(low / (2 * radius))):
        return found
    return middle, low, high, slopes, noise + radius


def _is_whole(units: float) -> bool:
    return abs(units - round(units)) < EVEN


def _is_plain(found: Found) -> bool:
    """1 is never rounded (and 0 comes out even in any unit)."""
    return found[1] == found[2] and abs(found[1]) == 1.0


def _negative(found: Found) -> Found:
    middle, low, high, slopes, noise = found
    return -middle, -high, -low, _scaled(slopes, -1.0, -1.0), noise


def _scaled(slopes: Slopes | None, low: float, high: float) -> Slopes | None:
    if slopes is None:
        return None
    scaled = {}
    for name, (inner_low, inner_high) in slopes.items():
        ends = (low * inner_low, low * inner_high, high * inner_low, high * inner_high)
        scaled[name] = min(ends), max(ends)
    return scaled


def _added(first: Slopes | None, second: Slopes | None) -> Slopes | None:
    if first is None or second is None:
        return None
    if not first:
        return second
    if not second:
        return first
    both = dict(first)
    for name, (low, high) in second.items():
        old_low, old_high = both.get(name, (0.0, 0.0))
        both[name] = old_low + low, old_high + high
    return both


def _of_name(formula: Name, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    band = values[formula]
    moves = band.low != band.high
    return band.middle, band.low, band.high, {formula: _EXACT_SLOPE} if moves else {}, 0.0


def _of_number(formula: Number, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    value = float(number(formula.text))
    return value, value, value, {}, 0.0


def _of_sum(formula: Sum, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    middle = low = high = noise = 0.0
    slopes: Slopes | None = {}
    for term in formula.terms:
        m, lo, hi, s, n = _operand(term, values, half)
        middle, low, high, noise = middle + m, low + lo, high + hi, noise + n
        slopes = _added(slopes, s)
    return middle, low, high, slopes, noise


def _of_difference(formula: Difference, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    m1, lo1, hi1, s1, n1 = _operand(formula.left, values, half)
    m2, lo2, hi2, s2, n2 = _operand(formula.right, values, half)
    return m1 - m2, lo1 - hi2, hi1 - lo2, _added(s1, _scaled(s2, -1.0, -1.0)), n1 + n2


def _of_minus(formula: Minus, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    return _negative(_RULES[type(formula.operand)](formula.operand, values, half))


def _of_product(formula: Product, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    """Multiplied from the left or from the right, whichever leaves more to rounding: 1/3 * 2 first, or 2 * (o - t)."""
    factors = [_operand(factor, values, half) for factor in formula.factors]
    found = _multiplied(factors, half)
    return found if len(factors) < 3 else (*found[:-1], max(found[-1], _multiplied(factors[::-1], half)[-1]))


def _multiplied(factors: Sequence[Found], half: HalfUnit) -> Found:
    found = factors[0]
    for place, other in enumerate(factors[1:], 2):
        trivial = _is_plain(found) or _is_plain(other)
        found = _times(found, other)
        if place < len(factors) and not trivial:
            found = _rounded(found, half)
    return found


def _times(first: Found, second: Found) -> Found:
    m1, lo1, hi1, s1, n1 = first
    m2, lo2, hi2, s2, n2 = second
    ends = (lo1 * lo2, lo1 * hi2, hi1 * lo2, hi1 * hi2)
    noise = 0.0
    if n1 or n2:
        size1, size2 = max(abs(lo1), abs(hi1)), max(abs(lo2), abs(hi2))
        noise = n1 * size2 + n2 * size1 + n1 * n2
    return m1 * m2, min(ends), max(ends), _added(_scaled(s1, lo2, hi2), _scaled(s2, lo1, hi1)), noise


def _of_quotient(formula: Quotient, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    top, bottom = _operand(formula.top, values, half), _operand(formula.bottom, values, half)
    m, lo, hi, slopes, noise = bottom
    if lo == hi and noise >= abs(lo):  # a number that was divided by was not rounded to nothing
        noise = 0.0
    if lo - noise <= 0 <= hi + noise:
        raise Unbounded("a division by what may be 0")
    ends = (-1 / (lo * lo), -1 / (hi * hi))
    nearest = min(abs(lo), abs(hi)) - noise
    inverse = 1 / m, 1 / hi, 1 / lo, _scaled(slopes, min(ends), max(ends)), noise / (nearest * nearest)
    return _times(top, inverse)


def _of_power(formula: Power, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    base, exponent = _operand(formula.base, values, half), _operand(formula.exponent, values, half)
    e_low, e_high = exponent[1], exponent[2]
    m, lo, hi, slopes, _ = base
    if e_low != e_high:
        if lo <= 0:
            raise Unbounded("a power of what may be negative")
        return _applied("exp", _times(exponent, _applied("log", base)))
    whole = float(e_low).is_integer()
    if (not whole and lo < 0) or (e_low < 0 and lo <= 0 <= hi):
        raise Unbounded("a power of what may be negative")
    turning = [0.0] if lo < 0 < hi and e_low > 1 else []
    steep = [0.0] if e_low == 0 else [-math.inf, math.inf]
    if e_low >= 1 or lo > 0 or hi < 0:
        steep = [e_low * x ** (e_low - 1) for x in (lo, hi)] + turning
    ends = [lo**e_low, hi**e_low, *turning]
    return m**e_low, min(ends), max(ends), _scaled(slopes, min(steep), max(steep)), _moved(base, e_low)


def _moved(base: Found, exponent: float) -> float:
    """How far the noise of a base moves its power: by the steepest slope there is."""
    _, lo, hi, _, noise = base
    if not noise or not exponent:
        return 0.0
    steepest = max(abs(lo), abs(hi)) + noise if exponent >= 1 else min(abs(lo), abs(hi)) - noise
    if exponent >= 1 or (steepest > 0 and not lo < 0 < hi):
        return float(noise * abs(exponent) * steepest ** (exponent - 1))
    if exponent < 0:
        raise Unbounded("a division by what may be 0")
    return float(noise**exponent)


def _of_call(formula: Call, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    arguments = [_operand(each, values, half) for each in formula.arguments]
    if len(arguments) == 2:
        return _larger(*arguments) if formula.function == "max" else _negative(_larger(*map(_negative, arguments)))
    return _applied(formula.function, arguments[0])


def _larger(first: Found, second: Found) -> Found:
    m1, lo1, hi1, s1, n1 = first
    m2, lo2, hi2, s2, n2 = second
    if lo1 >= hi2 and lo1 > lo2:
        return first
    if lo2 >= hi1 and lo2 > lo1:
        return second
    slopes = _added(_scaled(s1, 0.0, 1.0), _scaled(s2, 0.0, 1.0))
    return max(m1, m2), max(lo1, lo2), max(hi1, hi2), slopes, max(n1, n2)


def _applied(function: str, argument: Found) -> Found:
    m, lo, hi, slopes, noise = argument
    call = FLOAT.functions[function]
    if function == "log" and lo - noise <= 0:
        raise Unbounded("the logarithm of what may be 0")
    if function == "sqrt":  # nobody takes the root of a negative number: of a band around 0 the other half counts
        if hi < 0:
            raise Unbounded("the root of a negative number")
        lo, m = max(lo, 0.0), max(m, 0.0)
    low, high = _range(function, call, lo, hi)
    steep_low, steep_high = _STEEPNESS[function](lo, hi)
    moved = 0.0
    if noise:
        wider_low, wider_high = _STEEPNESS[function](lo - noise, hi + noise)
        moved = noise * max(abs(wider_low), abs(wider_high))
    if math.isinf(steep_low) or math.isinf(steep_high):
        return call(m), low, high, None if slopes else {}, moved if math.isfinite(moved) else math.sqrt(noise)
    return call(m), low, high, _scaled(slopes, steep_low, steep_high), moved


def _range(function: str, call: Callable[[float], float], lo: float, hi: float) -> tuple[float, float]:
    if lo == hi:
        return call(lo), call(lo)
    if function in ("sin", "cos"):
        middle, radius = call((lo + hi) / 2), (hi - lo) / 2
        return max(-1.0, middle - radius), min(1.0, middle + radius)
    ends = call(lo), call(hi)
    turning = {"abs": 0.0, "sech": 1.0}.get(function)
    if turning is not None and lo < 0 < hi:
        ends = (*ends, turning)  # type: ignore[assignment]
    return min(ends), max(ends)


def _of_exp(lo: float, hi: float) -> tuple[float, float]:
    return math.exp(min(lo, 700)), math.exp(min(hi, 700))


def _of_log(lo: float, hi: float) -> tuple[float, float]:
    return 1 / hi, 1 / lo


def _of_sqrt(lo: float, hi: float) -> tuple[float, float]:
    return (0.5 / math.sqrt(hi) if hi > 0 else math.inf), (0.5 / math.sqrt(lo) if lo > 0 else math.inf)


def _bell(top: float, slope: Callable[[float], float]) -> Callable[[float, float], tuple[float, float]]:
    """A slope that is largest at 0."""

    def steepness(lo: float, hi: float) -> tuple[float, float]:
        ends = slope(lo), slope(hi)
        return min(ends), top if lo <= 0 <= hi else max(ends)

    return steepness


def _sigmoid_slope(z: float) -> float:
    s: float = FLOAT.functions["sigmoid"](z)
    return s * (1 - s)


def _smooth(slope: Callable[[float], float]) -> Callable[[float, float], tuple[float, float]]:
    """A slope that changes by no more than its argument does."""

    def steepness(lo: float, hi: float) -> tuple[float, float]:
        middle, radius = slope((lo + hi) / 2), (hi - lo) / 2
        return middle - radius, middle + radius

    return steepness


def _of_relu(lo: float, hi: float) -> tuple[float, float]:
    return (1.0 if lo > 0 else 0.0), (1.0 if hi > 0 else 0.0)


def _of_abs(lo: float, hi: float) -> tuple[float, float]:
    return (1.0 if lo >= 0 else -1.0), (-1.0 if hi <= 0 else 1.0)


_STEEPNESS: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "exp": _of_exp,
    "log": _of_log,
    "sqrt": _of_sqrt,
    "sin": _smooth(math.cos),
    "cos": _smooth(lambda z: -math.sin(z)),
    "tanh": _bell(1.0, lambda z: 1 - math.tanh(z) ** 2),
    "sech": _smooth(lambda z: -FLOAT.functions["sech"](z) * math.tanh(z)),
    "sigmoid": _bell(0.25, _sigmoid_slope),
    "relu": _of_relu,
    "abs": _of_abs,
}
"""Between which values the slope of a function lies."""


def _of_cases(formula: Cases, values: Mapping[Name, Band], half: HalfUnit) -> Found:
    m, lo, hi, _, _ = _RULES[type(formula.test)](formula.test, values, half)
    if lo > 0 or hi <= 0:
        chosen = formula.positive if lo > 0 else formula.otherwise
        return _RULES[type(chosen)](chosen, values, half)
    both = [_RULES[type(case)](case, values, half) for case in (formula.positive, formula.otherwise)]
    middle = both[0 if m > 0 else 1][0]
    return middle, min(b[1] for b in both), max(b[2] for b in both), None, max(b[4] for b in both)


_RULES: Mapping[type, Callable[..., Found]] = {
    Name: _of_name,
    Number: _of_number,
    Sum: _of_sum,
    Difference: _of_difference,
    Minus: _of_minus,
    Product: _of_product,
    Quotient: _of_quotient,
    Power: _of_power,
    Call: _of_call,
    Cases: _of_cases,
}


def joined(bands: Sequence[Band]) -> Band:
    """What lies in any of some bands: a number of its own."""
    low, high = min(band.low for band in bands), max(band.high for band in bands)
    return Band(bands[0].middle, low, high, None)
