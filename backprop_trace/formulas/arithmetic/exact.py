"""Exact arithmetic: fractions as long as values are rational, certified enclosures from there on.

    >>> import flint
    >>> decided(EXACT.functions["exp"](flint.fmpq(1)), 12)
    Decimal('2.71828182846')

A value is a `flint.fmpq` (a fraction) or a `flint.arb` (a ball that is proven to contain the true number).
`decided` turns it into digits only when every one of them is certain, and raises Undecided otherwise; the
caller then computes again with more bits. No number of bits tells log(6) - log(2) - log(3) from 0: after thousands it
is shown as 0, and how small it certainly is goes with it. A sign, a divisor or a logarithm needs more, and is an error.
Traps of arb that this module takes care of: comparisons of overlapping balls are all False; `x ** 2` around 0 is not a
number; a ball is as wide as the precision at its making; `str` of a ball is not correctly rounded.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from flint import arb, ctx, fmpq

from backprop_trace.formulas.arithmetic import Arithmetic, ComputationError

Value: TypeAlias = "fmpq | arb"

LONGEST_FRACTION = 2000
"""Fractions are kept up to this many digits above or below the line; enclosures go on from there."""

_LONGEST_FRACTION_BITS = int(LONGEST_FRACTION * 3.3219281)
FARTHEST_EXPONENT = 300_000  # bits: numbers beyond 2^300000 (about 1e90000) are not written out
MOST_BITS = 8192
BITS_OF_NOTHING = 2048
"""What cannot be told from 0 with so many bits is shown as 0: it is smaller than 1e-300, mostly than 1e-600."""


class Undecided(ArithmeticError):
    """An enclosure is too wide to decide what is asked: compute again with more bits."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Within: balls carry this many bits. flint's precision is global, so it is put back."""
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def bits_for(digits: int) -> int:
    """Where to start: enough for the digits themselves, and a reserve for what is lost on the way."""
    return int(3.3219281 * digits) + 80


def with_enough_bits(digits: int, compute: Callable[[], object]) -> object:
    """The result of `compute`, called with more and more bits until it is not Undecided.

    Raises ComputationError when the limit is reached.
    """
    bits = bits_for(digits)
    most = max(MOST_BITS, 16 * bits)
    while True:
        try:
            with precision(bits):
                return compute()
        except (Undecided, ComputationError) as undecided:
            if isinstance(undecided, ComputationError) and not isinstance(undecided.__cause__, Undecided):
                raise
            if bits > most:
                where = undecided if isinstance(undecided, ComputationError) else ComputationError(str(undecided))
                where.reason = f"{where.reason}, not even with {bits} bits"
                raise where from undecided
        bits *= 2


def to_fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def to_fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def shortened(value: Value) -> Value:
    """A fraction of a reasonable size as it is, a longer one as an enclosure."""
    return arb(value) if isinstance(value, fmpq) and value.height_bits() > _LONGEST_FRACTION_BITS else value


def bounds(value: Value) -> tuple[Fraction, Fraction]:
    """The lowest and the highest number a value may be. Raises Undecided if there is no bound."""
    if isinstance(value, fmpq):
        exact = to_fraction(value)
        return exact, exact
    low, high, exponent = _ends(value)
    unit = Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)
    return low * unit, high * unit


def _ends(value: arb) -> tuple[int, int, int]:
    """A ball's lowest and highest number as integers, in units of 2 to the exponent that comes third."""
    if not value.is_finite():
        raise Undecided("a value without bounds: perhaps a division by zero, or a number too large")
    middle, exponent = (int(part) for part in value.mid().man_exp())
    radius, radius_exponent = (int(part) for part in value.rad().man_exp())
    if max(abs(exponent), abs(radius_exponent)) > FARTHEST_EXPONENT:
        raise ArithmeticError("the number is too large or too small to be written out")
    common = min(exponent, radius_exponent) if radius else exponent
    middle, radius = middle << (exponent - common), radius << (radius_exponent - common) if radius else 0
    return middle - radius, middle + radius, common


@lru_cache(maxsize=64)
def _context(digits: int, rounding: str) -> decimal.Context:
    return decimal.Context(prec=digits, rounding=rounding, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


def rounded(value: Fraction, digits: int, rounding: str = decimal.ROUND_HALF_EVEN) -> Decimal:
    """A fraction correctly rounded to so many significant digits."""
    # Decimal(int) does not go by way of text, which Python limits to 4300 digits
    return _context(digits, rounding).divide(Decimal(value.numerator), Decimal(value.denominator))


def decided(value: Value, digits: int) -> Fraction | Decimal:
    """A fraction as it is; else the value rounded to so many significant digits, each of them certain.

    What cannot be told from 0 is a 0 whose exponent says how small it is. Raises Undecided when the enclosure is too
    wide for that.
    """
    if isinstance(value, fmpq):
        return to_fraction(value)
    low, high, exponent = _ends(value)
    if low == high:
        return bounds(value)[0]
    if low <= 0 <= high:
        if is_nothing(value, digits):
            return Decimal((0, (0,), _magnitude(max(-low, high), exponent)))
        raise Undecided("the value cannot be told from 0")
    units, per_unit = 1 << max(exponent, 0), Decimal(1 << max(-exponent, 0))
    context = _context(digits, decimal.ROUND_HALF_EVEN)
    below, above = (context.divide(Decimal(end * units), per_unit) for end in (low, high))
    if below != above:
        raise Undecided(f"{digits} digits are not certain")
    return below


def is_nothing(value: Value, digits: int) -> bool:
    """Is a value, as far as thousands of bits can tell, 0?"""
    if isinstance(value, fmpq):
        return not value
    low, high, exponent = _ends(value)
    bits = ctx.prec
    small = max(-low, high).bit_length() + exponent < -bits // 2
    return low <= 0 <= high and small and bits >= max(BITS_OF_NOTHING, 4 * bits_for(digits))


def _magnitude(units: int, exponent: int) -> int:
    """The least power of ten that is certainly above so many units of 2 to the exponent: its exponent."""
    return math.ceil((units.bit_length() + exponent) * math.log10(2))


# --- the functions ---


def _ball(x: Value) -> arb:
    return x if isinstance(x, arb) else arb(x)


def _function(name: str, at_zero: int) -> Callable[[Value], Value]:
    """A function of arb's that has a rational value at 0, kept as a fraction there."""
    compute: Callable[[arb], arb] = getattr(arb, name)

    def function(x: Value) -> Value:
        if isinstance(x, fmpq) and not x:
            return fmpq(at_zero)
        return compute(_ball(x))

    return function


def _log(x: Value) -> Value:
    if isinstance(x, fmpq):
        if x <= 0:
            raise ValueError("the logarithm of 0" if x == 0 else "the logarithm of a negative number")
        if x == 1:
            return fmpq(0)
    elif x < 0:
        raise ValueError("the logarithm of a negative number")
    return _ball(x).log()


def _sqrt(x: Value) -> Value:
    if x < 0:
        raise ValueError("the square root of a negative number")
    if isinstance(x, fmpq):
        root = fmpq(x.p.isqrt(), x.q.isqrt())
        if root * root == x:
            return root
    return _ball(x).sqrt()


def _sigmoid(x: Value) -> Value:
    return 1 / (1 + _exp(-x))


def is_positive(x: Value) -> bool:
    """Is x > 0? Raises Undecided where the enclosure reaches over 0: arb's own answer would be False."""
    if x > 0:
        return True
    if x <= 0:
        return False
    raise Undecided("the sign cannot be decided")


def _maximum(x: Value, y: Value) -> Value:
    return x if is_positive(x - y) else y


def _minimum(x: Value, y: Value) -> Value:
    return y if is_positive(x - y) else x


def _multiply(x: Value, y: Value) -> Value:
    """A product; a factor that is exactly 0 makes it exactly 0."""
    if (isinstance(x, fmpq) and not x) or (isinstance(y, fmpq) and not y):
        return fmpq(0)
    return x * y


def _divide(x: Value, y: Value) -> Value:
    if isinstance(y, fmpq) and not y:
        raise ZeroDivisionError
    if isinstance(x, fmpq) and not x:
        return x
    quotient: Value = x / y
    return quotient


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(exponent, fmpq) and exponent.q == 1:
        return whole_power(base, int(exponent.p))
    if base < 0 and not isinstance(exponent, fmpq) and abs(exponent) > FARTHEST_EXPONENT:  # nobody knows if it is even
        raise ValueError("a power of a negative number with an exponent that is too large")
    if base < 0:
        raise ValueError("a fractional power of a negative number")
    if isinstance(base, fmpq) and not base:
        return base
    return _exp(_multiply(_log(base), exponent))


def whole_power(base: Value, exponent: int) -> Value:
    """By repeated multiplication: arb's own `x ** 2` is not a number where the ball contains 0."""
    if exponent < 0:
        return _divide(fmpq(1), whole_power(base, -exponent))
    if isinstance(base, fmpq) and base.height_bits() * exponent <= 8 * _LONGEST_FRACTION_BITS:
        return base**exponent
    power, square = arb(1), _ball(base)
    while exponent:
        if exponent & 1:
            power = power * square
        square, exponent = square * square, exponent >> 1
    return power


_exp = _function("exp", 1)

FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "exp": _exp, "log": _log, "sqrt": _sqrt, "sigmoid": _sigmoid,
    "sin": _function("sin", 0), "cos": _function("cos", 1), "tanh": _function("tanh", 0),
    "sech": _function("sech", 1), "relu": lambda x: _maximum(fmpq(0), x), "abs": abs,
    "max": _maximum, "min": _minimum,
}  # fmt: skip

EXACT = Arithmetic(
    constant=to_fmpq,
    functions=FUNCTIONS,
    is_positive=is_positive,
    multiply=_multiply,
    divide=_divide,
    power=_power,
)
"""Fractions and certified enclosures, mixed as they come."""
