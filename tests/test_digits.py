"""What may have been meant by a number as it is written: digits, figures, signs, and conditions in formulas."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from backprop_trace.check.carried import rounded
from backprop_trace.check.digits import (
    digit_slips,
    has_more_digits,
    is_but_for_a_digit,
    matches,
    misread,
    neighbouring_numbers,
    one_digit_off,
)
from backprop_trace.check.writer import (
    exact_value,
    filling_zeros,
    is_correctly_rounded,
    is_cut_off,
    magnitude,
    shows_nothing,
    significant_figures,
)
from backprop_trace.files.sheet import Written
from backprop_trace.files.source import Place
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.expr import given
from backprop_trace.formulas.parse import read_formula

HERE = Place(1, 1, 1)


def number(text: str) -> Written:
    value = Fraction(text)
    places = len(text.partition(".")[2])
    return Written(text, value, HERE, Fraction(1, 2 * 10**places))


@pytest.mark.parametrize(
    ("text", "figures", "zeros"),
    [
        ("0.0696", 3, 0), ("-0.50", 2, 0), ("1e-3", 1, 0), ("120", 3, 1), ("1000", 4, 2), ("10", 2, 0), ("-1500", 4, 2),
        ("100.0", 4, 0), ("0", 0, 0), ("0.00", 0, 0), ("007", 1, 0), ("1.50E+3", 3, 0), ("1001", 4, 0), ("100", 3, 1),
    ],
)  # fmt: skip
def test_figures_and_zeros_that_only_fill_places(text: str, figures: int, zeros: int) -> None:
    assert (significant_figures(text), filling_zeros(text)) == (figures, zeros)


@pytest.mark.parametrize(
    ("value", "power"),
    [
        ("1", 0), ("9.999", 0), ("10", 1), ("0.1", -1), ("0.0999", -2), ("-37", 1), ("0", 0), ("1/3", -1),
        ("1e400", 400), ("1e-400", -400),
        ("9.9e-401", -401), ("999999999999999999999", 20), ("1000000000000000000000", 21), ("-1/1000", -3),
        ("7e400", 400), ("9999999999999999/10000000000000000", -1),
    ],
)  # fmt: skip
def test_the_power_of_ten_of_the_first_digit(value: str, power: int) -> None:
    assert magnitude(Fraction(value)) == power


@pytest.mark.parametrize("power", [-330, -200, -20, -3, -1, 0, 1, 3, 15, 23, 200, 309])
def test_the_power_of_ten_of_what_no_float_tells_from_it(power: int) -> None:
    ten = Fraction(10) ** power
    for sign in (1, -1):
        assert magnitude(sign * ten) == magnitude(sign * ten * (1 + Fraction(1, 10**30))) == power
        assert magnitude(sign * ten * (1 - Fraction(1, 10**30))) == power - 1


@pytest.mark.parametrize(
    ("text", "true", "is_rounded", "is_cut"),
    [
        ("0.38", "0.3775", True, False), ("0.37", "0.3775", False, True), ("0.38", "0.385", True, True),
        ("0.38", "0.375", True, False),
        ("0.38", "0.3849999", True, True), ("0.38", "0.38500001", False, True), ("0.38", "0.39", False, False),
        ("0.38", "0.38", True, True),
        ("-0.37", "-0.3775", False, True), ("-0.38", "-0.3775", True, False), ("0.37", "-0.3775", False, False),
        ("0.00", "0.009", False, True),
        ("0.00", "-0.004", True, True), ("-0.00", "0.004", True, True), ("1", "1.5", True, True),
        ("2", "1.5", True, False),
    ],
)  # fmt: skip
def test_a_number_is_correctly_rounded_or_cut_off(text: str, true: str, is_rounded: bool, is_cut: bool) -> None:
    """Ties go either way."""
    written = number(text)
    assert is_correctly_rounded(Fraction(text), written.half_unit, Fraction(true)) is is_rounded
    assert is_cut_off(Fraction(text), written.half_unit, Fraction(true)) is is_cut


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("power", [-400, -250, -200, -20, 0, 20, 199, 250, 308, 400])
@pytest.mark.parametrize("off", ["0", "0.4", f"0.4{'9' * 40}", "0.5", f"0.5{'0' * 40}1", "0.6", "1"])
def test_numbers_of_any_size_are_rounded_as_the_definition_says(off: str, power: int, sign: int) -> None:
    """37 units, and so many units off: beyond what floats hold or tell apart, too."""
    unit = Fraction(10) ** power
    for true in (37 + Fraction(off), 37 - Fraction(off)):
        is_rounded = is_correctly_rounded(sign * 37 * unit, unit / 2, sign * true * unit)
        assert is_rounded is (Fraction(off) <= Fraction(1, 2))


@pytest.mark.parametrize(
    ("text", "value", "nothing"),
    [
        ("0.00", "0.004", True), ("0.01", "0.004", True), ("0.01", "0.01", False), ("0.00", "0.01", False),
        ("0.0", "0.09", True),
        ("0.0", "0.1", False), ("0", "0.5", True), ("3", "0.5", True), ("0", "1.5", False), ("0.00", "0", False),
        ("0.01", "0", True),
        ("0.001", "0.0123", False), ("5", "0", True), ("0.00", "-0.009", True), ("0.00", "-0.010", False),
    ],
)  # fmt: skip
def test_a_number_shows_nothing_if_it_has_no_digit_where_the_truth_has_one(
    text: str, value: str, nothing: bool
) -> None:
    assert shows_nothing(number(text), Fraction(value)) is nothing


@pytest.mark.parametrize(
    ("x", "y", "unit", "figures", "value"),
    [
        ("0.5", "0.5", "0.01", 3, "0.25"), ("0.5", "0.5", "0.1", 3, None), ("0.5", "0.25", "0.01", 3, None),
        ("0.5", "0.25", "0.001", 3, "0.125"),
        ("0.5", "0.25", "0.001", 2, None), ("20", "50", "1", 1, "1000"), ("21", "50", "1", 2, None),
        ("21", "50", "1", 3, "1050"), ("-0.5", "0.5", "0.01", 2, "-0.25"),
    ],
)  # fmt: skip
def test_a_product_is_exact_if_it_ends_within_the_unit_and_the_figures(
    x: str, y: str, unit: str, figures: int, value: str | None
) -> None:
    formula, given_ = read_formula("x * y", given), {given("x"): Fraction(x), given("y"): Fraction(y)}
    expected = None if value is None else Fraction(value)
    assert exact_value(formula, given_, Fraction(unit), figures) == expected
    two = exact_value(read_formula("x * y + x * y", given), given_, Fraction(unit), figures)
    assert two == (None if expected is None else 2 * expected)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("x / 4", "0.125"), ("x / 3", None), ("x ^ 2", "0.25"), ("x ^ 0.5", None), ("x ^ 64", None),
        ("1 ^ 64", "1"), ("1 ^ 65", None), ("1 ^ -64", "1"),
        ("1 ^ -65", None), ("max(x, 2)", "2"), ("min(x, 2)", "0.5"), ("abs(-x)", "0.5"), ("relu(-x)", "0"),
        ("relu(x)", "0.5"), ("sigmoid(0)", "0.5"),
        ("sigmoid(x)", None), ("tanh(x - x)", "0"), ("tanh(x)", None), ("exp(0)", "1"), ("exp(1)", None),
        ("log(1)", None), ("1 if x > 0 else 2", "1"),
        ("1 if x < 0 else 2", "2"), ("1 if x - x > 0 else 2", "2"), ("-x", "-0.5"), ("x / (x - x)", None),
    ],
)  # fmt: skip
def test_what_comes_out_even_of_a_half(formula: str, value: str | None) -> None:
    found = exact_value(read_formula(formula, given), {given("x"): Fraction(1, 2)}, Fraction(1, 1000), 4)
    assert found == (None if value is None else Fraction(value))


@pytest.mark.parametrize(
    ("value", "digits", "significant", "expected"),
    [(0.0376, 2, True, 0.038), (0.0376, 2, False, 0.04), (37.6, 1, True, 40.0), (37.6, 3, True, 37.6),
    (37.66, 1, False, 37.7), (-0.0376, 2, True, -0.038),
     (0.0, 2, True, 0.0), (1.0, 1, True, 1.0), (9.96, 2, True, 10.0)],
)  # fmt: skip
def test_a_skipped_line_is_carried_to_figures_or_decimals(
    value: float, digits: int, significant: bool, expected: float
) -> None:
    assert rounded(value, digits, significant) == pytest.approx(expected, rel=1e-12)


def texts(slips: object, kind: str) -> set[Fraction]:
    return {meant.value for slip, meant in slips if slip == kind}  # type: ignore[attr-defined]


def test_digits_out_of_place() -> None:
    found = digit_slips(number("0.713"))
    assert texts(found, "factor-ten") == {Fraction("7.13"), Fraction("0.0713")}
    assert texts(found, "sign-dropped") == {Fraction("-0.713")}
    assert texts(found, "digits-swapped") == {Fraction("0.173"), Fraction("0.731")}
    assert [each.half_unit for slip, each in found if slip == "factor-ten"] == [Fraction(1, 200), Fraction(1, 20000)]
    assert texts(digit_slips(number("-12")), "digits-swapped") == {Fraction(-21)}
    assert not texts(digit_slips(number("0.11")), "digits-swapped")
    assert digit_slips(number("0.00")) == []
    assert digit_slips(Written("1/3", Fraction(1, 3), HERE)) == []
    assert texts(digit_slips(Written("1.3e12", Fraction("1.3e12"), HERE, Fraction(1))), "digits-swapped") == set()


@pytest.mark.parametrize(
    ("text", "value", "is_it"),
    [
        ("0.898", 0.8098, True), ("0.898", 0.1898, True), ("0.898", 0.8978, True), ("-0.898", -0.8098, True),
        ("+0.898", 0.8098, True), ("0.80998", 0.809998, True), ("0.898", 0.80981, True), ("0.898", 0.898, False),
        ("0.898", 0.5, False), ("0.898", -0.8098, False), ("0.898", 0.8908, True), ("0.898", 0.80098, False),
        ("0.9", 0.19, False), ("1/3", 0.33, False), ("1.234e2", 120.34, False),
    ],
)  # fmt: skip
def test_a_number_may_be_another_but_for_a_digit(text: str, value: float, is_it: bool) -> None:
    """0.898 is 0.8098 without its 0; one digit of two figures or more."""
    written = Written(text, Fraction(text), HERE, Fraction(1, 2000))
    assert is_but_for_a_digit(written, value) is is_it


def test_numbers_a_digit_off() -> None:
    assert set(one_digit_off("12")) == {f"{n}2" for n in range(10) if n != 1} | {
        f"1{n}" for n in range(10) if n != 2
    } | {"21"}
    assert set(one_digit_off("0.7")) == {f"{n}.7" for n in range(1, 10)} | {f"0.{n}" for n in range(10) if n != 7}
    assert list(misread("0.7"))[-2:] == ["7", "0.07"]
    assert list(misread("7"))[-1] == "0.7"
    assert neighbouring_numbers("0.49") == ["0.50", "0.48"]
    assert neighbouring_numbers("-7") == ["-6", "-8"]
    assert neighbouring_numbers("1/3") == neighbouring_numbers("1e-3") == []


def test_what_matches_and_what_has_more_digits() -> None:
    assert matches(number("0.38"), 0.3775)
    assert matches(number("0.37"), 0.3775)
    assert not matches(number("0.39"), 0.3775)
    assert not matches(number("0.36"), 0.3775)
    assert has_more_digits(number("0.378"), number("0.38"))
    assert not has_more_digits(number("0.38"), number("0.38"))
    assert not has_more_digits(number("0.038"), number("0.38"))
    assert not has_more_digits(number("3.7"), number("0.38"))


CONDITIONS = [
    "x > y", "x < y", "x >= y", "x <= y", "x == y", "x != y", "not x > y", "x > 0 and y > 0", "x > 0 or y > 0",
    "not (x > 0 or y > 0)",
    "not (x > 0 and y >= 0)", "x > 0 and (y > 0 or x == y)", "(x > 0 or y > 0) and x != y", "-1 < x < 1",
    "y <= x < 1 or y == -1",
    "(x + 1) * 2 > y", "(x) > (y)", "((x > y))", "(x > y) and y > -1", "not x == 0 and not y == 0",
    "x > 0 or y > 0 and x > y",
    "not not x > y", "2 * (x + y) >= (x - y) and (x > -1)",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_holds_where_python_says_so(condition: str) -> None:
    formula = read_formula(f"3 if {condition} else 5", given)
    for x, y in itertools.product((-1, 0, 1), repeat=2):
        expected = 3 if eval(condition, {"x": x, "y": y}) else 5
        assert evaluate(formula, {given("x"): float(x), given("y"): float(y)}, FLOAT) == expected, (x, y)


@pytest.mark.parametrize("formula", [
    "1 - x - y", "1 + x - y + 2", "-x + y", "-x * y", "2 - -x", "x / y / 3", "x * y / 3 * 2", "-x ^ 2", "2 ^ -x",
    "2 ^ x ^ 2", "(x - y) - (1 - x)",
    "x - (y - 1)", "-(x - y)", "-(-x)", "x * -y", "x / -3", "1 if x > y else 2 if y > x else 3",
    "(1 if x > y else 2) * 3",
])  # fmt: skip
def test_a_formula_is_what_python_makes_of_it(formula: str) -> None:
    read = read_formula(formula, given)
    for x, y in itertools.product((-1.5, 0.5, 2.0), repeat=2):
        expected = eval(formula.replace("^", "**"), {"x": x, "y": y})
        assert evaluate(read, {given("x"): x, given("y"): y}, FLOAT) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("text", ["0.5", "0.25", "0.05", "1.234", "12", "12.50", "0.00125", "100", "7"])
def test_a_given_number_may_be_read_with_its_point_one_place_off(text: str) -> None:
    *_, greater, less = misread(text)
    assert (Fraction(greater), Fraction(less)) == (Fraction(text) * 10, Fraction(text) / 10)
