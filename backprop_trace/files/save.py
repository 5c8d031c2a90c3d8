"""A worked example with other numbers, as a file again.

    >>> from backprop_trace.files.spec import load, read_example
    >>> from backprop_trace.run.step import trace
    >>> mazur = load("mazur")
    >>> second = trace(mazur, step=2)
    >>> text = "".join(written_again(mazur, second.values, "saved.yaml"))
    >>> trace(read_example(text))["E"].value == second["E"].value
    True

The text of the file stays as it is, comments and layout too: parameters, weights, biases and the optimizer's state are
put in where they stand. Where a number has no place yet, the entry of the file is written anew. What the source prints
(`published`) is left out: it is about other numbers.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from backprop_trace.files.schema import ALIASES
from backprop_trace.files.source import Node, Place, read_yaml
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Name, given, rule_letter
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import Value, full
from backprop_trace.formulas.numbers import ROUNDED, NotANumber, number
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.model.batches import all_samples
from backprop_trace.model.catalogue import SETTINGS
from backprop_trace.model.catalogue import canonical as canonical_word
from backprop_trace.model.layers import Layer
from backprop_trace.model.update import ETA, TIME, counts_steps, states

NOWHERE = Place(1, 1)
_PLAIN = re.compile(r"[\w.^+/-][\w.^+/ -]*~?")
LINE = 110


def written_again(example: Example, values: Mapping[Name, Value], path: str, steps: int = 0) -> Iterator[str]:
    """The text of a file at `path` with these values for what is trained, after so many more training steps."""
    document = read_yaml(example.text, example.name)
    writer = _Rewriter(example, values, path, document)
    batches = {word: number for word, number in _batches(example, steps).items() if number is not None}
    entries: list[tuple[Node, Node | None]] = []
    for key, value in document.entries:
        if key.text in _BATCH_KEYS:
            number = batches.pop(key.text, None)
            entries.append((key, None if number is None else _scalar(str(number))))
        else:
            entries.append((key, None if key.text == "published" else writer.entry(key.text, value)))
    entries += [(_scalar(word), _scalar(str(number))) for word, number in batches.items()]
    if "start" not in {key.text for key, _ in document.entries} and any(name.time == 0 for name in example.set_):
        entries.append((_scalar("start"), _mapping(writer.starts())))
    if _stands_in_brackets(document, example.text):
        yield from _block(Node("mapping", NOWHERE, entries=[(key, new) for key, new in entries if new is not None]), 0)
    else:
        yield from _in_place(document, entries, example.text)


MARKED = 735_100_000
"""Numbers from here on stand for the given ones while a template is made."""


def template(example: Example, steps: int = 0) -> list[str | Name]:
    """The text of the file in pieces, after so many training steps, with a name wherever the number of a given quantity
    stands."""
    names = list(dict.fromkeys([*example.values, *states(example.rule)]))
    marks = {name: Fraction(MARKED + place) for place, name in enumerate(names)}
    marked = example._replace(
        values={name: str(mark) for name, mark in marks.items()}, set_=frozenset(names), rounded=frozenset()
    )
    text = "".join(written_again(marked, marks, str(example.folder / "copied.yaml"), steps))
    if not marks:
        return [text]
    pieces = re.split(rf"(?<!\d)({'|'.join(map(str, marks.values()))})(?!\d)", text)
    return [names[int(piece) - MARKED] if place % 2 else piece for place, piece in enumerate(pieces)]


_BATCH_KEYS = ("batch_size", "shuffle", "steps_done")


def _batches(example: Example, steps: int) -> dict[str, int | None]:
    """The mini-batches, and how many of them have been: the order goes on from there."""
    batching, done = example.training.batching, example.training.batching.done + steps
    if batching.seed is None:
        done %= batching.steps_per_epoch(example.training.samples)
    return {
        "batch_size": batching.size,
        "shuffle": batching.seed,
        "steps_done": done if batching.size and done else None,
    }


class _Rewriter:
    def __init__(self, example: Example, values: Mapping[Name, Value], path: str, document: Node):
        self.example, self.values, self.path = example, values, path
        top = {key.text: value for key, value in document.entries}
        is_word = "given" in top and canonical_word(top["given"].text) == "rounded"
        self.rounded = {name for name in example.rounded if self.is_kept(name)}
        self.by_marks = is_word and any(map(self.is_exact, example.values))
        self.by_word = is_word and not self.by_marks
        self.in_out = "weights_layout" in top and canonical_word(top["weights_layout"].text) == "in_out"
        parameters = top.get("parameters", _mapping(()))
        self.parameters = [normal(key.text) for key, _ in parameters.entries] + [
            normal(item.text) for item in parameters.items
        ]

    def entry(self, word: str, node: Node) -> Node:
        """The value of a key of the document, with the new numbers."""
        match ALIASES.get(word, word):
            case "parameters":
                known = [label for label in self.parameters if given(label) in self.values]
                return _mapping((label, self.number(given(label))) for label in known)
            case "layers":
                before = len(node.items) - len(self.example.network.layers)  # an input layer may stand before them
                layers = zip(node.items[before:], self.example.network.layers, strict=True)
                changed = [self.layer(item, layer) for item, layer in layers]
                return Node("list", NOWHERE, items=[*node.items[:before], *changed])
            case "given" if self.by_marks:
                return _scalar("exact")
            case "inputs" | "targets" | "samples" | "sequence" if self.by_marks or self.is_set(word):
                return self.given(word)
            case "start":
                starts = dict(self.starts())
                return _mapping((key.text, starts.get(normal(key.text), value)) for key, value in node.entries)
            case "samples" | "validation" if node.kind == "mapping":
                return _changed(node, {"file": self.moved})
            case "optimizer":
                return self.optimizer(node)
            case "learning_rate":
                return _scalar(self.example.values[ETA])
        return node

    def starts(self) -> Iterator[tuple[str, Node]]:
        """What there is before the first time step."""
        return ((name.label, _scalar(self.as_given(name))) for name in self.example.values if name.time == 0)

    def is_kept(self, name: Name) -> bool:
        """Is a number as it was given?"""
        return name not in self.values or float(self.values[name]) == float(number(self.example.values[name]))

    def is_exact(self, name: Name) -> bool:
        """Would `given: rounded` take a number for a rounded one that is exact: set for this run, or trained?"""
        text = self.example.values[name] if self.is_kept(name) else full(self.values[name])
        return name.kind in ("", "target") and "." in text and name not in self.rounded

    def is_set(self, word: str) -> bool:
        """Was an input or a target set for this run, so that what the file says of them is no longer so?"""
        network = self.example.network
        labels = {"": network.inputs, "target": network.outputs}
        kinds = {"inputs": [""], "targets": ["target"]}.get(word, ["", "target"])
        return any(name.kind in kinds and name.label in labels[name.kind] for name in self.example.set_)

    def given(self, word: str) -> Node:
        """Inputs and targets as they are for this run."""
        samples = all_samples(self.example.training.samples)
        if word == "sequence":
            return self.steps(None)
        if word == "samples":
            return Node("list", NOWHERE, items=[self.row(sample) for sample in samples])
        kind, labels = (
            ("", self.example.network.inputs) if word == "inputs" else ("target", self.example.network.outputs)
        )
        columns = {label: [self.as_given(Name(kind, label, sample=sample)) for sample in samples]
                   for label in labels}  # fmt: skip
        return _mapping(
            (label, Node("list", NOWHERE, items=[*map(_scalar, column)]) if len(samples) > 1 else _scalar(column[0]))
            for label, column in columns.items()
        )

    def row(self, sample: int | None) -> Node:
        """A sample: its inputs and targets, or its sequence."""
        training = self.example.training
        if training.times and training.settling is None:
            return _mapping([("sequence", self.steps(sample))])
        return self.sides(sample, None)

    def steps(self, sample: int | None) -> Node:
        times = range(1, self.example.training.times + 1)
        return Node("list", NOWHERE, items=[self.sides(sample, time) for time in times])

    def sides(self, sample: int | None, time: int | None) -> Node:
        """{inputs: {...}, targets: {...}} of a sample at a time step; without targets where there are none."""
        network, values = self.example.network, self.example.values
        sides = []
        for side, kind, labels in (("inputs", "", network.inputs), ("targets", "target", network.outputs)):
            names = [Name(kind, label, sample=sample, time=time) for label in labels]
            if found := [(name.label, _scalar(self.as_given(name))) for name in names if name in values]:
                sides.append((side, _mapping(found)))
        return _mapping(sides)

    def as_given(self, name: Name) -> str:
        """A number as it is given in a file, with the mark of those that are rounded."""
        return self.example.values[name] + (ROUNDED if name in self.rounded and not self.by_word else "")

    def number(self, name: Name) -> Node:
        """What a parameter has become; one that is as it was keeps its mark."""
        return _scalar(self.as_given(name) if name in self.rounded else full(self.values[name]))

    def optimizer(self, node: Node) -> Node:
        """Its settings as they are for this run, and what it has kept."""
        rule, values = self.example.rule, self.example.values
        old = node.entries if node.kind == "mapping" else [(_scalar("name"), node)]
        entries = [(key, value) for key, value in old if key.text not in (*SETTINGS, "state")]
        for key, setting in SETTINGS.items():
            text = values.get(rule_letter(setting.letter))
            if text is not None and text != rule.entry.constants.get(setting.letter):
                entries.append((_scalar(key), _scalar(text)))
        names = [*states(rule), *([TIME] if counts_steps(rule) else [])]
        state = _mapping((canonical(name), self.number(name)) for name in names)
        entries += [(_scalar("state"), state)] if names else []
        rates = {word: lambda _: _scalar(values[ETA]) for word in ("learning_rate", *ALIASES)}
        changed = _changed(Node("mapping", NOWHERE, entries=entries), rates)
        return changed if len(entries) > 1 or node.kind == "mapping" else node

    def layer(self, node: Node, layer: Layer) -> Node:
        """Weights and biases that are numbers (or drawn at random) become the new numbers."""
        own = next((value.text for key, value in node.entries if key.text == "weights_layout"), "")
        in_out = canonical_word(own) == "in_out" if own else self.in_out
        return _changed(node, {
            "weights": lambda _: self.matrix(layer.weights, in_out),
            "recurrent": lambda _: self.matrix(layer.recurrent, in_out),
            "bias": lambda bias: self.bias(bias, layer),
        })  # fmt: skip

    def matrix(self, weights: Sequence[Sequence[Name | None]], in_out: bool) -> Node:
        rows = [[self.cell(weight) for weight in row] for row in weights]
        if in_out:
            rows = [list(column) for column in zip(*rows, strict=True)]
        return Node("list", NOWHERE, items=[Node("list", NOWHERE, items=row) for row in rows])

    def bias(self, node: Node, layer: Layer) -> Node:
        if node.is_scalar:
            return self.cell(layer.biases[0])
        return Node("list", NOWHERE, items=[self.cell(bias) for bias in layer.biases])

    def cell(self, name: Name | None) -> Node:
        """A connection: by name if it is one of the parameters, else by its number."""
        if name is None:
            return _scalar("-")
        return _scalar(name.label) if name.label in self.parameters else self.number(name)

    def moved(self, node: Node) -> Node:
        """A file's path from the folder of the new file."""
        path = self.example.folder / node.text
        return _scalar(os.path.relpath(path, Path(self.path).parent))


def _changed(node: Node, changes: Mapping[str, Callable[[Node], Node]]) -> Node:
    """A mapping with some of its values changed."""
    entries = [(key, changes[key.text](value) if key.text in changes else value) for key, value in node.entries]
    return Node("mapping", NOWHERE, entries=entries)


def _scalar(text: str) -> Node:
    return Node("scalar", NOWHERE, text)


def _mapping(entries: Iterable[tuple[str, Node]]) -> Node:
    return Node("mapping", NOWHERE, entries=[(_scalar(key), value) for key, value in entries])


# --- the text as it was, with other numbers in it ---


def _stands_in_brackets(document: Node, text: str) -> bool:
    """Is the whole document one `{...}`? Then its entries have no lines of their own."""
    return not document.entries or document.entries[0][0].place.column > 1 or text.lstrip("\ufeff \n").startswith("{")


def _in_place(document: Node, entries: Sequence[tuple[Node, Node | None]], text: str) -> Iterator[str]:
    """Each entry of the document with its new value; what stands before, between and after them as it was."""
    lines = text.splitlines(keepends=True) if text.endswith("\n") else (text + "\n").splitlines(keepends=True)
    starts = [key.place.line - 1 for key, _ in document.entries]
    yield from lines[: starts[0]]
    for (_, old), (key, new), start, end in zip(
        document.entries, entries, starts, [*starts[1:], len(lines)], strict=False
    ):
        last = _last_line(lines, start, end)
        if new is not None:
            changes = _changes(old, new)
            if changes is None:
                yield from _entry(f"{_text(key)}:", new, 0)
            else:
                yield from _with_changes(lines, start, last, changes)
        yield from lines[last:end]
    for key, new in entries[len(document.entries) :]:
        assert new is not None
        yield from _entry(f"{_text(key)}:", new, 0)


def _last_line(lines: Sequence[str], start: int, end: int) -> int:
    """Where an entry ends: the comments and empty lines behind it belong to what follows."""
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


Change: TypeAlias = tuple[Place, str]
"""A scalar's place, and what is to stand there."""


def _changes(old: Node, new: Node) -> list[Change] | None:
    """The scalars of a node that become others; None if the new one has another shape."""
    if old is new:
        return []
    if old.kind != new.kind:
        return None
    if old.kind == "scalar":
        return [] if _same_text(old.text, new.text) else [(old.place, _text(new))]
    if [key.text for key, _ in old.entries] != [key.text for key, _ in new.entries] or len(old.items) != len(new.items):
        return None
    pairs = [*zip(old.items, new.items, strict=True)]
    pairs += [(was, now) for (_, was), (_, now) in zip(old.entries, new.entries, strict=True)]
    found: list[Change] = []
    for was, now in pairs:
        inside = _changes(was, now)
        if inside is None:
            return None
        found += inside
    return found


def _same_text(old: str, new: str) -> bool:
    """The same number may be written in another way: then it stays as it was."""
    try:
        return old == new or number(old) == number(new)
    except NotANumber:
        return False


def _with_changes(lines: Sequence[str], start: int, end: int, changes: Iterable[Change]) -> Iterator[str]:
    by_line: dict[int, list[Change]] = {}
    for place, text in changes:
        by_line.setdefault(place.line - 1, []).append((place, text))
    for count in range(start, end):
        line = lines[count]
        for place, text in sorted(by_line.get(count, ()), reverse=True):
            line = line[: place.column - 1] + text + line[place.column - 1 + place.length :]
        yield line


# --- YAML text ---


def _block(node: Node, indent: int) -> Iterator[str]:
    """A mapping or a list of mappings, a line for each entry; what is short stands in brackets."""
    margin = "  " * indent
    for key, value in node.entries:
        yield from _entry(f"{margin}{_text(key)}:", value, indent)
    for item in node.items:
        if item.kind == "mapping" and len(_flow(item)) > LINE - len(margin):
            lines = list(_block(item, indent + 1))
            yield f"{margin}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{margin}- {_flow(item)}\n"


def _entry(start: str, value: Node, indent: int) -> Iterator[str]:
    flow = _flow(value)
    numbers = value.kind == "list" and not any(item.kind == "mapping" for item in value.items)
    if len(start) + len(flow) < LINE or numbers or value.kind == "scalar" or not (value.items or value.entries):
        yield f"{start} {flow}\n"
    else:
        yield f"{start}\n"
        yield from _block(value, indent + 1)


def _flow(node: Node) -> str:
    match node.kind:
        case "mapping":
            return "{" + ", ".join(f"{_text(key)}: {_flow(value)}" for key, value in node.entries) + "}"
        case "list":
            return "[" + ", ".join(map(_flow, node.items)) + "]"
    return _text(node)


def _text(node: Node) -> str:
    """A scalar, quoted where YAML would take it for something else."""
    if node.is_empty:
        return "~"
    plain = _PLAIN.fullmatch(node.text) and not node.text.endswith(" ") and not node.text.startswith("- ")
    if plain and not node.quoted:
        return node.text
    return json.dumps(node.text, ensure_ascii=not node.text.isprintable())
