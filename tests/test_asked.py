"""What is asked for alone is computed alone: the same lines as in the whole listing, and few others."""

from __future__ import annotations

import random

import pytest

from backprop_trace.cli.asked import asked
from backprop_trace.cli.options import UsageError
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import LOSS, given
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.render.view import ancestors
from backprop_trace.run.step import trace

SOFTMAX = """
inputs: {x: 0.5, y: -1}
targets: 3
layers:
  - {units: 5, activation: tanh, weights: {random: uniform, seed: 1}, bias: {random: uniform, seed: 2}}
  - {units: 4, activation: softmax, weights: {random: uniform, seed: 3}}
loss: categorical_cross_entropy
learning_rate: 0.1
"""


@pytest.mark.parametrize("name", [*shipped(), ""])
def test_a_quantity_asked_for_alone_has_the_same_lines(name):
    example = load(name) if name else read_example(SOFTMAX)
    whole = example.listing()
    by_name = {equation.name: (equation.formula, equation.shortcut) for equation in whole.equations}
    for line in random.Random(1).sample(list(by_name), min(20, len(by_name))):
        found = asked(example, [canonical(line)])
        listed = found.listed(example.training.all_samples)
        lines = {equation.name: (equation.formula, equation.shortcut) for equation in listed.equations}
        assert found.names == {line}
        needed = [equation.name for equation in ancestors(whole.equations, {line})]
        assert {name: lines[name] for name in needed} == {name: by_name[name] for name in needed}


def test_a_single_gradient_needs_no_others():
    example = read_example(SOFTMAX)
    listed = asked(example, ["dE/dw_h2_o3"]).listed(example.training.all_samples)
    gradients = {line.name.wrt for line in listed.equations if line.name.kind == "d" and line.name.of == LOSS}
    assert {each for each in gradients if each.kind == ""} == {given("w_h2_o3")}
    assert not any(
        line.name.kind == "d" for line in asked(example, ["E"]).listed(example.training.all_samples).equations
    )


def test_what_is_not_there_is_said():
    with pytest.raises(UsageError, match="there is no quantity 'dE/dw_h9_o3'"):
        asked(read_example(SOFTMAX), ["dE/dw_h9_o3"])


def test_a_name_of_any_length_is_refused_in_no_time() -> None:
    with pytest.raises(UsageError, match="a name of 100,000 characters; 300 are the limit"):
        asked(load("mazur"), ["dE/d" + "a" * 99_996])
    with pytest.raises(KeyError):
        trace(load("mazur"))["a" * 100_000]


@pytest.mark.parametrize("unit", ["total", "E", "loss"])
def test_what_a_file_calls_like_the_loss_is_its_own(unit: str) -> None:
    """A unit of a sequence, of samples, of one step."""
    layer = f"layers: [{{units: [{unit}, p], activation: identity, weights: [[w], [v]]}}]"
    for kind in ("sequence", "samples"):
        data = (
            f"[{{inputs: {{x: 1}}, targets: {{{unit}: 5, p: 1}}}}, {{inputs: {{x: 2}}, targets: {{{unit}: 5, p: 1}}}}]"
        )
        text = f"{kind}: {data}\nparameters: {{w: 2, v: 1}}\n{layer}\nloss: squared_error\nlearning_rate: 1\n"
        place = "@1" if kind == "sequence" else "[1]"
        found = asked(read_example(text), [f"E_{unit}{place}"]).names
        assert [canonical(name) for name in found] == [f"E_{unit}{place}"]


def test_a_name_that_ends_in_a_hat_has_a_new_value() -> None:
    text = (
        "inputs: {x: 1}\nparameters: {a^: 2, a: 1}\ntargets: {o: 1}\n"
        "layers: [{units: [o], activation: identity, weights: [[a^]], bias: a}]\n"
        "loss: squared_error\nlearning_rate: 0.1\n"
    )
    step = trace(read_example(text))
    assert [canonical(step[name].name) for name in ("a^+", "a+", "a_new")] == ["a^+", "a+", "a+"]
