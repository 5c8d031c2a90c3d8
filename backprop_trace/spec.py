"""From a YAML file to a worked example.

    >>> example = read_example('''
    ... inputs: {i1: 2}
    ... targets: {o1: 1}
    ... layers: [{units: [o1], activation: identity, weights: [[0.5]]}]
    ... loss: half_squared_error
    ... learning_rate: 0.1
    ... ''')
    >>> example.network.trained[0].label, example.values[example.network.trained[0]]
    ('w_i1_o1', '0.5')

`load` finds a file by path, by the name of a shipped example, or on standard input. Numbers stay the text that was
written. Everything wrong with a file is collected and raised at once as a `source.SourceError`. The keys a file may
have are in `schema`, one table for the reader and for editors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path
from typing import NamedTuple

from backprop_trace import schema, spec_formulas, spec_sequence
from backprop_trace.batches import Batching
from backprop_trace.catalogue import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    SETTINGS,
    WEIGHT_DECAY,
    canonical,
    decays_apart,
)
from backprop_trace.draw import DECIMALS, DISTRIBUTIONS, draw
from backprop_trace.expr import FUNCTIONS, Name, Number, given
from backprop_trace.network import ETA, TIME, Definition, Layer, Network, Settling, constants_used, states
from backprop_trace.notation.names import canonical as canonical_name
from backprop_trace.parse import LABEL, NotANumber, number
from backprop_trace.samples import read_columns
from backprop_trace.settle import DoesNotSettle, settled
from backprop_trace.source import (
    Node,
    Place,
    Problem,
    SourceError,
    closest,
    did_you_mean,
    doubled_keys,
    read_text,
    read_yaml,
)

MOST_ITERATIONS = 10_000
RECURRENT_DRAWS = 500
"""Random recurrent weights are drawn apart from those of the layers before."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_COUNT = re.compile(r"[1-9][0-9]{0,4}")


class HeldOut(NamedTuple):
    """Samples that are not trained on: how many, and their inputs and targets."""

    samples: int = 0
    values: Mapping[Name, str] = {}


class Example(NamedTuple):
    """A worked example: a network, the numbers given (as written), and what its source prints.

    `values` has the inputs and targets (per sample, if there are several), the parameters and eta; it lacks those
    that stand in the file without a number. `published` is the file's section of that name, unread; `folder` is where
    the file lies.
    """

    network: Network
    values: Mapping[Name, str]
    title: str = ""
    source: str = ""
    note: str = ""
    name: str = ""
    text: str = ""
    published: Node | None = None
    warnings: tuple[str, ...] = ()
    batching: Batching = Batching()
    held_out: HeldOut = HeldOut()
    folder: Path = Path()


def shipped() -> list[str]:
    """The names of the examples that come with the program."""
    return sorted(path.stem for path in _shipped_folder().glob("*.yaml"))


def _shipped_folder() -> Path:
    """`networks/` lies in the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    return next((folder for folder in (here / "networks", here.parent / "networks") if folder.is_dir()), here)


def load(name: str) -> Example:
    """A worked example by path, by shipped name, or `-` for standard input. Raises SourceError."""
    if name in shipped() and not os.path.isfile(name):
        return read_example((_shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8"), name, _shipped_folder())
    if name != "-" and not os.path.exists(name) and not name.lower().endswith((".yaml", ".yml")):
        help_ = did_you_mean(name, shipped())
        raise SourceError([Problem("no such file, and no shipped example of this name", help=help_)], name)
    text, shown_name = read_text(name)
    return read_example(text, shown_name, Path() if name == "-" else Path(name).parent)


def read_example(text: str, name: str = "text", folder: Path = Path()) -> Example:
    """A worked example from YAML text; `name` is what messages call it. Raises SourceError.

    Files with samples are looked for from `folder` on.
    """
    return Reader(text, name, folder).example()


class _Given(NamedTuple):
    """A name with its number as written, or without one, and where it stands."""

    text: str | None
    place: Place


class Reader:
    """Reads one document and remembers everything that is wrong with it."""

    def __init__(self, text: str, name: str, folder: Path):
        self.text, self.name, self.folder = text, name, folder
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.parameters: dict[str, _Given] = {}
        self.used: set[str] = set()
        self.values: dict[Name, str] = {}
        self.times = 0
        self.one = ("sample", schema.SAMPLE)  # what a list of inputs and targets is a list of
        self.held_out: dict[Name, str] = {}

    def wrong(self, message: str, place: Place | None = None, note: str = "", help: str = "") -> None:
        self.problems.append(Problem(message, place, note, help))

    def give_up_if_wrong(self) -> None:
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem.place or Place(0, 0))
            raise SourceError(ordered, self.name, self.text)

    # --- small readings ---

    def table(self, node: Node, keys: Mapping[str, schema.Key], what: str) -> dict[str, Node]:
        """The entries of a mapping with known keys."""
        if node.kind != "mapping":
            self.wrong(
                f"{what} must be a mapping, found {node.described()}", node.place, help="write 'key: value' lines"
            )
            return {}
        entries: dict[str, Node] = {}
        for key, value in self.pairs(node):
            word = key.text
            if word not in keys:
                self.wrong(f"unknown key {_short(word)} in {what}", key.place, help=did_you_mean(word, keys))
                word = closest(word, keys)  # read as what was meant, lest one slip be reported twice
            if word and not value.is_empty:
                entries.setdefault(word, value)
        for word, entry in keys.items():
            if entry.required and word not in entries:
                self.wrong(f"{what} lacks the key {word!r}", node.place, help=entry.description)
        return entries

    def pairs(self, node: Node) -> list[tuple[Node, Node]]:
        """The entries of a mapping, each key once; in `{w1: 0,5}` YAML takes the 5 for a key: it is put back."""
        self.problems += doubled_keys(node)
        found: dict[str, tuple[Node, Node]] = {}
        last = ""
        for key, value in node.entries:
            if last and value.is_empty and _WHOLE.fullmatch(key.text) and _WHOLE.fullmatch(found[last][1].text):
                name, number = found[last]
                text = f"{number.text},{key.text}"
                found[last] = (name, Node("scalar", number.place._replace(length=len(text)), text))
            elif key.text not in found:
                found[key.text], last = (key, value), key.text
        return list(found.values())

    def word(self, node: Node | None) -> str:
        if node is None:
            return ""
        if not node.is_scalar:
            self.wrong(f"a text must stand here, found {node.described()}", node.place)
            return ""
        return node.text.strip()

    def number(self, node: Node) -> str | None:
        """The text of a number; what is wrong with it is noted."""
        if not node.is_scalar:
            self.wrong(f"a number must stand here, found {node.described()}", node.place)
            return None
        try:
            number(node.text)
        except NotANumber as error:
            help_ = _number_help(node) if str(error) == "not a number" else ""
            self.wrong(f"{error!s}: {_short(node.text)}", node.place, help=help_)
            return None
        return node.text.strip().replace("−", "-").lstrip("+")

    def label(self, node: Node) -> str:
        """A name of the file's own."""
        text = node.text if node.is_scalar else ""
        if not LABEL.fullmatch(text):
            help_ = "names are letters, digits, _ and ^, and do not start with a digit"
            self.wrong(f"not a possible name: {_short(text) or node.described()}", node.place, help=help_)
            return ""
        if text in FUNCTIONS or text == "eta":
            self.wrong(f"{text!r} already means something in formulas", node.place, help="choose another name")
        return text

    def choice(self, node: Node, known: Iterable[str], what: str) -> str:
        """One of the catalogue's words, or a synonym."""
        word = canonical(self.word(node))
        if word and word not in known:
            self.wrong(f"unknown {what} {_short(node.text)}", node.place, f"not {_a(what)}", did_you_mean(word, known))
            return ""
        return word

    # --- the document ---

    def example(self) -> Example:
        root = read_yaml(self.text, self.name)
        if root.is_empty:
            raise SourceError(
                [Problem("the file is empty", help="'backprop-trace show mazur' shows an example")], self.name
            )
        defined = any(key.text == "definitions" for key, _ in root.entries)
        if defined:
            self.one = ("sample", schema.DEFINED_SAMPLE)
        top = self.table(root, schema.DEFINED if defined else schema.EXAMPLE, "a worked example")
        self.give_up_if_wrong_shape(root)
        top |= {key: self.from_file(top[key]) for key in ("samples", "validation") if key in top}
        self.read_parameters(top.get("parameters"))
        rows = spec_sequence.sequences(top)
        inputs, samples, times = self.read_given(top, rows)
        settling = self.read_settling(top)
        self.times = times or int(bool(rows) or "settle" in top)
        layers = self.read_layers(top.get("layers"), inputs, self.layout(top.get("weights_layout")))
        definitions: tuple[Definition, ...] = ()
        if "definitions" in top:
            definitions = spec_formulas.read_definitions(self, top["definitions"], inputs, times)
        loss = spec_formulas.function(self, top["loss"], LOSSES, "loss", "ot") if "loss" in top else ""
        batch = self.choice(top["batch"], ("sum", "mean"), "batch") if "batch" in top else "sum"
        fixed = self.read_fixed(top.get("fixed"), (*self.parameters, *(inputs if definitions else ())))
        outputs = layers[-1].units if layers else ()
        target_times = tuple(range(1, times + 1))
        if layers and times:
            target_times = spec_sequence.read_targets(self, rows, outputs, times)
        elif layers and not rows:
            self.read_targets(top, outputs, samples)
        held_out = self.read_validation(top.get("validation"), inputs, outputs)
        trained = tuple(given(label) for label in self.parameters if label in self.used and label not in fixed)
        for label, entry in self.parameters.items():
            if entry.text is not None:
                self.values[given(label)] = entry.text
        network = Network(
            inputs, layers, loss, trained, tuple(given(label) for label in fixed), samples=samples, batch=batch
        )
        network = self.read_optimizer(top, network)
        batching = self.read_batching(top, samples)
        self.give_up_if_wrong()
        if definitions and "objective" in top:
            goal = spec_formulas.objective(self, top["objective"], definitions)
            network = network._replace(definitions=definitions, objective=goal)
        network = network._replace(
            targets_add_up=self.targets_add_up(network), times=times, target_times=target_times, settling=settling
        )
        spec_formulas.read_start(self, top.get("start"), network)
        self.give_up_if_wrong()
        try:
            network = settled(network, self.values)
        except DoesNotSettle as restless:
            self.wrong(str(restless), top["settle"].place)
            self.give_up_if_wrong()
        self.warn(network)
        title, source, note = (self.word(top.get(key)) for key in ("title", "source", "note"))
        if "published" in top and top["published"].kind != "mapping":
            found = top["published"].described()
            self.wrong(f"published must be a mapping of quantities, found {found}", top["published"].place)
        self.give_up_if_wrong()
        published, warnings = top.get("published"), tuple(self.warnings)
        return Example(
            network,
            self.values,
            title,
            source,
            note,
            self.name,
            self.text,
            published,
            warnings,
            batching,
            HeldOut(held_out, self.held_out),
            self.folder,
        )

    def give_up_if_wrong_shape(self, root: Node) -> None:
        if root.kind != "mapping":
            self.give_up_if_wrong()

    def layout(self, node: Node | None) -> str:
        """Empty if it is not known: then no shape is judged."""
        return self.choice(node, ("out_in", "in_out"), "weights_layout") if node else "out_in"

    # --- what is given ---

    def givens(self, node: Node, what: str) -> list[tuple[str, Node | None, Place]]:
        """Names with numbers (a mapping), or names without (a list)."""
        if node.kind == "list":
            return [(self.label(item), None, item.place) for item in node.items]
        if node.kind != "mapping":
            self.wrong(f"{what} must be 'name: number' pairs or a list of names", node.place)
            return []
        pairs = self.pairs(node)
        return [(self.label(key), None if value.is_empty else value, key.place) for key, value in pairs]

    def read_parameters(self, node: Node | None) -> None:
        for label, value, place in self.givens(node, "parameters") if node else ():
            if label and label in self.parameters:
                self.twice(label, place)
            text = self.number(value) if value is not None else None
            if label:
                self.parameters.setdefault(label, _Given(text, place))

    def twice(self, label: str, place: Place) -> None:
        self.wrong(f"the name {label!r} is used for two things", place, help="give one of them another name")

    def read_given(self, top: Mapping[str, Node], rows: list[Node]) -> tuple[tuple[str, ...], int, int]:
        """The names of the inputs, the number of samples, and the number of time steps."""
        if rows:
            inputs, times = spec_sequence.read_inputs(self, rows, top)
            return inputs, len(rows), times
        if "definitions" in top and "inputs" not in top and "samples" not in top:
            return (), 1, 0
        return *self.read_inputs(top), 0

    def read_settling(self, top: Mapping[str, Node]) -> Settling | None:
        """When a network with feedback has settled."""
        if "settle" not in top:
            return None
        entries = self.table(top["settle"], schema.SETTLE, "settle")
        threshold = self.number(entries["threshold"]) if "threshold" in entries else None
        most = self.number(entries["most"]) if "most" in entries else "200"
        if threshold is not None and number(threshold) <= 0:
            self.wrong("the threshold must be greater than 0", entries["threshold"].place)
        if most is not None and not (number(most).denominator == 1 and 1 <= number(most) <= MOST_ITERATIONS):
            self.wrong(f"a whole number of iterations, from 1 to {MOST_ITERATIONS}", entries["most"].place)
        if "sequence" in top:
            self.wrong("'settle' stands beside 'sequence'", top["settle"].place, help="keep one of them")
        layers = top["layers"].items if "layers" in top else []
        if not any(key.text == "recurrent" for layer in layers for key, _ in layer.entries):
            self.wrong("no layer is recurrent: there is nothing to settle", top["settle"].place)
        return None if threshold is None or most is None else Settling(threshold, int(number(most)))

    def read_inputs(self, top: Mapping[str, Node]) -> tuple[tuple[str, ...], int]:
        """The names of the inputs and the number of samples."""
        if "samples" in top:
            return self.read_samples(top)
        if "inputs" not in top:
            self.wrong(
                "a worked example lacks the key 'inputs'", Place(1, 1), help=schema.EXAMPLE["inputs"].description
            )
            return (), 1
        columns = self.columns(top["inputs"], "inputs", self.input_label)
        self.check_inputs(columns, top["inputs"])
        samples = self.sample_count([node for _, node, _ in columns if node is not None], 0)
        for label, node, _ in columns:
            self.put(given(label), node, samples)
        return tuple(label for label, _, _ in columns), samples

    @staticmethod
    def input_label(place: int) -> str:
        return f"i{place}"

    def columns(self, node: Node, what: str, label: Callable[[int], str]) -> list[tuple[str, Node | None, Place]]:
        """Named values; a list of bare numbers is named by place."""
        if node.kind == "list" and node.items and all(_looks_numeric(item) for item in node.items):
            return [(label(place), item, item.place) for place, item in enumerate(node.items, 1)]
        return self.givens(node, what)

    def check_inputs(self, columns: Sequence[tuple[str, Node | None, Place]], node: Node) -> None:
        if not node.items and not node.entries and node.kind != "scalar":
            self.wrong("there are no inputs", node.place)
        seen: set[str] = set()
        for label, _, place in columns:
            if label and (label in self.parameters or label in seen):
                self.twice(label, place)
            seen.add(label)

    def sample_count(self, nodes: Sequence[Node], known: int) -> int:
        """How many samples the columns hold: all lists must have one length."""
        lengths = {len(node.items): node for node in nodes if node.kind == "list"}
        if known:
            lengths.setdefault(known, nodes[0] if nodes else Node("list", Place(1, 1)))
        if len(lengths) > 1:
            counts = sorted(lengths)
            for count in counts[:-1]:
                values = "value" if count == 1 else "values"
                self.wrong(f"{count} {values} here, {counts[-1]} elsewhere", lengths[count].place)
        count = max(lengths, default=1)
        if count == 0:
            self.wrong("there is not a single sample", lengths[0].place)
        return max(count, 1)

    def put(self, name: Name, node: Node | None, samples: int) -> None:
        """A given value, or one for each sample."""
        if node is None:
            return
        if node.kind == "list":
            for sample, item in enumerate(node.items, 1):
                text = self.number(item)
                if text is not None:
                    self.values[name._replace(sample=sample if samples > 1 else None)] = text
            return
        text = self.number(node)
        places: Iterable[int | None] = range(1, samples + 1) if samples > 1 else (None,)
        if text is not None:
            self.values.update((name._replace(sample=sample), text) for sample in places)

    def read_samples(self, top: Mapping[str, Node]) -> tuple[tuple[str, ...], int]:
        node = top["samples"]
        for key in ("inputs", "targets"):
            if key in top:
                self.wrong(f"{key!r} stands beside 'samples'", top[key].place, help=f"put the {key} into the samples")
        if node.kind != "list" or not node.items:
            self.wrong(f"samples must be a list of {{inputs, targets}}, found {node.described()}", node.place)
            return (), 1
        names: tuple[str, ...] = ()
        for sample, item in enumerate(node.items, 1):
            word, keys = self.one
            entries = self.table(item, keys, f"{word} {sample}")
            if "inputs" not in entries:
                continue
            columns = self.columns(entries["inputs"], "inputs", self.input_label)
            labels = tuple(label for label, _, _ in columns)
            if not names:
                names = labels
                self.check_inputs(columns, entries["inputs"])
            elif set(labels) != set(names):
                self.wrong(
                    f"{word} {sample} has the inputs {', '.join(labels)}; {word} 1 has {', '.join(names)}",
                    entries["inputs"].place,
                )
            self.put_sample(columns, given, sample, len(node.items), self.values)
        return names, len(node.items)

    def put_sample(
        self,
        columns: Sequence[tuple[str, Node | None, Place]],
        name: Callable[[str], Name],
        sample: int,
        samples: int,
        into: dict[Name, str],
    ) -> None:
        for label, value, _ in columns:
            text = self.number(value) if value is not None else None
            if text is not None:
                into[name(label)._replace(sample=sample if samples > 1 else None)] = text

    def read_targets(self, top: Mapping[str, Node], outputs: tuple[str, ...], samples: int) -> None:
        def target(label: str) -> Name:
            return Name("target", label)

        def output_label(place: int) -> str:
            return outputs[place - 1] if place <= len(outputs) else f"o{place}"

        if "samples" in top:
            for sample, item in enumerate(top["samples"].items, 1):
                node = next((value for key, value in item.entries if key.text == "targets"), None)
                if node is not None:
                    columns = self.columns(node, "targets", output_label)
                    self.check_targets(columns, outputs, node)
                    self.put_sample(columns, target, sample, samples, self.values)
            return
        if "targets" not in top:
            if any(name.kind == "" for name in self.values):
                self.wrong(
                    "a worked example lacks the key 'targets'", Place(1, 1), help=schema.EXAMPLE["targets"].description
                )
            return
        columns = self.columns(top["targets"], "targets", output_label)
        self.check_targets(columns, outputs, top["targets"])
        self.sample_count([node for _, node, _ in columns if node is not None and node.kind == "list"], samples)
        for label, node, _ in columns:
            self.put(target(label), node, samples)

    def read_validation(self, node: Node | None, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> int:
        """The samples that are held out; their number."""
        if node is None:
            return 0
        if node.kind != "list" or not node.items:
            self.wrong(f"validation must be a list of {{inputs, targets}}, found {node.described()}", node.place)
            return 0
        for sample, item in enumerate(node.items, 1):
            entries = self.table(item, schema.SAMPLE, f"sample {sample}")
            if "inputs" in entries:
                columns = self.columns(entries["inputs"], "inputs", self.input_label)
                if {label for label, _, _ in columns} != set(inputs):
                    self.wrong(f"the inputs are {', '.join(inputs)}", entries["inputs"].place)
                self.put_sample(columns, given, sample, len(node.items), self.held_out)
            if "targets" in entries:
                columns = self.columns(entries["targets"], "targets", lambda place: [*outputs, ""][place - 1])
                self.check_targets(columns, outputs, entries["targets"])
                self.put_sample(columns, lambda label: Name("target", label), sample, len(node.items), self.held_out)
        return len(node.items)

    def from_file(self, node: Node) -> Node:
        """Samples that stand in a CSV file, as if they stood here."""
        if node.kind != "mapping":
            return node
        entries = self.table(node, schema.SAMPLES_FILE, "samples from a file")
        titles = {side: self.titles(entries[side]) for side in ("inputs", "targets") if side in entries}
        self.give_up_if_wrong()
        path = self.folder / self.word(entries["file"])
        wanted = [*titles["inputs"].values(), *titles["targets"].values()]
        rows = zip(*read_columns(str(path), wanted), strict=True)

        def mapping(cells: Iterable[tuple[str, Node]]) -> Node:
            entries = [(Node("scalar", node.place, key), value) for key, value in cells]
            return Node("mapping", node.place, entries=entries)

        def sample(row: tuple[str, ...]) -> Node:
            cells = iter(Node("scalar", node.place, text) for text in row)
            return mapping((side, mapping((name, next(cells)) for name in names)) for side, names in titles.items())

        return Node("list", node.place, items=[sample(row) for row in rows])

    def titles(self, node: Node) -> dict[str, str]:
        """The names of inputs or outputs, each with the title of its column."""
        if node.kind == "mapping":
            return {key.text: self.word(value) for key, value in node.entries}
        return {self.word(item): self.word(item) for item in (node.items if node.kind == "list" else [node])}

    def check_targets(
        self, columns: Sequence[tuple[str, Node | None, Place]], outputs: tuple[str, ...], node: Node
    ) -> None:
        if node.kind == "scalar" or not all(map(LABEL.fullmatch, outputs)):
            return  # said already
        labels = {label for label, _, _ in columns}
        astray = [(label, where) for label, _, where in columns if label not in outputs]
        for label, where in astray:
            if label:
                help_ = f"the outputs are {', '.join(outputs)}"
                self.wrong(f"a target for {_short(label)}, which is no output", where, help=help_)
        missing = [output for output in outputs if output not in labels]
        for output in missing[len(astray) :]:  # a target astray is most likely that of an output without
            self.wrong(f"the output {output!r} has no target", node.place)

    # --- layers ---

    def read_layers(self, node: Node | None, inputs: tuple[str, ...], layout: str) -> tuple[Layer, ...]:
        if node is None:
            return ()
        if node.kind != "list" or not node.items:
            found = "there are no layers" if node.kind == "list" else f"layers must be a list, found {node.described()}"
            self.wrong(found, node.place, help="start each with '- units:'")
            return ()
        sources: dict[str, Name] = {label: given(label) for label in inputs}
        layers: list[Layer] = []
        before = tuple(sources.values())
        for depth, item in enumerate(node.items, 1):
            entries = self.table(item, schema.LAYER, f"layer {depth}")
            units = self.read_units(entries.get("units"), depth, len(node.items), sources)
            feeding = self.read_sources(entries["from"], sources) if "from" in entries else before
            layer = self.read_layer(entries, units, feeding, depth, layout, item.place)
            sources |= {unit: Name("out", unit) for unit in units}
            before = tuple(Name("out", unit) for unit in units)
            layers.append(layer)
        return tuple(layers)

    def read_units(self, node: Node | None, depth: int, depths: int, taken: Mapping[str, Name]) -> tuple[str, ...]:
        if node is None:
            return ()
        if node.kind != "list":
            return self.unused(self.named_units(node, depth, depths), repeat(node.place), taken)
        if not node.items:
            self.wrong(f"layer {depth} has no units", node.place)
        return self.unused([self.label(item) for item in node.items], [item.place for item in node.items], taken)

    def unused(self, labels: Iterable[str], places: Iterable[Place], taken: Mapping[str, Name]) -> tuple[str, ...]:
        """The labels, with something that can be no name for each that is wrong or in use already."""
        units: dict[str, None] = {}
        for label, place in zip(labels, places, strict=False):
            if label in taken or label in units or label in self.parameters:
                self.twice(label, place)
                label = ""
            units[label or f"?{place.line}:{place.column}"] = None
        return tuple(units)

    def named_units(self, node: Node, depth: int, depths: int) -> tuple[str, ...]:
        """`units: 3` names them by layer and place."""
        if not (node.is_scalar and _COUNT.fullmatch(node.text)):
            help_ = "a number of units (3) or their names ([h1, h2])"
            self.wrong(f"not a number of units: {_short(node.text) or node.described()}", node.place, help=help_)
            return ()
        letter = "o" if depth == depths else "h" if depths == 2 else f"h{depth}_"
        return tuple(f"{letter}{place}" for place in range(1, int(node.text) + 1))

    def read_sources(self, node: Node, known: Mapping[str, Name]) -> tuple[Name, ...]:
        items = node.items if node.kind == "list" else [node]
        if not items:
            self.wrong("no unit feeds the layer", node.place, help="leave 'from' out for all units of the layer before")
        found = []
        for item in items:
            found.append(known.get(item.text) or Name("", f"?{item.place.line}:{item.place.column}"))
            if item.text not in known:
                self.wrong(
                    f"unknown input or unit {_short(item.text)}", item.place, help=did_you_mean(item.text, known)
                )
        return tuple(found)

    def read_layer(
        self,
        entries: Mapping[str, Node],
        units: tuple[str, ...],
        sources: tuple[Name, ...],
        depth: int,
        layout: str,
        place: Place,
    ) -> Layer:
        activation, constants, of_net = self.read_activation(entries.get("activation"))
        weights: tuple[tuple[Name | None, ...], ...] = ()
        if "weights" in entries and units and sources and layout:
            weights = self.read_weights(entries["weights"], units, sources, layout, depth)
        bias = entries.get("bias")
        if bias is not None and bias.kind == "mapping":
            bias = Node("list", bias.place, items=self.drawn(bias, len(units), len(sources), len(units), 2 * depth + 1))
        biases = self.read_biases(bias, units, depth)
        recurrent: tuple[tuple[Name | None, ...], ...] = ()
        if "recurrent" in entries and units:
            own = tuple(Name("out", unit) for unit in units)
            if not self.times:
                help_ = "sequence: {inputs: {x: [1, 0]}, targets: {o1: [0, 1]}}; or settle:, to run until it settles"
                self.wrong("a recurrent layer needs a sequence", entries["recurrent"].place, help=help_)
            recurrent = self.read_weights(entries["recurrent"], units, own, layout, depth + RECURRENT_DRAWS)
        return Layer(units, activation, weights, biases, sources, constants, of_net, recurrent)

    def read_activation(self, node: Node | None) -> tuple[str, dict[str, Number], bool]:
        """Its name, its constants, and whether its slope is written with the net input."""
        if node is None or node.kind != "mapping":
            word = spec_formulas.function(self, node, ACTIVATIONS, "activation", "z") if node else ""
            return word, self.defaults(node), False
        entries = self.table(node, schema.ACTIVATION, "the activation")
        name = self.choice(entries["name"], ACTIVATIONS, "activation") if "name" in entries else ""
        constants = self.defaults(entries.get("name"))
        for key in ("alpha",):
            if key in entries and key not in constants:
                self.wrong(f"{name or 'this activation'} has no {key}", entries[key].place)
            elif key in entries and (text := self.number(entries[key])) is not None:
                if number(text) < 0:
                    self.wrong(f"{key} must not be negative", entries[key].place)
                constants[key] = Number(text)
        of_net = "slope" in entries and self.choice(entries["slope"], ("out", "net"), "slope") == "net"
        if of_net and name and not ACTIVATIONS[name].slope_of_net:
            self.wrong(f"the slope of {name} has one form only", entries["slope"].place, help="leave 'slope' out")
        return name, constants, of_net

    @staticmethod
    def defaults(node: Node | None) -> dict[str, Number]:
        entry = ACTIVATIONS.get(canonical(node.text)) if node and node.kind == "scalar" else None
        return {key: Number(text) for key, text in entry.constants.items()} if entry else {}

    def read_weights(
        self, node: Node, units: tuple[str, ...], sources: tuple[Name, ...], layout: str, depth: int
    ) -> tuple[tuple[Name | None, ...], ...]:
        rows, columns = (len(units), len(sources)) if layout == "out_in" else (len(sources), len(units))
        if node.kind == "mapping":
            numbers = iter(self.drawn(node, rows * columns, len(sources), len(units), 2 * depth))
            node = Node("list", node.place, items=[
                Node("list", node.place, items=list(islice(numbers, columns))) for _ in range(rows)
            ])  # fmt: skip
        lists = node.kind == "list" and all(row.kind == "list" for row in node.items)
        shape = sorted({len(row.items) for row in node.items}) if lists else []
        if not lists or len(node.items) != rows or shape != [columns]:
            self.wrong_shape(node, lists, rows, columns, layout)
            return ()
        cells = [row.items for row in node.items]
        if layout == "in_out":
            cells = [list(column) for column in zip(*cells, strict=True)]
        return tuple(
            tuple(self.weight(cell, f"w_{source.label}_{unit}") for cell, source in zip(row, sources, strict=True))
            for row, unit in zip(cells, units, strict=True)
        )

    def drawn(self, node: Node, count: int, units_in: int, units_out: int, stream: int) -> list[Node]:
        """Random numbers as if they stood here."""
        entries = self.table(node, schema.RANDOM, "random numbers")
        name = self.choice(entries["random"], DISTRIBUTIONS, "distribution") if "random" in entries else ""
        seed = self.count(entries["seed"], 0) if "seed" in entries else None
        decimals = self.count(entries["decimals"], 0) if "decimals" in entries else DECIMALS
        settings: dict[str, float] = {"in": max(1, units_in), "out": max(1, units_out)}
        for key in sorted(entries.keys() - {"random", "seed", "decimals"}):
            if name and key not in DISTRIBUTIONS[name].settings:
                self.wrong(f"{name} has no {key!r}", entries[key].place, help="leave it out")
            elif (text := self.number(entries[key])) is not None:
                settings[key] = float(number(text))
        if settings.get("deviation", 1) <= 0:
            self.wrong("the deviation must be greater than 0", entries["deviation"].place)
        if decimals is not None and decimals > 17:
            self.wrong("more than 17 decimals", entries["decimals"].place)
            decimals = None
        if not name or seed is None or decimals is None:
            return [Node("scalar", node.place, "0")] * count
        return [Node("scalar", node.place, text) for text in draw(name, settings, count, seed, stream, decimals)]

    def wrong_shape(self, node: Node, lists: bool, rows: int, columns: int, layout: str) -> None:
        row, column = ("unit", "source") if layout == "out_in" else ("source", "unit")
        wanted = f"{rows} x {columns} (a row per {row}, a column per {column})"
        lengths = sorted({len(item.items) for item in node.items})
        if not lists:
            found = f"a list of {len(node.items)}" if node.kind == "list" else node.described()
            help_ = "put every row into brackets of its own: [[w1, w2], [w3, w4]]"
        elif len(lengths) > 1:
            found, help_ = f"rows of {', '.join(map(str, lengths))}", "'-' stands for no connection"
        else:
            found = f"{len(node.items)} x {lengths[0] if lengths else 0}"
            flipped = lengths == [rows] and len(node.items) == columns
            other = "in_out" if layout == "out_in" else "out_in"
            help_ = (
                f"it fits the other way round: weights_layout: {other}" if flipped else "'-' stands for no connection"
            )
        if lists and lengths == [2 * columns] and all(map(_has_comma_decimals, node.items)):
            help_ = "decimals have a point: 0,5 is two numbers"
        place = next((item.place for item in node.items if lists and len(item.items) != columns), node.place)
        self.wrong(f"the weights are {found}, expected {wanted}", place, help=help_)

    def weight(self, node: Node, own_name: str) -> Name | None:
        """A weight or bias by its name, or a number that is named after its ends."""
        if node.is_scalar and node.text == "-":
            return None
        if node.is_scalar and LABEL.fullmatch(node.text) and not _means_number(node.text):
            return self.parameter(node)
        if node.is_empty or (node.kind == "list" and len(node.items) == 1 and node.items[0].is_empty):
            self.wrong("nothing stands here", node.place, help="no connection is '-', in quotes in a list of lines")
            return None
        text = self.number(node)
        if own_name in self.parameters:
            self.twice(own_name, node.place)
        self.parameters[own_name] = _Given(text, node.place)
        self.used.add(own_name)
        return given(own_name)

    def parameter(self, node: Node) -> Name | None:
        if node.text not in self.parameters:
            help_ = did_you_mean(node.text, self.parameters) or "define it under 'parameters'"
            self.wrong(f"{node.text!r} is not defined under 'parameters'", node.place, help=help_)
            return None
        self.used.add(node.text)
        return given(node.text)

    def read_biases(self, node: Node | None, units: tuple[str, ...], depth: int) -> tuple[Name | None, ...]:
        if node is None or not units:
            return (None,) * len(units)
        if node.kind != "list":
            return (self.weight(node, f"b_{depth}"),) * len(units)
        if len(node.items) != len(units):
            self.wrong(f"{len(node.items)} biases for {len(units)} units", node.place, help="one each, or one for all")
            return (None,) * len(units)
        return tuple(self.weight(item, f"b_{unit}") for item, unit in zip(node.items, units, strict=True))

    # --- the rest ---

    def read_optimizer(self, top: Mapping[str, Node], network: Network) -> Network:
        """The update rule, its constants and its state before the first step."""
        node, rate = top.get("optimizer"), top.get("learning_rate")
        entries: dict[str, Node] = {}
        if node is not None and node.kind == "mapping":
            entries = self.table(node, schema.OPTIMIZER, "the optimizer")
            node = entries.get("name")
            if rate is not None and "learning_rate" in entries:
                self.wrong("the learning rate stands twice", rate.place, help="keep one of them")
            rate = entries.get("learning_rate", rate)
        name = self.choice(node, OPTIMIZERS, "optimizer") if node else "sgd"
        if not name:
            return network
        network = self.read_convention(entries, network._replace(optimizer=name))
        self.read_constants(entries, rate, network)
        if any(entry.text is not None for entry in self.parameters.values()):
            self.values |= states(network)
            self.read_state(entries.get("state"), network)
        return network

    def read_convention(self, entries: Mapping[str, Node], network: Network) -> Network:
        rules = OPTIMIZERS[network.optimizer]
        convention = self.choice(entries["convention"], rules, "convention") if "convention" in entries else ""
        network = network._replace(convention=convention or next(iter(rules)))
        decay, schedule = "", ""
        if "weight_decay" in entries or "lambda" in network.rule.constants:
            decay = decays_apart(network.optimizer, network.convention)
        if "decay" in entries:
            decay = self.choice(entries["decay"], WEIGHT_DECAY, "weight decay")
        if "learning_rate_decay" in entries:
            schedule = self.choice(entries["schedule"], SCHEDULES, "schedule") if "schedule" in entries else "inverse"
        return network._replace(weight_decay=decay, schedule=schedule)

    def read_constants(self, entries: Mapping[str, Node], rate: Node | None, network: Network) -> None:
        """The numbers of the update rule: as the file sets them, else as the rule has them."""
        used = constants_used(network)
        for name in sorted(used - {ETA, TIME}):
            if name.label in network.rule.constants:
                self.values[name] = network.rule.constants[name.label]
        self.check_constants(used)
        for key, setting in SETTINGS.items():
            if key not in entries:
                continue
            if given(setting.letter) not in used:
                which = f"{network.optimizer} ({network.convention})"
                self.wrong(f"{which} has no {key}", entries[key].place, help="leave it out")
            elif (text := self.limited(entries[key], key)) is not None:
                self.values[given(setting.letter)] = text
        self.read_rate(rate, network, ETA in used)

    def check_constants(self, used: Iterable[Name]) -> None:
        for name in sorted(used):
            if name.label in self.parameters:
                place = self.parameters[name.label].place
                self.wrong(f"{name.label!r} already means something in the optimizer's formulas", place,
                           help="choose another name")  # fmt: skip

    def limited(self, node: Node, key: str) -> str | None:
        """A number within the limits of a setting."""
        setting, text = SETTINGS[key], self.number(node)
        if text is not None and not setting.least <= number(text):
            self.wrong(f"{key} must not be below {setting.least}", node.place)
        elif text is not None and setting.below is not None and number(text) >= setting.below:
            self.wrong(f"{key} must be below {setting.below}", node.place)
        return text

    def read_rate(self, node: Node | None, network: Network, used: bool) -> None:
        if node is None:
            if network.rule.learning_rate and used:
                self.values[ETA] = network.rule.learning_rate
            elif used and any(entry.text is not None for entry in self.parameters.values()):
                self.wrong("a worked example lacks the key 'learning_rate'", Place(1, 1), help="learning_rate: 0.5")
            return
        text = self.number(node)
        if text is not None and number(text) <= 0:
            self.wrong("the learning rate must be greater than 0", node.place)
        elif text is not None and not used:
            which = f"{network.optimizer} ({network.convention})"
            self.wrong(f"{which} has no learning rate", node.place, help="another convention has: torch, keras")
        elif text is not None:
            self.values[ETA] = text

    def read_state(self, node: Node | None, network: Network) -> None:
        if TIME in constants_used(network):
            self.values[TIME] = "1"
        if node is None:
            return
        known = {canonical_name(name): name for name in [*states(network), *([TIME] if TIME in self.values else [])]}
        if node.kind != "mapping":
            self.wrong(f"state must be 'name: number' pairs, found {node.described()}", node.place)
            return
        self.problems += doubled_keys(node)
        for key, value in node.entries:
            text = self.number(value)
            if key.text not in known:
                help_ = did_you_mean(key.text, known)
                self.wrong(f"{_short(key.text)} is nothing {network.optimizer} keeps", key.place, help=help_)
            elif text is not None:
                self.values[known[key.text]] = text

    def read_batching(self, top: Mapping[str, Node], samples: int) -> Batching:
        size = self.count(top["batch_size"], 1) if "batch_size" in top else None
        seed = self.count(top["shuffle"], 0) if "shuffle" in top else None
        if size is not None and size > samples:
            self.wrong(f"a mini-batch of {size}, but there are {samples} samples", top["batch_size"].place)
        if seed is not None and size is None:
            self.wrong("shuffling changes nothing where a step uses all samples", top["shuffle"].place,
                       help="add batch_size: 1")  # fmt: skip
        return Batching(size, seed)

    def count(self, node: Node, least: int) -> int | None:
        """A whole number."""
        if node.is_scalar and re.fullmatch(r"0|[1-9]\d{0,17}", node.text) and int(node.text) >= least:
            return int(node.text)
        self.wrong(f"a whole number from {least} on must stand here", node.place)
        return None

    def read_fixed(self, node: Node | None, known: Iterable[str]) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.items if node.kind == "list" else [node]
        for item in items:
            if not item.is_scalar:
                self.wrong(f"the name of a parameter must stand here, found {item.described()}", item.place)
            elif item.text not in known:
                self.wrong(f"unknown parameter {_short(item.text)}", item.place, help=did_you_mean(item.text, known))
        return tuple(item.text for item in items)

    def targets_add_up(self, network: Network) -> bool:
        """Do the targets of every sample sum to 1 (or stand there without numbers)? p - t needs it."""
        sums: dict[object, Fraction] = {}
        for name, text in self.values.items():
            if name.kind == "target":
                place = (name.sample, name.time)
                sums[place] = sums.get(place, Fraction(0)) + number(text)
        return all(total == 1 for total in sums.values())

    def warn(self, network: Network) -> None:
        for label, entry in self.parameters.items():
            if label not in self.used:
                self.warnings.append(f"{label} (line {entry.place.line}) is defined and not used")
        if network.loss == "categorical_cross_entropy" and not network.targets_add_up:
            self.warnings.append("the targets do not add up to 1, so dE/dnet is not simply out - target")
        for depth, first, second in twins(network, self.values):
            self.warnings.append(
                f"{first} and {second} (layer {depth}) start with equal weights: they get equal gradients at every "
                "step and can never differ"
            )


def twins(network: Network, values: Mapping[Name, str]) -> list[tuple[int, str, str]]:
    """Pairs of hidden units that start with the same weights in and out (one pair per group)."""
    found = []
    for depth, layer in enumerate(network.layers[:-1], 1):
        seen: dict[object, str] = {}
        for row, unit in enumerate(layer.units):
            inward = [_value(values, name) for name in (*layer.weights[row], layer.biases[row])]
            outward = [
                [_value(values, weights[later.sources.index(Name("out", unit))]) for weights in later.weights]
                for later in network.layers[depth:]
                if Name("out", unit) in later.sources
            ]
            if any(value is not None and value == () for value in inward):
                continue
            key = (tuple(inward), tuple(map(tuple, outward)))
            if key in seen:
                found.append((depth, seen[key], unit))
            seen.setdefault(key, unit)
    return found


def _value(values: Mapping[Name, str], name: Name | None) -> object:
    """A parameter's number; None for no connection; its own name if it has no number (so that none are equal)."""
    if name is None:
        return None
    return number(values[name]) if name in values else name


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...") if text else ""


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _looks_numeric(node: Node) -> bool:
    return node.is_scalar and not LABEL.fullmatch(node.text)


def _means_number(text: str) -> bool:
    """Words that are meant as numbers or truth values: nan, inf."""
    return text.lower() in ("nan", "inf", "infinity")


def _has_comma_decimals(row: Node) -> bool:
    """`[0,5]`: whole numbers with commas and no space between them."""
    pairs = zip(row.items[::2], row.items[1::2], strict=False)
    return all(
        _WHOLE.fullmatch(left.text) and _WHOLE.fullmatch(right.text) and right.place.column
        == left.place.column + left.place.length + 1
        for left, right in pairs
    )  # fmt: skip


def _number_help(node: Node) -> str:
    if node.text.lower() in ("yes", "no", "on", "off", "true", "false"):
        return "a number, not yes or no"
    return "numbers look like 0.15, -.5, 1e-3 or 1/3"
