"""Layers: their units, what feeds them, their activations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import repeat

from backprop_trace.files import schema
from backprop_trace.files.source import Node, Place, did_you_mean
from backprop_trace.files.spec import formulas
from backprop_trace.files.spec.reader import Reader, short
from backprop_trace.files.spec.weights import drawn, read_biases, read_layout, read_weights
from backprop_trace.formulas.expr import Name, Number, given
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.model.catalogue import ACTIVATIONS, NET_INPUTS
from backprop_trace.model.layers import Layer

RECURRENT_DRAWS = 500
"""Random recurrent weights are drawn apart from those of the layers before."""
_COUNT = re.compile(r"[1-9][0-9]*", re.ASCII)
MOST_UNITS = 99_999


def read_layers(reader: Reader, node: Node | None, inputs: tuple[str, ...], layout: str) -> tuple[Layer, ...]:
    if node is None:
        return ()
    if node.kind != "list" or not node.items:
        found = "there are no layers" if node.kind == "list" else f"layers must be a list, found {node.described()}"
        reader.wrong(found, node.place, help="start each with '- units:'")
        return ()
    sources: dict[str, Name] = {label: given(label) for label in inputs}
    layers: list[Layer] = []
    before = tuple(sources.values())
    for depth, item in enumerate(node.items, 1):
        entries = reader.table(item, schema.LAYER, f"layer {depth}")
        units = read_units(reader, entries.get("units"), depth, len(node.items), sources)
        feeding = read_sources(reader, entries["from"], sources) if "from" in entries else before
        own = read_layout(reader, entries["weights_layout"]) if "weights_layout" in entries else layout
        layer = read_layer(reader, entries, units, feeding, depth, own, item.place)
        sources |= {unit: Name("out", unit) for unit in units}
        before = tuple(Name("out", unit) for unit in units)
        layers.append(layer)
    return tuple(layers)


def read_units(
    reader: Reader, node: Node | None, depth: int, depths: int, taken: Mapping[str, Name]
) -> tuple[str, ...]:
    if node is None:
        return ()
    if node.kind != "list":
        return unused(reader, named_units(reader, node, depth, depths), repeat(node.place), taken)
    if not node.items:
        reader.wrong(f"layer {depth} has no units", node.place)
    return unused(
        reader, [reader.label(item, or_number=True) for item in node.items], [item.place for item in node.items], taken
    )


def unused(
    reader: Reader, labels: Iterable[str], places: Iterable[Place], taken: Mapping[str, Name]
) -> tuple[str, ...]:
    """The labels, with something that can be no name for each that is wrong or in use already."""
    units: dict[str, None] = {}
    for label, place in zip(labels, places, strict=False):
        if label in taken or label in units or label in reader.parameters:
            reader.twice(label, place)
            label = ""
        units[label or f"?{place.line}:{place.column}"] = None
    return tuple(units)


def named_units(reader: Reader, node: Node, depth: int, depths: int) -> tuple[str, ...]:
    """`units: 3` names them by layer and place."""
    if node.is_scalar and node.text.isdecimal() and int(node.text[:400]) > MOST_UNITS:
        reader.wrong(f"a layer has {MOST_UNITS:,} units at most", node.place)
        return ()
    if not (node.is_scalar and _COUNT.fullmatch(node.text)):
        help_ = "a number of units (3) or their names ([h1, h2])"
        reader.wrong(f"not a number of units: {short(node.text) or node.described()}", node.place, help=help_)
        return ()
    letter = "o" if depth == depths else "h" if depths == 2 else f"h{depth}_"
    return tuple(f"{letter}{place}" for place in range(1, int(node.text) + 1))


def read_sources(reader: Reader, node: Node, known: Mapping[str, Name]) -> tuple[Name, ...]:
    items = node.items if node.kind == "list" else [node]
    if not items:
        reader.wrong("no unit feeds the layer", node.place, help="leave 'from' out for all units of the layer before")
    found = []
    for item in items:
        label = normal(item.text)
        found.append(known.get(label) or Name("", f"?{item.place.line}:{item.place.column}"))
        if label not in known:
            reader.wrong(f"unknown input or unit {short(item.text)}", item.place, help=did_you_mean(item.text, known))
    return tuple(found)


def read_layer(
    reader: Reader,
    entries: Mapping[str, Node],
    units: tuple[str, ...],
    sources: tuple[Name, ...],
    depth: int,
    layout: str,
    place: Place,
) -> Layer:
    activation, constants, of_net = read_activation(reader, entries.get("activation"))
    weights: tuple[tuple[Name | None, ...], ...] = ()
    if "weights" in entries and units and sources and layout:
        weights = read_weights(reader, entries["weights"], units, sources, layout, depth)
    bias = entries.get("bias")
    if bias is not None and bias.kind == "mapping":
        bias = Node("list", bias.place, items=drawn(reader, bias, len(units), len(sources), len(units), 2 * depth + 1))
    biases = read_biases(reader, bias, units, depth)
    recurrent: tuple[tuple[Name | None, ...], ...] = ()
    if "recurrent" in entries and units:
        own = tuple(Name("out", unit) for unit in units)
        if not reader.times:
            help_ = "sequence: {inputs: {x: [1, 0]}, targets: {o1: [0, 1]}}; or settle:, to run until it settles"
            reader.wrong("a recurrent layer needs a sequence", entries["recurrent"].place, help=help_)
        recurrent = read_weights(reader, entries["recurrent"], units, own, layout, depth + RECURRENT_DRAWS)
    net_input = next(iter(NET_INPUTS))
    if "net_input" in entries:
        net_input = reader.choice(entries["net_input"], NET_INPUTS, "net input")
    return Layer(units, activation, weights, biases, sources, constants, of_net, recurrent, net_input)


def read_activation(reader: Reader, node: Node | None) -> tuple[str, dict[str, Number], bool]:
    """Its name, its constants, and whether its slope is written with the net input."""
    name, constants, entries = formulas.function(reader, node, ACTIVATIONS, schema.ACTIVATION, "activation", "z")
    of_net = "slope" in entries and reader.choice(entries["slope"], ("out", "net"), "slope") == "net"
    if of_net and name and not ACTIVATIONS[name].slope_of_net:
        reader.wrong(f"the slope of {name} has one form only", entries["slope"].place, help="leave 'slope' out")
    return name, constants, of_net
