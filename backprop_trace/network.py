"""Networks, and the listing of named equations that one training step of a network is.

    >>> from backprop_trace.expr import given
    >>> layer = Layer(("o1",), "identity", ((given("w"),),), (None,), (given("i1"),))
    >>> network = Network(("i1",), (layer,), "half_squared_error", trained=(given("w"),))
    >>> [equation.phase for equation in listing(network).equations]
    ['forward', 'forward', 'loss', 'loss', 'backward', 'backward', 'backward', 'backward', 'backward', 'update']

A new kind of layer is another generator of forward equations; chain rule, printing and checking need not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.catalogue import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    SHORTCUTS,
    WEIGHT_DECAY,
    Optimizer,
    feels_the_layer,
    filled,
    letters,
    template,
)
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
    names_in,
    plus,
    substitute,
    times,
)

ETA = given("eta")
TIME = given("t")
"""The number of the training step, in the formulas of optimizers that use it."""


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
    """A layered network with its loss and optimizer. `trained` are the parameters that are updated.

    convention, weight_decay and schedule are keys of the catalogue's tables (the last two empty: none).
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str
    trained: tuple[Name, ...] = ()
    fixed: tuple[Name, ...] = ()
    optimizer: str = "sgd"
    samples: int = 1
    batch: str = "sum"
    targets_add_up: bool = True
    convention: str = "paper"
    weight_decay: str = ""
    schedule: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.layers[-1].units

    @property
    def rule(self) -> Optimizer:
        return OPTIMIZERS[self.optimizer][self.convention]

    @property
    def all_samples(self) -> tuple[int | None, ...]:
        """Their numbers from 1; one sample alone has no number."""
        return tuple(range(1, self.samples + 1)) if self.samples > 1 else (None,)


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
def listing(network: Network, samples: Sequence[int | None] | None = None) -> Listing:
    """Forward pass, loss, backward pass and update as one list of equations: over all samples, or a mini-batch."""
    samples = network.all_samples if samples is None else samples
    forward = loss_lines(network, samples)
    ahead = {}
    if network.rule.ahead:
        ahead = {name: Name("ahead", name.label) for name in network.trained}
        forward = [_moved(equation, ahead) for equation in forward]
    wanted = [ahead.get(name, name) for name in network.trained]
    gradients = backward(forward, LOSS, wanted, _shortcuts(network, samples))
    gradients += _idle(wanted, gradients)
    looks = [
        Equation(there, filled(network.rule.ahead, _own(network, name)), (), "forward") for name, there in ahead.items()
    ]
    adds_up = not (network.batch == "mean" and len(samples) > 1) and not (
        LOSSES[network.loss].mean and len(network.outputs) > 1
    )
    by_output = _split_by_output(network) if adds_up else frozenset[Name]()
    equations = (*looks, *forward, *gradients, *_updates(network, ahead))
    return Listing(equations, _carried(network), adds_up, by_output)


def loss_lines(network: Network, samples: Sequence[int | None]) -> list[Equation]:
    """The forward pass over some samples, up to the loss."""
    forward = [equation for sample in samples for equation in _forward(network, sample)]
    return forward + _batch_loss(network, samples)


def _carried(network: Network) -> tuple[tuple[Name, Name], ...]:
    """Parameters, what the optimizer keeps of each, and the step's number."""
    olds = [*network.trained, *states(network)]
    olds += [TIME] if counts_steps(network) else []
    return tuple((after(old), old) for old in olds)


def states(network: Network) -> dict[Name, str]:
    """What the optimizer keeps of each trained parameter, with its value before the first step."""
    return {
        Name(letter, name.label): initial for name in network.trained for letter, initial in network.rule.state.items()
    }


def constants_used(network: Network) -> set[Name]:
    """Which of the learning rate and the optimizer's constants (and t) its formulas mention."""
    rule = network.rule
    texts = [*rule.lines.values(), *rule.shared.values(), rule.ahead or "w"]
    texts += [WEIGHT_DECAY[network.weight_decay][2]] if network.weight_decay else []
    texts += [SCHEDULES[network.schedule]] if network.schedule else []
    known = {ETA, TIME, *map(given, rule.constants), given("lambda"), given("gamma")}
    return known & {name for text in texts for name in names_in(template(text))}


def counts_steps(network: Network) -> bool:
    return TIME in constants_used(network)


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


def _batch_loss(network: Network, samples: Sequence[int | None]) -> list[Equation]:
    if network.samples == 1:
        return []
    parts = [Name("E", sample=sample) for sample in samples]
    return [_total(LOSS, parts, network.batch == "mean")]


def _total(name: Name, parts: list[Name], mean: bool) -> Equation:
    """The sum of the parts, or their mean."""
    total = Sum(tuple(parts)) if len(parts) > 1 else parts[0]
    if not mean or len(parts) == 1:
        return Equation(name, total, tuple((part, ONE) for part in parts), "loss")
    share = Number(f"1/{len(parts)}")
    return Equation(name, Quotient(total, Number(str(len(parts)))), tuple((part, share) for part in parts), "loss")


# --- backward pass and update ---


def _shortcuts(network: Network, samples: Sequence[int | None]) -> dict[Name, Formula]:
    """dE/dnet of each output unit in one line, where activation and loss allow it (p - t)."""
    layer = network.layers[-1]
    text = SHORTCUTS.get((layer.activation, network.loss))
    if text is None or (layer.activation == "softmax" and not network.targets_add_up):
        return {}
    share = Number(f"1/{len(samples)}") if network.batch == "mean" and len(samples) > 1 else ONE
    return {
        derivative(LOSS, Name("net", unit, sample=sample)): times(
            share, filled(text, letters(a=Name("out", unit, sample=sample), t=Name("target", unit, sample=sample)))
        )
        for sample in samples
        for unit in layer.units
    }


def _idle(wanted: Iterable[Name], gradients: Sequence[Equation]) -> list[Equation]:
    """The gradient of a parameter that the loss does not depend on (its unit feeds nothing) is 0."""
    found = {equation.name for equation in gradients}
    idle = (name for name in (derivative(LOSS, parameter) for parameter in wanted) if name not in found)
    return [Equation(name, ZERO, (), "backward") for name in idle]


def _moved(equation: Equation, ahead: Mapping[Name, Name]) -> Equation:
    """The line with the parameters taken ahead of where they are."""
    slopes = tuple((ahead.get(name, name), substitute(slope, ahead)) for name, slope in equation.slopes)
    return equation._replace(formula=substitute(equation.formula, ahead), slopes=slopes)


def _updates(network: Network, ahead: Mapping[Name, Name]) -> Iterator[Equation]:
    """The optimizer's lines: what is computed once, what is computed for each parameter, and the step's number."""
    once = {"eta_t": SCHEDULES[network.schedule]} if network.schedule else {}
    meaning: dict[Name, Formula] = {}
    for letter, text in {**once, **network.rule.shared}.items():
        yield Equation(given(letter), filled(text, meaning), (), "update")
        if letter == "eta_t":
            meaning[ETA] = given(letter)
    for parameter in network.trained:
        yield from _update(
            network, parameter, meaning | {given("g"): derivative(LOSS, ahead.get(parameter, parameter))}
        )
    if counts_steps(network):
        yield Equation(after(TIME), filled("t + 1", {}), (), "update")


def _update(network: Network, parameter: Name, meaning: Mapping[Name, Formula]) -> Iterator[Equation]:
    """The optimizer's lines for one parameter: w5+ = w5 - eta * dE/dw5."""
    meaning = {**meaning, **_own(network, parameter)}
    if network.weight_decay:
        replaced, letter, text = WEIGHT_DECAY[network.weight_decay]
        yield Equation(Name(letter, parameter.label), filled(text, meaning), (), "update")
        meaning[given(replaced)] = Name(letter, parameter.label)
    for letter, text in network.rule.lines.items():
        plain = letter.removesuffix("+")
        name = parameter if plain == "w" else Name(plain, parameter.label)
        name = after(name) if letter != plain else name
        yield Equation(name, filled(text, meaning), (), "update")
        meaning[given(letter)] = name


def _own(network: Network, parameter: Name) -> dict[Name, Formula]:
    """What the letters w, m, v, ... stand for."""
    return letters(w=parameter) | {given(letter): Name(letter, parameter.label) for letter in network.rule.state}
