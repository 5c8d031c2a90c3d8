"""Every kind of mistake that has a name is made by some line: none of them is only talked of."""

from __future__ import annotations

from functools import cache

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.slips import SLIPS, WHOLE_RUN, Facts, bends, bent_run, is_structural, written_out
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, load, read_example

LAYERS = """
inputs: {{x1: [0.5, 0.3], x2: [0.1, 0.7]}}
targets: {{o1: [0, 1], o2: [1, 0]}}
layers:
  - {{units: [h1, h2], activation: {hidden}, weights: [[0.1, 0.2], [0.3, 0.4]], bias: 0.3}}
  - {{units: [o1, o2], activation: {output}, weights: [[0.5, 0.6], [0.7, 0.8]], bias: [0.2, 0.1]}}
loss: {loss}
batch: {batch}
optimizer: {{name: {optimizer}}}
learning_rate: 0.1
"""


def network(
    hidden: str = "sigmoid", output: str = "sigmoid", loss: str = "half_squared_error", batch: str = "sum",
    optimizer: str = "sgd",
) -> Example:  # fmt: skip
    text = LAYERS.format(hidden=hidden, output=output, loss=loss, batch=batch, optimizer=optimizer)
    return read_example(text)


ATTENTION = """
inputs: {q: 1, k: 2, y: 0.5}
parameters: {w: 0.3}
definitions:
  mean: (q + k + w) / 3
  s: w * q * k / sqrt(2)
  E: (mean * s - y)^2
objective: E
learning_rate: 0.1
"""

EXAMPLES = (
    read_example(ATTENTION),
    load("mazur"), load("deep"), load("rnn"), load("lstm"), load("cs231n-circuit"),
    network("tanh", "softmax", "categorical_cross_entropy"),
    network("relu", "sigmoid", "binary_cross_entropy", "mean"),
    network(loss="mean_squared_error"),
    network(loss="squared_error", batch="mean"),
    *(network(optimizer=name) for name in ("momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adamax")),
)  # fmt: skip


@cache
def bent() -> frozenset[str]:
    """The slips that bend some line of these examples, its structural lines written out or not."""
    found: set[str] = set()
    for example in EXAMPLES:
        facts, lines = Facts(example), example.listing().equations
        by_name = {equation.name: equation for equation in lines}
        plain = [name for name in by_name if not is_structural(name)]
        for equation in lines:
            for kept in (by_name, plain):
                formula = written_out(equation.formula, by_name, kept)
                found |= {bend.slip for bend in bends(equation, formula, facts)}
        found |= {slip for slip in WHOLE_RUN if bent_run(lines, slip, facts) != list(lines)}
    return frozenset(found)


SHEETS = {
    "factor-ten": ("mazur", "net_h1 = 0.3775\nout_h1 = 5.933"),
    "digits-swapped": ("mazur", "net_h1 = 0.3775\nout_h1 = 0.5393"),
    "digit-lost": ("mazur", "net_h1 = 0.3775\nout_h1 = 0.5936999"),
    "exchanged": ("mazur", "net_h1 = 0.3925\nnet_h2 = 0.3775"),
    "given-misread": ("mazur", "out_h1 = 0.605277"),  # 1 / (1 + e^-0.4275), with 0.70 for w2 = 0.20
    "sign-dropped": ("mazur", "net_h1 = 0.3775\nout_h1 = -0.593269992"),
    "copied-wrong": ("mazur", "w1 = 0.15\nnet_h1 = 0.3775\nout_h1 = 0.593269\nw5 = 0.41"),
    "stale": ("mazur", "step 2:\n  net_h1: 0.3775\n  E: 0.298371109\n"),
    "old-weights": (
        "mazur",  # 0.40 · 0.5932568 + 0.45 · 0.5968694 + 0.60, with the weights of step 1
        "step 1:\n  w5+: 0.35891648\n  w6+: 0.408666186\n"
        "step 2:\n  out_h1: 0.5932568\n  out_h2: 0.5968694\n  net_o1: 1.1058940\n",
    ),
}
"""The slips of digits and of steps are no bends of one line: a sheet that makes each."""


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_is_made_by_some_line(slip):
    if slip in bent():
        return
    name, text = SHEETS[slip]
    report = Checker(load(name)).check(read_sheet(text, "sheet"))
    assert slip in {found for line in report.lines for found in line.slips}, text


def test_accidents_with_digits_bend_no_formula_and_all_others_are_said_before_them():
    ranks = {slip: of.rank for slip, of in SLIPS.items()}
    assert {slip for slip in ranks if ranks[slip] == 3} == {
        "digits-swapped",
        "digit-lost",
        "copied-wrong",
        "given-misread",
    }
    assert {slip for slip in bent() if ranks[slip] > 2} == {slip for slip in ranks if ranks[slip] > 3} == {"no-square"}


def test_no_line_is_bent_by_a_slip_without_a_name():
    assert bent() <= set(SLIPS)
