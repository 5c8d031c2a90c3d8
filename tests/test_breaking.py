"""Runs that overflow: the step that breaks is named, and what was reached is kept."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from conftest import Program
from training import XOR

from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.run.step import trace, traces
from backprop_trace.run.train import Run


@pytest.mark.parametrize("batch", [[], ["--batch-size", "1"]])
def test_show_and_train_name_the_first_step_that_breaks(folder: Path, run: Program, batch: list[str]) -> None:
    """A loss overflows long before the weights do; train looks at it every few epochs only."""
    (folder / "net.yaml").write_text("""
        inputs: {x1: [1, 2], x2: [3, -1]}
        targets: {o1: [1, 5]}
        layers: [{units: [o1], activation: identity, weights: [[2, -1]], bias: 0}]
        loss: half_squared_error
        learning_rate: 10
    """)
    w1, w2, b = 2.0, -1.0, 0.0
    samples = [((1, 3), 1), ((2, -1), 5)]
    for step in range(1, 1000):
        used = [samples[(step - 1) % 2]] if batch else samples
        errors = [w1 * x[0] + w2 * x[1] + b - t for x, t in used]
        if any(abs(error) > 1.8e154 for error in errors):
            break
        w1 -= 10 * sum(error * x[0] for error, (x, _) in zip(errors, used, strict=True))
        w2 -= 10 * sum(error * x[1] for error, (x, _) in zip(errors, used, strict=True))
        b -= 10 * sum(errors)
    code, _, err = run("show", "net.yaml", "--at", "1000", *batch)
    assert code == 3
    assert f"E_o1[1] (training step {step})" in err
    code, _, err = run("train", "net.yaml", "--epochs", "1000", *batch)
    assert code == 3
    assert f"E_o1[1] (training step {step})" in err


def test_the_search_for_the_first_broken_step_takes_no_longer_than_the_run() -> None:
    """Sixty samples, one a step: the losses overflow long before the weights."""
    numbers = ", ".join(["1", "0.9", "0.8"] * 20)
    example = read_example(f"""
        inputs: {{x: [{numbers}]}}
        targets: {{o: [{numbers}]}}
        layers: [{{units: [o], activation: identity, weights: [[0.5]]}}]
        loss: half_squared_error
        learning_rate: 2.6
        batch_size: 1
    """)
    counted = 0

    class Counted(Run):
        def plain_step(self, step: int) -> bool:
            nonlocal counted
            counted += 1
            return super().plain_step(step)

    run = Counted.of(example)
    with pytest.raises(ComputationError) as broken:
        run.advance(1, 100_000)
    assert broken.value.step is not None
    assert counted < 500
    w, step = 0.5, 1
    while abs(w - 1) < 1.8e154:
        x = (1, 0.9, 0.8)[(step - 1) % 3]
        w, step = w - 2.6 * (w - 1) * x * x, step + 1
    assert abs(broken.value.step - step) <= 120


def test_a_run_that_overflows_names_the_step_and_keeps_what_was_reached(folder: Path, run: Program) -> None:
    (folder / "net.yaml").write_text(XOR.replace("sigmoid", "identity") + "learning_rate: 1e4")
    code, out, err = run("train", "net.yaml", "--epochs", "1000", "--save", "saved.yaml")
    assert code == 3
    step = int(re.search(r"training step (\d+)", err)[1])  # type: ignore[index]
    kept = trace(load("net.yaml"), step=step - 1)
    saved = load("saved.yaml")
    assert all(float(saved.values[old]) == kept.values[new] for new, old in kept.listing.carried)
    assert "what was reached" in out


def test_the_step_that_breaks_is_found_in_a_long_compiled_run() -> None:
    example = read_example(XOR.replace("sigmoid", "identity") + "learning_rate: 1.9")
    run = Run.of(example)
    with pytest.raises(ComputationError) as compiled:
        run.advance(1, 100_000)
    step = compiled.value.step
    assert step is not None
    with pytest.raises(ComputationError) as plain:
        list(traces(example, steps=range(1, step + 1)))
    assert (plain.value.step, plain.value.name) == (step, compiled.value.name)
    kept = trace(example, step=step - 1)
    assert [run.givens[old] for _, old in kept.listing.carried] == [kept.values[new] for new, _ in kept.listing.carried]


def test_matrices_that_overflow_keep_what_was_reached() -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    example = read_example(XOR.replace("sigmoid", "identity") + "learning_rate: 1e4")
    matrices = Matrices.of(example)
    with pytest.raises(ComputationError) as broken:
        matrices.advance(1, 1_000)
    assert broken.value.step is not None
    with pytest.raises(ComputationError) as traced_:
        list(traces(example, steps=range(1, broken.value.step + 1)))
    assert (traced_.value.step, traced_.value.name) == (broken.value.step, broken.value.name)
    kept, found = trace(example, step=broken.value.step - 1), matrices.values()
    for new, old in kept.listing.carried:
        assert found[old] == pytest.approx(kept.values[new], rel=1e-9)


@pytest.mark.parametrize("formula", ["1/0 + w", "w / 1.8e308", "1.8e308 - w"])
@pytest.mark.parametrize("command", ["show -", "train - -n 3", "sweep - w --from 0 --to 1"])
def test_numbers_that_are_none_break_in_every_way_of_computing(run, monkeypatch, formula: str, command: str) -> None:
    text = f"parameters: {{w: 0.7}}\ndefinitions:\n  f: {formula}\nobjective: f\nlearning_rate: 0.1\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    code, _, err = run(*command.split())
    assert code == 3
    assert "the computation breaks in f" in err
