"""Gradients of each layer: the biggest and the smallest; vanishing and exploding ones are said."""

from __future__ import annotations

import pytest

from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.expr import given
from backprop_trace.run.step import trace
from backprop_trace.run.train.session import Plan, Session, vanishing


def sigmoid_tower(depth: int, scale: str) -> Example:
    """A chain of single sigmoid units: every layer multiplies the gradient by at most a quarter of its weight."""
    layers = "".join(
        f"  - {{units: [u{k}], activation: sigmoid, weights: [[{scale}]], bias: [0]}}\n" for k in range(depth)
    )
    text = (
        f"inputs: {{x: 1}}\ntargets: {{u{depth - 1}: 1}}\nlayers:\n{layers}loss: half_squared_error\nlearning_rate: 0.1"
    )
    return read_example(text)


def test_vanishing_gradients_are_seen_and_said() -> None:
    (first, *_) = Session(sigmoid_tower(9, "1"), Plan(1)).reports()
    assert "vanish" in vanishing(first)
    assert "layer 1" in vanishing(first)


def test_exploding_gradients_are_seen_and_said() -> None:
    text = "".join(f"  - {{units: [u{k}], activation: identity, weights: [[10]]}}\n" for k in range(6))
    example = read_example(
        f"inputs: {{x: 1}}\ntargets: {{u5: 1}}\nlayers:\n{text}loss: half_squared_error\nlearning_rate: 1e-9"
    )
    wide = example._replace(values={**example.values, given("w_x_u0"): "0.001"})
    (first, *_) = Session(wide, Plan(1)).reports()
    assert "explode" in vanishing(first)


def test_shallow_networks_get_no_word() -> None:
    (first, *_) = Session(load("mazur"), Plan(1)).reports()
    assert vanishing(first) == ""


def test_the_gradients_of_a_report_are_those_of_the_trace() -> None:
    (first, *_) = Session(load("mazur"), Plan(1)).reports()
    step = trace(load("mazur"))
    second = sorted(abs(step[f"dE/dw{k}"].value) for k in (5, 6, 7, 8))
    assert first.layers[1] == (second[-1], second[0])


@pytest.mark.parametrize(
    ("biggest", "word"),
    [
        ((1e-9, 1.0), "vanish"), ((1.0, 1e-9), "explode"), ((1e-9, None, 1.0), "vanish"), ((0.0, 1.0), ""),
        ((1e-9, 0.0), ""), ((1e-9,), ""),
        ((None, 1e-9), ""), ((0.0011, 1.0), ""), ((0.0009, 1.0), "vanish"), ((900.0, 1.0), ""),
        ((1100.0, 1.0), "explode"), ((1.0, 1.0), ""), ((1.0, 1000.0), ""), ((1000.0, 1.0), ""),
    ],
)  # fmt: skip
def test_gradients_vanish_or_explode_by_a_thousand(biggest, word):
    """The first layer that is known against the last; the others say nothing."""
    from types import SimpleNamespace

    from backprop_trace.run.train.session import vanishing

    layers = [None if size is None else SimpleNamespace(biggest=size) for size in biggest]
    said = vanishing(SimpleNamespace(epoch=3, layers=layers))
    assert (word in said) if word else not said
    assert not said or "epoch 3" in said
