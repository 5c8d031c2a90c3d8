"""The loss as a function of one weight, everything else held fixed.

>>> from backprop_trace.files.spec import load
>>> from backprop_trace.formulas.expr import given
>>> [(point.weight, point.loss) for point in sweep(load("one-weight"), given("W"), [2.0, 3.0, 4.0])]
[(2.0, 0.0), (3.0, 5.0), (4.0, 20.0)]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.model.network import Network, outputs_and_targets
from backprop_trace.model.settle import DoesNotSettle, settled
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
    looks: dict[int, Look] = {}
    points = []
    for value in values:
        there = _settled_at(network, {**run.givens, weight: value}, step)
        if there.times not in looks:
            looks[there.times] = _look(there, weight, run.givens)
        points.append(_point(looks[there.times], weight, value, outputs))
    return points


def _settled_at(network: Network, values: Mapping[Name, Any], step: int) -> Network:
    """A network with feedback takes as many iterations as it needs with this value, as with `--set`."""
    try:
        return settled(network, values)
    except DoesNotSettle as restless:
        raise ComputationError(str(restless), step=step) from None


def _look(network: Network, weight: Name, givens: Mapping[Name, Any]) -> Look:
    outputs = [output for output, _ in outputs_and_targets(network)]
    return look(network, [network.objective, derivative(network.objective, weight), *outputs], givens)


def now(example: Example, weight: Name, step: int = 1) -> float:
    """The weight as it is at a training step."""
    run = Run.of(example.network, example.batching, example.values)
    run.advance(1, step)
    value: float = run.givens[weight]
    return value


def _point(view: Look, weight: Name, value: float, outputs: list[Name]) -> Point:
    loss, slope, *numbers = view.at({weight: value})
    return Point(value, loss, slope, dict(zip(outputs, numbers, strict=True)))
