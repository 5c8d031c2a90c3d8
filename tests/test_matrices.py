"""Training on NumPy's matrices agrees with the traced steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Program
from training import XOR

from backprop_trace.files.spec import read_example
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from backprop_trace.run.step import trace


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batches", ["", "batch_size: 3\nbatch: mean"])
def test_matrices_agree_with_the_traced_steps(name: str, batches: str) -> None:
    """Over every optimizer, convention, weight decay and schedule; tanh and softmax; a shared bias; a fixed weight."""
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    for convention in OPTIMIZERS[name]:
        rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.3"
        more = ", weight_decay: 0.01, learning_rate_decay: 0.1" if rate else ""
        example = read_example(f"""
inputs: {{x1: [-1, -1, 1, 1], x2: [-1, 1, -1, 1]}}
targets: {{o1: [0, 1, 1, 0], o2: [1, 0, 0, 1]}}
parameters: {{f: 0.3}}
layers:
  - {{units: [h1, h2], activation: tanh, weights: [[0.1, -0.2], [f, 0.4]], bias: 0.1}}
  - {{units: [o1, o2], activation: softmax, weights: [[0.5, -0.6], [0.7, 0.8]], bias: [0.1, -0.1]}}
fixed: f
loss: categorical_cross_entropy
optimizer: {{name: {name}, convention: {convention}{rate}{more}}}
{batches}
""")
        matrices = Matrices.of(example)
        matrices.advance(1, 13)
        last, found = trace(example, step=12), matrices.values()
        for new, old in last.listing.carried:
            assert found[old] == pytest.approx(last.values[new], rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_matrices_know_every_activation_and_loss(activation: str, loss: str) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    text = XOR.replace("units: 4, activation: sigmoid", f"units: 4, activation: {activation}")
    example = read_example(text.replace("half_squared_error", loss) + "learning_rate: 0.2")
    matrices = Matrices.of(example)
    matrices.advance(1, 6)
    last, found = trace(example, step=5), matrices.values()
    for name in example.rule.trained:
        assert found[name] == pytest.approx(last[f"{name.label}+"].value, rel=1e-11)
    assert matrices.loss() == pytest.approx(trace(example, step=6)["E"].value, rel=1e-11)


def test_fast_training_reports_the_same(folder: Path, run: Program) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    options = ["--epochs", "40", "--every", "20", "--metric", "mse"]
    code, out, _ = run("train", "xor", *options)
    assert code == 0
    plain = out.splitlines()
    code, out, _ = run("train", "xor", "--fast", *options)
    assert code == 0
    fast = [line for line in out.splitlines() if not line.startswith("with NumPy")]
    assert fast == plain


@pytest.mark.parametrize(
    "change",
    ["bias: [0]}}", "weights: [[w, w]]", "weights: [['-', 0.5]]", "weights: [[u, 0.2]]", "weights: [[0.1, v]]"],
)
def test_networks_without_plain_matrices_are_refused_by_fast(folder: Path, run: Program, change: str) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    weights = change if change.startswith("weights") else "weights: [[0.1, 0.2]]"
    source = ", from: [x1, h]" if change.startswith("bias") else ""
    (folder / "net.yaml").write_text(f"""
inputs: {{x1: 1, x2: 2}}
targets: {{o: 1}}
parameters: {{w: 0.5, u: 0.3, v: 0.1}}
layers:
  - {{units: [h], activation: sigmoid, {weights}}}
  - {{units: [o], activation: sigmoid, weights: [[u{", 0.1" if source else ""}]]{source}, bias: v}}
loss: half_squared_error
learning_rate: 0.1
""")
    code, _, err = run("train", "net.yaml", "--fast")
    assert code == 2
    assert "--fast" in err
