"""Numbers as people read them.

>>> shown(0.000438567726), shown(5.3e-8), shown(-0.0)
('0.000438567726', '5.3e-08', '0')
>>> shown(Fraction(1, 3), 5), shown(Fraction(3, 8), 5)
('0.33333', '0.375')
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = float | Fraction | Decimal
"""What a trace holds: a float; a fraction; a decimal every digit of which is certain (or was written by hand)."""

SAFE_DIGITS = 9
"""Significant digits of the float engine that can be vouched for (at 15 one in three is wrong)."""

_LONGEST_FRACTION_SHOWN = 40
_MOST_DECIMALS_WRITTEN = 100  # by hand: 0.0000 is a number as written, 0e-616 a bound


def shown(value: Value, digits: int = SAFE_DIGITS) -> str:
    """A value with so many significant digits; trailing zeros only where they were decided or written."""
    match value:
        case Decimal():
            return _laid_out(value)
        case Fraction():
            return _laid_out(_fraction(value, digits))
        case _:
            return _laid_out(Decimal(f"{value:.{digits - 1}e}").normalize()) if value else "0"


def brief(value: Value, most: int = 8) -> str:
    """Four significant digits, or all before the point, in so many characters at most; none that is not known.

    >>> brief(123456.7), brief(123456789.0), brief(-0.00012345678)
    ('123457', '1.23e+08', '-0.00012')
    """
    exact = Fraction(value)
    size = Decimal(shown(exact)).adjusted()
    text = "0"
    for digits in range(size + 1 if 4 <= size < most else 4, 0, -1):
        text = shown(exact, digits)
        text = text if size < digits or "e" in text else _with_power(Decimal(text).normalize())
        if len(in_print(text)) <= most:
            break
    return text


_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def raised(digits: str) -> str:
    """Digits as superscripts."""
    return digits.translate(_SUPERSCRIPTS)


def in_print(text: str) -> str:
    """A number as it is printed among words: with a minus sign, and its power of ten spelled out.

    >>> in_print("-1.5e-08"), in_print("0.25")
    ('−1.5·10⁻⁸', '0.25')
    """
    mantissa, _, power = text.partition("e")
    return mantissa.replace("-", "−") + (f"·10{raised(str(int(power)))}" if power else "")


def full(value: Value, digits: int = SAFE_DIGITS) -> str:
    """A value for machines: a float's shortest decimal that reads back to the same float, else as `shown`."""
    if isinstance(value, float):
        return "0.0" if value == 0 else repr(value)
    return shown(value, digits)


def parted(decimal_: str) -> tuple[str, str, str]:
    """Before the decimal mark, a point or a comma; the mark; behind it.

    >>> parted("-0,25"), parted("3")
    (('-0', ',', '25'), ('3', '', ''))
    """
    return decimal_.partition("," if "," in decimal_ else ".")


def bound_of_zero(value: Value) -> str | None:
    """`1e-616`, if the value is a 0 that is known to be smaller than that in size and not known to be 0."""
    if not isinstance(value, Decimal) or value:
        return None
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return f"1e{exponent}" if exponent < -_MOST_DECIMALS_WRITTEN else None


def short_fraction(value: Value) -> str | None:
    """`151/400`, if the value is a fraction that is short enough to be read."""
    if not isinstance(value, Fraction) or value.denominator == 1:
        return None
    if value.numerator.bit_length() + value.denominator.bit_length() > 4 * _LONGEST_FRACTION_SHOWN:
        return None
    text = f"{value.numerator}/{value.denominator}"
    return text if len(text) <= _LONGEST_FRACTION_SHOWN else None


def digits_of_fraction(value: Fraction) -> int:
    """About how many digits it takes to write a fraction."""
    return int((value.numerator.bit_length() + value.denominator.bit_length()) * 0.30103) + 2


def _fraction(value: Fraction, digits: int) -> Decimal:
    context = decimal.Context(
        prec=digits, rounding=decimal.ROUND_HALF_EVEN, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX
    )
    return context.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(context)


def _laid_out(number: Decimal) -> str:
    """0.000438568 rather than 4.38568e-04, 5.3e-08 rather than 0.000000053, 1.52e+11 where zeros would claim digits."""
    if not number:
        is_written = -_MOST_DECIMALS_WRITTEN <= number.as_tuple().exponent < 0  # type: ignore[operator]
        return f"{abs(number):f}" if is_written else "0"
    size = number.adjusted()
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if -8 < size < 9 or (exponent >= -len(digits) and size < len(digits)):
        return f"{number:f}"
    return _with_power(number)


def _with_power(number: Decimal) -> str:
    sign, digits, _ = number.as_tuple()
    return f"{Decimal((sign, digits, 1 - len(digits))):f}e{number.adjusted():+03d}"
