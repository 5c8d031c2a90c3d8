"""Numbers that end, and numbers that programs print: what is exact is exact, and noise of floats is no mistake."""

from __future__ import annotations

import struct

import numpy
import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.run.step import trace

TENTHS = """\
inputs: {{x1: {x1}, x2: {x2}}}
targets: {{y: {y}}}
parameters: {{w1: 0.5, w2: -0.4, w3: -0.3, w4: 0.8, b1: {b1}, b2: 0.5, v1: 0.5, v2: -0.7, c: -0.9}}
layers:
  - {{units: [h1, h2], activation: {act}, weights: [[w1, w2], [w3, w4]], bias: [b1, b2]}}
  - {{units: [y], activation: identity, weights: [[v1, v2]], bias: [c]}}
loss: {loss}
learning_rate: 0.1
"""
NETS = [
    {"x1": "-0.2", "x2": "-0.2", "y": "0.5", "b1": "-0.7", "act": "relu", "loss": "half_squared_error"},
    {"x1": "0.3", "x2": "-0.6", "y": "-0.4", "b1": "0.2", "act": "identity", "loss": "squared_error"},
    {"x1": "2", "x2": "-3", "y": "4", "b1": "1", "act": "relu", "loss": "squared_error"},
]


def shortest(value: float) -> str:
    """The digits that a number ends with."""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def unit_off(text: str) -> str:
    """One unit of the last digit more."""
    places = len(text.partition(".")[2])
    return f"{float(text) + 10.0**-places:.{places}f}"


@pytest.mark.parametrize("net", NETS)
def test_on_a_sheet_of_exact_numbers_no_last_digit_is_forgiven(net):
    """Every number of the sheet is what it should be, but for one that ends in one or two figures."""
    example = read_example(TENTHS.format(**net))
    checker, step = Checker(example), trace(example)
    sheet = [(canonical(line.name), shortest(float(line.value))) for line in step.lines]
    assert {line.verdict for line in checker.check(read_sheet(on_lines(sheet), "s")).written} == {"right"}
    tried = 0
    for k, (name, text) in enumerate(sheet):
        if float(text) and len(text.lstrip("-0.").replace(".", "")) <= 2:
            tried += 1
            lines = checker.check(read_sheet(on_lines([*sheet[:k], (name, unit_off(text))]), "s")).written
            assert lines[-1].verdict in ("slip", "wrong"), (name, text)
    assert tried > 8


def on_lines(sheet: list[tuple[str, str]]) -> str:
    return "".join(f"{name} = {text}\n" for name, text in sheet)


def single(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


@pytest.mark.parametrize("name", ["mazur", "xor", "lstm", "rnn", "deep"])
@pytest.mark.parametrize("precision", ["double", "single as double", "single"])
def test_what_a_program_prints_is_no_mistake(name, precision):
    """A unit in the last place of a float, in every line; three training steps on."""
    example = load(name)
    for step in (1, 3):
        lines = []
        for k, line in enumerate(trace(example, step=step).lines):
            value = float(line.value) * (1 + (-1) ** k * (2e-16 if precision == "double" else 4e-8))
            text = repr(value) if precision == "double" else repr(single(value))
            lines.append((canonical(line.name), str(numpy.float32(value)) if precision == "single" else text))
        report = Checker(example).check(read_sheet(f"step {step}:\n" + on_lines(lines), "s"))
        accused = [line for line in report.written if line.verdict in ("slip", "wrong", "unknown")]
        assert accused == [], step


@pytest.mark.parametrize(
    ("example", "sheet"),
    [
        ("han-kamber", "dE/dw24 = 0\nw24+ = 0.8\n"),  # the input is 0
        ("han-kamber", "dE/dw24 = 0\nchange_w24 = 0\nw24+ = 0.7\n"),
        (TENTHS.format(**NETS[0]), "dE/dnet_h1 = 0\ndE/dw1 = 0.3\n"),  # the unit is off
        (TENTHS.format(**NETS[0]), "dE/dw2 = 0\nw2+ = -0.5\n"),
    ],
)
def test_a_zero_that_nothing_was_rounded_for_is_zero(example, sheet):
    read = load(example) if "\n" not in example else read_example(example)
    assert Checker(read).check(read_sheet(sheet, "s")).written[-1].verdict in ("slip", "wrong")
