"""The loss as a function of one weight, everything else held fixed.

>>> from backprop_trace.files.spec import load
>>> from backprop_trace.formulas.expr import given
>>> [(point.weight, point.loss) for point in sweep(load("one-weight"), given("W"), [2.0, 3.0, 4.0])]
[(2.0, 0.0), (3.0, 5.0), (4.0, 20.0)]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.model.network import outputs_and_targets
from backprop_trace.model.settle import still_settles
from backprop_trace.run.train import Run
from backprop_trace.run.train.session import Look, look

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example


class Point(NamedTuple):
    """The network at one value of the weight: loss, slope of the loss, outputs."""

    weight: float
    loss: float
    slope: float
    outputs: Mapping[Name, float]


def sweep(example: Example, weight: Name, values: Iterable[float], step: int = 1) -> list[Point]:
    """The points of the curve, with the other weights as they are at a training step. Raises ComputationError."""
    run = Run.of(example.network, example.batching, example.values)
    run.advance(1, step)
    network = example.network._replace(trained=(weight,), fixed=())
    outputs = [output for output, _ in outputs_and_targets(network)]
    wanted = [network.objective, derivative(network.objective, weight), *outputs]
    view = look(network, wanted, run.givens)
    points = []
    for value in values:
        still_settles(network, {**run.givens, weight: value}, step)
        points.append(_point(view, weight, value, outputs))
    return points


def now(example: Example, weight: Name, step: int = 1) -> float:
    """The weight as it is at a training step."""
    run = Run.of(example.network, example.batching, example.values)
    run.advance(1, step)
    value: float = run.givens[weight]
    return value


def _point(view: Look, weight: Name, value: float, outputs: list[Name]) -> Point:
    loss, slope, *numbers = view.at({weight: value})
    return Point(value, loss, slope, dict(zip(outputs, numbers, strict=True)))
