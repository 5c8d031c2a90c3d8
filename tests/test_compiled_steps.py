"""Compiled steps have the bits of traced steps, whatever is left out of them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from training import XOR, traced, weights

from backprop_trace.files.spec import read_example
from backprop_trace.formulas.arithmetic import FLOAT
from backprop_trace.formulas.expr import Difference, Product, Sum, after, given
from backprop_trace.model.catalogue import ACTIVATIONS, OPTIMIZERS
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing
from backprop_trace.run.train.compiled import _Source, compiled_steps


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batches", ["", "batch_size: 3", "batch_size: 1\nshuffle: 5", "batch_size: 2\nbatch: mean"])
def test_compiled_steps_have_the_bits_of_traced_steps(name: str, batches: str) -> None:
    for convention in OPTIMIZERS[name]:
        rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.3"
        text = XOR.replace("[0, 0, 1, 1]", "[-1, -1, 1, 1]").replace("[0, 1, 0, 1]", "[-1, 1, -1, 1]")
        example = read_example(f"{text}optimizer: {{name: {name}, convention: {convention}{rate}}}\n{batches}")
        assert weights(example, 12) == traced(example, 12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error", "binary_cross_entropy"])
def test_every_activation_and_loss_has_the_same_bits_compiled(activation: str, loss: str) -> None:
    text = XOR.replace("units: 4, activation: sigmoid", f"units: 4, activation: {activation}")
    example = read_example(text.replace("half_squared_error", loss) + "learning_rate: 0.2")
    assert weights(example, 9) == traced(example, 9)


def test_a_weight_that_is_passed_on_unchanged_is_not_taken_after_its_update() -> None:
    """With x = 1 and identity activations out_h is w1: dE/dw2 must use the w1 from before the step."""
    example = read_example("""
        inputs: {x: 1}
        targets: {o: 2}
        parameters: {w1: 0.5, w2: 0.3}
        layers:
          - {units: [h], activation: identity, weights: [[w1]]}
          - {units: [o], activation: identity, weights: [[w2]]}
        loss: half_squared_error
        learning_rate: 0.1
    """)
    w1, w2 = 0.5, 0.3
    for _ in range(10):
        delta = w2 * w1 - 2
        w1, w2 = w1 - 0.1 * delta * w2, w2 - 0.1 * delta * w1
    assert weights(example, 10) == pytest.approx([w1, w2], rel=1e-14)


@pytest.mark.parametrize("seed", range(100))
def test_ones_and_zeros_that_are_left_out_change_no_bit(seed: int) -> None:
    chance = random.Random(seed)

    def few(count: int) -> list[str]:
        return [chance.choice(("0", "1", "1", "-1", "0.5")) for _ in range(count)]

    sizes, samples = [chance.choice((1, 1, 2, 3)) for _ in range(3)], chance.choice((1, 1, 3))
    text = f"inputs: {{{', '.join(f'x{k}: {few(samples)}' for k in range(sizes[0]))}}}\n"
    text += f"targets: {{{', '.join(f'o{k}: {few(samples)}' for k in range(sizes[2]))}}}\nlayers:\n"
    for depth, (before, count) in enumerate(pairwise(sizes)):
        units = ", ".join(f"{'ho'[depth]}{k}" for k in range(count))
        activation = chance.choice(("identity", "identity", "relu", "tanh"))
        text += f"  - {{units: [{units}], activation: {activation}, weights: {[few(before) for _ in range(count)]}"
        text += f", bias: {few(count)}}}\n" if chance.random() < 0.5 else "}\n"
    rule = chance.choice(("sgd", "momentum", "adam", "adagrad"))
    text += f"loss: half_squared_error\noptimizer: {{name: {rule}, learning_rate: {chance.choice(('0.1', '0.2'))}}}\n"
    text += chance.choice(("", "batch_size: 1\n"))
    example = read_example(text.replace("'", ""))
    for step in (2, 5, 9):
        assert weights(example, step) == traced(example, step)


def test_exponentials_that_overflow_have_the_same_bits_compiled() -> None:
    text = XOR.replace("x1: [0, 0, 1, 1]", "x1: [0, 0, -5000, 5000]")
    example = read_example(text + "learning_rate: 0.1")
    assert weights(example, 9) == traced(example, 9)


def test_what_changes_nothing_is_left_out_of_the_compiled_code() -> None:
    """net = w1 x1 + w2 x2 + b with x1 = 0 and x2 = 1 is w2 + b; t - 0 is t; a factor 1 goes."""
    w, v, x, y, b, net = (given(letter) for letter in ("w", "v", "x", "y", "b", "net"))
    line = Equation(net, Difference(Product((Sum((Product((w, x)), Product((v, y)), b)), y)), x), (), "forward")
    writer = _Source([line], [net], [w, v, b], {x: 0.0, y: 1.0}, FLOAT)
    assert writer.body == ["v3 = v1 + v2"]


def test_new_values_do_not_take_the_place_of_old_ones_that_are_still_needed() -> None:
    """Fibonacci's numbers: a+ = b, b+ = a + b; written in place too early, the sum would be 2 b."""
    a, b = given("a"), given("b")
    lines = (Equation(after(a), Sum((b,)), (), "update"), Equation(after(b), Sum((a, b)), (), "update"))
    steps = compiled_steps(Listing(lines, ((after(a), a), (after(b), b))), (), {}, FLOAT)
    assert steps(lambda: range(10), 0.0, 1.0) == (55.0, 89.0)
