"""A slope as a person would write it: one sign, the numbers multiplied and in front, no product in brackets in another.

    >>> from backprop_trace.formulas.expr import given, slope
    >>> from backprop_trace.formulas.notation import ASCII, ATOM, show
    >>> from backprop_trace.formulas.parse import read_formula
    >>> def tidy_slope(text: str, letter: str) -> str:
    ...     formula = read_formula(text, lambda word: given(word) if word.isalpha() else None)
    ...     found = tidied(slope(formula, given(letter)))
    ...     return show(found, ASCII, lambda name: (name.label, ATOM))
    >>> tidy_slope("2 / (1 + exp(-z)) - 1", "z")
    '2 * exp(-z) / (1 + exp(-z)) ^ 2'
    >>> tidy_slope("1/2 * (t - o)^2", "o"), tidy_slope("1/2 * o^2", "o")
    ('o - t', 'o')

Only what is derived is tidied, never what somebody wrote; the value is the same.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from backprop_trace.formulas.expr import (
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Product,
    Quotient,
    Sum,
    negative,
    over,
    parts,
    rebuild,
    times,
)
from backprop_trace.formulas.numbers import number

LONGEST = 12
"""Longer numbers are left as they are."""


def tidied(formula: Formula) -> Formula:
    """The same formula, from the inside out."""
    if isinstance(formula, Name | Number):
        return formula
    formula = rebuild(formula, tuple(map(tidied, parts(formula))))
    match formula:
        case Product() | Minus():
            return _product(formula)
        case Quotient(top, bottom) if _value(formula) is None:
            (above, is_minus), (below, turns) = _signed(top), _signed(bottom)
            return _with_sign(_divided(above, below), is_minus != turns)
        case Difference(left, Minus(right)):
            return Sum((left, right))
    return formula


def _product(formula: Formula) -> Formula:
    factors, is_minus = _factors(formula)
    numbers = [factor for factor in factors if _value(factor) is not None]
    others = [factor for factor in factors if _value(factor) is None]
    if is_minus:
        for place, factor in enumerate(others):
            if isinstance(factor, Difference):
                others[place], is_minus = Difference(factor.right, factor.left), False
                break
    return _with_sign(times(*_multiplied(numbers), *others), is_minus)


def _divided(top: Formula, bottom: Formula) -> Formula:
    """3 * z^2 / 3 without its 3."""
    factors, _ = _factors(top)
    above, below = (_value(factors[0]), _value(bottom)) if factors else (None, None)
    if above is None or not below or (above / below).denominator != 1:
        return over(top, bottom)
    return times(Number(str((above / below).numerator)), *factors[1:])


def _factors(formula: Formula) -> tuple[list[Formula], bool]:
    """What is multiplied, and whether a minus stands before it all."""
    match formula:
        case Minus(operand):
            factors, is_minus = _factors(operand)
            return factors, not is_minus
        case Product(factors):
            inside = [_factors(factor) for factor in factors]
            return [each for found, _ in inside for each in found], sum(is_minus for _, is_minus in inside) % 2 == 1
    return [formula], False


def _signed(formula: Formula) -> tuple[Formula, bool]:
    return (formula.operand, True) if isinstance(formula, Minus) else (formula, False)


def _with_sign(formula: Formula, is_minus: bool) -> Formula:
    return negative(formula) if is_minus else formula


def _value(formula: Formula) -> Fraction | None:
    """Of a short number, or of a fraction of two."""
    match formula:
        case Number(text) if len(text) <= LONGEST and "e" not in text.lower():
            return number(text)
        case Quotient(Number(above), Number(below)) if (
            len(above + below) <= LONGEST and above.isdigit() and below.isdigit()
        ):
            return Fraction(int(above), int(below)) if int(below) else None
    return None


def _multiplied(numbers: list[Formula]) -> list[Formula]:
    """One number for all; a single one, and decimals, stay as they were written."""
    product = prod(_value(each) or Fraction(0) for each in numbers)
    if len(numbers) < 2 or product < 0:
        return numbers
    if product.denominator == 1:
        return [Number(str(product.numerator))]
    if any(isinstance(each, Number) and "." in each.text for each in numbers):
        return numbers
    return [Quotient(Number(str(product.numerator)), Number(str(product.denominator)))]
