"""Pages as people write them up: sentences around formulas, formulas above their numbers, tables at the end."""

from __future__ import annotations

import pytest

import backprop_trace as bt
from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import read_example

NETWORK = """\
inputs: {x1: 0.05, x2: 0.10}
targets: {y1: 0.01, y2: 0.99}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
  - {units: [y1, y2], activation: sigmoid, weights: [[0.40, 0.50], [0.45, 0.55]]}
loss: half_squared_error
learning_rate: 0.5
"""


def check(text: str) -> Report:
    return Checker(read_example(NETWORK)).check(read_sheet(text, "page.md"))


def told(text: str) -> list[tuple[str, str, str]]:
    return [(line.name, line.written or "", line.verdict) for line in check(text).lines if line.written]


def test_a_number_is_judged_beside_a_formula_for_the_same_quantity() -> None:
    """Neither hides the other, in either order."""
    formula, wrong = "out_h1 = 1/(1+exp(-net_h1))", "out_h1 = 0.7000"
    for lines in ((formula, wrong), (wrong, formula)):
        found = told("net_h1 = 0.3775\n" + "\n".join(lines))
        assert ("out_h1", "0.7000", "wrong") in found or ("out_h1", "0.7000", "slip") in found
        assert ("out_h1", "1/(1+exp(-net_h1))", "right") in found


def test_later_lines_rest_on_the_number_not_on_the_formula_above_it() -> None:
    found = told("net_y1 = 0.40*out_h1 + 0.50*out_h2\nnet_y1 = 0.6358\nout_y1 = 0.6538")
    assert ("out_y1", "0.6538", "follows") in found  # 1 / (1 + exp(-0.6358))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("E_total = E₁ + E₂", "E"),
        ("∂E/∂y1 = y_1 - t_1", "dE/dout_y1"),
        ("E_1 = 1/2 (t_1 - y_1)^2", "E_y1"),
        ("∂Y₁/∂net = Y₁(1 − Y₁)", "dout_y1/dnet_y1"),
    ],
)
def test_names_in_formulas_are_what_makes_the_formula_right(line: str, name: str) -> None:
    """y1 may be an activation or a target: t - y is right in one reading only."""
    (found,) = told(f"{line}\n")
    assert (found[0], found[2]) == (name, "right")


def test_a_formula_that_is_right_in_no_reading_is_asked_about_or_wrong() -> None:
    (found,) = told("E_1 = 1/2 (t_1 + y_1)^2\n")
    assert found[2] in ("unknown", "wrong", "slip")


def test_what_a_line_calls_so_is_called_so_in_formulas() -> None:
    sheet = "z1 = 0.3775\na1 = 1/(1+e^-z1)\nz3 = 0.5358\na3 = 1/(1+e^-z3)\n"
    assert [verdict for _, _, verdict in told(sheet)] == ["right"] * 4


@pytest.mark.parametrize(
    ("line", "name", "number"),
    [
        ("We repeat the same for $h2 = 0.5969$.", "out_h2", "0.5969"),
        (r"Same for \(out_{h2} = 0.5969\), as above.", "out_h2", "0.5969"),
        (r"$\hat{y1} = 0.6308$", "out_y1", "0.6308"),
        (r"\hat{y}_1 = \sigma(0.5358) = 0.6308", "out_y1", "0.6308"),
        (r"\frac{\partial E_{total}}{\partial \hat{y1}} = 0.6208", "dE/dout_y1", "0.6208"),
        ("∂Y₁/∂net = 0.2329", "dout_y1/dnet_y1", "0.2329"),
        ("∂net/∂w_h1_y1 = 0.5933", "dnet_y1/dw_h1_y1", "0.5933"),
        ("y1 = 0.6308", "out_y1", "0.6308"),
    ],
)
def test_lines_among_sentences(line: str, name: str, number: str) -> None:
    assert told(f"The first hidden unit:\n\n{line}\n") == [(name, number, "right")]


def test_two_equations_in_one_sentence() -> None:
    found = told("So we get $h1 = 0.5933$ and, by the same rule, $h2 = 0.5969$.\n")
    assert found == [("out_h1", "0.5933", "right"), ("out_h2", "0.5969", "right")]


def test_headings_of_a_table_that_have_the_letter_behind_the_word() -> None:
    table = """\
| Neuron | Net Input (z) | Activation σ(z) | Target | Error |
|---|---|---|---|---|
| H₁ | 0.3775 | 0.5933 | — | hidden |
| Y₁ | 0.5358 | 0.6308 | 0.01 | 0.1927 |
"""
    found = told(table)
    assert {(name, verdict) for name, _, verdict in found} == {
        ("net_h1", "right"), ("out_h1", "right"), ("net_y1", "right"), ("out_y1", "right"), ("E_y1", "right"),
        ("target_y1", "right"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("w_h1_y1 = w_h1_y1 - 0.5 * dE/dw_h1_y1", "w_h1_y1 - 0.5 * dE/dw_h1_y1"),
        ("w_h1_y1 = 0.40 - 0.5 * 0.0858 = 0.3571", "0.3571"),
        ("W_H1_Y1 = w_h1_y1 - 0.5 * 0.0858 = 0.3571", "0.3571"),
    ],
)
def test_a_weight_that_is_calculated_is_the_new_one(line: str, written: str) -> None:
    assert told(f"{line}\n") == [("w_h1_y1+", written, "right")]


def test_a_weight_that_is_copied_is_the_old_one() -> None:
    assert told("w_h1_y1 = 0.40\n") == [("w_h1_y1", "0.40", "right")]
    assert told("w_h1_y1 = 0.50\n")[0][2] == "slip"


PERCEPTRON = """\
inputs: {X1: 0.1, X2: 0.3}
targets: {y: 0.03}
layers:
  - {units: [y], activation: sigmoid, weights: [[W1, W2]], bias: b}
parameters: {W1: 0.5, W2: 0.2, b: 1.83}
loss: half_squared_error
learning_rate: 0.01
"""
"""The numbers of Ahmed Fawzy Gad, Backpropagation: Understanding How to Update ANNs Weights Step-by-Step."""


def test_a_neuron_with_words_for_its_quantities() -> None:
    page = """\
s = X1 ∗ W1 + X2 ∗ W2 + b
s = 1.94
f(s) = 1/(1+e^-1.94)
f(s) = 0.874352143
E = 1/2 (desired − predicted)^2
∂E/∂Predicted = predicted − desired
= 0.874352143 − 0.03
= 0.844352143
∂Predicted/∂s = 0.109860473
∂s/∂W1 = X1 = 0.1
W1new = W1 − η ∗ ∂E/∂W1
"""
    report = Checker(read_example(PERCEPTRON)).check(read_sheet(page, "page.txt"))
    found = [(line.name, line.verdict) for line in report.lines if line.written]
    assert {name for name, _ in found} == {"net_y", "out_y", "E", "dE/dout_y", "dout_y/dnet_y", "dnet_y/dW1", "W1+"}
    assert {verdict for _, verdict in found} == {"right"}
    assert not report.passed


def test_what_is_said_of_a_part_is_said_of_the_part() -> None:
    """0.2748 is no number without the factor 1/2; what stands before it is."""
    (line,) = [each for each in check("E_y1 = (0.01-0.6308)^2 = 0.1927\n").lines if each.written]
    assert (line.verdict, line.slips[0], line.written) == ("slip", "no-half", "(0.01-0.6308)^2 = 0.1927")
    assert line.message.startswith("'(0.01-0.6308)^2' is what one gets if the factor 1/2 is left out; it is 0.38")
    assert line.message.endswith("not 0.1927")


def test_a_unit_of_the_last_digit_is_forgiven_behind_numbers_put_in_as_elsewhere() -> None:
    """Cut off: 0.6308 (1 - 0.6308) is 0.23289."""
    assert [verdict for *_, verdict in told("dout_y1/dnet_y1 = 0.6308 (1 - 0.6308) = 0.2328\n")] == ["rounded"]
    assert [verdict for *_, verdict in told("dout_y1/dnet_y1 = 0.6308 (1 - 0.6308) = 0.2339\n")] != ["rounded"]


THRESHOLDS = """\
inputs: {x1: 1, x2: 1}
targets: {5: 0}
layers:
  - {units: [3, 4], activation: sigmoid, weights: [[w13, w23], [w14, w24]], bias: [θ3, θ4]}
  - {units: [5], activation: sigmoid, weights: [[w35, w45]], bias: [θ5]}
parameters: {w13: 0.5, w14: 0.9, w23: 0.4, w24: 1.0, w35: -1.2, w45: 1.1, θ3: 0.8, θ4: -0.1, θ5: 0.3}
loss: half_squared_error
learning_rate: 0.1
"""
NUMBERS = {
    "y3": "0.5250", "y4": "0.8808", "y5": "0.5097", "δ5": "-0.1274", "Δw35": "-0.0067", "Δw45": "-0.0112",
    "Δθ5": "0.0127", "δ3": "0.0381", "δ4": "-0.0147", "Δw13": "0.0038", "Δw23": "0.0038", "Δθ3": "-0.0038",
    "Δw14": "-0.0015", "Δw24": "-0.0015", "Δθ4": "0.0015", "w13": "0.5038", "w14": "0.8985", "w23": "0.4038",
    "w24": "0.9985", "w35": "-1.2067", "w45": "1.0888", "θ3": "0.7962", "θ4": "-0.0985", "θ5": "0.3127",
}  # fmt: skip
"""Negnevitsky, Artificial Intelligence, 2nd edition, section 6.4: units are numbers, thresholds are subtracted, deltas
are target minus output, and new weights are called as the old ones."""


def test_a_textbook_that_writes_everything_otherwise_has_no_mistake() -> None:
    page = "".join(f"{name} = {number}\n" for name, number in NUMBERS.items())
    report = Checker(read_example(THRESHOLDS)).check(read_sheet(page, "page.txt"))
    found = [(line.name, line.verdict) for line in report.lines if line.written]
    assert len(found) == len(NUMBERS)
    assert {verdict for _, verdict in found} <= {"right", "rounded", "convention"}
    assert {"w35+", "θ5+", "out_5", "change_w13", "dE/dnet_3"} <= {name for name, _ in found}
    assert len(report.conventions) == 2


SCORES = """\
inputs: {x1: 16, x2: -6}
layers:
  - {units: [h1, h2], activation: relu, weights: [[0.18, 0.1], [0.04, 0.22]], bias: [0, 0]}
  - {units: [s1, s2, s3], activation: softmax, weights: [[0.19, -0.02], [-0.1, -0.01], [0.1, 0.04]], bias: [0, 0, 0]}
targets: 2
loss: cross_entropy
learning_rate: 0.1
"""
SESSION = """\
h1 = np.maximum(0, X.dot(W1) + b1)
>>> h1
array([[2.28, 0.  ]])
>>> scores
array([[ 0.4332, -0.228 ,  0.228 ]])
In [4]: probs
Out[4]: array([[0.4291, 0.2215, 0.3495]])
>>> loss
1.0514
dscores[0, 2] -= 1
grads['W2'] = [[ 0.9782  0.5050 -1.4832]
 [ 0.      0.      0.    ]]
grads['b2'] = [0.4291 0.2215 -0.6505]
dh1 = [[-0.0057 -0.0368]]
"""
"""The network of CS231n's assignment with two layers, in the numbers of a forum's notebook (cs231n, g-eoj)."""


def test_a_session_with_python_is_a_sheet() -> None:
    """What it shows is read, what it computes is passed over."""
    report = Checker(read_example(SCORES)).check(read_sheet(SESSION, "session.txt"))
    found = [(line.name, line.verdict) for line in report.lines if line.written]
    assert {verdict for _, verdict in found} == {"right"}
    assert len(found) == 2 + 3 + 3 + 1 + 6 + 3 + 2
    assert {passage.place.line for passage in report.passed} == {1, 10}


def test_a_matrix_of_latex_may_go_over_several_lines() -> None:
    page = "W^{[2]} = \\begin{bmatrix}\n0.40 & 0.50 \\\\\n0.45 & 0.55\n\\end{bmatrix}\ny1 = 0.6308\n"
    report = check(page)
    assert [line.verdict for line in report.lines if line.written] == ["right"] * 5
    assert [line.place.line for line in report.lines if line.name == "out_y1" and line.place] == [5]


HMKCODE = """
Forward pass
[2 3] * [[0.11 0.12],[0.21 0.08]] = [0.85 0.48]
Error = 1/2 * (0.191 - 1)^2 = 0.327
Delta = 0.191 - 1 = -0.809
a = 0.05 (learning rate)
*w6 = w6 - a*(h2 * delta) = 0.15 - 0.05(0.48 * -0.809) = 0.17
*w5 = 0.14 - 0.05 (0.85*-0.809) = 0.17
*w4 = 0.08 - 0.05(3 * -0.809 * 0.15) = 0.1
*w3 = 0.12 - 0.05(2 * -0.809 * 0.15) = 0.13
*w2 = 0.21 - 0.05(3 * -0.809 * 0.14) = 0.23
*w1 = 0.11 - 0.05(2 * -0.809*0.14) = 0.12
"""
"""As hmkcode.com works it."""


def test_a_calculated_weight_is_the_new_one_even_if_the_old_is_a_unit_away():
    report = bt.check("hmkcode", HMKCODE)
    assert {line.name: line.verdict for line in report.written} == {
        "E": "right", "dE/dnet_o1": "right", "eta": "right",
        "w6+": "right", "w5+": "right", "w4+": "undecided", "w3+": "right", "w2+": "right", "w1+": "right",
    }  # fmt: skip
    assert [line.message for line in report.written if line.name == "w4+"] == [
        "too few digits to tell: 0.098 would do"  # one figure of 0.0982 would be 0.1
    ]


def test_a_weight_that_is_only_noted_is_the_old_one():
    lines = bt.check("mazur", "dE/dw5 = 0.0822\nw6 = 4.5e-1 = 0.45\n").written
    assert [(line.name, line.verdict) for line in lines] == [("w6", "right"), ("dE/dw5", "right")]


@pytest.mark.parametrize(
    ("line", "is_fine"),
    [
        ("Δw5 = η·δ_o1·out_h1 = -0.0411", True),  # delta as target - output
        ("Δw5 = -η·δ_o1·out_h1 = -0.0411", True),
        ("w5+ = w5 + η·δ_o1·out_h1 = 0.3589", True),
        ("w5+ = w5 - η·δ_o1·out_h1 = 0.3589", True),
        ("delta_h1 = out_h1*(1-out_h1)*(delta_o1*w5+delta_o2*w7) = -0.0088", True),
        ("delta_h1 = out_h1*(1-out_h1)*(delta_o1*w5+delta_o2*w7) = 0.0088", True),
        ("w5+ = w5 + η·dE/dnet_o1·out_h1 = 0.3589", False),
        ("w5+ = w5 + η·δ_o1·out_h1 = 0.4411", False),
        ("Δw5 = η·δ_o1·out_h2 = -0.0411", False),
        ("delta_h1 = out_h1*(1-out_h1)*(delta_o1*w5-delta_o2*w7) = -0.0088", False),
    ],
)
def test_deltas_in_a_formula_have_either_sign_and_derivatives_their_own(line: str, is_fine: bool) -> None:
    (found,) = bt.check(bt.load("mazur"), line).written
    assert (found.verdict in ("right", "rounded", "convention")) is is_fine
