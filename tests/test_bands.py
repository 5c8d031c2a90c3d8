"""Bands hold every number that honest rounding can lead to, and hardly more; what is learnt of a writer's digits.

Ranges come of thousands of points, computed by mpmath; what rounding on the way adds is worked out by hand.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import pytest

from backprop_trace.check.habits import Habits, had_to_be_rounded
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, around, enclosed, joined, point
from backprop_trace.formulas.expr import ONE, ZERO, Cases, given
from backprop_trace.formulas.parse import read_formula

X, Y = given("x"), given("y")
FUNCTIONS = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sech", "sign")},
    "relu": lambda z: max(z, mpmath.mpf(0)), "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "abs": abs, "max": max, "min": min,
}  # fmt: skip


def never(size: float) -> float:
    """Nothing is rounded on the way."""
    return 0.0


def band_of(text: str, half=never, **numbers: tuple[float, float]) -> Band:
    """numbers: each with its half unit."""
    values = {given(label): around(given(label), value, half) for label, (value, half) in numbers.items()}
    radii = {given(label): radius for label, (_, radius) in numbers.items()}
    return enclosed(read_formula(text.replace("^", " ^ "), given), values, radii, half)


def range_of(text: str, x: tuple[float, float], y: tuple[float, float], points: int) -> tuple[float, float]:
    """Between which numbers a formula lies, by trying points."""
    code = compile(text.replace("^", "**"), text, "eval")
    ends = [
        [mpmath.mpf(m) + mpmath.mpf(r) * (2 * k / mpmath.mpf(points) - 1) for k in range(points + 1)] for m, r in (x, y)
    ]
    found = [eval(code, {"__builtins__": {}, **FUNCTIONS, "x": a, "y": b}) for a, b in itertools.product(*ends)]
    return float(min(found)), float(max(found))


MONOTONE = [
    "x + y", "x - y", "-x + y", "x * y", "-x * y", "x * (1 - x)", "x / y", "x / (x + y)", "1 / x", "-1 / (x * y)",
    "x^2", "x^3",
    "x^-1", "x^-2", "x^0.5", "x^1.5", "y^x", "x^y", "exp(x)", "exp(-x * y)", "log(x)", "log(x * y)", "sqrt(x)",
    "sin(x)", "cos(y)",
    "tanh(x)", "sech(x)", "sigmoid(x)", "sigmoid(-y)", "relu(x)", "relu(-x)", "abs(x)", "abs(-y)", "max(x, 3 * y)",
    "max(3 * y, x)",
    "min(x, 3 * y)", "max(0, x)", "min(0, x)", "max(x, 0)", "(y - x)^2 / 2", "x * x * y", "2 * x + 3 * y - x",
    "(x - y) * y * (1 - y)",
    "exp(x) / (exp(x) + exp(y))", "-(x * log(y) + (1 - x) * log(1 - y))",
]  # fmt: skip


@pytest.mark.parametrize(("x", "y"), [(0.4, 0.9), (0.9, 0.4), (0.3, 0.7)])
@pytest.mark.parametrize("formula", MONOTONE)
def test_a_narrow_band_holds_all_that_can_be_and_nothing_more(formula: str, x: float, y: float) -> None:
    radius = 1e-4
    band = band_of(formula, x=(x, radius), y=(y, radius))
    low, high = range_of(formula, (x, radius), (y, radius), 4)
    tiny = 1e-12
    assert band.low <= low + tiny
    assert band.high >= high - tiny
    assert band.high - band.low <= 1.01 * (high - low) + 1e-6 * radius
    assert band.noise == 0


@pytest.mark.parametrize("formula", ["x^2", "x^4", "x^3", "abs(x)", "relu(x)", "sech(x)", "sigmoid(x)", "tanh(x)",
"sin(x)", "cos(x)", "exp(x)",
    "x * x", "x * (1 - x)", "max(x, y)", "min(x, y)", "max(0, x)", "max(x, -x)", "sqrt(abs(x))", "(x + y)^2",
    "x * y", "y - x * x", "x^1", "x^0 + y", "-x^3", "(-x)^5", "(x - 3)^3", "(x - 3)^4", "(x - 3)^-1",
    "(x - 3)^-2", "(x + 2)^-1", "(x + 2)^-3",
    "(x + 2)^0.5", "(x + 2)^1.5", "(x + 2)^-0.5", "(x + 1)^1.5", "(x + 1)^1", "2^x", "(y + 1)^x", "1 / (x - 3)",
    "y / (x - 2)", "-2 / (x + 2)",
    "exp(-x)", "sigmoid(-x)", "relu(-x)", "log(x + 2)", "sqrt(x + 2)", "max(y, x)", "min(y, x)", "max(x, 0) * y",
    "x^2 * y^3", "tanh(x) * y",
    "cos(3 * x)", "sech(x + y)", "abs(x - 2) * y", "(x - 2) * (y - 2)", "(x - 2) * (y + 1)"])  # fmt: skip
@pytest.mark.parametrize("x", [-0.3, 0.0, 0.1, 0.5])
def test_a_wide_band_holds_all_that_can_be(formula: str, x: float) -> None:
    """Over 0 and over turning points."""
    band = band_of(formula, x=(x, 0.5), y=(0.05, 0.25))
    low, high = range_of(formula, (x, 0.5), (0.05, 0.25), 24)
    assert band.low <= low + 1e-12
    assert band.high >= high - 1e-12
    assert band.high - band.low <= 3.1 * (high - low)


@pytest.mark.parametrize(("formula", "low", "high"), [
    ("x^2", 0, 0.64), ("x^4", 0, 0.4096), ("x^3", -0.008, 0.512), ("abs(x)", 0, 0.8), ("relu(x)", 0, 0.8),
    ("max(x, 0)", 0, 0.8),
    ("min(x, 0)", -0.2, 0), ("sech(x)", 1 / math.cosh(0.8), 1), ("exp(x)", math.exp(-0.2), math.exp(0.8)),
])  # fmt: skip
def test_a_band_over_0_ends_where_it_ends(formula: str, low: float, high: float) -> None:
    """-0.2 to 0.8: in between are the least square, the kink, the top."""
    band = band_of(formula, x=(0.3, 0.5))
    assert (band.low, band.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


@pytest.mark.parametrize(("formula", "x"), [
    ("1 / x", 0.1), ("x^-1", 0.1), ("1 / (x * x)", 0.0), ("log(x)", 0.1), ("log(x)", 0.5), ("x^0.5", 0.1),
    ("sqrt(x)", -0.6), ("x^y", 0.5),
    ("exp(exp(exp(20 * x)))", 0.5),
])  # fmt: skip
def test_what_may_be_anything_has_no_band(formula: str, x: float) -> None:
    with pytest.raises(Unbounded):
        band_of(formula, x=(x, 0.5), y=(2.0, 0.5))


@pytest.mark.parametrize("formula", ["log(x * y)", "(x * y)^-1", "(x * y)^-0.5", "(x * y)^-2"])
def test_what_may_have_been_rounded_to_nothing_on_the_way_has_none(formula: str) -> None:
    """0.3 * 0.1 is 0.03, give or take what rounding it may have done."""
    numbers = {"x": (0.3, 0.0), "y": (0.1, 0.0)}
    assert math.isfinite(band_of(formula, lambda size: 0.029, **numbers).noise)
    for half in (0.031, 0.05, 0.5):
        with pytest.raises(Unbounded):
            band_of(formula, lambda size, half=half: half, **numbers)


@pytest.mark.parametrize("formula", ["1 / x", "log(x)", "x^-1", "x^0.5", "x^y", "sqrt(x)"])
def test_what_is_surely_above_0_has_one(formula: str) -> None:
    band = band_of(formula, x=(0.5001, 0.5), y=(2.0, 0.5))
    assert band.low <= band.middle <= band.high


ROUNDING = [
    ("x * y", 0), ("x + y", 0), ("x / y", 0), ("exp(x)", 0), ("x", 0), ("-x", 0), ("x * 1", 0), ("x^2", 0),
    ("2.5", 0),
    ("x * y + 1", 1), ("x * y - x * x", 2), ("x + y / x", 1), ("1 - exp(x)", 1), ("-(x * y) + 1", 1),
    ("x * y + x * y + x", 2),
    ("1 * x + 2", 0), ("x^2 + y^2", 2), ("log(x) + log(y)", 2), ("x - (y - x)", 0),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "times"), ROUNDING)
def test_each_product_quotient_power_and_function_on_the_way_is_rounded_once(formula: str, times: int) -> None:
    """0.123 and 0.457 with four decimals: no result ends there. The last operation is the line's own rounding."""
    band = band_of(formula, half=lambda size: 0.00005, x=(0.123, 0), y=(0.457, 0))
    assert band.noise == pytest.approx(times * 0.00005, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "noise"),
    [
        ("(x * y) * 3", 3 * 0.005), ("3 * (x * y)", 3 * 0.005), ("x * y * 3", max(3 * 0.005, 0.1234 * 0.005)),
        ("x * 3 * y", max(0.005 * 0.4567, 0.005 * 0.1234)), ("(x * y) / 4", 0.005 / 4),
        ("(x * y) * (x * y)", 2 * 0.005 * 0.1234 * 0.4567 + 0.005**2), ("2 / (x + 1)", 0),
        ("2 / (10 * x)", 2 * 0.005 / (1.234 - 0.005) ** 2), ("exp(10 * x)", 0.005 * math.exp(1.234 + 0.005)),
        ("log(10 * x)", 0.005 / (1.234 - 0.005)), ("(10 * x)^2", 0.005 * 2 * (1.234 + 0.005)),
        ("(10 * x)^3", 0.005 * 3 * (1.234 + 0.005) ** 2), ("(10 * x)^-1", 0.005 / (1.234 - 0.005) ** 2),
        ("(-10 * x)^-2", 0.005 * 2 / (1.234 - 0.005) ** 3), ("(10 * x)^0.5", 0.005 / 2 / math.sqrt(1.234 - 0.005)),
        ("(x * y * 0)^0.5", 0), ("(10 * x)^0", 0), ("(10 * x)^1", 0.005),
        ("(x * x)^0.5", 0.005 / 2 / math.sqrt(0.1234**2 - 0.005)),
        ("(x * x * x)^0.5", math.sqrt(0.005 * 0.1234 + 0.005)),
        ("abs(10 * x)", 0.005), ("max(10 * x, y)", 0.005), ("max(y, 10 * x)", 0.005),
        ("sqrt(10 * x)", 0.005 / 2 / math.sqrt(1.234 - 0.005)),
        ("tanh(10 * x)", 0.005 * (1 - math.tanh(1.234 - 0.005) ** 2)), ("-(10 * x)", 0),
    ],
)  # fmt: skip
def test_what_was_rounded_on_the_way_goes_on(formula: str, noise: float) -> None:
    """0.1234 and 0.4567 carried with two decimals: by how much each result may be off, by the slope of what follows."""
    band = band_of(formula, half=lambda size: 0.005, x=(0.1234, 0), y=(0.4567, 0))
    assert band.noise == pytest.approx(noise, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize(("formula", "noise"), [("x * y + 1", 0), ("x * y * 3 + 1", 0), ("x * z + 1", 0.005)])
def test_what_comes_out_even_is_not_rounded(formula: str, noise: float) -> None:
    """0.5 * 0.5 = 0.25 has two decimals; 0.5 * 0.25 has three."""
    band = band_of(formula, half=lambda size: 0.005, x=(0.5, 0), y=(0.5, 0), z=(0.25, 0))
    assert band.noise == noise


SLOPES = {
    "x^2": "2 * x", "x^3": "3 * x^2", "abs(x)": "sign(x)", "relu(x)": "(sign(x) + 1) / 2",
    "sigmoid(x)": "sigmoid(x) * (1 - sigmoid(x))",
    "tanh(x)": "sech(x)^2", "exp(x)": "exp(x)", "max(x, 0)": "(sign(x) + 1) / 2", "min(0, x)": "(1 - sign(x)) / 2",
    "-x * 3": "-3",
    "1 / (x + 2)": "-1 / (x + 2)^2", "sqrt(x + 2)": "1 / 2 / sqrt(x + 2)", "log(x + 2)": "1 / (x + 2)",
    "x * x": "2 * x", "5 - x": "-1", "x^1": "1 + 0 * x", "(x - 3)^2": "2 * (x - 3)", "(x - 3)^-1": "-(x - 3)^-2",
    "(x - 3)^-2": "-2 * (x - 3)^-3",
    "1 / (x - 3)": "-(x - 3)^-2", "-1 / (x + 2)": "(x + 2)^-2", "(x + 2)^1.5": "1.5 * (x + 2)^0.5",
    "(x + 2)^-0.5": "-0.5 * (x + 2)^-1.5",
    "2^x": "log(2) * 2^x", "relu(-x)": "(sign(x) - 1) / 2", "max(0, x)": "(sign(x) + 1) / 2",
    "min(x, 0)": "(1 - sign(x)) / 2",
    "sigmoid(-x)": "-sigmoid(x) * (1 - sigmoid(x))", "x^4": "4 * x^3", "(x + 2)^0.5": "0.5 * (x + 2)^-0.5",
}  # fmt: skip


@pytest.mark.parametrize(("x", "radius"), [(0.3, 0.5), (-0.4, 0.7), (0.6, 0.1), (-0.6, 0.1)])
@pytest.mark.parametrize("formula", SLOPES)
def test_the_slopes_of_a_band_are_those_that_there_are(formula: str, x: float, radius: float) -> None:
    """From the least to the largest derivative; at a kink, all between the two."""
    slopes = band_of(formula, x=(x, radius)).slopes
    assert slopes is not None
    low, high = range_of(SLOPES[formula], (x, radius * (1 - 1e-9)), (0, 0), 200)
    assert slopes.get(X, (0.0, 0.0)) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("formula", "inner"), [("2 * y", "x * x"), ("-y", "x * x"), ("y + x", "exp(x)"), ("3 - y - y", "x ^ 3")]
)
def test_slopes_go_through_what_was_skipped(formula: str, inner: str) -> None:
    """y is a formula of x: the band knows how both move together."""
    within = band_of(inner, x=(0.4, 0.1))
    values = {X: around(X, 0.4, 0.1), Y: within}
    band = enclosed(read_formula(formula, given), values, {X: 0.1}, never)
    low, high = range_of(formula.replace("y", f"({inner})"), (0.4, 0.1), (0, 0), 100)
    assert band.low <= low + 1e-12
    assert band.high >= high - 1e-12
    assert band.high - band.low <= 1.8 * (high - low)


def test_a_band_that_jumps_has_no_slopes() -> None:
    """Where it is not known whether x is above 0, both may be; where it is known, one is."""
    values = {X: around(X, 0.1, 0.5)}
    assert enclosed(read_formula("max(0, x)", given), values, {X: 0.5}, never).slopes == {X: (0.0, 1.0)}
    assert enclosed(Cases(X, ONE, ZERO), values, {X: 0.5}, never) == Band(1.0, 0.0, 1.0, None)
    assert enclosed(Cases(Y, ONE, ZERO), {Y: around(Y, -0.1, 0.5)}, {Y: 0.5}, never) == Band(0.0, 0.0, 1.0, None)
    assert enclosed(Cases(Y, ONE, ZERO), {Y: around(Y, 0.6, 0.5)}, {Y: 0.5}, never) == point(1.0)
    assert enclosed(Cases(Y, ONE, ZERO), {Y: around(Y, -0.5, 0.5)}, {Y: 0.5}, never) == point(0.0)
    assert joined([Band(1.0, 0.5, 1.5), Band(2.0, 1.8, 2.2)]) == Band(1.0, 0.5, 2.2, None)
    for formula, low, high in (("x + 1", 1.5, 3.2), ("2 * x", 1.0, 4.4), ("x - x", -1.7, 1.7), ("y * x", 1.0, 4.4)):
        values = {X: Band(1.0, 0.5, 2.2, None), Y: point(2.0)}  # of which nothing is known but its ends
        band = enclosed(read_formula(formula, given), values, {}, never)
        assert (band.low, band.high, band.slopes) == (pytest.approx(low), pytest.approx(high), None)
    assert point(3.0) == Band(3.0, 3.0, 3.0)
    assert around("s", 3.0, 0) == point(3.0)
    assert Band(-1.0, -4.0, 2.0).size == 4.0


@pytest.mark.parametrize(
    ("formula", "x", "slopes"),
    [
        ("relu(x)", 0.5, (0.0, 1.0)), ("relu(x)", -0.5, (0.0, 0.0)), ("abs(x)", 0.5, (1.0, 1.0)),
        ("abs(x)", -0.5, (-1.0, -1.0)), ("x^2", 0.5, (0.0, 2.0)), ("x^2", -0.5, (-2.0, 0.0)),
    ],
)  # fmt: skip
def test_a_band_that_ends_at_a_kink_has_the_slope_of_its_side(
    formula: str, x: float, slopes: tuple[float, float]
) -> None:
    """From 0 to 1, and from -1 to 0; the slope of relu at 0 is 0."""
    assert band_of(formula, x=(x, 0.5)).slopes == {X: slopes}


def test_a_number_that_stands_twice_moves_once() -> None:
    """x - x is 0 whatever x is, and x + x twice as wide."""
    assert (band_of("x - x", x=(0.4, 0.1)).low, band_of("x - x", x=(0.4, 0.1)).high) == (0.0, 0.0)
    assert band_of("x + x", x=(0.4, 0.1)).high == pytest.approx(1.0)


# --- the digits somebody writes to ---


@pytest.mark.parametrize(
    ("text", "value", "had"),
    [
        ("0.3775", "0.37754", True), ("0.3775", "0.3775", False), ("0.50", "1/2", False), ("0.33", "1/3", True),
        ("1/3", "1/3", False),
        ("12", "12.3", False), ("0.00", "0.004", False), ("0.01", "0.0123", True), ("0.1", "0.04", False),
        ("0.1", "0.14", True),
        ("-0.33", "-1/3", True), ("0.25", "0.2549", True), ("0.2", "1/5", False), ("0.2", "1/4", True),
        ("0.20", "1/8", True),
    ],
)  # fmt: skip
def test_a_number_had_to_be_rounded_if_its_value_goes_on(text: str, value: str, had: bool) -> None:
    assert had_to_be_rounded(text, Fraction(value)) is had


def learnt(*texts: str) -> Habits:
    """Numbers that all go on after their digits."""
    return Habits.of([(text, Fraction(text) + Fraction(1, 10**9 * 7)) for text in texts])


@pytest.mark.parametrize(
    ("texts", "decimals", "figures", "fewest", "even"),
    [
        (("0.3775",), None, None, 4, False), (("0.3775", "0.5933"), 4, 4, 4, False),
        (("0.3775", "1.5933"), 4, None, 4, False),
        (("0.3775", "1.593"), None, 4, 3, False), (("0.37", "1.593"), None, None, 2, False),
        (("0.3775", "0.5933", "0.1234", "0.4567", "1.23"), 4, 4, 2, False),
        (("0.3775", "0.5933", "0.1234", "1.23"), None, None, 2, False),
        (("0.3775",) * 7, 4, 4, 4, False), (("0.3775",) * 8, 4, 4, 4, True),
        (("0.3775", "1.123") * 4, None, 4, 3, True),
        (("0.3775", "1.1234") * 4, 4, None, 4, True), ((*("0.3775",) * 8, "1.12"), 4, 4, 2, False),
    ],
)  # fmt: skip
def test_habits_are_learnt_from_two_lines_four_fifths_of_them_alike(
    texts: tuple[str, ...], decimals: int | None, figures: int | None, fewest: int, even: bool
) -> None:
    habits = learnt(*texts)
    assert (habits.decimals, habits.figures, habits.fewest, habits.even) == (decimals, figures, fewest, even)
    assert habits.learnt == (decimals is not None or figures is not None)
    assert (habits.cuts, habits.may_cut) == (False, False)


@pytest.mark.parametrize(
    ("texts", "coarsest"),
    [
        (("0.3775", "0.5933"), 3), (("0.37", "0.59"), 3), (("0.37",), 2), (("0.375",), 3), (("0.37", "1.593"), 2),
        (("0.378", "1.5933"), 2), (("0.378", "1.593"), 3), (("0.378", "1.5933", "0.3120", "0.3750"), 2),
    ],
)  # fmt: skip
def test_skipped_lines_had_two_figures_only_where_somebody_writes_so_few_now_and_then_or_unevenly(
    texts: tuple[str, ...], coarsest: int
) -> None:
    assert learnt(*texts).coarsest == coarsest


def test_numbers_of_a_sheet_that_were_not_rounded_tell_nothing_of_its_digits() -> None:
    """1500 for 1520 fills two places with zeros; 12 and 34 have two figures each."""
    assert Habits.of([("0.5", Fraction(1, 2)), ("0.25", Fraction(1, 4)), ("0.125", Fraction(1, 8))]) == Habits()
    assert Habits.of([("1500", Fraction(1520)), ("1.234", Fraction("1.234"))]).coarsest == 2
    assert Habits.of([("1500", Fraction(1500)), ("1.234", Fraction("1.234"))]).coarsest == 3
    assert Habits.of([("12", Fraction(12)), ("34", Fraction(34))]).coarsest == 2
    assert Habits.of([("123", Fraction(123)), ("34", Fraction(34))]).coarsest == 3


HALVES = [
    # decimals, figures, fewest, coarsest, even; size, figures of the line; narrow, coarse
    (Habits(), 0.0296, 4, 0.000005, 0.0005), (Habits(), 0.0296, 6, 0.00000005, 0.0005),
    (Habits(), 0.0296, 2, 0.000005, 0.0005),
    (Habits(), 29.6, 4, 0.005, 0.05), (Habits(), 1000.0, 4, 0.5, 5), (Habits(), 999.9, 4, 0.05, 0.5),
    (Habits(), 0.0, 4, 0.0, 0.0005),
    (Habits(decimals=4, fewest=4), 0.0296, 4, 0.00005, 0.0005),
    (Habits(decimals=4, fewest=4, even=True), 0.0296, 4, 0.00005, 0.00005),
    (Habits(decimals=4, fewest=4, even=True), 0.296, 4, 0.00005, 0.0005),
    (Habits(decimals=2, fewest=2), 0.0296, 4, 0.005, 0.005),
    (Habits(figures=3, fewest=3), 0.0296, 4, 0.00005, 0.0005), (Habits(figures=3, fewest=4), 29.6, 4, 0.05, 0.05),
    (Habits(figures=2, fewest=4), 0.296, 4, 0.005, 0.005),
    (Habits(decimals=4, figures=3, fewest=4), 0.00296, 4, 0.00005, 0.0005),
    (Habits(coarsest=2), 0.296, 4, 0.00005, 0.005), (Habits(coarsest=2, fewest=1), 0.296, 4, 0.00005, 0.05),
]  # fmt: skip


@pytest.mark.parametrize(("habits", "size", "figures", "narrow", "coarse"), HALVES)
def test_half_a_unit_of_a_skipped_line(habits: Habits, size: float, figures: int, narrow: float, coarse: float) -> None:
    """Narrow: four figures, or those of the judged line, coarser if learnt. Coarse: three, or the fewest decimals."""
    assert habits.narrow(size, figures) == pytest.approx(narrow, rel=1e-9)
    assert habits.coarse(size) == pytest.approx(coarse, rel=1e-9)


@pytest.mark.parametrize(
    ("habits", "size", "figures", "narrow", "coarse"),
    [
        (Habits(decimals=4), 29.6, 4, 0.0001, 0.05), (Habits(figures=4), 29.6, 4, 0.005, 0.05),
        (Habits(figures=4), 0.00296, 4, 0.0000005, 0.0001),
        (Habits(decimals=4, figures=4), 29.6, 4, 0.005, 0.05), (Habits(), 0.00296, 4, 0.0001, 0.0001),
        (Habits(), 29.6, 5, 0.0005, 0.05),
        (Habits(), 29.6, 2, 0.05, 0.05), (Habits(coarsest=2), 29.6, 4, 0.005, 0.5),
    ],
)  # fmt: skip
def test_half_a_unit_of_an_operation_on_the_way(
    habits: Habits, size: float, figures: int, narrow: float, coarse: float
) -> None:
    """Decimals learnt: those of the line (0.0001 here); figures learnt: of the result's own size; else the wider."""
    assert habits.of_operation(size, 0.0001, figures) == pytest.approx(narrow, rel=1e-9)
    assert habits.of_operation_coarsely(size, 0.0001) == pytest.approx(coarse, rel=1e-9)


@pytest.mark.parametrize(
    ("habits", "finely", "coarsely"),
    [(Habits(), 0, 0), (Habits(decimals=3), 0.0005, 0.0005), (Habits(decimals=3, figures=3), 0, 0.0005),
    (Habits(figures=3), 0, 0)],
)  # fmt: skip
def test_decimals_that_all_lines_have_in_common(habits: Habits, finely: float, coarsely: float) -> None:
    assert (habits.half_of_decimals(False), habits.half_of_decimals(True)) == (finely, coarsely)
