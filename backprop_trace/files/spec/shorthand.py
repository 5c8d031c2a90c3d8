"""What people write in place of the long form: an input layer listed first, a class or a bare number as target.

Each function gives the document as it would stand in the long form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backprop_trace.files.source import Node
from backprop_trace.files.spec.reader import Reader, short
from backprop_trace.formulas.numbers import ROUNDED, NotANumber, number
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.model.catalogue import canonical

_MARKS = ("type", "kind", "layer", "name")
_EITHER = ("cross_entropy", "crossentropy", "ce", "log_loss", "logloss")
"""Losses that are one thing for sigmoid and another for softmax."""


# --- an input layer listed first ---


def without_input_layer(reader: Reader, top: dict[str, Node]) -> dict[str, Node]:
    """The document without a first layer that only says what the inputs are; it may give them their names."""
    layers = top.get("layers")
    first = layers.items[0] if layers is not None and len(layers.items) > 1 else None
    if layers is None or first is None or first.kind != "mapping":
        return top
    entries = {key.text: value for key, value in first.entries}
    marked = any(key in _MARKS and value.text.lower().startswith("input") for key, value in entries.items())
    linear = "activation" not in entries or canonical(entries["activation"].text) == "identity"
    if not marked and ({"weights", "recurrent", "bias", "from"} & entries.keys() or not linear):
        return top
    units = entries.get("units", Node("scalar", first.place))
    sides = _inputs(top)
    if not marked and not all(_fit(units, inputs) for inputs in sides):
        return top
    for inputs in sides:
        if not units.is_empty and not _fit(units, inputs):
            count = len(inputs.items or inputs.entries)
            reader.wrong("the input layer has other units than there are inputs", units.place,
                         help=f"there are {count} inputs; or leave the input layer out")  # fmt: skip
    names = units.items
    renamed = top | {"inputs": _named(top["inputs"], names)} if "inputs" in top else top
    if "samples" in top:
        renamed = renamed | {"samples": _with_inputs(top["samples"], names)}
    return renamed | {"layers": Node("list", layers.place, items=layers.items[1:])}


def _inputs(top: dict[str, Node]) -> list[Node]:
    """The inputs of the document, or those of each of its samples."""
    samples = top["samples"].items if "samples" in top else []
    found = [value for sample in samples for key, value in sample.entries if key.text == "inputs"]
    return [top["inputs"]] if "inputs" in top else found


def _fit(units: Node, inputs: Node) -> bool:
    """Are these the inputs: so many, or of these names?"""
    count = len(inputs.items or inputs.entries)
    if units.kind != "list":
        return units.text == str(count)
    names = [key.text for key, _ in inputs.entries] or [item.text for item in inputs.items]
    bare = inputs.kind == "list" and all(map(_is_number, inputs.items))
    return len(units.items) == count and (
        bare or [normal(unit.text) for unit in units.items] == [normal(name) for name in names]
    )


def _named(inputs: Node, names: Sequence[Node]) -> Node:
    """Bare numbers with the names of the input layer."""
    if not names or inputs.kind != "list" or not all(map(_is_number, inputs.items)):
        return inputs
    return Node("mapping", inputs.place, entries=list(zip(names, inputs.items, strict=False)))


def _with_inputs(samples: Node, names: Sequence[Node]) -> Node:
    def renamed(sample: Node) -> Node:
        entries = [(key, _named(value, names) if key.text == "inputs" else value) for key, value in sample.entries]
        return Node(sample.kind, sample.place, sample.text, sample.quoted, sample.items, entries)

    return Node(samples.kind, samples.place, items=[renamed(sample) for sample in samples.items])


# --- targets ---


def has_classes(top: dict[str, Node]) -> bool:
    """Is the last layer a softmax, with several units?"""
    last = top["layers"].items[-1:] if "layers" in top else []
    entries = {key.text: value for layer in last for key, value in layer.entries}
    units = entries.get("units")
    several = units is not None and (len(units.items) > 1 or (units.is_scalar and units.text != "1"))
    return several and "activation" in entries and canonical(entries["activation"].text) == "softmax"


def targets(reader: Reader, node: Node, outputs: tuple[str, ...], samples: int = 1) -> Node:
    """Targets as a mapping: a bare number or list where there is one output, classes of a softmax layer."""
    if not outputs or node.is_empty or node.kind == "mapping":
        return node
    columns = node.kind == "list" and samples > 1 and len(node.items) == samples and _all_scalars(node.items)
    if len(outputs) == 1:
        whole = node.is_scalar and _is_number(node)
        return _mapping(node, {outputs[0]: node}) if whole or columns else node
    if not reader.classes:
        return node
    if node.is_scalar:
        return _mapping(node, dict(zip(outputs, _one_hot(reader, node, outputs), strict=True)))
    if columns and _are_classes(reader, node, outputs):
        rows = [_one_hot(reader, item, outputs) for item in node.items]
        cells = [Node("list", node.place, items=list(column)) for column in zip(*rows, strict=True)]
        return _mapping(node, dict(zip(outputs, cells, strict=True)))
    return node


def _are_classes(reader: Reader, node: Node, outputs: tuple[str, ...]) -> bool:
    """A class for each sample, and not a number for each output."""
    if len(node.items) == len(outputs) and not any(normal(item.text) in outputs for item in node.items):
        reader.wrong("a class for each sample, or a number for each output?", node.place,
                     help=f"name the classes: [{', '.join(outputs)}]")  # fmt: skip
        return False
    return True


def _one_hot(reader: Reader, node: Node, outputs: tuple[str, ...]) -> list[Node]:
    """1 at the class and 0 elsewhere; a class is the name of its output, or its number, counted from 0."""
    label = normal(node.text)
    place = outputs.index(label) if label in outputs else None
    if place is None and re.fullmatch(r"0|[1-9]\d{0,5}", node.text) and int(node.text) < len(outputs):
        place = int(node.text)
        counted = f"classes are counted from 0, as in PyTorch and Keras: {place} is {outputs[place]}"
        if not any(warning.startswith("classes are counted from 0") for warning in reader.warnings):
            reader.warnings.append(counted)
    if place is None:
        reader.wrong(f"{short(node.text)} is no class of the {len(outputs)} outputs", node.place,
                     help=f"{', '.join(outputs)}, or 0 to {len(outputs) - 1}")  # fmt: skip
    return [Node("scalar", node.place, "1" if k == place else "0") for k in range(len(outputs))]


def _all_scalars(nodes: Sequence[Node]) -> bool:
    return all(node.is_scalar for node in nodes)


def _mapping(node: Node, entries: dict[str, Node]) -> Node:
    return Node(
        "mapping", node.place, entries=[(Node("scalar", node.place, key), cell) for key, cell in entries.items()]
    )


def _is_number(node: Node) -> bool:
    try:
        number(node.text.removesuffix(ROUNDED))
    except NotANumber:
        return False
    return node.is_scalar


# --- the loss ---


def loss_for(word: str, loss: str, activation: str) -> str:
    """`cross_entropy` on a sigmoid layer is the binary one."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    if plain not in _EITHER:
        return loss
    return "binary_cross_entropy" if activation == "sigmoid" else "categorical_cross_entropy"
