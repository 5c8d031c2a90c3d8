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
from backprop_trace.model.network import outputs_and_targets
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
    run = Run.of(example)
    run.advance(1, step)
    alone = example.with_rule(trained=(weight,), fixed=())
    outputs = [output for output, _ in outputs_and_targets(alone.network, alone.training)]
    looks: dict[int, Look] = {}
    points = []
    for value in values:
        there = _settled_at(alone, {**run.givens, weight: value}, step)
        if there.training.times not in looks:
            looks[there.training.times] = _look(there, weight, run.givens)
        points.append(_point(looks[there.training.times], weight, value, outputs))
    return points


def _settled_at(example: Example, values: Mapping[Name, Any], step: int) -> Example:
    """A network with feedback takes as many iterations as it needs with this value, as with `--set`."""
    try:
        return example._replace(training=settled(example.network, example.rule, example.training, values))
    except DoesNotSettle as restless:
        raise ComputationError(str(restless), step=step) from None


def _look(example: Example, weight: Name, givens: Mapping[Name, Any]) -> Look:
    objective = example.network.objective
    outputs = [output for output, _ in outputs_and_targets(example.network, example.training)]
    return look(example, [objective, derivative(objective, weight), *outputs], givens)


def now(example: Example, weight: Name, step: int = 1) -> float:
    """The weight as it is at a training step."""
    run = Run.of(example)
    run.advance(1, step)
    value: float = run.givens[weight]
    return value


def _point(view: Look, weight: Name, value: float, outputs: list[Name]) -> Point:
    loss, slope, *numbers = view.at({weight: value})
    return Point(value, loss, slope, dict(zip(outputs, numbers, strict=True)))
