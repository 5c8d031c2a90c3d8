"""Layers: what one is made of, and the lines of its forward pass.

    >>> from backprop_trace.formulas.expr import given
    >>> layer = Layer(("o1",), "identity", ((given("w"),),), (None,), (given("i1"),))
    >>> [line.name.kind for line in layer_lines(layer, TrainingSet(), (None, None))]
    ['net', 'out']

How inputs come together in a net input, and what a unit makes of it, are entries of the catalogue. Chain rule,
printing and checking know only the lines, with their slopes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import ONE, ZERO, Formula, Name, Number, Sum, plus
from backprop_trace.model.batches import TrainingSet
from backprop_trace.model.catalogue import (
    ACTIVATIONS,
    NET_INPUTS,
    Activation,
    feels_the_layer,
    filled,
    letters,
    over_the_layer,
)
from backprop_trace.model.chain import Equation, Place, Slopes


class Layer(NamedTuple):
    """One layer of units.

    `weights` has a row per unit and a column per source, None where there is no connection; `biases` one name
    or None per unit; `sources` are what feeds it: inputs, or activations of earlier units. `constants` are the
    activation's own (alpha); `slope_of_net` takes the slope's other form (sech^2). `recurrent` has a row and a column
    per unit: the weights from the layer's own activations at the time step before.
    """

    units: tuple[str, ...]
    activation: str
    weights: tuple[tuple[Name | None, ...], ...]
    biases: tuple[Name | None, ...]
    sources: tuple[Name, ...]
    constants: Mapping[str, Number] = {}
    slope_of_net: bool = False
    recurrent: tuple[tuple[Name | None, ...], ...] = ()
    net_input: str = "weighted_sum"


class Connection(NamedTuple):
    """What goes through a weight: from an input or a unit's activation to a unit; `back`: to the next time step."""

    weight: Name
    source: Name
    unit: str
    back: bool = False


def connections(layer: Layer) -> Iterator[Connection]:
    """Unit for unit, without those that are not there."""
    for place, unit in enumerate(layer.units):
        row = zip(layer.weights[place], layer.sources, strict=True)
        yield from (Connection(weight, source, unit) for weight, source in row if weight is not None)
        if layer.recurrent:
            fed_back = zip(layer.recurrent[place], layer.units, strict=True)
            yield from (Connection(each, Name("out", of), unit, back=True) for each, of in fed_back if each is not None)


def parameters(layer: Layer) -> list[Name]:
    """Weights and biases of a layer, each once."""
    weights = (weight for row in (*layer.weights, *layer.recurrent) for weight in row)
    return list(dict.fromkeys(name for name in (*layer.biases, *weights) if name is not None))


# --- where a quantity stands ---


def at(name: Name, place: Place) -> Name:
    """A name in a sample and at a time step."""
    sample, time = place
    return name if sample is None and time is None else name._replace(sample=sample, time=time)


def before(name: Name, place: Place) -> Name:
    """A quantity at the time step before; what it is before the first one is given, the same for all samples."""
    sample, time = place
    assert time is not None
    return at(name, (sample, time - 1) if time > 1 else (None, 0))


def given_place(training: TrainingSet, place: Place) -> Place:
    """Where inputs and targets stand: in a network that settles they are the same in all iterations."""
    return place if training.settling is None else (place[0], None)


# --- the forward pass ---


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


EVERYTHING: Container[Name] = _Everything()


def layer_lines(
    layer: Layer, training: TrainingSet, place: Place, slopes: Container[Name] = EVERYTHING
) -> Iterator[Equation]:
    """Net inputs and activations of a layer."""
    nets = [_net(layer, training, row, place) for row in range(len(layer.units))]
    outs = list(_outs(layer, place, slopes))
    if feels_the_layer(ACTIVATIONS[layer.activation]) or layer.recurrent:
        yield from nets + outs
    else:
        yield from (line for pair in zip(nets, outs, strict=True) for line in pair)


def _net(layer: Layer, training: TrainingSet, row: int, place: Place) -> Equation:
    """net_h1 = w1 * i1 + w2 * i2 + b1; its slopes are the inputs, the weights, and 1 for the bias.

    A recurrent layer adds u * out_h1@1 to net_h1@2.
    """
    feeding = [
        (weight, at(source, given_place(training, place) if source.kind == "" else place))
        for weight, source in zip(layer.weights[row], layer.sources, strict=True)
    ]
    if layer.recurrent:
        own = (before(Name("out", unit), place) for unit in layer.units)
        feeding += zip(layer.recurrent[row], own, strict=True)
    connected = [(weight, source) for weight, source in feeding if weight is not None]
    entry, bias = NET_INPUTS[layer.net_input], layer.biases[row]
    each = [letters(w=weight, x=source) for weight, source in connected]
    terms = [filled(entry.term, meaning) for meaning in each]
    slopes = [(weight, filled(entry.by_weight, pair)) for (weight, _), pair in zip(connected, each, strict=True)]
    if bias is not None:
        terms.append(bias)
        slopes.append((bias, ONE))
    slopes += [(source, filled(entry.by_input, pair)) for (_, source), pair in zip(connected, each, strict=True)]
    formula = Sum(tuple(terms)) if len(terms) > 1 else terms[0] if terms else ZERO
    return Equation(at(Name("net", layer.units[row]), place), formula, _merged(slopes), "forward")


def _merged(slopes: list[tuple[Name, Formula]]) -> Slopes:
    """A name that stands in several terms (tied weights) has one slope, the sum of theirs."""
    if len({name for name, _ in slopes}) == len(slopes):
        return tuple(slopes)
    merged: dict[Name, Formula] = {}
    for name, term in slopes:
        merged[name] = plus(merged[name], term) if name in merged else term
    return tuple(merged.items())


def _outs(layer: Layer, place: Place, slopes: Container[Name]) -> Iterator[Equation]:
    """out_h1 = activation(net_h1) of each unit, with the slope as it is taught."""
    entry = ACTIVATIONS[layer.activation]
    each = [(at(Name("net", unit), place), at(Name("out", unit), place)) for unit in layer.units]
    if not feels_the_layer(entry):
        text = entry.slope_of_net if layer.slope_of_net else entry.slope
        for net, out in each:
            meaning = letters(z=net, a=out, **layer.constants)
            yield Equation(out, filled(entry.formula, meaning), ((net, filled(text, meaning)),), "forward")
        return
    meanings = [letters(z=net, a=out, **layer.constants) for net, out in each]
    formulas = over_the_layer(entry.formula, [letters(z_k=net, a_k=out) for net, out in each], meanings)
    for (net, out), meaning, formula in zip(each, meanings, formulas, strict=True):
        yield Equation(out, formula, _crossing(entry, each, net, meaning, slopes), "forward")


def _crossing(
    entry: Activation, each: Sequence[tuple[Name, Name]], own: Name, meaning: Mapping[Name, Formula],
    slopes: Container[Name],
) -> Slopes:  # fmt: skip
    """The slopes of a unit's activation by the net inputs of its layer, those that are wanted."""
    return tuple(
        (net, filled(entry.slope if net == own else entry.cross, {**meaning, **letters(z_k=net, a_k=out)}))
        for net, out in each
        if net in slopes
    )
