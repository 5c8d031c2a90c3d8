"""The number systems: floats to the last bit, certified digits against mpmath, rounding as on paper."""

from __future__ import annotations

import decimal
import json
import math
import re
import struct
import time
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import oracle
import pytest
from flint import arb, fmpq
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_networks import cases
from test_gradients import expected, is_tame, line_of

from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, exact
from backprop_trace.formulas.arithmetic.hand import Rounding
from backprop_trace.formulas.expr import names_in
from backprop_trace.formulas.notation import PYTHON, number_piece, show
from backprop_trace.formulas.notation.numbers import bound_of_zero, full, shown
from backprop_trace.render.view import engine
from backprop_trace.run.step import Settings, trace, traces
from backprop_trace.run.verify import verify

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
PYTHON_NAMES = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "max": max, "min": min,
    "sech": lambda x: 1 / math.cosh(x),
}  # fmt: skip


def bits(value: float) -> bytes:
    return struct.pack("d", value)


# --- floats ---


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_a_float_line_printed_and_evaluated_again_gives_the_same_bits(case):
    assume(is_tame(case))
    t = trace(read_example(case.text))
    for line in t.lines:
        text = show(line.equation.formula, PYTHON, lambda name: number_piece(repr(t.values[name])))
        assert bits(float(eval(text, {}, PYTHON_NAMES))) == bits(line.value), (line.name, text)


def test_a_line_with_numbers_is_what_a_person_would_type():
    t = trace(load("mazur"))
    line = t["net_o1"]
    text = show(line.equation.formula, PYTHON, lambda name: number_piece(repr(t.values[name])))
    assert text == "0.4 * 0.5932699921071872 + 0.45 * 0.596884378259767 + 0.6"
    assert eval(text) == line.value


# --- exact ---


def rounded(value, digits: int) -> Decimal:
    """An mpf or a Fraction rounded to so many significant digits, half to even."""
    whole = value
    if not isinstance(value, Fraction):
        sign, mantissa, exponent, _ = value._mpf_
        whole = Fraction(int(mantissa) * (-1 if sign else 1)) * Fraction(2) ** int(exponent)
    context = decimal.Context(prec=digits, rounding=decimal.ROUND_HALF_EVEN, Emin=-(10**9), Emax=10**9)
    return context.divide(Decimal(whole.numerator), Decimal(whole.denominator))


def as_mpf(text: str):
    fraction = Fraction(text)
    return mpmath.mpf(fraction.numerator) / fraction.denominator


@pytest.mark.parametrize("digits", [9, 20, 50, 300])
def test_every_digit_of_mazur_is_that_of_mpmath(digits):
    assert_digits(load("mazur"), MAZUR, digits)


MAZUR = SimpleNamespace(
    net=oracle.Net(
        [
            oracle.Layer(["h1", "h2"], "sigmoid", ["i1", "i2"], [["w1", "w2"], ["w3", "w4"]], ["b1", "b1"]),
            oracle.Layer(["o1", "o2"], "sigmoid", ["h1", "h2"], [["w5", "w6"], ["w7", "w8"]], ["b2", "b2"]),
        ],
        [({"i1": "0.05", "i2": "0.10"}, {"o1": "0.01", "o2": "0.99"})],
        {"w1": "0.15", "w2": "0.20", "w3": "0.25", "w4": "0.30", "b1": "0.35",
         "w5": "0.40", "w6": "0.45", "w7": "0.50", "w8": "0.55", "b2": "0.60"},
        "half_squared_error",
        fixed={"b1", "b2"},
    ),
    eta="0.5",
)  # fmt: skip


def assert_digits(example, case, digits: int) -> None:
    t = trace(example, Settings("exact", digits))
    with mpmath.workdps(digits + 60):
        for name, true in expected(case, mpmath.mp, as_mpf).items():
            line = line_of(t, name)
            if line is None:
                continue
            if bound := bound_of_zero(line.value):
                assert abs(true) < mpmath.mpf(10) ** -(digits + 40), (name, bound)
            elif isinstance(line.value, Decimal):
                assert line.value == rounded(true, digits), name
                assert len(line.value.as_tuple().digits) == digits
            else:
                error = abs(mpmath.mpf(line.value.numerator) / line.value.denominator - true)
                assert error <= mpmath.mpf(10) ** -(digits + 30) * (1 + abs(true)), name
                assert Decimal(shown(line.value, digits)) == rounded(line.value, digits)


@pytest.mark.parametrize("digits", [9, 20, 50])
def test_every_digit_of_random_networks_is_that_of_mpmath(digits):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(most_layers=3, most_samples=2))
    def agrees(case):
        assume(is_tame(case))
        example = read_example(case.text)
        try:
            assert_digits(example, case, digits)
        except ComputationError as undecided:  # the sign of a value that is 0 and cannot be proven to be
            assume("bits" not in undecided.reason)
            raise

    agrees()


@QUICK
@given(cases(activations=("identity", "relu", "leaky_relu"), losses=("half_squared_error", "mean_squared_error")))
def test_rational_networks_stay_fractions(case):
    exactly = SimpleNamespace(mpf=Fraction, exp=None, tanh=None)
    t = trace(read_example(case.text), Settings("exact"))
    for name, true in expected(case, exactly, Fraction).items():
        if line := line_of(t, name):
            assert line.value == true, name
            assert isinstance(line.value, Fraction)


def test_a_relu_at_exactly_0_has_slope_0():
    text = """
inputs: {x: 2}
targets: {o1: 1}
layers:
  - {units: [h], activation: relu, weights: [[0.5]], bias: -1}
  - {units: [o1], activation: sigmoid, weights: [[0.3]]}
loss: squared_error
learning_rate: 1
"""
    for engine_name in ("float", "exact"):
        t = trace(read_example(text), Settings(engine_name))
        assert t["net_h"].value == t["out_h"].value == t["dout_h/dnet_h"].value == t["dE/dnet_h"].value == 0
        assert t["dE/dw_h_o1"].value == 0


def test_inputs_of_0_give_exact_zeros():
    text = """
inputs: {x1: [0, 0, 1, 1], x2: [0, 1, 0, 1]}
targets: {o1: [0, 1, 1, 0]}
layers:
  - {units: 2, activation: tanh, weights: [[0.5, -0.3], [0.2, 0.9]], bias: [0.1, 0]}
  - {units: 1, activation: sigmoid, weights: [[0.3, -0.7]], bias: [0.2]}
loss: binary_cross_entropy
batch: mean
learning_rate: 0.1
"""
    t = trace(read_example(text), Settings("exact", 30))
    assert t["dE/dw_x1_h1[1]"].value == 0
    assert t["net_h2[1]"].value == t["out_h2[1]"].value == 0
    assert "-0" not in {full(line.value, 30) for line in t.lines}


UNDECIDABLE = """
inputs: {x: 1}
targets: {o1: 1}
layers:
  - {units: [a, b], activation: tanh, weights: [[0.5], [0.5]]}
  - {units: [h], activation: relu, weights: [[1, -1]]}
  - {units: [o1], activation: identity, weights: [[1]]}
loss: squared_error
learning_rate: 1
"""


def test_a_sign_that_cannot_be_decided_is_an_error_within_seconds():
    start = time.perf_counter()
    with pytest.raises(ComputationError, match="bits") as caught:
        trace(read_example(UNDECIDABLE), Settings("exact", 20))
    assert caught.value.name is not None
    assert time.perf_counter() - start < 5


def test_the_sign_of_a_tiny_number_is_decided():
    text = UNDECIDABLE.replace("[[0.5], [0.5]]", "[[0.5], [0.5" + "0" * 200 + "1]]").replace("[[1, -1]]", "[[-1, 1]]")
    value = trace(read_example(text), Settings("exact", 20))["out_h"].value
    with mpmath.workdps(300):
        true = mpmath.tanh(mpmath.mpf(1) / 2 + mpmath.mpf(10) ** -202) - mpmath.tanh(mpmath.mpf(1) / 2)
        assert value == rounded(true, 20)


EXACTLY_ZERO = {
    "log(w * x) - log(w) - log(x)": "dE/dw",
    "exp(w) / (exp(w) + exp(x)) + exp(x) / (exp(w) + exp(x)) - 1": "dE/dw",
    "(w - (w + x + 5) / 3) / sqrt(w) + (x - (w + x + 5) / 3) / sqrt(w) + (5 - (w + x + 5) / 3) / sqrt(w)": "dE/dw",
    "(exp(w) - exp(1) * exp(w - 1))^2": "dE/dw",
}
"""Formulas over w = 3 and x = 2 that are 0 for all w, and a gradient that is then 0, too."""


def zero_network(formula: str) -> str:
    return f"inputs: {{x: 2}}\nparameters: {{w: 3}}\ndefinitions:\n  E: {formula}\nobjective: E\nlearning_rate: 0.1\n"


@pytest.mark.parametrize("formula", EXACTLY_ZERO)
def test_what_cannot_be_told_from_zero_is_shown_as_zero_with_its_bound(formula, run, tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(zero_network(formula))
    names = ["E", EXACTLY_ZERO[formula]]
    chosen = [word for name in names for word in ("--only", name)]
    out = " ".join(run("show", str(path), "--engine", "exact", *chosen)[1].split())
    assert (bound := re.search(r"0 stands for less than 1e(-[0-9]+) in E", out)) and int(bound[1]) < -300
    lines = json.loads(run("show", str(path), "--engine", "exact", "--format", "json", *chosen)[1])
    assert [line["value"] for line in lines["lines"]] == ["0"] * len(names)
    assert int(lines["lines"][0]["smaller_than"].removeprefix("1e")) < -300


@pytest.mark.parametrize("sign", ["both", "above", "below"])
@pytest.mark.parametrize("power", [4500, 4501, 5000, 12_345, 54_321])
def test_the_bound_of_what_cannot_be_told_from_zero_holds_and_is_hardly_more(power, sign):
    """A ball around 0 that ends at a power of 2, or one that begins there and ends at 0."""
    with exact.precision(2 * 4400):
        radius = arb(2) ** -power
        ball = {"both": arb(0, radius), "above": arb(radius / 2, radius / 2), "below": arb(-radius / 2, radius / 2)}[
            sign
        ]
        bound = Decimal(exact.decided(ball, 20)).as_tuple().exponent
    assert 10**-bound < 2**power <= 100 * 10**-bound


@pytest.mark.parametrize("function", sorted(set(exact.FUNCTIONS) - {"log", "max", "min"}))
def test_a_function_at_0_is_a_fraction_in_exact_arithmetic(function):
    found = exact.FUNCTIONS[function](exact.to_fmpq(Fraction(0)))
    assert isinstance(found, fmpq) and float(exact.to_fraction(found)) == FLOAT.functions[function](0.0)


@pytest.mark.parametrize("formula", EXACTLY_ZERO)
def test_a_gradient_that_cannot_be_told_from_zero_agrees_with_central_differences(formula):
    assert {row.verdict for row in verify(read_example(zero_network(formula)))} == {"agrees"}


@pytest.mark.parametrize("formula", ["1 / ({})", "log({})", "relu({})", "({})^0.5"])
def test_a_sign_a_divisor_and_a_logarithm_need_more_than_a_bound(formula):
    with pytest.raises(ComputationError, match=r"not even with \d+ bits"):
        trace(read_example(zero_network(formula.format("log(w * x) - log(w) - log(x)"))), Settings("exact"))


def test_a_zero_that_is_none_is_told_from_one():
    value = trace(read_example(zero_network("exp(w) - exp(w + 1e-250) + exp(-1200)")), Settings("exact"))["E"].value
    with mpmath.workdps(600):
        assert value == rounded(mpmath.exp(3) - mpmath.exp(3 + mpmath.mpf("1e-250")) + mpmath.exp(-1200), 20)


@pytest.mark.parametrize("size", [-3000, -500, -60, -1, 1, 40, 60, 150, 500, 3000])
def test_every_digit_of_a_very_large_or_small_number_is_that_of_mpmath(size):
    found = trace(read_example(zero_network(f"exp({size} / 3 * w) * x")), Settings("exact"))
    with mpmath.workdps(60):
        assert Decimal(found["E"].value) == rounded(2 * mpmath.exp(size), 20)
        assert Decimal(found["dE/dw"].value) == rounded(2 * mpmath.exp(size) * size / 3, 20)


def test_a_line_that_cannot_be_told_from_zero_is_rounded_to_zero_by_hand():
    for rounding, text in (("4", "0.0000"), ("3sf", "0")):
        by_hand = Settings("hand", rounding=Rounding.read(rounding))
        line = trace(read_example(zero_network("log(w * x) - log(w) - log(x)")), by_hand)["E"]
        assert shown(line.value) == text


def test_fractions_are_kept_to_their_limit_and_certified_digits_go_on_and_it_is_said():
    text = """
inputs: {x1: 2, x2: 3}
targets: {o1: 1}
layers:
  - {units: 2, activation: identity, weights: [[0.11, 0.21], [0.12, 0.08]]}
  - {units: 1, activation: identity, weights: [[0.14, 0.15]]}
loss: half_squared_error
learning_rate: 0.05
"""
    example = read_example(text)
    found = list(traces(example, Settings("exact", 25), range(1, 12)))
    assert [type(t["E"].value) for t in found[:3]] == [Fraction] * 3
    assert type(found[-1]["E"].value) is Decimal
    assert not found[0].shortened
    assert found[-1].shortened
    assert str(exact.LONGEST_FRACTION) in engine(found[-1].settings, found[-1].shortened)
    with decimal.localcontext(decimal.Context(prec=80)):
        weights = [Decimal(text) for text in ("0.11", "0.21", "0.12", "0.08", "0.14", "0.15")]
        for t in found:
            a, b, c, d, e, f = weights
            h1, h2 = 2 * a + 3 * b, 2 * c + 3 * d
            delta = e * h1 + f * h2 - 1
            assert Decimal(shown(t["E"].value, 25)) == decimal.Context(prec=25).plus(delta**2 / 2)
            slopes = (2 * e, 3 * e, 2 * f, 3 * f, h1, h2)
            weights = [weight - delta * slope / 20 for weight, slope in zip(weights, slopes, strict=True)]


def test_ten_thousand_exact_steps_of_mazur_take_seconds():
    start = time.perf_counter()
    last = trace(load("mazur"), Settings("exact", 12), step=10_000)
    assert time.perf_counter() - start < 20
    assert shown(last["E"].value).startswith("0.0000351085481")  # published.md, computed with 50 digits


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(5, 2), 1, "2"),
        (Fraction(7, 2), 1, "4"),
        (Fraction(1, 8), 2, "0.12"),
        (Fraction(3, 8), 2, "0.38"),
        (Fraction(-1, 8), 2, "-0.12"),
        (Fraction(0), 5, "0"),
        (Fraction(2, 3), 3, "0.667"),
        (Fraction(-0.0), 3, "0"),
    ],
)
def test_ties_go_to_even(value, digits, text):
    assert shown(value, digits) == text


def test_negative_zero_is_never_written():
    assert shown(-0.0) == "0"
    assert full(-0.0) == "0.0"
    assert shown(Decimal("-0.0000")) == "0.0000"


@pytest.mark.parametrize("places", [1, 4, 99, 100])
def test_a_zero_by_hand_has_the_decimals_that_were_asked_for(places):
    zero = Rounding.read(str(places)).apply(Fraction(0))
    assert (shown(zero), bound_of_zero(zero)) == ("0." + places * "0", None)


@pytest.mark.parametrize("exponent", [101, 102, 300, 616])
def test_a_zero_that_is_farther_down_is_a_bound(exponent):
    zero = Decimal((0, (0,), -exponent))
    assert (shown(zero), bound_of_zero(zero)) == ("0", f"1e-{exponent}")


# --- by hand ---

MODES = {
    "half-up": decimal.ROUND_HALF_UP,
    "half-even": decimal.ROUND_HALF_EVEN,
    "truncate": decimal.ROUND_DOWN,
}


@pytest.mark.parametrize(
    ("text", "how", "mode", "written"),
    [
        ("0.12345", "4", "half-up", "0.1235"),
        ("0.12345", "4", "half-even", "0.1234"),
        ("0.12355", "4", "half-even", "0.1236"),
        ("0.12349", "4", "truncate", "0.1234"),
        ("-0.12345", "4", "half-up", "-0.1235"),
        ("-0.12345", "4", "half-even", "-0.1234"),
        ("-0.12349", "4", "truncate", "-0.1234"),
        ("0.5", "4", "half-up", "0.5000"),
        ("2", "4", "half-up", "2.0000"),
        ("0.00001", "4", "half-up", "0.0000"),
        ("-0.00001", "4", "half-up", "0.0000"),
        ("0.00012345", "4sf", "half-up", "0.0001235"),
        ("0.00012345", "4sf", "half-even", "0.0001234"),
        ("0.5", "4sf", "half-up", "0.5000"),
        ("0.125", "4sf", "half-up", "0.1250"),
        ("99995", "4sf", "half-up", "100000"),
        ("0.99995", "4sf", "half-up", "1.000"),
        ("-123.45", "4sf", "half-up", "-123.5"),
        ("-123.45", "4sf", "truncate", "-123.4"),
        ("0", "4sf", "half-up", "0"),
        ("2.5", "0", "half-up", "3"),
        ("2.5", "0", "half-even", "2"),
        ("-2.5", "0", "truncate", "-2"),
    ],
)
def test_what_is_written_on_the_paper(text, how, mode, written):
    assert shown(Rounding.read(how, mode).apply(Fraction(text))) == written


@given(st.fractions(max_denominator=10**9), st.integers(0, 12), st.sampled_from(sorted(MODES)), st.booleans())
def test_rounding_is_that_of_the_decimal_module(value, digits, mode, significant):
    digits += significant
    with decimal.localcontext(decimal.Context(prec=500, rounding=MODES[mode])):
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        # a quotient of 500 digits may hide which side of a tie it came from: ties have short quotients
        assume(Fraction(quotient) == value or len(quotient.as_tuple().digits) == 500)
        if significant:
            true = decimal.Context(prec=digits, rounding=MODES[mode]).plus(quotient)
        else:
            true = quotient.quantize(Decimal(1).scaleb(-digits))
    written = Rounding(digits, significant, mode).apply(value)
    assert written == true
    assert (len(written.as_tuple().digits) if significant and value else -written.as_tuple().exponent) == (
        digits if value or not significant else 0
    )


DECIMAL_FUNCTIONS = SimpleNamespace(
    exp=lambda x: Decimal(x).exp(),
    log=lambda x: Decimal(x).ln(),
    tanh=lambda x: ((2 * Decimal(x)).exp() - 1) / ((2 * Decimal(x)).exp() + 1),
    sech=lambda x: 2 / (Decimal(x).exp() + (-Decimal(x)).exp()),
)


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("how", ["4", "4sf", "2", "3sf"])
def test_every_line_by_hand_is_computed_from_what_was_written_before(how, mode):
    """Each line again, by Decimal with 60 digits, from the numbers as they stand on the paper."""
    rounding = Rounding.read(how, mode)
    for name in {"mazur", "quirk"} & set(shipped()):
        for t in traces(load(name), Settings("hand", rounding=rounding), [1, 2]):
            for line in t.lines:
                formula = line.equation.formula
                words = {name: f"v{place}" for place, name in enumerate(names_in(formula))}
                text = show(formula, PYTHON, lambda name, words=words: (words[name], 5))
                with decimal.localcontext(decimal.Context(prec=60)):
                    values = {word: decimal_of(t.values[name]) for name, word in words.items()}
                    again = eval(text.replace("1/2", "D1 / 2"), vars(DECIMAL_FUNCTIONS) | {"D1": Decimal(1)}, values)
                    true = rounding.apply(Fraction(again))
                assert str(line.value) == str(true), (line.name, text)


def decimal_of(value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)


def test_updated_weights_go_on_as_they_were_written():
    first, second = traces(load("mazur"), Settings("hand", rounding=Rounding.read("4")), [1, 2])
    assert second.values[second.vocabulary.read("w5")] == Fraction(first["w5+"].value)


def test_powers_of_ten_stand_where_zeros_would_claim_digits_or_hide_the_size():
    """The issue: 152415788000000 for 1.52415787502 times 10 to the 14, with 9 digits."""
    assert shown(1.52415787502e14) == "1.52415788e+14"
    assert [shown(x) for x in (1e-7, 9e-8, 999999999.0, 1e9)] == ["0.0000001", "9e-08", "999999999", "1e+09"]


@pytest.mark.parametrize("step", [2, 3, 6])
def test_certified_digits_of_later_steps_are_those_of_a_finer_computation(step):
    """Sigmoids, and so exponentials, in compiled code, too."""
    coarse, fine = (trace(load("mazur"), Settings("exact", digits), step=step)["E"].value for digits in (30, 60))
    assert abs(Fraction(coarse) - Fraction(fine)) <= Fraction(1, 10**30)
    assert Fraction(coarse) != Fraction(trace(load("mazur"), step=step)["E"].value)
