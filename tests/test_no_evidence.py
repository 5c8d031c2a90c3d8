"""What confirms nothing, and what needs no more evidence: placeholders, copies of a number, zeros, exact numbers."""

from __future__ import annotations

from math import exp, log

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.run.step import trace

SOFTMAX = """\
inputs: {x: 0}
targets: {c0: 0, c1: 1, c2: 0}
parameters: {z0: 1.2, z1: 2.0, z2: 0.5}
layers:
  - units: [c0, c1, c2]
    activation: softmax
    weights: [[0], [0], [0]]
    bias: [z0, z1, z2]
loss: categorical_cross_entropy
learning_rate: 0.1
"""
WHOLE = """\
inputs: {x1: 1, x2: 2}
targets: {y: 5}
parameters: {w1: 2, w2: 1, b: -1}
layers:
  - units: [y]
    activation: identity
    weights: [[w1, w2]]
    bias: [b]
loss: half_squared_error
learning_rate: 0.1
"""


def check(text: str, sheet: str) -> Report:
    return Checker(read_example(text)).check(read_sheet(sheet, "sheet.txt"))


def verdicts(report: Report) -> dict[str, str]:
    return {line.name: line.verdict for line in report.written}


@pytest.mark.parametrize("number", ["1", "0", "0.5", "1.0", "0.000"])
def test_the_same_number_everywhere_confirms_nothing(number: str) -> None:
    """Two nets of mazur are 1.1 and 1.2: a 1 would be them, rounded."""
    names = [line.name for line in trace(load("mazur")).lines if line.name.kind in ("net", "out", "E", "+")]
    sheet = "\n".join(f"{name.kind}_{name.label} = {number}" for name in names if name.label)
    report = Checker(load("mazur")).check(read_sheet(sheet, "sheet.txt"))
    assert not report.is_confirmed
    assert {"right", "rounded", "follows"}.isdisjoint(verdicts(report).values())


def test_many_zeros_that_are_true_are_right() -> None:
    text = WHOLE.replace("y: 5", "y: 3")  # the loss is 0, and all that comes of it
    report = check(text, "net_y = 3\nE = 0\ndE/dnet_y = 0\ndE/dw1 = 0\ndE/dw2 = 0\ndE/db = 0\nw1+ = 2\n")
    assert set(verdicts(report).values()) == {"right"}


def test_a_line_that_repeats_a_skipped_one_was_not_carried_more_coarsely_than_itself() -> None:
    """E is E_c1 alone, since the targets of the others are 0: -log(0.5979) = 0.5143."""
    outs = "out_c0 = 0.2687\nout_c1 = 0.5979\nout_c2 = 0.1334\n"
    assert verdicts(check(SOFTMAX, f"{outs}E = 0.5143"))["E"] == "right"
    assert verdicts(check(SOFTMAX, f"{outs}E = 0.5148"))["E"] in ("wrong", "slip")


def test_a_copy_that_ends_in_zeros_may_be_one_of_a_coarser_number() -> None:
    outs = "out_c0 = 0.2687\nout_c1 = 0.5979\nout_c2 = 0.1334\n"
    assert verdicts(check(SOFTMAX, f"{outs}E = 0.5140"))["E"] == "undecided"


def test_an_exact_number_that_is_true_is_right_though_it_does_not_follow() -> None:
    report = check(WHOLE, "dE/dw1 = -3\nw1+ = 2.2\n")
    (line,) = [line for line in report.written if line.name == "w1+"]
    assert line.verdict == "right"
    assert "does not follow from your own earlier lines" in line.message


PRODUCTS = """\
inputs: {{x: {}, y: 0.0367, z: {}}}
parameters: {{w: 1}}
definitions:
  p: x * y
  q: p * z
  r: q * w
objective: r
learning_rate: 0.5
"""


@pytest.mark.parametrize("zero", ["0.00", "-0.00"])
@pytest.mark.parametrize("x", ["0.123", "-0.123"])
@pytest.mark.parametrize("z", ["137.9", "-137.9", "41.3"])
def test_a_zero_that_tells_nothing_bounds_what_is_computed_from_it(z: str, x: str, zero: str) -> None:
    """p is 0.0045; 0.00 stands for half a unit either way, cut off for a whole one: q is below 0.01 z in any case."""
    unit = 0.01 * abs(float(z))
    for share in (0.95, -0.95, 0.25, -0.25):
        sheet = f"p = {zero}\nq = {share * unit / 2:.3f}"
        assert verdicts(check(PRODUCTS.format(x, z), sheet))["q"] == "undecided", sheet
    for share in (1.05, -1.05, 2, -2, 5.17, -5.17, 80):
        sheet = f"p = {zero}\nq = {share * unit:.3f}"
        assert verdicts(check(PRODUCTS.format(x, z), sheet))["q"] in ("wrong", "slip"), sheet


NEURON = """\
inputs: {z: 0.4764}
targets: {o1: 0}
parameters: {w: 1}
layers:
  - units: [o1]
    activation: sigmoid
    weights: [[w]]
loss: binary_cross_entropy
learning_rate: 1
"""


@pytest.mark.parametrize("decimals", [8, 9, 10])
@pytest.mark.parametrize("digits", [3, 4, 5])
@pytest.mark.parametrize("z", ["0.4764", "-3.2123", "-6.4123"])
def test_eight_figures_may_come_of_a_skipped_line_that_was_carried_coarsely(z: str, digits: int, decimals: int) -> None:
    """The last outputs are 0.0387 and 0.00164: with three decimals they have two figures, or one."""
    out = round(1 / (1 + exp(-float(z))), digits)
    found = check(NEURON.replace("0.4764", z), f"E = {-log(1 - out):.{decimals}f}")
    assert verdicts(found)["E"] in ("undecided", "rounded")


@pytest.mark.parametrize("decimals", [6, 7, 8, 9])
def test_seven_figures_that_come_of_no_rounding_of_the_skipped_line_are_a_mistake(decimals: int) -> None:
    """With an input of more digits, 0.476437: near enough for four figures, but no number of four figures gives it."""
    found = verdicts(check(NEURON, f"E = {log(1 + exp(0.476437)):.{decimals}f}"))["E"]
    assert found in (("wrong", "slip") if decimals >= 7 else ("undecided",))


@pytest.mark.parametrize("factor", ["0.06", "0.16", "0.5"])
def test_a_calculation_without_its_result_is_as_exact_as_its_numbers(factor: str) -> None:
    """0.06 * 0.17 + 0.1 * 0.2 + 0.39 is 0.42, give or take 0.02; 0.4 would be right for 0.3775."""
    mazur = load("mazur").text
    found = check(mazur, f"net_h1 = {factor} * 0.17 + .1*.2 + 0.39")
    assert verdicts(found)["net_h1"] in ("wrong", "slip")
    assert verdicts(check(mazur, "net_h1 = 0.05*0.15 + 0.1*0.2 + 0.35")) == {"net_h1": "right"}
