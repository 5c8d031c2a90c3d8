"""Networks with feedback that run until they settle: how many iterations that takes.

    >>> from backprop_trace.files.spec import load
    >>> load("settling").training.times
    11

The iterations are the time steps of the listing: the loss is that of the last one, and its gradient goes back through
all of them, until it has settled, too. There are as many as the slower of the two loops needs: a network that starts
near its fixed point is there at once, but its gradient is not. So the gradient is that of what was computed, and as
near to the derivative of the fixed point as the activations are to the fixed point itself. Later training steps take as
many iterations as the first one; that they would settle, too, is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate_all
from backprop_trace.formulas.expr import LOSS, Name, derivative
from backprop_trace.formulas.numbers import number
from backprop_trace.model.batches import TrainingSet
from backprop_trace.model.layers import at, layer_lines
from backprop_trace.model.network import Network, inputs_and_targets, listing
from backprop_trace.model.update import UpdateRule

WITHOUT_NUMBERS = 3
"""So many iterations are written out where there are no numbers that could settle."""


class DoesNotSettle(ValueError):
    """The activations still change when there have been as many iterations as are allowed."""


def settled(network: Network, rule: UpdateRule, training: TrainingSet, values: Mapping[Name, Any]) -> TrainingSet:
    """The training set with as many iterations as it takes until no activation changes by the threshold or more, and
    the gradient that goes back through them is smaller than it, too.

    All samples run as long as the slowest. Raises DoesNotSettle.
    """
    if training.settling is None:
        return training
    known = _floats(values)
    if not {*rule.trained, *rule.fixed, *inputs_and_targets(network, _running(training, 1))} <= set(known):
        return _running(training, WITHOUT_NUMBERS)
    forward = forward_settled(network, training, known).times
    return _running(training, _iterations_back(network, UpdateRule(trained=rule.trained), training, known, forward))


def forward_settled(network: Network, training: TrainingSet, values: Mapping[Name, Any]) -> TrainingSet:
    """The training set with as many iterations as it takes until no activation changes by the threshold or more,
    whatever its gradient does. Raises DoesNotSettle."""
    known = _floats(values)
    return _running(training, max(_iterations(network, training, known, sample) for sample in training.all_samples))


def _floats(values: Mapping[Name, Any]) -> dict[Name, float]:
    return {name: float(number(value) if isinstance(value, str) else value) for name, value in values.items()}


def still_settles(network: Network, training: TrainingSet, values: Mapping[Name, Any], step: int) -> None:
    """Raises ComputationError if a network with feedback would no longer settle with the parameters of a step."""
    if training.settling is None:
        return
    known = {name: float(value) for name, value in values.items()}
    try:
        for sample in training.all_samples:
            _iterations(network, training, known, sample)
    except DoesNotSettle as restless:
        raise ComputationError(str(restless), step=step) from None


def _running(training: TrainingSet, times: int) -> TrainingSet:
    return training._replace(times=times, target_times=(times,))


def _iterations(network: Network, training: TrainingSet, known: Mapping[Name, float], sample: int | None) -> int:
    assert training.settling is not None
    values = dict(known)
    threshold, change = float(number(training.settling.threshold)), float("inf")
    for time in range(1, training.settling.most + 1):
        try:
            for layer in network.layers:
                lines = layer_lines(layer, training, (sample, time))
                evaluate_all(((line.name, line.formula) for line in lines), values, FLOAT)
        except ComputationError as broken:
            raise DoesNotSettle(f"the network does not settle: {broken.reason} in iteration {time}") from broken
        change = _change(network, values, sample, time)
        if change < threshold:
            return time
    raise DoesNotSettle(
        f"the network does not settle: after {training.settling.most} iterations an activation still changes by "
        f"{change:.3g}"
    )


def _change(network: Network, values: Mapping[Name, float], sample: int | None, time: int) -> float:
    """By how much the activation that changes most does so in this iteration."""
    units = network.recurrent_units
    now = [values[Name("out", unit, sample=sample, time=time)] for unit in units]
    earlier = (sample, time - 1) if time > 1 else (None, 0)
    before = [values[at(Name("out", unit), earlier)] for unit in units]
    return max(abs(new - old) for new, old in zip(now, before, strict=True))


def _iterations_back(
    network: Network, rule: UpdateRule, training: TrainingSet, known: Mapping[Name, float], forward: int
) -> int:
    """How many iterations it takes, at least `forward`, until the gradient that goes back is below the threshold."""
    assert training.settling is not None
    threshold, most, times = float(number(training.settling.threshold)), training.settling.most, forward
    while (sizes := _going_back(network, rule, _running(training, times), known))[-1] >= threshold:
        if times == most:
            raise DoesNotSettle(
                f"the network does not settle: after {most} iterations the gradient that goes back through them is "
                f"still {sizes[-1]:.3g}"
            )
        times = min(2 * times, most)
    large = [count for count, size in enumerate(sizes, 1) if size >= threshold]
    return max(forward, large[-1] + 1 if large else 1)


def _going_back(network: Network, rule: UpdateRule, training: TrainingSet, known: Mapping[Name, float]) -> list[float]:
    """The largest dE/dnet of a recurrent unit, without its sign: of the last iteration, of the one before, ..."""
    values = dict(known)
    equations = listing(network, rule, training).equations
    try:
        evaluate_all(((line.name, line.formula) for line in equations if line.phase != "update"), values, FLOAT)
    except ComputationError as broken:
        raise DoesNotSettle(f"the network does not settle: {broken.reason} on the way back") from broken
    places = [[(sample, time) for sample in training.all_samples] for time in range(training.times, 0, -1)]
    deltas = [[derivative(LOSS, at(Name("net", unit), place)) for unit in network.recurrent_units for place in each]
              for each in places]  # fmt: skip
    return [max(abs(values.get(delta, 0.0)) for delta in each) for each in deltas]
