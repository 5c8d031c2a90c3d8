"""Gradients set against differences and autograd: right ones agree, a fault put in on purpose is found."""

import pytest

from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.model import catalogue
from backprop_trace.run.step import NotNumeric
from backprop_trace.run.verify import verify

ONE_UNIT = """
inputs: {x: %s}
targets: {o1: 1}
layers:
  - {units: [o1], activation: %s, weights: [[0.5]], bias: -1}
loss: half_squared_error
learning_rate: 0.1
"""

SHARED = """
inputs: {x: [0.5, -0.25], y: [0.125, 2]}
targets: {o1: [1, 0], o2: [0, 1]}
parameters: {w: 0.5, v: -0.75, b: 0.1}
layers:
  - {units: [h1, h2], activation: softplus, weights: [[w, v], [v, w]], bias: b}
  - {units: [o1, o2], activation: softmax, weights: [[w, 0.3], [-0.2, v]], bias: b}
loss: categorical_cross_entropy
batch: mean
learning_rate: 0.1
"""


def verdicts(text: str) -> set[str]:
    return {row.verdict for row in verify(read_example(text))}


@pytest.mark.parametrize("name", shipped())
def test_every_gradient_of_every_shipped_example_agrees(name):
    try:
        rows = verify(load(name))
    except NotNumeric:
        pytest.skip("an example without numbers")
    assert {row.verdict for row in rows} <= {"agrees", "kink"}


def test_tied_weights_a_shared_bias_and_several_samples_agree():
    assert verdicts(SHARED) == {"agrees"}


def test_a_wrong_slope_in_the_catalogue_is_found(monkeypatch, run, tmp_path):
    wrong = dict(catalogue.ACTIVATIONS)
    wrong["sigmoid"] = wrong["sigmoid"]._replace(slope="a * (1 + a)")
    monkeypatch.setattr("backprop_trace.model.layers.ACTIVATIONS", wrong)
    path = tmp_path / "net.yaml"
    path.write_text(ONE_UNIT % (0.25, "sigmoid"))
    code, out, _ = run("verify", str(path))
    assert code == 1
    assert "0 of 2 gradients agree" in out and out.count("  off\n") == 2


def test_a_corner_of_the_loss_is_called_one_and_no_mistake():
    assert verdicts(ONE_UNIT % (2, "relu")) == {"kink"}
    assert verdicts(ONE_UNIT % (3, "relu")) == {"agrees"}


def test_a_gradient_that_is_far_smaller_than_double_precision_can_tell_apart_is_checked_too():
    (row, _) = verify(read_example((ONE_UNIT % (-80, "sigmoid")).replace("o1: 1}", "o1: 0}")))
    assert abs(row.gradient) < 1e-30 and row.verdict == "agrees"


@pytest.mark.parametrize(
    "formula", ["sigmoid(1600 * w)", "1 - tanh(800 * w)", "3 + exp(-2000 * w)", "w + exp(-900 * w)"]
)
def test_a_gradient_far_smaller_than_the_loss_is_no_mistake(formula):
    """d sigmoid(1600 w) / dw is 1600 e^-1120 = 6e-484 at 0.7: beside a loss of 1 nobody sees it in 50 digits."""
    example = read_example(f"parameters: {{w: 0.7}}\ndefinitions:\n  f: {formula}\nobjective: f\nlearning_rate: 0.1\n")
    assert {row.verdict for row in verify(example)} == {"agrees"}


def test_autograd_agrees_where_it_is_installed():
    try:
        import torch  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("PyTorch is not installed")
    rows = verify(load("mazur"))
    assert all(row.autograd is not None and row.verdict == "agrees" for row in rows)


def test_the_gradient_of_a_mini_batch_is_checked_too(run):
    """Those of a step with one sample are not those of all four."""
    whole, one = run("verify", "xor"), run("verify", "xor", "--batch-size", "1")
    assert (whole[0], one[0]) == (0, 0)
    assert "17 of 17 gradients agree" in one[1]
    assert one[1] != whole[1]
    assert run("verify", "xor", "--batch-size", "5")[0] == 2


@pytest.mark.parametrize(
    ("gradient", "left", "right", "verdict"),
    [
        ("2", "2", "2", "agrees"), ("2.5", "2", "2", "off"), ("-2", "2", "2", "off"), ("0", "0", "1", "kink"),
        ("1", "0", "1", "kink"),
        ("1/4", "0", "1", "kink"), ("1.5", "0", "1", "off"), ("-0.5", "0", "1", "off"), ("0", "-1", "1", "agrees"),
        ("0", "1", "1", "off"),
    ],
)  # fmt: skip
def test_a_gradient_between_the_slopes_on_both_sides_stands_at_a_corner(gradient, left, right, verdict):
    """Losses a step before, here, and a step after; the slopes between them are given."""
    from fractions import Fraction

    from backprop_trace.formulas.expr import given
    from backprop_trace.run.verify import H, _checked

    here = Fraction(3)
    losses = here - Fraction(left) * H, here, here + Fraction(right) * H
    found = _checked(given("w"), Fraction(gradient), Fraction(2), losses, None)
    assert found.verdict == verdict
    assert found.difference == (Fraction(left) + Fraction(right)) / 2
    autograd = _checked(given("w"), Fraction(gradient), Fraction(2), losses, float(Fraction(gradient)) + 1)
    assert autograd.verdict == ("off" if verdict == "agrees" else verdict)
