"""Networks with feedback that run until they settle: how many iterations that takes.

    >>> from backprop_trace.spec import load
    >>> load("settling").network.times
    11

The iterations are the time steps of the listing: the loss is that of the last one, and its gradient goes back through
all of them. So the gradient is that of what was computed, and as near to the derivative of the fixed point as the
activations are to the fixed point itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from backprop_trace.arithmetic import FLOAT, ComputationError, evaluate_all
from backprop_trace.expr import Name, given
from backprop_trace.network import Network, at, layer_lines
from backprop_trace.parse import number

WITHOUT_NUMBERS = 3
"""So many iterations are written out where there are no numbers that could settle."""


class DoesNotSettle(ValueError):
    """The activations still change when there have been as many iterations as are allowed."""


def settled(network: Network, values: Mapping[Name, str]) -> Network:
    """The network with as many iterations as it takes until no activation changes by the threshold or more.

    All samples run as long as the slowest. Raises DoesNotSettle.
    """
    if network.settling is None:
        return network
    known = {name: float(number(text)) for name, text in values.items()}
    samples = range(1, network.samples + 1) if network.samples > 1 else (None,)
    needed = {*network.trained, *network.fixed}
    needed |= {at(given(label), (sample, None)) for label in network.inputs for sample in samples}
    times = max(_iterations(network, known, sample) for sample in samples) if needed <= set(known) else WITHOUT_NUMBERS
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
    units = [unit for layer in network.layers if layer.recurrent for unit in layer.units]
    now = [values[Name("out", unit, sample=sample, time=time)] for unit in units]
    earlier = (sample, time - 1) if time > 1 else (None, 0)
    before = [values[at(Name("out", unit), earlier)] for unit in units]
    return max(abs(new - old) for new, old in zip(now, before, strict=True))
