"""Networks, and the listing of named equations that one training step of a network is.

    >>> from backprop_trace.formulas.expr import given
    >>> layer = Layer(("o1",), "identity", ((given("w"),),), (None,), (given("i1"),))
    >>> network = Network(("i1",), (layer,), "half_squared_error", trained=(given("w"),))
    >>> [equation.phase for equation in listing(network).equations]
    ['forward', 'forward', 'loss', 'loss', 'backward', 'backward', 'backward', 'backward', 'backward', 'update']

A new kind of layer is another generator of forward equations; chain rule, printing and checking need not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import (
    LOSS,
    ONE,
    ZERO,
    Call,
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
    parts,
    plain,
    plus,
    rebuild,
    slope,
    substitute,
    times,
)
from backprop_trace.formulas.without_gc import uncollected
from backprop_trace.model.batches import Samples, all_samples
from backprop_trace.model.catalogue import (
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
from backprop_trace.model.chain import Equation, Place, Slopes, backward

ETA = given("eta")
TIME = given("t")
"""The number of the training step, in the formulas of optimizers that use it."""


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


Definition: TypeAlias = tuple[str, Formula]
"""q = x + y: a label, and a formula over inputs, parameters and earlier definitions. A name with the time -1 is that
of the time step before."""


class Settling(NamedTuple):
    """Run until no activation changes by the threshold or more, but not longer than so many iterations."""

    threshold: str
    most: int


class Network(NamedTuple):
    """A layered network with its loss and optimizer. `trained` are the parameters that are updated.

    Instead of layers there may be `definitions`, one of them the `objective`; then inputs have gradients too, unless
    they are `fixed`. `times` counts the time steps of a sequence (0: none), `target_times` are those with a loss. In a
    network that is `settling` they are its iterations; then inputs and targets do not change with time.
    convention, weight_decay and schedule are keys of the catalogue's tables (the last two empty: none).
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    loss: str = ""
    trained: tuple[Name, ...] = ()
    fixed: tuple[Name, ...] = ()
    optimizer: str = "sgd"
    samples: int = 1
    batch: str = "sum"
    targets_add_up: bool = True
    definitions: tuple[Definition, ...] = ()
    objective: Name = LOSS
    times: int = 0
    target_times: tuple[int, ...] = ()
    settling: Settling | None = None
    convention: str = "paper"
    weight_decay: str = ""
    schedule: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.layers[-1].units if self.layers else ()

    @property
    def all_times(self) -> tuple[int | None, ...]:
        """The time steps from 1; without a sequence there is one that has no number."""
        return tuple(range(1, self.times + 1)) if self.times else (None,)

    @property
    def rule(self) -> Optimizer:
        return OPTIMIZERS[self.optimizer][self.convention]

    @property
    def all_samples(self) -> Samples:
        """Their numbers from 1; one sample alone has no number."""
        return all_samples(self.samples)


class Listing(NamedTuple):
    """The equations of one training step in order, each over names that come before it or are given."""

    equations: tuple[Equation, ...]
    carried: tuple[tuple[Name, Name], ...]
    """(w5+, w5): what the next training step starts from."""
    loss_adds_up: bool = True
    """dE/dE_o1 is 1: the loss is a sum over outputs and samples, not a mean."""
    by_output: frozenset[Name] = frozenset()
    """The names x for which the term dE/dx:o1 is the same as dE_o1/dx."""
    objective: Name = LOSS
    """What the gradients are those of."""


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
    gradients = backward(
        forward, network.objective, [*wanted, *_wanted_inputs(network, forward)], _shortcuts(network, samples)
    )
    gradients += _idle(network, wanted, gradients)
    looks = [
        Equation(there, filled(network.rule.ahead, _own(network, name)), (), "forward") for name, there in ahead.items()
    ]
    adds_up = not (network.batch == "mean" and len(samples) > 1) and not (
        len(network.outputs) > 1 and LOSSES[network.loss].mean
    )
    by_output = _split_by_output(network) if adds_up and not network.times else frozenset[Name]()
    equations = (*looks, *forward, *gradients, *_updates(network, ahead))
    return Listing(equations, _carried(network), adds_up, by_output, network.objective)


def _wanted_inputs(network: Network, forward: Sequence[Equation]) -> list[Name]:
    """With definitions every input has a gradient that is not fixed."""
    labels = set(network.inputs) - {name.label for name in network.fixed} if network.definitions else set()
    used = dict.fromkeys(name for equation in forward for name, _ in equation.slopes)
    return [name for name in used if name.kind == "" and name.label in labels]


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
    if not network.layers:
        return frozenset()
    last = network.layers[-1]
    if feels_the_layer(ACTIVATIONS[last.activation]):
        return frozenset(Name("net", unit) for unit in last.units)
    feeding_others = {source for layer in network.layers[:-1] for source in layer.sources}
    return frozenset(last.sources) - feeding_others


def at(name: Name, place: Place) -> Name:
    """A name in a sample and at a time step."""
    sample, time = place
    return name if sample is None and time is None else name._replace(sample=sample, time=time)


# --- forward pass ---


def _forward(network: Network, sample: int | None) -> Iterator[Equation]:
    """One sample, all its time steps."""
    for time in network.all_times:
        place = (sample, time)
        if network.definitions:
            yield from defined(network, place)
            continue
        for layer in network.layers:
            yield from layer_lines(network, layer, place)
        if time is None or time in network.target_times:
            yield from _loss(network, place)
    if network.times:
        parts = [at(network.objective, (sample, time)) for time in network.target_times]
        yield _total(network.objective._replace(sample=sample), parts, mean=False)


def layer_lines(network: Network, layer: Layer, place: Place) -> Iterator[Equation]:
    """Net inputs and activations of a layer."""
    nets = [_net(network, layer, row, place) for row in range(len(layer.units))]
    outs = [_out(layer, row, place) for row in range(len(layer.units))]
    if feels_the_layer(ACTIVATIONS[layer.activation]) or layer.recurrent:
        yield from nets + outs
    else:
        yield from (line for pair in zip(nets, outs, strict=True) for line in pair)


def _net(network: Network, layer: Layer, row: int, place: Place) -> Equation:
    """net_h1 = w1 * i1 + w2 * i2 + b1; its slopes are the inputs, the weights, and 1 for the bias.

    A recurrent layer adds u * out_h1@1 to net_h1@2.
    """
    feeding = [
        (weight, at(source, _given_place(network, place) if source.kind == "" else place))
        for weight, source in zip(layer.weights[row], layer.sources, strict=True)
    ]
    if layer.recurrent:
        own = (before(Name("out", unit), place) for unit in layer.units)
        feeding += zip(layer.recurrent[row], own, strict=True)
    connected = [(weight, source) for weight, source in feeding if weight is not None]
    terms: list[Formula] = [Product(pair) for pair in connected]
    slopes: list[tuple[Name, Formula]] = list(connected)
    bias = layer.biases[row]
    if bias is not None:
        terms.append(bias)
        slopes.append((bias, ONE))
    slopes += [(source, weight) for weight, source in connected]
    formula = Sum(tuple(terms)) if len(terms) > 1 else terms[0] if terms else ZERO
    return Equation(at(Name("net", layer.units[row]), place), formula, _merged(slopes), "forward")


def _given_place(network: Network, place: Place) -> Place:
    """Where inputs and targets stand: in a network that settles they are the same in all iterations."""
    return place if network.settling is None else (place[0], None)


def inputs_and_targets(network: Network) -> Iterator[Name]:
    """What is given of every sample and time step."""
    for sample in network.all_samples:
        for time in network.all_times:
            place = _given_place(network, (sample, time))
            yield from (at(given(label), place) for label in network.inputs)
            if time is None or time in network.target_times:
                yield from (at(Name("target", unit), place) for unit in network.outputs)


def outputs_and_targets(network: Network) -> list[tuple[Name, Name]]:
    """Each output with its target, in every sample and at every time step that has a loss."""
    places = [(sample, time) for sample in network.all_samples for time in network.target_times or (None,)]
    return [
        (at(Name("out", unit), place), at(Name("target", unit), _given_place(network, place)))
        for place in places
        for unit in network.outputs
    ]


def before(name: Name, place: Place) -> Name:
    """A quantity at the time step before; what it is before the first one is given, the same for all samples."""
    sample, time = place
    assert time is not None
    return at(name, (sample, time - 1) if time > 1 else (None, 0))


def _merged(slopes: list[tuple[Name, Formula]]) -> Slopes:
    """A name that stands in several terms (tied weights) has one slope, the sum of theirs."""
    if len({name for name, _ in slopes}) == len(slopes):
        return tuple(slopes)
    merged: dict[Name, Formula] = {}
    for name, term in slopes:
        merged[name] = plus(merged[name], term) if name in merged else term
    return tuple(merged.items())


def _out(layer: Layer, row: int, place: Place) -> Equation:
    """out_h1 = activation(net_h1), with the slope as it is taught."""
    entry = ACTIVATIONS[layer.activation]
    unit = layer.units[row]
    net, out = at(Name("net", unit), place), at(Name("out", unit), place)
    meaning = letters(z=net, a=out, **layer.constants)
    if not feels_the_layer(entry):
        slope = entry.slope_of_net if layer.slope_of_net else entry.slope
        return Equation(out, filled(entry.formula, meaning), ((net, filled(slope, meaning)),), "forward")
    others = [letters(z_k=at(Name("net", other), place), a_k=at(Name("out", other), place)) for other in layer.units]
    slopes = tuple(
        (at(Name("net", other), place), filled(entry.slope if other == unit else entry.cross, meaning | others[k]))
        for k, other in enumerate(layer.units)
    )
    return Equation(out, filled(entry.formula, meaning, others), slopes, "forward")


def defined(network: Network, place: Place) -> Iterator[Equation]:
    """The definitions in a sample, at a time step, each with its slopes."""
    varying = {*network.inputs, *(label for label, _ in network.definitions)}
    total = network.samples > 1 or network.times > 0  # then the objective is a part of a sum
    for label, formula in network.definitions:
        meaning: dict[Name, Formula] = {}
        for name in names_in(formula):
            if name.time == -1:
                meaning[name] = before(plain(name), place)
            elif name.label in varying:
                meaning[name] = at(name, place)
        filled_in = substitute(formula, meaning)
        answer = at(given(label), place)
        slopes = tuple((name, with_answer(slope(filled_in, name), filled_in, answer)) for name in names_in(filled_in))
        is_part = total and given(label) == network.objective
        yield Equation(answer, filled_in, slopes, "loss" if is_part else "forward")


def with_answer(slope_: Formula, formula: Formula, answer: Name) -> Formula:
    """A slope that uses the answer, as it is taught: f * (1 - f) where f is sigmoid(...)."""
    if not isinstance(formula, Call):
        return slope_
    if slope_ == formula:
        return answer
    return rebuild(slope_, tuple(with_answer(part, formula, answer) for part in parts(slope_)))


# --- loss ---


def _loss(network: Network, place: Place) -> Iterator[Equation]:
    entry = LOSSES[network.loss]
    parts = []
    for unit in network.outputs:
        out, target = at(Name("out", unit), place), at(Name("target", unit), _given_place(network, place))
        meaning = letters(o=out, t=target)
        part = at(Name("E", unit), place)
        parts.append(part)
        yield Equation(part, filled(entry.formula, meaning), ((out, filled(entry.slope, meaning)),), "loss")
    yield _total(at(LOSS, place), parts, entry.mean)


def _batch_loss(network: Network, samples: Sequence[int | None]) -> list[Equation]:
    if network.samples == 1:
        return []
    parts = [network.objective._replace(sample=sample) for sample in samples]
    return [_total(network.objective, parts, network.batch == "mean")]


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
    if not network.layers:
        return {}
    layer = network.layers[-1]
    text = SHORTCUTS.get((layer.activation, network.loss))
    if text is None or layer.recurrent or (layer.activation == "softmax" and not network.targets_add_up):
        return {}
    share = Number(f"1/{len(samples)}") if network.batch == "mean" and len(samples) > 1 else ONE
    places = [(sample, time) for sample in samples for time in network.target_times or (None,)]
    return {
        derivative(LOSS, at(Name("net", unit), place)): times(
            share,
            filled(
                text, letters(a=at(Name("out", unit), place), t=at(Name("target", unit), _given_place(network, place)))
            ),
        )
        for place in places
        for unit in layer.units
    }


def _idle(network: Network, wanted: Iterable[Name], gradients: Sequence[Equation]) -> list[Equation]:
    """The gradient of a parameter that the loss does not depend on (its unit feeds nothing) is 0."""
    found = {equation.name for equation in gradients}
    names = (derivative(network.objective, parameter) for parameter in wanted)
    return [Equation(name, ZERO, (), "backward") for name in names if name not in found]


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
        yield from _update(network, parameter, ahead.get(parameter, parameter), meaning)
    if counts_steps(network):
        yield Equation(after(TIME), filled("t + 1", {}), (), "update")


def _update(network: Network, parameter: Name, there: Name, meaning: Mapping[Name, Formula]) -> Iterator[Equation]:
    """The optimizer's lines for one parameter: w5+ = w5 - eta * dE/dw5. `there` is where the gradient is taken."""
    meaning = {
        **meaning,
        **_own(network, parameter),
        given("g"): derivative(network.objective, there),
        given("at"): there,
    }
    if network.weight_decay:
        replaced, letter, text = WEIGHT_DECAY[network.weight_decay]
        yield Equation(Name(letter, parameter.label), filled(text, meaning), (), "update")
        meaning[given(replaced)] = Name(letter, parameter.label)
    for letter, text in network.rule.lines.items():
        stem = letter.removesuffix("+")
        name = parameter if stem == "w" else Name(stem, parameter.label)
        name = after(name) if letter != stem else name
        yield Equation(name, filled(text, meaning), (), "update")
        meaning[given(letter)] = name


def _own(network: Network, parameter: Name) -> dict[Name, Formula]:
    """What the letters w, m, v, ... stand for."""
    return letters(w=parameter) | {given(letter): Name(letter, parameter.label) for letter in network.rule.state}
