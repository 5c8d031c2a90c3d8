"""Networks, and the listing of named equations that one training step of a network is.

    >>> from backprop_trace.expr import given
    >>> layer = Layer(("o1",), "identity", ((given("w"),),), (None,), (given("i1"),))
    >>> network = Network(("i1",), (layer,), "half_squared_error", trained=(given("w"),))
    >>> [equation.phase for equation in listing(network).equations]
    ['forward', 'forward', 'loss', 'loss', 'backward', 'backward', 'backward', 'backward', 'backward', 'update']

A new kind of layer is another generator of forward equations; chain rule, printing and checking need not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backprop_trace.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS, SHORTCUTS, feels_the_layer, filled, letters
from backprop_trace.chain import Equation, Slopes, backward
from backprop_trace.collector import uncollected
from backprop_trace.expr import (
    LOSS,
    ONE,
    ZERO,
    Formula,
    Name,
    Number,
    Product,
    Quotient,
    Sum,
    after,
    derivative,
    given,
    plus,
    times,
)

ETA = given("eta")


class Layer(NamedTuple):
    """One layer of units.

    `weights` has a row per unit and a column per source, None where there is no connection; `biases` one name
    or None per unit; `sources` are what feeds it: inputs, or activations of earlier units. `constants` are the
    activation's own (alpha); `slope_of_net` takes the slope's other form (sech^2).
    """

    units: tuple[str, ...]
    activation: str
    weights: tuple[tuple[Name | None, ...], ...]
    biases: tuple[Name | None, ...]
    sources: tuple[Name, ...]
    constants: Mapping[str, Number] = {}
    slope_of_net: bool = False


class Network(NamedTuple):
    """A layered network with its loss and optimizer. `trained` are the parameters that are updated."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str
    trained: tuple[Name, ...] = ()
    fixed: tuple[Name, ...] = ()
    optimizer: str = "sgd"
    samples: int = 1
    batch: str = "sum"
    targets_add_up: bool = True

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.layers[-1].units


class Listing(NamedTuple):
    """The equations of one training step in order, each over names that come before it or are given."""

    equations: tuple[Equation, ...]
    carried: tuple[tuple[Name, Name], ...]
    """(w5+, w5): what the next training step starts from."""
    loss_adds_up: bool = True
    """dE/dE_o1 is 1: the loss is a sum over outputs and samples, not a mean."""
    by_output: frozenset[Name] = frozenset()
    """The names x for which the term dE/dx:o1 is the same as dE_o1/dx."""


@uncollected
def listing(network: Network) -> Listing:
    """Forward pass, loss, backward pass and update of a network as one list of equations."""
    samples = range(1, network.samples + 1) if network.samples > 1 else (None,)
    forward = [equation for sample in samples for equation in _forward(network, sample)]
    forward += _batch_loss(network)
    gradients = backward(forward, LOSS, set(network.trained), _shortcuts(network, samples))
    gradients += _idle(network, gradients)
    updates = [line for name in network.trained for line in _update(network, name)]
    state = OPTIMIZERS[network.optimizer].state
    carried = [(after(name), name) for name in network.trained]
    carried += [(after(Name(letter, n.label)), Name(letter, n.label)) for n in network.trained for letter in state]
    adds_up = not (network.batch == "mean" and network.samples > 1) and not (
        LOSSES[network.loss].mean and len(network.outputs) > 1
    )
    by_output = _split_by_output(network) if adds_up else frozenset[Name]()
    return Listing(tuple(forward + gradients + updates), tuple(carried), adds_up, by_output)


def _split_by_output(network: Network) -> frozenset[Name]:
    last = network.layers[-1]
    if feels_the_layer(ACTIVATIONS[last.activation]):
        return frozenset(Name("net", unit) for unit in last.units)
    feeding_others = {source for layer in network.layers[:-1] for source in layer.sources}
    return frozenset(last.sources) - feeding_others


def at(name: Name, sample: int | None) -> Name:
    """An input's or unit's name in a sample."""
    return name if sample is None else name._replace(sample=sample)


# --- forward pass ---


def _forward(network: Network, sample: int | None) -> Iterator[Equation]:
    for layer in network.layers:
        nets = [_net(layer, row, sample) for row in range(len(layer.units))]
        outs = [_out(layer, row, sample) for row in range(len(layer.units))]
        if feels_the_layer(ACTIVATIONS[layer.activation]):
            yield from nets + outs
        else:
            yield from (line for pair in zip(nets, outs, strict=True) for line in pair)
    yield from _loss(network, sample)


def _net(layer: Layer, row: int, sample: int | None) -> Equation:
    """net_h1 = w1 * i1 + w2 * i2 + b1; its slopes are the inputs, the weights, and 1 for the bias."""
    terms: list[Formula] = []
    of_weights: list[tuple[Name, Formula]] = []
    of_sources: list[tuple[Name, Formula]] = []
    for weight, source in zip(layer.weights[row], layer.sources, strict=True):
        if weight is not None:
            source = at(source, sample)
            terms.append(Product((weight, source)))
            of_weights.append((weight, source))
            of_sources.append((source, weight))
    bias = layer.biases[row]
    if bias is not None:
        terms.append(bias)
        of_weights.append((bias, ONE))
    formula = Sum(tuple(terms)) if len(terms) > 1 else terms[0] if terms else ZERO
    return Equation(Name("net", layer.units[row], sample=sample), formula, _merged(of_weights + of_sources), "forward")


def _merged(slopes: list[tuple[Name, Formula]]) -> Slopes:
    """A name that stands in several terms (tied weights) has one slope, the sum of theirs."""
    if len({name for name, _ in slopes}) == len(slopes):
        return tuple(slopes)
    merged: dict[Name, Formula] = {}
    for name, slope in slopes:
        merged[name] = plus(merged[name], slope) if name in merged else slope
    return tuple(merged.items())


def _out(layer: Layer, row: int, sample: int | None) -> Equation:
    """out_h1 = activation(net_h1), with the slope as it is taught."""
    entry = ACTIVATIONS[layer.activation]
    unit = layer.units[row]
    net, out = Name("net", unit, sample=sample), Name("out", unit, sample=sample)
    meaning = letters(z=net, a=out, **layer.constants)
    if not feels_the_layer(entry):
        slope = entry.slope_of_net if layer.slope_of_net else entry.slope
        return Equation(out, filled(entry.formula, meaning), ((net, filled(slope, meaning)),), "forward")
    others = [
        letters(z_k=Name("net", other, sample=sample), a_k=Name("out", other, sample=sample)) for other in layer.units
    ]
    slopes = tuple(
        (Name("net", other, sample=sample), filled(entry.slope if other == unit else entry.cross, meaning | others[k]))
        for k, other in enumerate(layer.units)
    )
    return Equation(out, filled(entry.formula, meaning, others), slopes, "forward")


# --- loss ---


def _loss(network: Network, sample: int | None) -> Iterator[Equation]:
    entry = LOSSES[network.loss]
    parts = []
    for unit in network.outputs:
        out, target = Name("out", unit, sample=sample), Name("target", unit, sample=sample)
        meaning = letters(o=out, t=target)
        part = Name("E", unit, sample=sample)
        parts.append(part)
        yield Equation(part, filled(entry.formula, meaning), ((out, filled(entry.slope, meaning)),), "loss")
    yield _total(Name("E", sample=sample), parts, entry.mean)


def _batch_loss(network: Network) -> list[Equation]:
    if network.samples == 1:
        return []
    parts = [Name("E", sample=sample) for sample in range(1, network.samples + 1)]
    return [_total(LOSS, parts, network.batch == "mean")]


def _total(name: Name, parts: list[Name], mean: bool) -> Equation:
    """The sum of the parts, or their mean."""
    total = Sum(tuple(parts)) if len(parts) > 1 else parts[0]
    if not mean or len(parts) == 1:
        return Equation(name, total, tuple((part, ONE) for part in parts), "loss")
    share = Number(f"1/{len(parts)}")
    return Equation(name, Quotient(total, Number(str(len(parts)))), tuple((part, share) for part in parts), "loss")


# --- backward pass and update ---


def _shortcuts(network: Network, samples: range | tuple[None]) -> dict[Name, Formula]:
    """dE/dnet of each output unit in one line, where activation and loss allow it (p - t)."""
    layer = network.layers[-1]
    text = SHORTCUTS.get((layer.activation, network.loss))
    if text is None or (layer.activation == "softmax" and not network.targets_add_up):
        return {}
    share = Number(f"1/{network.samples}") if network.batch == "mean" and network.samples > 1 else ONE
    return {
        derivative(LOSS, Name("net", unit, sample=sample)): times(
            share, filled(text, letters(a=Name("out", unit, sample=sample), t=Name("target", unit, sample=sample)))
        )
        for sample in samples
        for unit in layer.units
    }


def _idle(network: Network, gradients: list[Equation]) -> list[Equation]:
    """The gradient of a parameter that the loss does not depend on (its unit feeds nothing) is 0."""
    found = {equation.name for equation in gradients}
    idle = (name for name in (derivative(LOSS, parameter) for parameter in network.trained) if name not in found)
    return [Equation(name, ZERO, (), "backward") for name in idle]


def _update(network: Network, parameter: Name) -> Iterator[Equation]:
    """The optimizer's lines for one parameter: w5+ = w5 - eta * dE/dw5."""
    entry = OPTIMIZERS[network.optimizer]
    meaning = letters(w=parameter, g=derivative(LOSS, parameter))
    for letter in entry.state:
        meaning[given(letter)] = Name(letter, parameter.label)
    for letter, text in entry.lines.items():
        name = after(parameter) if letter == "w+" else Name(letter, parameter.label)
        yield Equation(name, filled(text, meaning), (), "update")
        meaning[given(letter)] = name
