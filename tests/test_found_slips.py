"""Slips and honest numbers that came up in simulated sheets, each worked out by hand here."""

from __future__ import annotations

import math

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import JudgedLine
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, read_example

ONE_UNIT = """
inputs: {{x1: {inputs}}}
targets: {{o1: {targets}}}
parameters: {{w1: 0.40, w2: 0.70}}
layers:
  - {{units: [h1], activation: sigmoid, weights: [[w1]]}}
  - {{units: [o1], activation: sigmoid, weights: [[w2]]}}
loss: half_squared_error
learning_rate: 0.5
batch: {batch}
"""


def judged(network: str, sheet: str, name: str, sample: int | None = None) -> JudgedLine:
    report = Checker(read_example(network, "network")).check(read_sheet(sheet, "sheet.txt"))
    return next(line for line in report.lines if (line.name, line.sample) == (name, sample))


def one_unit(inputs: str = "0.50", targets: str = "0.90", batch: str = "sum") -> str:
    return ONE_UNIT.format(inputs=inputs, targets=targets, batch=batch)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_a_weight_left_out_of_a_net_input_of_one_term_is_named() -> None:
    line = judged(one_unit(), f"out_h1 = {sigmoid(0.2):.4f}\nnet_o1 = {sigmoid(0.2):.4f}", "net_o1")
    assert "no-weight" in line.slips


def test_the_loss_taken_for_the_error_is_named_where_losses_are_averaged() -> None:
    out = sigmoid(0.7 * sigmoid(0.4 * 0.5))
    loss_over_two = (0.9 - out) ** 2 / 2 / 2
    network = one_unit("[0.50, 0.20]", "[0.90, 0.10]", "mean")
    line = judged(network, f"out_o1[1] = {out:.4f}\ndE/dout_o1[1] = {loss_over_two:.4f}", "dE/dout_o1", 1)
    assert "loss-for-error" in line.slips


def test_the_error_passed_back_for_the_delta_is_named() -> None:
    out = sigmoid(0.7 * sigmoid(0.2))
    sheet = f"out_o1 = {out:.4f}\ndE/dout_o1 = {out - 0.9:.4f}\ndE/dout_h1 = {0.7 * (out - 0.9):.4f}"
    assert "error-for-delta" in judged(one_unit(), sheet, "dE/dout_h1").slips


def test_a_point_one_place_off_is_named_where_a_zero_was_put_behind() -> None:
    out = sigmoid(0.7 * sigmoid(0.2))
    text = f"{0.9 - out:.4f}"
    assert "factor-ten" in judged(one_unit(), f"error_o1 = {text[2:3]}.{text[3:]}0", "error_o1").slips


def test_a_difference_that_is_not_squared_is_named_where_it_is_seen_directly() -> None:
    out = sigmoid(0.7 * sigmoid(0.2))
    sheet = f"out_o1 = {out:.4f}\nE_o1 = {(0.9 - out) / 2:.4f}"
    assert "no-square" in judged(one_unit(), sheet, "E_o1").slips


def test_rounding_every_product_to_figures_is_honest_where_the_products_are_larger_than_the_sum() -> None:
    network = """
inputs: {x1: 0.98, x2: 1.03}
targets: {o1: 0.50}
parameters: {w1: 1.25, w2: -1.21}
layers:
  - {units: [o1], activation: tanh, weights: [[w1, w2]]}
loss: half_squared_error
learning_rate: 0.5
"""
    # 1.25 * 0.98 = 1.225 -> 1.23 (or 1.22), -1.21 * 1.03 = -1.2463 -> -1.25: to three figures -0.02, truly -0.0213
    sheet = "net_o1 = -0.0200\nout_o1 = -0.0200\ndE/dout_o1 = -0.520\ndE/dnet_o1 = -0.520\ndE/dw1 = -0.510"
    assert judged(network, sheet, "net_o1").verdict == "rounded"


def test_more_readings_of_a_quantity_than_can_be_tried_are_refused_clearly() -> None:
    sheet = "\n".join(f"net_h1 = 0.{count}" for count in range(1000))
    with pytest.raises(SourceError, match="numbers for net_h1"):
        judged(one_unit(), sheet, "net_h1")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [("net_h1: 0.3775", "right"), ("net_h1: 0.378", "right"), ("net_h1: 0.3779", "wrong"), ("net_h1: 0.3776", "wrong")],
)
def test_where_nothing_is_to_be_rounded_a_number_is_right_or_wrong(line, verdict):
    """0.0075 + 0.02 + 0.35 leaves nothing to round at four decimals."""
    report = Checker(load("mazur")).check(read_sheet(line, "sheet.yaml"))
    assert [each.verdict for each in report.lines if each.written] == [verdict]


def test_a_relu_that_rounding_turns_off_is_honest():
    """0.17 * 0.30 - 0.63 * 0.33 + 0.36 * 0.24 + 0.07 = -0.0005, written 0.00: at two decimals the unit is off."""
    example = read_example(
        "inputs: {x1: -0.71}\ntargets: {o1: 0.52}\nlayers:\n"
        "  - {units: [a, b, c], activation: sigmoid, weights: [[0.35], [0.18], [0.77]], bias: -0.59}\n"
        "  - {units: [h], activation: relu, weights: [[0.17, -0.63, 0.36]], bias: [0.07]}\n"
        "  - {units: [o1], activation: sigmoid, weights: [[0.81]], bias: [0.59]}\n"
        "loss: half_squared_error\nlearning_rate: 0.1\n"
    )
    report = Checker(example).check(read_sheet("E_o1: 0.01\nout_b: 0.33\ndout_h/dnet_h: 0.00\n", "sheet.yaml"))
    assert not report.has_mistakes
