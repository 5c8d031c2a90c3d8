"""Networks, and the listing of named equations that one training step of a network is.

    >>> from backprop_trace.formulas.expr import given
    >>> layer = Layer(("o1",), "identity", ((given("w"),),), (None,), (given("i1"),))
    >>> network = Network(("i1",), (layer,), "half_squared_error")
    >>> [equation.phase for equation in listing(network, UpdateRule(trained=(given("w"),)), TrainingSet()).equations]
    ['forward', 'forward', 'loss', 'loss', 'backward', 'backward', 'backward', 'backward', 'backward', 'update']

What printing, drawing and checking want to know of the layers, they ask the network.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import (
    LOSS,
    ONE,
    ZERO,
    Call,
    Formula,
    Name,
    Number,
    Quotient,
    Sum,
    derivative,
    given,
    names_in,
    parts,
    plain,
    rebuild,
    slope,
    substitute,
    times,
)
from backprop_trace.formulas.tidy import tidied
from backprop_trace.formulas.without_gc import uncollected
from backprop_trace.model.batches import TrainingSet
from backprop_trace.model.catalogue import (
    ACTIVATIONS,
    LOSSES,
    SHORTCUTS,
    feels_the_layer,
    filled,
    letters,
)
from backprop_trace.model.chain import Equation, Place, backward
from backprop_trace.model.layers import (
    EVERYTHING,
    Connection,
    Layer,
    at,
    before,
    connections,
    given_place,
    layer_lines,
    parameters,
)
from backprop_trace.model.update import UpdateRule, carried, looks_ahead, updates

LARGEST_LISTING = 2_500_000
"""Lines of a training step: a softmax layer of 1,100 units has so many slopes, and what comes through each."""

Definition: TypeAlias = tuple[str, Formula]
"""q = x + y: a label, and a formula over inputs, parameters and earlier definitions. A name with the time -1 is that
of the time step before."""


class Network(NamedTuple):
    """Layers with a loss, or instead of them `definitions`, one of them the `objective`.

    `loss_constants` are the loss's own (delta). Layers are counted from 1; the inputs are layer 0.
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    loss: str = ""
    loss_constants: Mapping[str, Number] = {}
    definitions: tuple[Definition, ...] = ()
    objective: Name = LOSS

    @property
    def depth(self) -> int:
        """How many layers there are; 0 with definitions."""
        return len(self.layers)

    @property
    def columns(self) -> list[tuple[str, ...]]:
        """The inputs, and the units of each layer."""
        return [self.inputs, *(layer.units for layer in self.layers)]

    @property
    def units(self) -> list[str]:
        return [unit for layer in self.layers for unit in layer.units]

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.layers[-1].units if self.layers else ()

    @property
    def activations(self) -> list[str]:
        """The activation of each layer."""
        return [layer.activation for layer in self.layers]

    @property
    def output_activation(self) -> str:
        """Empty with definitions."""
        return self.layers[-1].activation if self.layers else ""

    @property
    def chooses_the_largest(self) -> bool:
        """Does the largest output say which class a sample belongs to?"""
        return self.output_activation == "softmax"

    @property
    def recurrent_units(self) -> list[str]:
        return [unit for layer in self.layers if layer.recurrent for unit in layer.units]

    @property
    def connections(self) -> Iterator[Connection]:
        return (connection for layer in self.layers for connection in connections(layer))

    @property
    def biases(self) -> list[Name]:
        """Each once, though units share it."""
        return list(dict.fromkeys(bias for layer in self.layers for bias in layer.biases if bias is not None))

    @property
    def parameters(self) -> list[list[Name]]:
        """Weights and biases of each layer."""
        return [parameters(layer) for layer in self.layers]

    def layer_of(self, unit: str) -> Layer:
        """Raises StopIteration if no layer has such a unit."""
        return next(layer for layer in self.layers if unit in layer.units)

    def bias_of(self, unit: str) -> Name | None:
        layer = self.layer_of(unit)
        return layer.biases[layer.units.index(unit)]


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
def listing(
    network: Network,
    rule: UpdateRule,
    training: TrainingSet,
    samples: Sequence[int | None] | None = None,
    targets_add_up: bool = True,
) -> Listing:
    """Forward pass, loss, backward pass and update as one list of equations: over all samples, or a mini-batch.

    Where the targets do not add up to 1, softmax has no shortcut p - t. Raises TooLarge.
    """
    samples = training.all_samples if samples is None else samples
    slopes = _on_the_way(network, rule, training, samples)
    check_size(size(network, rule, training, samples, slopes))
    forward = loss_lines(network, training, samples, slopes)
    ahead = rule.looked_at
    if ahead:
        forward = [_moved(equation, ahead) for equation in forward]
    wanted = [ahead.get(name, name) for name in rule.trained]
    inputs = _wanted_inputs(network, rule, forward)
    shortcuts = _shortcuts(network, training, samples, shortcut(network, targets_add_up))
    gradients = backward(forward, network.objective, [*wanted, *inputs], shortcuts)
    gradients += _idle(network, wanted, gradients)
    adds_up = not (training.batch == "mean" and len(samples) > 1) and not (
        len(network.outputs) > 1 and LOSSES[network.loss].mean
    )
    by_output = _split_by_output(network) if adds_up and not training.times else frozenset[Name]()
    equations = (*looks_ahead(rule), *forward, *gradients, *updates(rule, network.objective))
    return Listing(equations, carried(rule), adds_up, by_output, network.objective)


class TooLarge(ValueError):
    """A listing would have more lines than can be listed."""


def check_size(lines: int) -> None:
    """Raises TooLarge."""
    if lines > LARGEST_LISTING:
        found = f"about {lines:,} quantities; {LARGEST_LISTING:,} can be listed"
        raise TooLarge(f"{found}: take fewer units, inputs or samples, or ask for some with --only or --phase")


def size(
    network: Network,
    rule: UpdateRule,
    training: TrainingSet,
    samples: Sequence[int | None],
    slopes: Container[Name] = EVERYTHING,
) -> int:
    """About how many lines a training step over these samples has, with those slopes of softmax alone."""
    weights = sum(1 for _ in network.connections) + 2 * len(network.definitions)
    place = (samples[0], training.all_times[0])
    crossing = [layer.units for layer in network.layers if feels_the_layer(ACTIVATIONS[layer.activation])]
    pairs = sum(len(units) * sum(at(Name("net", unit), place) in slopes for unit in units) for units in crossing)
    per_sample = (3 * weights + 2 * pairs + 6 * len(network.units)) * max(1, training.times)
    return len(samples) * per_sample + (len(rule.entry.lines) + 1) * weights


def _on_the_way(
    network: Network, rule: UpdateRule, training: TrainingSet, samples: Sequence[int | None]
) -> Container[Name]:
    """What depends on a parameter that is trained; everything, if nearly all are."""
    trained = set(rule.trained)
    weights = {each.weight for each in network.connections}
    if rule.entry.ahead or 2 * len(trained & weights) > len(weights) or network.definitions:
        return EVERYTHING
    known: dict[int, bool] = {}  # of what several lines share

    def depends(formula: Formula) -> bool:
        if isinstance(formula, Name):
            return formula in trained
        if id(formula) not in known:
            known[id(formula)] = any(map(depends, parts(formula)))
        return known[id(formula)]

    for line in loss_lines(network, training, samples, slopes=()):
        if depends(line.formula):
            trained.add(line.name)
    return trained


def _wanted_inputs(network: Network, rule: UpdateRule, forward: Sequence[Equation]) -> list[Name]:
    """With definitions every input has a gradient that is not fixed."""
    labels = set(network.inputs) - {name.label for name in rule.fixed} if network.definitions else set()
    used = dict.fromkeys(name for equation in forward for name, _ in equation.slopes)
    return [name for name in used if name.kind == "" and name.label in labels]


def forward_listing(network: Network, training: TrainingSet, samples: Sequence[int | None]) -> Listing:
    """The lines up to the loss alone: without the gradients, which are most of a listing. Raises TooLarge."""
    check_size(len(samples) * (3 * len(network.units) + len(network.definitions) + 1) * max(1, training.times))
    return Listing(tuple(loss_lines(network, training, samples, slopes=())), (), objective=network.objective)


def loss_lines(
    network: Network, training: TrainingSet, samples: Sequence[int | None], slopes: Container[Name] = EVERYTHING
) -> list[Equation]:
    """The forward pass over some samples, up to the loss; of the many slopes of softmax only those by these names."""
    forward = [equation for sample in samples for equation in _forward(network, training, sample, slopes)]
    return forward + _batch_loss(network, training, samples)


def _split_by_output(network: Network) -> frozenset[Name]:
    if not network.layers:
        return frozenset()
    last = network.layers[-1]
    if feels_the_layer(ACTIVATIONS[last.activation]):
        return frozenset(Name("net", unit) for unit in last.units)
    feeding_others = {source for layer in network.layers[:-1] for source in layer.sources}
    return frozenset(last.sources) - feeding_others


# --- forward pass ---


def _forward(
    network: Network, training: TrainingSet, sample: int | None, slopes: Container[Name]
) -> Iterator[Equation]:
    """One sample, all its time steps."""
    for time in training.all_times:
        place = (sample, time)
        if network.definitions:
            yield from defined(network, training, place)
            continue
        for layer in network.layers:
            yield from layer_lines(layer, training, place, slopes)
        if time is None or time in training.target_times:
            yield from _loss(network, training, place)
    if training.times:
        parts = [at(network.objective, (sample, time)) for time in training.target_times]
        yield _total(network.objective._replace(sample=sample), parts, mean=False)


def inputs_and_targets(network: Network, training: TrainingSet) -> Iterator[Name]:
    """What is given of every sample and time step."""
    for sample in training.all_samples:
        for time in training.all_times:
            place = given_place(training, (sample, time))
            yield from (at(given(label), place) for label in network.inputs)
            if time is None or time in training.target_times:
                yield from (at(Name("target", unit), place) for unit in network.outputs)


def outputs_and_targets(network: Network, training: TrainingSet) -> list[tuple[Name, Name]]:
    """Each output with its target, in every sample and at every time step that has a loss."""
    places = [(sample, time) for sample in training.all_samples for time in training.target_times or (None,)]
    return [
        (at(Name("out", unit), place), at(Name("target", unit), given_place(training, place)))
        for place in places
        for unit in network.outputs
    ]


def defined(network: Network, training: TrainingSet, place: Place) -> Iterator[Equation]:
    """The definitions in a sample, at a time step, each with its slopes."""
    varying = {*network.inputs, *(label for label, _ in network.definitions)}
    total = training.samples > 1 or training.times > 0  # then the objective is a part of a sum
    for label, formula in network.definitions:
        meaning: dict[Name, Formula] = {}
        for name in names_in(formula):
            if name.time == -1:
                meaning[name] = before(plain(name), place)
            elif name.label in varying:
                meaning[name] = at(name, place)
        filled_in = substitute(formula, meaning)
        answer = at(given(label), place)
        slopes = tuple(
            (name, tidied(with_answer(slope(filled_in, name), filled_in, answer))) for name in names_in(filled_in)
        )
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


def _loss(network: Network, training: TrainingSet, place: Place) -> Iterator[Equation]:
    entry = LOSSES[network.loss]
    parts = []
    for unit in network.outputs:
        out, target = at(Name("out", unit), place), at(Name("target", unit), given_place(training, place))
        meaning = letters(o=out, t=target, **network.loss_constants)
        part = at(Name("E", unit), place)
        parts.append(part)
        yield Equation(part, filled(entry.formula, meaning), ((out, filled(entry.slope, meaning)),), "loss")
    yield _total(at(LOSS, place), parts, entry.mean)


def _batch_loss(network: Network, training: TrainingSet, samples: Sequence[int | None]) -> list[Equation]:
    if training.samples == 1:
        return []
    parts = [network.objective._replace(sample=sample) for sample in samples]
    return [_total(network.objective, parts, training.batch == "mean")]


def _total(name: Name, parts: list[Name], mean: bool) -> Equation:
    """The sum of the parts, or their mean."""
    total = Sum(tuple(parts)) if len(parts) > 1 else parts[0]
    if not mean or len(parts) == 1:
        return Equation(name, total, tuple((part, ONE) for part in parts), "loss")
    share = Number(f"1/{len(parts)}")
    return Equation(name, Quotient(total, Number(str(len(parts)))), tuple((part, share) for part in parts), "loss")


# --- backward pass ---


def shortcut(network: Network, targets_add_up: bool) -> str:
    """dE/dnet of an output unit in one line (p - t), where activation and loss allow it; softmax needs targets that add
    up to 1."""
    last = network.layers[-1] if network.layers else None
    if last is None or last.recurrent or (feels_the_layer(ACTIVATIONS[last.activation]) and not targets_add_up):
        return ""
    return SHORTCUTS.get((last.activation, network.loss), "")


def _shortcuts(
    network: Network, training: TrainingSet, samples: Sequence[int | None], text: str
) -> dict[Name, Formula]:
    """The shortcut of each output unit."""
    if not text:
        return {}
    share = Number(f"1/{len(samples)}") if training.batch == "mean" and len(samples) > 1 else ONE
    found = {}
    for place in [(sample, time) for sample in samples for time in training.target_times or (None,)]:
        for unit in network.outputs:
            out, target = at(Name("out", unit), place), at(Name("target", unit), given_place(training, place))
            found[derivative(LOSS, at(Name("net", unit), place))] = times(share, filled(text, letters(a=out, t=target)))
    return found


def _idle(network: Network, wanted: Iterable[Name], gradients: Sequence[Equation]) -> list[Equation]:
    """The gradient of a parameter that the loss does not depend on (its unit feeds nothing) is 0."""
    found = {equation.name for equation in gradients}
    names = (derivative(network.objective, parameter) for parameter in wanted)
    return [Equation(name, ZERO, (), "backward") for name in names if name not in found]


def _moved(equation: Equation, ahead: Mapping[Name, Name]) -> Equation:
    """The line with the parameters taken ahead of where they are."""
    slopes = tuple((ahead.get(name, name), substitute(slope, ahead)) for name, slope in equation.slopes)
    return equation._replace(formula=substitute(equation.formula, ahead), slopes=slopes)
