"""Number systems, and the evaluation of formulas in them.

    >>> from backprop_trace.formulas.expr import Number, Quotient
    >>> evaluate(Quotient(Number("1"), Number("8")), {}, FLOAT)
    0.125

An `Arithmetic` is a constructor and a few functions. Here: `FLOAT`, IEEE double precision. `exact` holds
fractions and certified enclosures, `hand` rounds every line as on paper.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

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
from backprop_trace.formulas.numbers import number
from backprop_trace.formulas.without_gc import uncollected


class ComputationError(Exception):
    """A computation that breaks: overflow, the logarithm of 0, a sign that cannot be decided.

    `name` is the quantity and `step` the training step where it happened, `reason` says what happened.
    """

    def __init__(self, reason: str, name: Name | None = None, step: int | None = None):
        super().__init__(reason)
        self.reason, self.name, self.step = reason, name, step

    def __str__(self) -> str:
        return self.reason


class Arithmetic(NamedTuple):
    """A number system: how to make a number from a fraction, and how to compute with it."""

    constant: Callable[[Fraction], Any]
    functions: Mapping[str, Callable[..., Any]]
    is_positive: Callable[[Any], bool]
    add: Callable[[Any, Any], Any] = operator.add
    subtract: Callable[[Any, Any], Any] = operator.sub
    multiply: Callable[[Any, Any], Any] = operator.mul
    divide: Callable[[Any, Any], Any] = operator.truediv
    power: Callable[[Any, Any], Any] = operator.pow


def evaluate(formula: Formula, values: Mapping[Name, Any], arithmetic: Arithmetic) -> Any:
    """The value of a formula. Sums and products go from left to right, as they are printed."""
    match formula:
        case Name():
            return values[formula]
        case Product(factors):
            return reduce(arithmetic.multiply, [evaluate(factor, values, arithmetic) for factor in factors])
        case Sum(terms):
            return reduce(arithmetic.add, [evaluate(term, values, arithmetic) for term in terms])
        case Difference(left, right):
            return arithmetic.subtract(evaluate(left, values, arithmetic), evaluate(right, values, arithmetic))
        case Number(text):
            return arithmetic.constant(number(text))
        case Quotient(top, bottom):
            return arithmetic.divide(evaluate(top, values, arithmetic), evaluate(bottom, values, arithmetic))
        case Minus(operand):
            return -evaluate(operand, values, arithmetic)
        case Power(base, exponent):
            return arithmetic.power(evaluate(base, values, arithmetic), evaluate(exponent, values, arithmetic))
        case Call(function, arguments):
            return arithmetic.functions[function](*(evaluate(each, values, arithmetic) for each in arguments))
        case Cases(test, positive, otherwise):
            is_positive = arithmetic.is_positive(evaluate(test, values, arithmetic))
            return evaluate(positive if is_positive else otherwise, values, arithmetic)


@uncollected
def float_value(formula: Formula, values: Mapping[Name, float]) -> float | None:
    """A formula in floats; None where it has no finite value, or a name none."""
    try:
        value = float(evaluate(formula, values, FLOAT))
    except (ComputationError, ArithmeticError, ValueError, LookupError):
        return None
    return value if math.isfinite(value) else None


def evaluate_all(
    lines: Iterable[tuple[Name, Formula]], values: dict[Name, Any], arithmetic: Arithmetic
) -> dict[Name, Any]:
    """One pass over a listing: every formula once, in order, into `values`.

    Raises ComputationError with the name of the quantity that breaks.
    """
    for name, formula in lines:
        try:
            values[name] = evaluate(formula, values, arithmetic)
        except (ArithmeticError, ValueError) as broken:
            raise ComputationError(reason(broken), name) from broken
        except ComputationError as broken:
            raise ComputationError(broken.reason, name) from broken
    return values


def reason(broken: Exception) -> str:
    """What happened, in the words of someone who computes by hand."""
    match broken:
        case ZeroDivisionError():
            return "division by zero"
        case OverflowError():
            return "the number grows beyond what a float can hold (about 1.8e308)"
        case _:
            return str(broken)


# --- floats ---


def _exp(x: float) -> float:
    """math.exp, but infinite where it overflows: 1 / (1 + exp(-net)) is then 0, as it should be."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    if x <= 0:
        raise ValueError("the logarithm of 0" if x == 0 else "the logarithm of a negative number")
    return math.log(x)


def _sqrt(x: float) -> float:
    if x < 0:
        raise ValueError("the square root of a negative number")
    return math.sqrt(x)


def _sech(x: float) -> float:
    return 1 / math.cosh(x) if abs(x) < 700 else 0.0


def _sigmoid(x: float) -> float:
    return 1 / (1 + _exp(-x))


def _power(base: float, exponent: float) -> float:
    power: float | complex = base**exponent
    if isinstance(power, complex):
        raise ValueError("a fractional power of a negative number")
    return power


FLOAT = Arithmetic(
    constant=float,
    functions={
        "exp": _exp, "log": _log, "sqrt": _sqrt, "sin": math.sin, "cos": math.cos, "tanh": math.tanh,
        "sech": _sech, "sigmoid": _sigmoid, "relu": lambda x: max(0.0, x), "abs": abs, "max": max, "min": min,
    },
    is_positive=lambda x: x > 0,
    power=_power,
)  # fmt: skip
"""IEEE double precision. exp overflows to infinity, which no quantity may keep (see trace.finite)."""


def finite(values: Mapping[Name, float], names: Iterable[Name]) -> None:
    """Raises ComputationError for the first of `names` whose float is infinite or not a number."""
    for name in names:
        if not math.isfinite(values[name]):
            raise ComputationError(reason(OverflowError()), name)
