"""The whole document: the order in which its parts are read, and the worked example they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from backprop_trace.files import schema
from backprop_trace.files.source import Node, Problem, SourceError, did_you_mean, read_yaml
from backprop_trace.files.spec import formulas, sequence
from backprop_trace.files.spec.clashes import refuse_clashes
from backprop_trace.files.spec.conventions import read_ways
from backprop_trace.files.spec.csv_file import from_file
from backprop_trace.files.spec.givens import read_inputs, read_parameters, read_targets, read_validation
from backprop_trace.files.spec.layers import read_layers
from backprop_trace.files.spec.optimizer import read_batching, read_optimizer
from backprop_trace.files.spec.reader import Reader, short
from backprop_trace.files.spec.remarks import targets_add_up, warn
from backprop_trace.files.spec.shorthand import has_classes, loss_for, without_input_layer
from backprop_trace.files.spec.weights import read_layout
from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.notebook import plain_in_notebook, shown_in_notebook
from backprop_trace.formulas.numbers import Rounded, number
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.model.batches import Settling, TrainingSet
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, feels_the_layer
from backprop_trace.model.conventions import Ways
from backprop_trace.model.general import General, general_formulas
from backprop_trace.model.network import Definition, Listing, Network, forward_listing, listing
from backprop_trace.model.settle import DoesNotSettle, settled
from backprop_trace.model.update import UpdateRule

MOST_ITERATIONS = 10_000


class HeldOut(NamedTuple):
    """Samples that are not trained on: how many, and their inputs and targets."""

    samples: int = 0
    values: Mapping[Name, str] = {}


class Example(NamedTuple):
    """A worked example: a network, its update rule, what it is trained on, the numbers given (as written), and what its
    source prints.

    `values` has the inputs and targets (per sample, if there are several), the parameters and eta; it lacks those
    that stand in the file without a number. `published` is the file's section of that name, unread; `folder` is where
    the file lies; `set_` is what was set for this run. `ways` are the conventions of sheets that its author
    decides on; `rounded` the givens that are printed rounded.
    """

    network: Network
    rule: UpdateRule
    training: TrainingSet
    values: Mapping[Name, str]
    title: str = ""
    source: str = ""
    note: str = ""
    name: str = ""
    text: str = ""
    published: Node | None = None
    warnings: tuple[str, ...] = ()
    held_out: HeldOut = HeldOut()
    folder: Path = Path()
    set_: frozenset[Name] = frozenset()
    ways: Ways = Ways()
    rounded: frozenset[Name] = frozenset()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return shown_in_notebook(self)

    def _repr_pretty_(self, printer: object, cycle: bool = False) -> None:
        plain_in_notebook(self, printer)

    def listing(self, samples: Sequence[int | None] | None = None) -> Listing:
        """The lines of a training step over all samples, or over some."""
        return listing(self.network, self.rule, self.training, samples, self.targets_add_up)

    def forward(self, samples: Sequence[int | None] | None = None) -> Listing:
        """The lines up to the loss alone (where an optimizer looks ahead, with those of its rule)."""
        if self.rule.entry.ahead:
            return self.listing(samples)
        return forward_listing(self.network, self.training, self.training.all_samples if samples is None else samples)

    def general_formulas(self, phases: Sequence[str]) -> list[General]:
        """The general formula of each phase."""
        return general_formulas(self.network, self.rule, self.training, phases, self.targets_add_up)

    def with_network(self, **changes: Any) -> Example:
        return self._replace(network=self.network._replace(**changes))

    def with_rule(self, **changes: Any) -> Example:
        return self._replace(rule=self.rule._replace(**changes))

    def with_training(self, **changes: Any) -> Example:
        return self._replace(training=self.training._replace(**changes))

    @property
    def targets_add_up(self) -> bool:
        """Do the targets of every sample sum to 1, where that matters?"""
        last = self.network.output_activation
        return not (last and feels_the_layer(ACTIVATIONS[last])) or targets_add_up(self.values)


def read_document(reader: Reader) -> Example:
    """A worked example, from all that the reader's text says. Raises SourceError."""
    top = read_top(reader)
    network, rule, training, held_out = read_network(reader, top)
    rule = read_optimizer(reader, top, rule)
    training = training._replace(batching=read_batching(reader, top, training.samples))
    reader.give_up_if_wrong()
    refuse_clashes(reader, network, rule)
    reader.give_up_if_wrong()
    network, training = complete(reader, top, network, rule, training)
    warn(reader, network, rule)
    title, source, note = (reader.word(top.get(key)) for key in ("title", "source", "note"))
    if "published" in top and top["published"].kind != "mapping":
        found = top["published"].described()
        reader.wrong(f"published must be a mapping of quantities, found {found}", top["published"].place)
    ways, rounded = read_ways(reader, top.get("conventions")), read_rounded(reader, top)
    reader.give_up_if_wrong()
    return Example(
        network, rule, training, reader.values, title, source, note, reader.name, reader.text, top.get("published"),
        tuple(reader.warnings), HeldOut(held_out, reader.held_out), reader.folder, ways=ways,
        rounded=rounded,
    )  # fmt: skip


def read_rounded(reader: Reader, top: Mapping[str, Node]) -> frozenset[Name]:
    """The given numbers that are printed rounded: those that are marked (0.4764~), or all that have decimals."""
    word = reader.choice(top["given"], ("exact", "rounded"), "word for given numbers") if "given" in top else ""
    texts = {name: text for name, text in reader.values.items() if name.kind in ("", "target")}
    every = {name for name, text in texts.items() if word == "rounded" and "." in text}
    return frozenset(every | {name for name, text in texts.items() if isinstance(text, Rounded)})


def read_given(reader: Reader, top: Mapping[str, Node], rows: list[Node]) -> tuple[tuple[str, ...], int, int]:
    """The names of the inputs, the number of samples, and the number of time steps."""
    if rows:
        inputs, times = sequence.read_inputs(reader, rows, top)
        return inputs, len(rows), times
    if "definitions" in top and "inputs" not in top and "samples" not in top:
        return (), 1, 0
    return *read_inputs(reader, top), 0


def read_top(reader: Reader) -> dict[str, Node]:
    """The sections of the document, samples from files among them."""
    root = read_yaml(reader.text, reader.name)
    if root.is_empty:
        help_ = "'backprop-trace show mazur' shows an example"
        raise SourceError([Problem("the file is empty", help=help_)], reader.name)
    defined = any(key.text == "definitions" for key, _ in root.entries)
    if defined:
        reader.one = ("sample", schema.DEFINED_SAMPLE)
    top = reader.table(root, schema.DEFINED if defined else schema.EXAMPLE, "a worked example")
    if root.kind != "mapping":
        reader.give_up_if_wrong()
    classes = has_classes(top)
    top |= {key: from_file(reader, top[key], classes) for key in ("samples", "validation") if key in top}
    return without_input_layer(reader, top)


def read_network(reader: Reader, top: Mapping[str, Node]) -> tuple[Network, UpdateRule, TrainingSet, int]:
    """What is given, and layers or definitions; what is trained, on what; and how many samples are held out."""
    read_parameters(reader, top.get("parameters"))
    rows = sequence.sequences(top)
    inputs, samples, times = read_given(reader, top, rows)
    settling = read_settling(reader, top)
    reader.times = times or int(bool(rows) or "settle" in top)
    layout = read_layout(reader, top.get("weights_layout")) if all(inputs) else ""  # a name is wrong: said already
    layers = read_layers(reader, top.get("layers"), inputs, layout)
    definitions: tuple[Definition, ...] = ()
    if "definitions" in top:
        definitions = formulas.read_definitions(reader, top["definitions"], inputs, times)
    activation = layers[-1].activation if layers else ""
    reader.classes = activation == "softmax"
    loss, loss_constants, _ = formulas.function(reader, top.get("loss"), LOSSES, schema.LOSS, "loss", "ot")
    loss = loss_for(top["loss"].text, loss, activation) if loss else ""
    batch = reader.choice(top["batch"], ("sum", "mean"), "batch") if "batch" in top else "sum"
    fixed = read_fixed(reader, top.get("fixed"), (*reader.parameters, *(inputs if definitions else ())))
    outputs = layers[-1].units if layers else ()
    target_times = read_wanted(reader, top, rows, outputs, samples, times)
    held_out = read_validation(reader, top.get("validation"), inputs, outputs)
    reader.values |= {given(label): entry.text for label, entry in reader.parameters.items() if entry.text is not None}
    trained = tuple(given(label) for label in reader.parameters if label in reader.used and label not in fixed)
    return (
        Network(inputs, layers, loss, loss_constants, definitions),
        UpdateRule(trained=trained, fixed=tuple(map(given, fixed))),
        TrainingSet(samples, batch, times=times, target_times=target_times, settling=settling),
        held_out,
    )


def read_wanted(
    reader: Reader,
    top: Mapping[str, Node],
    rows: list[Node],
    outputs: tuple[str, ...],
    samples: int,
    times: int,
) -> tuple[int, ...]:
    """The targets; the time steps that have some."""
    if outputs and times:
        return sequence.read_targets(reader, rows, outputs, times)
    if outputs and not rows:
        read_targets(reader, top, outputs, samples)
    return tuple(range(1, times + 1))


def complete(
    reader: Reader, top: Mapping[str, Node], network: Network, rule: UpdateRule, training: TrainingSet
) -> tuple[Network, TrainingSet]:
    """Both with what can only be said of a whole one: objective, start, iterations. Raises SourceError."""
    if network.definitions and "objective" in top:
        goal = formulas.objective(reader, top["objective"], network.definitions)
        network = network._replace(objective=goal)
    formulas.read_start(reader, top.get("start"), network)
    reader.give_up_if_wrong()
    try:
        return network, settled(network, rule, training, reader.values)
    except DoesNotSettle as restless:
        reader.wrong(str(restless), top["settle"].place)
        reader.give_up_if_wrong()
        raise


def read_settling(reader: Reader, top: Mapping[str, Node]) -> Settling | None:
    """When a network with feedback has settled."""
    if "settle" not in top:
        return None
    entries = reader.table(top["settle"], schema.SETTLE, "settle")
    threshold = reader.number(entries["threshold"]) if "threshold" in entries else None
    most = reader.number(entries["most"]) if "most" in entries else "200"
    if threshold is not None and number(threshold) <= 0:
        reader.wrong("the threshold must be greater than 0", entries["threshold"].place)
    if most is not None and not (number(most).denominator == 1 and 1 <= number(most) <= MOST_ITERATIONS):
        reader.wrong(f"a whole number of iterations, from 1 to {MOST_ITERATIONS}", entries["most"].place)
    if "sequence" in top:
        reader.wrong("'settle' stands beside 'sequence'", top["settle"].place, help="keep one of them")
    layers = top["layers"].items if "layers" in top else []
    if not any(key.text == "recurrent" for layer in layers for key, _ in layer.entries):
        reader.wrong("no layer is recurrent: there is nothing to settle", top["settle"].place)
    return None if threshold is None or most is None else Settling(threshold, int(number(most)))


def read_fixed(reader: Reader, node: Node | None, known: Iterable[str]) -> tuple[str, ...]:
    if node is None:
        return ()
    items = node.items if node.kind == "list" else [node]
    for item in items:
        if not item.is_scalar:
            reader.wrong(f"the name of a parameter must stand here, found {item.described()}", item.place)
        elif normal(item.text) not in known:
            reader.wrong(f"unknown parameter {short(item.text)}", item.place, help=did_you_mean(item.text, known))
    return tuple(normal(item.text) for item in items)
