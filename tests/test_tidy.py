"""Derived slopes are written as a person would, and mean what they meant."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from backprop_trace.formulas.expr import Difference, Formula, Minus, Name, Number, Product, Quotient, Sum, given, slope
from backprop_trace.formulas.notation import ASCII, ATOM, show
from backprop_trace.formulas.parse import read_formula
from backprop_trace.formulas.tidy import tidied


@pytest.mark.parametrize(
    ("text", "letter", "expected"),
    [
        ("2 / (1 + exp(-z)) - 1", "z", "2 * exp(-z) / (1 + exp(-z)) ^ 2"),
        ("1/2 * o^2", "o", "o"),
        ("1/2 * (t - o)^2", "o", "o - t"),
        ("(t - o)^2", "o", "2 * (o - t)"),
        ("0.5 * (o - t)^2", "o", "o - t"),
        ("z^3 / 3", "z", "z ^ 2"),
        ("log(1 + exp(z))", "z", "1 / (1 + exp(z)) * exp(z)"),
        ("w * x - x * 3", "x", "w - 3"),
        ("1/0 * z", "z", "1 / 0"),
    ],
)
def test_a_slope_is_written_as_a_person_would(text: str, letter: str, expected: str) -> None:
    assert written(tidied(slope(read_formula(text, letter_of), given(letter)))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2 * x * 3", "3 / 2 * x"), ("1/2 * x * 1/3", "1 / 6 * x"), ("3 * x * 1/7", "3 / 7 * x"),
        ("2 * x * 3", "6 * x"), ("0.5 * x * 2", "x"), ("0.5 * x * 3", "0.5 * 3 * x"),
        ("0.25 * x * 0.5", "0.25 * 0.5 * x"),
    ],
)  # fmt: skip
def test_whole_numbers_and_fractions_are_multiplied_and_decimals_only_to_whole_ones(text: str, expected: str) -> None:
    assert written(tidied(read_formula(text, letter_of))) == expected


def letter_of(word: str) -> Name | None:
    return given(word) if word.isalpha() else None


def written(formula: Formula) -> str:
    return show(formula, ASCII, lambda name: (name.label, ATOM))


NUMBERS = st.sampled_from(["1", "2", "3", "0.5", "0.25", "10", "7"]).map(Number)
FORMULAS = st.recursive(
    st.sampled_from("abc").map(given) | NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Product(tuple(found))),
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Sum(tuple(found))),
        st.tuples(inner, inner).map(lambda pair: Difference(*pair)),
        st.tuples(inner, inner).map(lambda pair: Quotient(*pair)),
        inner.map(Minus),
    ),
    max_leaves=12,
)


@drawn(formula=FORMULAS, values=st.tuples(*[st.fractions(-3, 3, max_denominator=7)] * 3))
def test_what_is_tidied_has_the_value_that_it_had(formula: Formula, values: tuple[Fraction, ...]) -> None:
    known = dict(zip(map(given, "abc"), values, strict=True))
    before = value(formula, known)
    if before is not None:
        assert value(tidied(formula), known) == before


def value(formula: Formula, known: dict) -> Fraction | None:  # type: ignore[type-arg]
    """None where it divides by zero."""
    match formula:
        case Number(text):
            return Fraction(text)
        case Sum(terms):
            found = [value(term, known) for term in terms]
            return None if None in found else sum(found, Fraction(0))  # type: ignore[arg-type]
        case Product(factors):
            found = [value(factor, known) for factor in factors]
            product = Fraction(1)
            for each in found:
                if each is None:
                    return None
                product *= each
            return product
        case Difference(left, right):
            a, b = value(left, known), value(right, known)
            return None if a is None or b is None else a - b
        case Quotient(top, bottom):
            a, b = value(top, known), value(bottom, known)
            return None if a is None or not b else a / b
        case Minus(operand):
            a = value(operand, known)
            return None if a is None else -a
    return known[formula]
