"""The general formulas: above the numbers, once, in the letters of the style."""

from pathlib import Path

import pytest

from backprop_trace.files.spec import load, read_example
from backprop_trace.model.general import ASCII_PEN, LETTERS, written

DELTA_AND_GRADIENT = [
    "delta of an output unit   ∂E/∂net_j = ∂E/∂out_j · ∂out_j/∂net_j",
    "delta of a hidden unit    ∂E/∂net_j = (Σ_k ∂E/∂net_k · w_kj) · ∂out_j/∂net_j",
    "gradient of a weight      ∂E/∂w_ji = ∂E/∂net_j · out_i",
    "update: gradient descent   w+ = w - η · ∂E/∂w",
]


def test_they_head_the_phases_once_however_many_steps_there_are(printed):
    out = printed("show", "mazur", "--steps", "2")
    for line in DELTA_AND_GRADIENT:
        assert out.count(f"  {line}\n") == 1
    assert out.index("gradient of a weight") < out.index("∂E/∂out_o1") < out.index("update: gradient descent")


def test_one_quantity_alone_comes_without_them(printed):
    assert "gradient of a weight" not in printed("show", "mazur", "--only", "dE/dw1")


def test_the_shortcut_of_softmax_stands_among_them(printed):
    out = printed("show", "deep", "--phase", "backward")
    assert "∂E/∂net_j = Σ_k ∂E/∂out_k · ∂out_k/∂net_j = out_j - target_j" in out


@pytest.mark.parametrize("style", ["net-out", "layered", "nielsen"])
def test_plain_ascii_is_plain_ascii(style, printed):
    out = printed("show", "kumar", "--ascii", "--style", style)
    assert out.isascii() and "gradient of a weight" in out


@pytest.mark.parametrize("name", ["lstm", "rnn", "descent"])
def test_what_is_no_plain_layered_network_has_none(name):
    assert load(name).general_formulas(["forward", "backward"]) == []


def test_the_square_of_a_gradient_has_the_gradient_in_parentheses(printed, tmp_path):
    text = Path(__file__).parent.parent.joinpath("networks", "one-weight.yaml").read_text(encoding="utf-8")
    rule = "optimizer: {name: adam, convention: torch, learning_rate: 0.1}"
    (tmp_path / "adam.yaml").write_text(text.replace("learning_rate: 0.1", rule), encoding="utf-8")
    out = printed("show", str(tmp_path / "adam.yaml"), "--phase", "update")
    assert "v+ = β2 · v + (1 - β2) · (∂E/∂w)²" in out


def test_they_stand_once_before_the_first_line_of_a_document(printed):
    out = printed("show", "mazur", "--format", "markdown", "--steps", "2", "--style", "layered")
    assert out.count(r"- gradient of a weight: $`\frac{\partial C}{\partial w_{ji}^{l-1}} = \delta_{j}^{l} \cdot") == 1
    assert out.index("## The formulas") < out.index("- delta of an output unit: $") < out.index("Forward pass")
    assert "gradient of a weight" not in printed("show", "mazur", "--only", "dE/dw1", "-f", "markdown")


@pytest.mark.parametrize("name", ["mazur", "quirk", "kumar", "udacity", "deep"])
def test_in_latex_what_is_no_slope_says_what_it_is_and_slopes_stand_beside_their_functions(name, printed):
    out = printed("show", name, "--format", "latex")
    for line in load(name).general_formulas(["forward", "loss", "backward", "update"]):
        assert (rf"\text{{{line.about}}} &" in out) is (line.about != "its slope"), line.about
    assert r"\frac{\partial E_{j}}{\partial \mathrm{out}_{j}} &=" in out


TWO_OUTPUTS = """
inputs: {{x: {}}}
targets: {{o1: {}, o2: {}}}
layers: [{{units: [o1, o2], activation: sigmoid, weights: [[0.1], [0.2]]}}]
loss: {}
learning_rate: 0.1
batch: {}
"""


@pytest.mark.parametrize(
    ("samples", "loss", "batch", "totals"),
    [
        (1, "half_squared_error", "sum", ["E = sum_j E_j"]),
        (1, "mean_squared_error", "sum", ["E = 1/2 * (sum_j E_j)"]),
        (3, "half_squared_error", "sum", ["E[s] = sum_j E_j[s]", "E = sum_s E[s]"]),
        (3, "half_squared_error", "mean", ["E[s] = sum_j E_j[s]", "E = 1/3 * (sum_s E[s])"]),
        (2, "mean_squared_error", "mean", ["E[s] = 1/2 * (sum_j E_j[s])", "E = 1/2 * (sum_s E[s])"]),
        (2, "mean_squared_error", "sum", ["E[s] = 1/2 * (sum_j E_j[s])", "E = sum_s E[s]"]),
    ],
)  # fmt: skip
def test_the_total_loss_is_a_sum_or_a_mean_over_outputs_and_samples(samples, loss, batch, totals):
    numbers = (f"[{', '.join(f'0.{k}' for k in range(1, samples + 1))}]" if samples > 1 else "0.1" for _ in range(3))
    example = read_example(TWO_OUTPUTS.format(*numbers, loss, batch))
    lines = [written(line, LETTERS["net-out"], ASCII_PEN) for line in example.general_formulas(["loss"])]
    assert [
        f"{left} = {right}" for about, left, right in lines if about in ("loss of a sample", "total loss")
    ] == totals
