"""Numbers as people write them, exactly: `0.10` is 1/10 and never passes through a float.

>>> number("1/3"), number("-1.5e-3")
(Fraction(1, 3), Fraction(-3, 2000))
"""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import inf

NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE_NUMBER = re.compile(rf"[+-]?(?:{NUMBER.pattern}|\d+/\d+)", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0\d", re.ASCII)
LARGEST_EXPONENT = 400
LARGEST = int(sys.float_info.max)
LONGEST_NUMBER = 5000


class NotANumber(ValueError):
    """The text is no number; the message says what to do."""


@lru_cache(maxsize=4096)
def number(text: str) -> Fraction:
    """The value of a decimal or a fraction exactly as written, never by way of a float.

    Raises NotANumber with a message for people.
    """
    text = text.strip().replace("−", "-")
    if not _WHOLE_NUMBER.fullmatch(text):
        raise NotANumber(_why_no_number(text))
    if _LEADING_ZERO.match(text):
        raise NotANumber("a number with a leading zero: write it without")
    if len(text) > LONGEST_NUMBER:
        raise NotANumber(f"a number of {len(text)} characters; {LONGEST_NUMBER} are the limit")
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent[:6])) > LARGEST_EXPONENT:
        size = "small" if exponent.startswith("-") else "large"
        raise NotANumber(f"out of range, too {size}: the exponent goes to ±{LARGEST_EXPONENT}")
    top, _, bottom = text.partition("/")
    if bottom and not Decimal(bottom):
        raise NotANumber("a division by zero")
    # by way of Decimal: Python refuses to read whole numbers of more than 4300 digits
    return Fraction(Decimal(top)) / Fraction(Decimal(bottom or "1"))


def given_number(text: str) -> Fraction:
    """`number`, for what an example gives: it must fit into a float, too."""
    value = number(text)
    if abs(value) > LARGEST:
        raise NotANumber("out of range, too large: a float goes to 1.8e308")
    return value


def as_float(value: Fraction | Decimal | float) -> float:
    """The float nearest to an exact value; infinite where none is large enough.

    >>> as_float(Fraction(1, 4)), as_float(-(Fraction(10) ** 600))
    (0.25, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


ROUNDED = "~"
"""The mark behind a given number that is printed rounded: 0.4764~."""


class Rounded(str):
    """The text of a given number that is known to half a unit of its last digit only, without its mark."""

    __slots__ = ()


def given_text(text: str) -> str:
    """A given number as it is kept: without a plus sign, and `Rounded` where it is marked as such.

    >>> given_text("+0.4764~"), isinstance(given_text("0.4764~"), Rounded)
    ('0.4764', True)
    """
    plain = text.strip().replace("−", "-").lstrip("+")
    return Rounded(plain.removesuffix(ROUNDED).rstrip()) if plain.endswith(ROUNDED) else plain


def _why_no_number(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"not a number: use a point, {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?\.?(nan|inf|infinity)", text, re.IGNORECASE):
        return "must be a finite number"
    if re.fullmatch(r"\d+(:\d+)+", text):
        return "not a number: a colon stands in it"
    return "not a number"
