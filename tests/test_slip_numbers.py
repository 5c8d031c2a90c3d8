"""The number that each kind of slip gives, worked out here in plain Python, and found among the bends of its line."""

from __future__ import annotations

import random
from math import exp, log, log2, log10, sqrt, tanh

import pytest

from backprop_trace import check
from backprop_trace.check.slips import SLIPS, Facts, bends, bent_run, is_structural, written_out
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.arithmetic import FLOAT, evaluate, evaluate_all
from backprop_trace.formulas.expr import names_in
from backprop_trace.formulas.notation import ASCII, ATOM, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number
from backprop_trace.run.step import trace

LAYERS = """
inputs: {x1: 0.5, x2: -0.3}
targets: {o1: 0.9, o2: 0.05}
parameters: {w11: 0.1, w12: 0.2, w21: 0.3, w22: 0.4, v11: 0.5, v12: 0.6, v21: 0.7, v22: 0.8}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[w11, w12], [w21, w22]], bias: [0.35, 0.25]}
  - {units: [o1, o2], activation: tanh, weights: [[v11, v12], [v21, v22]], bias: 0.2}
loss: half_squared_error
learning_rate: 0.1
"""
CLASSES = """
inputs: {x: 0.5}
targets: {a: 0.9, b: 0.06, c: 0.04}
layers:
  - {units: [a, b, c], activation: softmax, weights: [[0.1], [0.2], [-0.4]]}
loss: categorical_cross_entropy
learning_rate: 0.1
"""
MEAN = """
inputs: {x: [1, 2, 4]}
targets: {o: [0.5, 0.25, 1]}
parameters: {w: 0.3}
layers: [{units: [o], activation: identity, weights: [[w]]}]
loss: half_squared_error
batch: mean
learning_rate: 0.1
"""
DEFINED = """
inputs: {x1: 1, x2: 3, x3: 5, y: 0.7}
parameters: {q: 0.4, w: 0.6}
fixed: [x1, x2, x3, y]
definitions:
  mu: (x1 + x2 + x3) / 3
  s: (q * x1 + w * x2) / sqrt(3)
  p: exp(s) / (exp(s) + exp(w))
  E: (p - y)^2 + 0.1 * w^2
objective: E
learning_rate: 0.1
"""
HALVED = """
parameters: {w: 0.7}
definitions: {q: 3 * w, E: (q - 1)^2 / 2, r: q / 5}
objective: E
learning_rate: 0.1
"""


def optimizer(rule: str) -> str:
    return (
        "inputs: {x: 2}\ntargets: {o: 1}\nparameters: {w: 0.25}\n"
        "layers: [{units: [o], activation: identity, weights: [[w]]}]\nloss: half_squared_error\n"
        f"optimizer: {{name: {rule}, learning_rate: 0.1}}\n"
    )


GRADIENT = -1.0
"""Of `optimizer`: (0.25 * 2 - 1) * 2."""
X, W, V, B, C, T = (0.5, -0.3), ((0.1, 0.2), (0.3, 0.4)), ((0.5, 0.6), (0.7, 0.8)), (0.35, 0.25), 0.2, (0.9, 0.05)
NET = [W[k][0] * X[0] + W[k][1] * X[1] + B[k] for k in (0, 1)]
OUT = [1 / (1 + exp(-z)) for z in NET]
NET_O = [V[k][0] * OUT[0] + V[k][1] * OUT[1] + C for k in (0, 1)]
O = [tanh(z) for z in NET_O]  # noqa: E741
DELTA = [(O[k] - T[k]) * (1 - O[k] ** 2) for k in (0, 1)]
DELTA_H1 = (DELTA[0] * V[0][0] + DELTA[1] * V[1][0]) * OUT[0] * (1 - OUT[0])
POWERS = [exp(z) for z in (0.05, 0.1, -0.2)]
P = [power / sum(POWERS) for power in POWERS]
S = (0.4 * 1 + 0.6 * 3) / sqrt(3)
Q = exp(S) / (exp(S) + exp(0.6))

NUMBERS: list[tuple[str, str, str, float]] = [
    ("bias-twice", LAYERS, "net_h1", NET[0] + B[0]),
    ("minus-lost", LAYERS, "net_h1", 0.1 * 0.5 + 0.2 * 0.3 + 0.35),
    ("minus-lost", LAYERS, "dE/dout_h1", DELTA[0] * 0.5 - DELTA[1] * 0.7),
    ("minus-lost", LAYERS, "dout_o1/dnet_o1", 1 + O[0] ** 2),
    ("minus-lost", LAYERS, "E_o1", (0.9 + O[0]) ** 2 / 2),
    ("minus-lost", LAYERS, "dE/dnet_h1", (DELTA[0] * 0.5 + DELTA[1] * 0.7) * OUT[0] * (1 + OUT[0])),
    ("sum-for-mean", MEAN, "dE/dout_o[2]", 0.6 - 0.25),
    ("product-of-sums", LAYERS, "net_h1", (0.1 + 0.5) * (0.2 - 0.3) + 0.35),
    ("product-of-sums", LAYERS, "net_h1", (0.1 + 0.2) * (0.5 - 0.3) + 0.35),
    ("wrong-row", LAYERS, "net_h1", 0.3 * 0.5 + 0.4 * -0.3 + 0.35),
    ("wrong-row", LAYERS, "dE/dout_h1", DELTA[0] * 0.6 + DELTA[1] * 0.8),
    ("no-weight", LAYERS, "net_h1", 0.5 - 0.3 + 0.35),
    ("no-weight", LAYERS, "dE/dout_h1", DELTA[0] + DELTA[1]),
    ("no-weight", DEFINED, "s", (1 + 0.6 * 3) / sqrt(3)),
    ("no-brackets", LAYERS, "out_h1", 1 + exp(-NET[0])),
    ("exponential-alone", LAYERS, "out_h1", exp(NET[0])),
    ("exponential-alone", LAYERS, "out_h1", exp(-NET[0])),
    ("power-of-ten", LAYERS, "out_h1", 1 / (1 + 10 ** -NET[0])),
    ("wrong-target", LAYERS, "E_o1", (0.05 - O[0]) ** 2 / 2),
    ("wrong-target", LAYERS, "dE/dout_o1", O[0] - 0.05),
    ("hard-target", LAYERS, "E_o1", (1 - O[0]) ** 2 / 2),
    ("hard-target", LAYERS, "dE/dout_o2", O[1] - 0),
    ("difference-of-squares", LAYERS, "E_o1", (0.81 - O[0] ** 2) / 2),
    ("slope-not-squared", LAYERS, "dout_o1/dnet_o1", 1 - O[0]),
    ("slope-not-squared", LAYERS, "dE/dnet_o1", (O[0] - 0.9) * (1 - O[0])),
    ("rate-in-gradient", LAYERS, "dE/dw11", 0.1 * DELTA_H1 * 0.5),
    ("change-times-weight", LAYERS, "w11+", 0.1 * (1 - 0.1 * DELTA_H1 * 0.5)),
    ("softmax-twice", CLASSES, "out_a", exp(P[0]) / sum(exp(p) for p in P)),
    ("no-brackets", CLASSES, "out_a", 1 + POWERS[1] + POWERS[2]),
    ("power-of-ten", CLASSES, "out_a", 10**0.05 / (10**0.05 + 10**0.1 + 10**-0.2)),
    ("log-base-ten", CLASSES, "E_a", -0.9 * log10(P[0])),
    ("log-base-two", CLASSES, "E_a", -0.9 * log2(P[0])),
    ("hard-target", CLASSES, "E_a", -log(P[0])),
    ("wrong-target", CLASSES, "E_a", -0.04 * log(P[0])),
    ("n-minus-1", MEAN, "E", (0.2**2 + 0.35**2 + 0.2**2) / 2 / 2),
    ("n-minus-1", DEFINED, "mu", 9 / 2),
    ("sum-for-mean", DEFINED, "mu", 9),
    ("no-half", HALVED, "E", (3 * 0.7 - 1) ** 2),
    ("factor-left-out", HALVED, "r", 3 * 0.7),
    ("no-scale", DEFINED, "s", 2.2),
    ("minus-lost", DEFINED, "s", (-0.4 + 1.8) / sqrt(3)),
    ("power-of-ten", DEFINED, "p", 10**S / (10**S + 10**0.6)),
    ("no-brackets", DEFINED, "p", 1 + exp(0.6)),
    ("no-penalty", DEFINED, "E", (Q - 0.7) ** 2),
    ("difference-of-squares", DEFINED, "E", Q**2 - 0.7**2 + 0.1 * 0.36),
    ("no-penalty", DEFINED, "dE/dw", 2 * (Q - 0.7) * Q * (1 - Q) * (3 / sqrt(3) - 1)),
    ("no-velocity", optimizer("momentum"), "v_w+", 0.1),
    ("no-velocity", optimizer("adam"), "m_w+", 0.1 * GRADIENT),
    ("wrong-beta", optimizer("adam"), "m_w+", 0.001 * GRADIENT),
    ("wrong-beta", optimizer("adam"), "v_w+", 0.1 * GRADIENT**2),
    ("no-penalty", optimizer("momentum, weight_decay: 0.5"), "gdecay_w", GRADIENT),
    ("no-penalty", optimizer("sgd, convention: keras, weight_decay: 0.5"), "wdecay_w", 0.25),
]


def numbers(example: Example, slip: str, line: str) -> list[float]:
    """What the bends of a line give that are called so, its structural lines written out or not."""
    found, facts = trace(example), Facts(example)
    by_name = found.by_name
    equation = found[line].equation
    plain = {name for name in by_name if not is_structural(name)}
    formulas = [written_out(equation.formula, by_name, kept) for kept in (by_name, plain)]
    bent = [bend.formula for formula in formulas for bend in bends(equation, formula, facts) if bend.slip == slip]
    return [evaluate(formula, found.values, FLOAT) for formula in bent]


@pytest.mark.parametrize(("slip", "text", "line", "expected"), NUMBERS, ids=[f"{n[0]} {n[2]}" for n in NUMBERS])
def test_the_bent_line_gives_the_number_of_the_slip(slip, text, line, expected):
    assert slip in SLIPS
    found = numbers(read_example(text), slip, line)
    assert any(value == pytest.approx(expected, rel=1e-12) for value in found), found


def run_with(text: str, slip: str) -> dict[str, float]:
    """The values of a run in which a slip is in force everywhere."""
    example = read_example(text)
    bent = bent_run(example.listing().equations, slip, Facts(example))
    values = {name: float(number(given)) for name, given in example.values.items()}
    evaluate_all(((equation.name, equation.formula) for equation in bent), values, FLOAT)
    return {name.kind + name.label: value for name, value in values.items() if name.kind in ("E", "out", "")}


def test_swapped_targets_in_force_everywhere_are_those_of_the_outputs_the_other_way_round():
    values = run_with(LAYERS, "targets-swapped")
    assert values["Eo1"] == pytest.approx((0.05 - O[0]) ** 2 / 2)
    assert values["Eo2"] == pytest.approx((0.9 - O[1]) ** 2 / 2)
    assert run_with(CLASSES, "targets-swapped")["E"] == pytest.approx(
        -sum(t * log(p) for t, p in zip((0.04, 0.06, 0.9), P, strict=True))
    )


def test_softmax_twice_in_force_everywhere_changes_every_output_and_the_loss():
    values = run_with(CLASSES, "softmax-twice")
    twice = [exp(p) / sum(exp(p) for p in P) for p in P]
    assert [values[f"out{unit}"] for unit in "abc"] == pytest.approx(twice)
    assert values["E"] == pytest.approx(-sum(t * log(p) for t, p in zip((0.9, 0.06, 0.04), twice, strict=True)))


def test_a_scale_left_out_everywhere_is_carried_on():
    values = run_with(DEFINED, "no-scale")
    unscaled = exp(2.2) / (exp(2.2) + exp(0.6))
    assert values["E"] == pytest.approx((unscaled - 0.7) ** 2 + 0.1 * 0.36)


@pytest.mark.parametrize(("size", "share"), [("", "1/3"), ("batch_size: 1", ""), ("batch_size: 2", "1/2")])
def test_what_each_sample_has_of_a_mean_is_that_of_the_batch_of_a_step(size: str, share: str) -> None:
    text = f"""\
inputs: {{x: [0.5, 0.2, 0.1]}}
targets: {{y: [1, 0, 1]}}
layers: [{{units: [y], activation: sigmoid, weights: [[0.4]]}}]
loss: half_squared_error
learning_rate: 0.1
batch: mean
{size}
"""
    assert Facts(read_example(text)).share == share


@pytest.mark.parametrize(
    ("activation", "loss", "number"),
    [
        ("softmax", "categorical_cross_entropy", "0.8709"),  # p (1 + p) with p = 0.55872
        ("softplus", "half_squared_error", "0.4391"),  # 1 / (1 + e^z) with z = 0.245
        ("sigmoid", "half_squared_error", "0.8755"),  # o (1 + o) with o = 0.5609
        ("tanh", "half_squared_error", "1.0577"),  # 1 + o^2 with o = 0.2402
    ],
)
def test_a_minus_lost_within_a_slope_is_named(activation: str, loss: str, number: str) -> None:
    example = read_example(
        f"inputs: {{x: 0.7}}\ntargets: {{y: 1, z: 0}}\nloss: {loss}\nlearning_rate: 0.1\n"
        f"layers: [{{units: [y, z], activation: {activation}, weights: [[0.35], [0.0129]]}}]\n"
    )
    report = check(example, f"net_y = 0.245\ndout_y/dnet_y = {number}\n")
    assert "minus-lost" in report.written[1].slips, report.written[1]


@pytest.mark.parametrize("text", [LAYERS, CLASSES, load("mazur").text], ids=["layers", "classes", "mazur"])
def test_a_slip_that_is_written_as_a_formula_is_named(text: str) -> None:
    """Forty of the bends of all lines, as one would type them; the checker sees no more than that."""
    example = read_example(text)
    lines, facts = example.listing().equations, Facts(example)
    known = {*example.values, *(line.name for line in lines)}
    written = {
        (canonical(line.name), bend.slip): show(bend.formula, ASCII, lambda name: (canonical(name), ATOM))
        for line in lines
        for bend in bends(line, line.formula, facts)
        if names_in(bend.formula) and known.issuperset(names_in(bend.formula))
    }
    for (name, slip), formula in random.Random(1).sample(sorted(written.items()), 40):
        (line,) = check(example, f"{name} = {formula}\n").written
        assert (line.verdict, slip in line.slips) == ("slip", True), (name, slip, formula)
