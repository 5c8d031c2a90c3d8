"""Networks with feedback that run until they settle: how many iterations that takes.

    >>> from backprop_trace.files.spec import load
    >>> load("settling").network.times
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
from backprop_trace.model.network import Network, at, inputs_and_targets, layer_lines, listing

WITHOUT_NUMBERS = 3
"""So many iterations are written out where there are no numbers that could settle."""


class DoesNotSettle(ValueError):
    """The activations still change when there have been as many iterations as are allowed."""


def settled(network: Network, values: Mapping[Name, Any]) -> Network:
    """The network with as many iterations as it takes until no activation changes by the threshold or more, and the
    gradient that goes back through them is smaller than it, too.

    All samples run as long as the slowest. Raises DoesNotSettle.
    """
    if network.settling is None:
        return network
    known = _floats(values)
    if not {*network.trained, *network.fixed, *inputs_and_targets(_running(network, 1))} <= set(known):
        return _running(network, WITHOUT_NUMBERS)
    return _running(network, _iterations_back(network, known, forward_settled(network, known).times))


def forward_settled(network: Network, values: Mapping[Name, Any]) -> Network:
    """The network with as many iterations as it takes until no activation changes by the threshold or more, whatever
    its gradient does. Raises DoesNotSettle."""
    known = _floats(values)
    return _running(network, max(_iterations(network, known, sample) for sample in network.all_samples))


def _floats(values: Mapping[Name, Any]) -> dict[Name, float]:
    return {name: float(number(value) if isinstance(value, str) else value) for name, value in values.items()}


def still_settles(network: Network, values: Mapping[Name, Any], step: int) -> None:
    """Raises ComputationError if a network with feedback would no longer settle with the parameters of a step."""
    if network.settling is None:
        return
    known = {name: float(value) for name, value in values.items()}
    try:
        for sample in network.all_samples:
            _iterations(network, known, sample)
    except DoesNotSettle as restless:
        raise ComputationError(str(restless), step=step) from None


def _running(network: Network, times: int) -> Network:
    return network._replace(times=times, target_times=(times,))


def _iterations(network: Network, known: Mapping[Name, float], sample: int | None) -> int:
    assert network.settling is not None
    values = dict(known)
    threshold, change = float(number(network.settling.threshold)), float("inf")
    for time in range(1, network.settling.most + 1):
        try:
            for layer in network.layers:
                lines = layer_lines(network, layer, (sample, time))
                evaluate_all(((line.name, line.formula) for line in lines), values, FLOAT)
        except ComputationError as broken:
            raise DoesNotSettle(f"the network does not settle: {broken.reason} in iteration {time}") from broken
        change = _change(network, values, sample, time)
        if change < threshold:
            return time
    raise DoesNotSettle(
        f"the network does not settle: after {network.settling.most} iterations an activation still changes by "
        f"{change:.3g}"
    )


def _change(network: Network, values: Mapping[Name, float], sample: int | None, time: int) -> float:
    """By how much the activation that changes most does so in this iteration."""
    units = _with_feedback(network)
    now = [values[Name("out", unit, sample=sample, time=time)] for unit in units]
    earlier = (sample, time - 1) if time > 1 else (None, 0)
    before = [values[at(Name("out", unit), earlier)] for unit in units]
    return max(abs(new - old) for new, old in zip(now, before, strict=True))


def _iterations_back(network: Network, known: Mapping[Name, float], forward: int) -> int:
    """How many iterations it takes, at least `forward`, until the gradient that goes back is below the threshold."""
    assert network.settling is not None
    threshold, most, times = float(number(network.settling.threshold)), network.settling.most, forward
    while (sizes := _going_back(_running(network, times), known))[-1] >= threshold:
        if times == most:
            raise DoesNotSettle(
                f"the network does not settle: after {most} iterations the gradient that goes back through them is "
                f"still {sizes[-1]:.3g}"
            )
        times = min(2 * times, most)
    large = [count for count, size in enumerate(sizes, 1) if size >= threshold]
    return max(forward, large[-1] + 1 if large else 1)


def _going_back(network: Network, known: Mapping[Name, float]) -> list[float]:
    """The largest dE/dnet of a recurrent unit, without its sign: of the last iteration, of the one before, ..."""
    plain = network._replace(optimizer="sgd", convention="paper", weight_decay="", schedule="")
    values = dict(known)
    lines = ((line.name, line.formula) for line in listing(plain).equations if line.phase != "update")
    try:
        evaluate_all(lines, values, FLOAT)
    except ComputationError as broken:
        raise DoesNotSettle(f"the network does not settle: {broken.reason} on the way back") from broken
    places = [[(sample, time) for sample in network.all_samples] for time in range(network.times, 0, -1)]
    deltas = [[derivative(LOSS, at(Name("net", unit), place)) for unit in _with_feedback(network) for place in each]
              for each in places]  # fmt: skip
    return [max(abs(values.get(delta, 0.0)) for delta in each) for each in deltas]


def _with_feedback(network: Network) -> list[str]:
    return [unit for layer in network.layers if layer.recurrent for unit in layer.units]
