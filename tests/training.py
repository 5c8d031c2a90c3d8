"""XOR from seeded weights, and the trained numbers after some updates by both ways there are."""

from __future__ import annotations

from backprop_trace.files.spec import Example, read_example
from backprop_trace.run.step import traces
from backprop_trace.run.train import Run

XOR = """
inputs: {x1: [0, 0, 1, 1], x2: [0, 1, 0, 1]}
targets: {o1: [0, 1, 1, 0]}
layers:
  - {units: 4, activation: sigmoid, weights: {random: uniform, from: -1, to: 1, seed: 7},
     bias: {random: uniform, from: -1, to: 1, seed: 7}}
  - {units: 1, activation: sigmoid, weights: {random: uniform, from: -1, to: 1, seed: 7}, bias: [0]}
loss: half_squared_error
"""


def xor(more: str = "learning_rate: 0.1") -> Example:
    return read_example(XOR + more)


def weights(example: Example, step: int) -> list[float]:
    """The trained numbers after some updates, by the compiled loop."""
    run = Run.of(example)
    run.advance(1, step + 1)
    return [run.givens[name] for name in run.olds]


def traced(example: Example, step: int) -> list[float]:
    """The same by traced steps, one after the other."""
    last = list(traces(example, steps=range(1, step + 1)))[-1]
    return [last.values[new] for new, _ in last.listing.carried]
