"""Digits out of place: what may have been meant by a written number.

>>> list(one_digit_off("0.7"))[:3]
['1.7', '2.7', '3.7']
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_trace.check.writer import is_cut_off, significant_figures
from backprop_trace.files.sheet import Written, decimals, half_unit, in_units
from backprop_trace.formulas.numbers import LARGEST, as_float


def matches(written: Written, value: float | Fraction) -> bool:
    """Is the written number this value, rounded (or cut off)?"""
    assert written.value is not None
    return abs(as_float(written.value) - as_float(value)) <= 1.0001 * as_float(written.half_unit) or is_cut_off(
        written.value, written.half_unit, Fraction(value)
    )


def digit_slips(written: Written) -> list[tuple[str, Written]]:
    """What may have been meant: the point moved, the sign turned, two digits swapped."""
    assert written.value is not None
    if not written.value or "/" in written.text:
        return []
    digits = half_unit(written.text.rstrip("0")) if "." in written.text else written.half_unit  # 0.7130 for 0.0713
    found = [
        ("factor-ten", written._replace(value=written.value * 10, half_unit=written.half_unit * 10)),
        ("factor-ten", written._replace(value=written.value / 10, half_unit=digits / 10)),
        ("sign-dropped", written._replace(value=-written.value)),
    ]
    text = written.text
    for place in range(len(text) - 1):
        first, second = text[place], text[place + 1]
        if first.isdecimal() and second.isdecimal() and first != second and "e" not in text.lower()[:place]:
            swapped = text[:place] + second + first + text[place + 2 :]
            found.append(("digits-swapped", written._replace(text=swapped, value=Fraction(swapped))))
    return [(slip, meant) for slip, meant in found if meant.value is not None and abs(meant.value) <= LARGEST]


def is_but_for_a_digit(written: Written, value: float) -> bool:
    """Is a number a value, rounded, with one of its digits left out: 0.80998 for 0.809998?"""
    text = written.text.lstrip("+")
    if "/" in text or "e" in text.lower() or significant_figures(text) < 2:
        return False
    places = decimals(text)
    longer = f"{value:.{places}f}", f"{value:.{places + 1}f}"
    return any(text in _shorter(each) and Fraction(each) != Fraction(text) for each in longer)


def _shorter(text: str) -> list[str]:
    return [text[:place] + text[place + 1 :] for place, digit in enumerate(text) if digit.isdigit()]


def misread(text: str) -> Iterator[str]:
    """The numbers that a given one may be read as, each once: a digit off, or its point one place off.

    >>> list(misread("1"))[-2:], list(misread("0.5"))[-2:]
    (['10', '0.1'], ['5', '0.05'])
    """
    places = decimals(text)
    count = int(Fraction(text) * 10**places)
    moved = in_units(count, places - 1) if places else in_units(10 * count, 0), in_units(count, places + 1)
    once = {Fraction(other): other for other in reversed([*one_digit_off(text), *moved])}
    yield from reversed(once.values())


def one_digit_off(text: str) -> Iterator[str]:
    """The numbers that differ from a written one in one digit, or by two neighbouring digits swapped."""
    for place, digit in enumerate(text):
        if digit.isdigit():
            yield from (text[:place] + other + text[place + 1 :] for other in "0123456789" if other != digit)
            following = text[place + 1 : place + 2]
            if following.isdigit() and following != digit:
                yield text[:place] + following + digit + text[place + 2 :]


def has_more_digits(written: Written, other: Written) -> bool:
    return written.decimals > other.decimals and significant_figures(written.text) > significant_figures(other.text)


def neighbouring_numbers(text: str) -> list[str]:
    """A written number with its last digit one up or down."""
    if "/" in text or "e" in text.lower():
        return []
    places = decimals(text)
    count = int(Fraction(text) * 10**places)
    return [in_units(count + change, places) for change in (1, -1)]
