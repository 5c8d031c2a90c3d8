"""Numbers and sizes at the limits: they are computed, or refused with one message; nothing crashes, nothing hangs."""

from __future__ import annotations

import math
import time

import pytest

import backprop_trace as bt
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.run.train import Run
from backprop_trace.run.train.session import Plan, Session


def defined(formula: str, x: str = "2", more: str = "") -> str:
    return f"""
inputs: {{a: 3}}
parameters: {{x: {x}}}
definitions:
  q: {formula}
objective: q
learning_rate: 0.5
{more}"""


@pytest.mark.parametrize(
    ("formula", "true"),
    [
        ("a * x / 2^2", 1.5), ("x^2 + 2^2", 8), ("x^2 - 3^4 + a", -74), ("x * (1/2)^2", 0.5), ("2^2 * x", 8),
        ("x * 2^-2", 0.5), ("x^-2", 0.25), ("(x - a)^2", 1), ("(x - 2)^4 + x", 2), ("x * 10^0", 2), ("x^100", 2.0**100),
    ],
)  # fmt: skip
def test_whole_powers_of_constants_and_of_names_are_checked(formula: str, true: float) -> None:
    example = bt.read_example(defined(formula))
    assert bt.trace(example)["q"].value == true
    report = bt.check(example, f"q = {true:.6f}\n")
    assert not report.has_mistakes


def first_that_breaks(example: bt.Example) -> int:
    """The first step that a trace of it alone cannot be made of."""
    for step in range(1, 50):
        try:
            bt.trace(example, step=step)
        except ComputationError:
            return step
    raise AssertionError("no step breaks")


@pytest.mark.parametrize("formula", ["a * x^1.5", "x^(1/2) + a", "(0 - x)^1.5 * a - a"])
def test_a_fractional_power_of_a_negative_number_breaks_in_the_step_that_has_it(formula: str) -> None:
    example = bt.read_example(defined(formula, "0.5" if formula[0] != "(" else "-0.5"))
    step = first_that_breaks(example)
    run = Run.of(example)
    with pytest.raises(ComputationError, match="fractional power") as compiled:
        run.advance(1, 100)
    assert compiled.value.step == step
    session = Session(example, Plan(epochs=100))
    list(session.reports())
    assert session.broken is not None and session.broken.step == step


def test_a_huge_power_is_checked_in_no_time() -> None:
    example = bt.read_example(defined("x * (1 + a / 30000000)^1000000000"))
    assert bt.trace(example)["q"].value == pytest.approx(2 * math.exp(100), rel=1e-5)
    started = time.process_time()
    bt.check(example, "q = 1.5\ndq/dx = 2.7e43\n")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("number", ["1.7e308", "-1.7e308", "1e-308", "9" * 300])
@pytest.mark.parametrize("spelling", ["out_h1", "w5+", "E", "dE/dw1", "w1"])
def test_a_sheet_with_a_number_at_the_end_of_the_floats_is_judged(spelling: str, number: str) -> None:
    bt.check(bt.load("mazur"), f"{spelling} = {number}\nnet_h1 = 0.3775\n")


@pytest.mark.parametrize("formula", ["exp(1e3) * x", "(x^9999)^9999", "exp(exp(x^3))", "x * 1e300 * 1e300"])
def test_a_formula_beyond_the_floats_is_a_computation_that_breaks(formula: str) -> None:
    with pytest.raises(ComputationError):
        bt.trace(bt.read_example(defined(formula)))
    with pytest.raises(ComputationError):
        Run.of(bt.read_example(defined(formula))).advance(1, 5)


def long_sum(units: int, samples: int = 1) -> str:
    column = f"[{', '.join(['0.5'] * samples)}]" if samples > 1 else "0.5"
    return f"""
inputs: {{{", ".join(f"x{n}: {column}" for n in range(units))}}}
targets: {{o1: {column}}}
layers: [{{units: [o1], activation: identity, weights: [[{", ".join(["0.001"] * units)}]], bias: 0.5}}]
loss: half_squared_error
learning_rate: 0.0001
"""


@pytest.mark.parametrize(("units", "samples"), [(5000, 1), (1, 5000), (450, 3)])
def test_long_sums_are_compiled_and_come_out_the_same_to_the_last_bit(units: int, samples: int) -> None:
    example = bt.read_example(long_sum(units, samples))
    run = Run.of(example)
    run.advance(1, 4)
    assert run.givens[example.rule.trained[0]] == bt.trace(example, step=3)[f"{example.rule.trained[0].label}+"].value


def softmax(units: int) -> str:
    targets = ", ".join(f"o{n}: {int(n == 1)}" for n in range(1, units + 1))
    return f"""
inputs: {{x: 1}}
targets: {{{targets}}}
layers: [{{units: {units}, activation: softmax, weights: [{", ".join(["[0.01]"] * units)}]}}]
loss: categorical_cross_entropy
learning_rate: 0.01
"""


def test_the_lines_up_to_the_loss_are_those_of_the_whole_listing_without_their_gradients() -> None:
    for text in (softmax(5), long_sum(3, 4)):
        example = bt.read_example(text)
        whole = [line for line in example.listing().equations if line.phase in ("forward", "loss")]
        assert [(line.name, line.formula) for line in example.forward().equations] == [
            (line.name, line.formula) for line in whole
        ]


def test_what_is_asked_for_alone_grows_with_what_is_printed() -> None:
    """log(400), by hand: all weights are equal."""
    example = bt.read_example(softmax(400))
    started = time.process_time()
    (found,) = bt.traces(example, listed=example.forward)
    assert found["E"].value == pytest.approx(math.log(400), rel=1e-12)
    assert time.process_time() - started < 2  # the gradients alone take five times as long
