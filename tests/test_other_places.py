"""A number that would be right in another training step, another sample, or at another time step."""

from __future__ import annotations

import math

import pytest

import backprop_trace as bt
from backprop_trace.run.step import traces

PLACES = [
    ("rnn", "out_h1@1", "out_h1@2", 1), ("rnn", "out_h1@2", "out_h1@1", 1), ("rnn", "out_h1@2", "out_h1@3", 1),
    ("rnn", "dE/dnet_o1@1", "dE/dnet_o1@3", 1), ("xor", "out_h1[1]", "out_h1[2]", 1),
    ("xor", "out_h1[2]", "out_h1[1]", 1), ("xor", "out_h1[1]", "out_h1[4]", 1), ("rnn", "out_h1@3", "out_h1@1", 1),
    ("xor", "out_o1[3]", "out_o1[2]", 1), ("mazur", "E", "E", 2), ("mazur", "out_o1", "out_o1", 2),
    ("mazur", "w5+", "w5+", 2),
]  # fmt: skip


@pytest.mark.parametrize("figures", [1, 2, 3, 4, 6])
@pytest.mark.parametrize(("network", "line", "other", "step"), PLACES)
def test_a_number_of_another_place_is_named(network: str, line: str, other: str, step: int, figures: int) -> None:
    """Rounded; with four figures or more one unit off, since what it rests on may have been rounded, too."""
    example = bt.load(network)
    value, own = (next(iter(traces(example, steps=[at])))[name].value for at, name in ((step, other), (1, line)))
    places = figures - 1 - int(f"{value:e}".partition("e")[2])
    unit = 10.0**-places
    for off in (0, 1, 2):
        text = f"{value + off * unit:.{places}f}"
        distance = abs(float(text) - value) / unit
        found = bt.check(example, f"{line} = {text}").written[-1]
        if abs(float(text) - own) < 4 * unit:
            continue  # it may be its own number, rounded on the way
        is_it = distance <= (0.5 if figures < 4 else 1) + 1e-9
        is_cut = figures < 4 and abs(float(text)) <= abs(value) and distance < 1
        assert ("stale" in found.slips) is (figures > 1 and (is_it or is_cut)), (text, value, found.verdict)


def two_layers(slip: str, steps: int) -> float:
    """The loss of 1-1-1 at a step of a run that is bent all the way, in plain Python: half squared error, sigmoid."""

    def sigmoid(net: float) -> float:
        return 1 / (1 + math.exp(-net))

    x, target, w, v, rate = 0.9, 0.2, 0.7, 0.6, 0.8
    for _ in range(1, steps):
        h = sigmoid(w * x)
        y = sigmoid(v * h)
        error = target - y if slip == "sign" else y - target
        delta = error * (1 if slip == "no-slope" else y * (1 - y))
        new = v - (-rate if slip == "ascent" else 1 if slip == "no-rate" else rate) * delta * h
        hidden = delta * (new if slip == "updated-weights" else v) * (1 if slip == "no-slope" else h * (1 - h))
        v, w = new, w - (-rate if slip == "ascent" else 1 if slip == "no-rate" else rate) * hidden * x
    return (target - sigmoid(v * sigmoid(w * x))) ** 2 / 2


ONE_BY_ONE = """
inputs: {x: 0.9}
targets: {o: 0.2}
layers:
  - {units: [h], activation: sigmoid, weights: [[0.7]]}
  - {units: [o], activation: sigmoid, weights: [[0.6]]}
loss: half_squared_error
learning_rate: 0.8
"""


@pytest.mark.parametrize("step", [2, 3])
@pytest.mark.parametrize("slip", ["", "updated-weights", "ascent", "no-rate", "no-slope", "sign"])
def test_a_mistake_made_in_every_step_is_told_of_a_later_one(slip: str, step: int) -> None:
    found = bt.check(bt.read_example(ONE_BY_ONE), f"step {step}:\n  E: {two_layers(slip, step):.9f}\n").written[0]
    assert slip in found.slips or (not slip and found.verdict == "right")
    assert ("from the first step on" in found.message) is bool(slip)
