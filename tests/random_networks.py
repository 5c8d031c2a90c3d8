"""Random networks: each as the YAML text a person would write, and as the oracle's plain description.

The text is written from the description in one of the many ways the format allows (names or numbers for weights,
rows or columns first, samples in a list or in columns, units by name or by number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import oracle
from hypothesis import strategies as st

from backprop_trace.model import catalogue

HIDDEN, LOSSES = tuple(catalogue.ACTIVATIONS), tuple(catalogue.LOSSES)  # one the oracle does not know fails there
OUTPUTS = {
    "binary_cross_entropy": ("sigmoid", "softmax"),
    "categorical_cross_entropy": ("softmax", "sigmoid", "softplus"),
}
KINKED = tuple(
    name for name, known in catalogue.ACTIVATIONS.items() if re.search(r"\b(if|max|min|abs)\b", known.formula)
)


@dataclass
class Case:
    """A network as text, as a description whose numbers are texts, and its learning rate."""

    text: str
    net: oracle.Net
    eta: str

    def __repr__(self):
        return self.text


def decimals(low=-150, high=150, places=2):
    return st.integers(low, high).map(lambda n: f"{'-' if n < 0 else ''}{abs(n) // 10**places}."
                                                f"{abs(n) % 10**places:0{places}d}")  # fmt: skip


@st.composite
def cases(draw, activations=HIDDEN, losses=LOSSES, most_layers=4, most_samples=3):
    loss = draw(st.sampled_from(losses))
    depth = draw(st.integers(1, most_layers))
    inputs = [f"x{k}" for k in range(1, draw(st.integers(1, 3)) + 1)]
    net = oracle.Net([], [], {}, loss, draw(st.sampled_from(["sum", "mean"])))
    written, lines = {}, []  # written: label -> number, for those that stand under `parameters`
    known = list(inputs)
    layout = draw(st.sampled_from(["out_in", "in_out"]))
    for place in range(1, depth + 1):
        last = place == depth
        layer, text = draw(_layers(net, written, known, place, depth, loss if last else "", activations, layout))
        net.layers.append(layer)
        lines.append(text)
        known += layer.units
    net.samples = draw(_samples(inputs, net.layers[-1].units, loss, most_samples))
    in_use = {label for layer in net.layers for row in [*layer.weights, layer.biases] for label in row}
    trained = sorted(label for label in written if label in in_use)
    net.fixed = set(draw(st.lists(st.sampled_from(trained), unique=True))) if trained else set()
    net.parameters |= {label: number for label, number in written.items() if label in in_use}
    eta = draw(st.sampled_from(["0.5", "1", "0.1", "1e-3", "1/3"]))
    head = draw(_heads(net, inputs))
    parameters = "".join(f"  {label}: {number}\n" for label, number in written.items())
    text = head + (f"parameters:\n{parameters}" if written else "") + "layers:\n" + "".join(lines)
    spelled, net.loss_constants = draw(_spelled(loss, catalogue.LOSSES))
    text += f"loss: {spelled}\nbatch: {net.batch}\nlearning_rate: {eta}\n"
    if layout == "in_out":
        text += "weights_layout: in_out\n"
    if net.fixed:
        text += f"fixed: [{', '.join(sorted(net.fixed))}]\n"
    return Case(text, net, eta)


@st.composite
def _spelled(draw, name, table):
    """An activation or a loss as the file says it, and its constants."""
    constants = dict(table[name].constants)
    if not constants or draw(st.booleans()):
        return name, constants
    constants = {letter: draw(st.sampled_from(["0.1", "0.25", "2"])) for letter in constants}
    return f"{{name: {name}, {', '.join(f'{letter}: {number}' for letter, number in constants.items())}}}", constants


@st.composite
def _layers(draw, net, written, known, place, depth, loss, activations, layout):
    """One layer, as a description and as text; its parameters go into `written` (named) or `net.parameters`."""
    count = draw(st.integers(1, 3))
    by_number = draw(st.booleans())
    letter = "o" if loss else "h" if depth == 2 else f"h{place}_"
    units = [f"{letter}{k}" if by_number else f"u{place}_{k}" for k in range(1, count + 1)]
    sources = net.layers[-1].units if net.layers else list(known)
    feeding = ""
    if place > 1 and draw(st.integers(0, 3)) == 0:
        sources = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True))
        feeding = f"    from: [{', '.join(sources)}]\n"
    allowed = OUTPUTS.get(loss, activations)
    activation = draw(st.sampled_from([name for name in allowed if name in activations] or list(activations)))
    if activation == "softmax" and loss == "binary_cross_entropy" and count == 1:
        activation = "sigmoid"  # a softmax of one unit is 1, and log(1 - 1) breaks off
    spelled, constants = draw(_spelled(activation, catalogue.ACTIVATIONS))
    if not constants and activation == "tanh" and draw(st.booleans()):
        spelled = "{name: tanh, slope: net}"
    labels, cells = [], []
    for unit in units:
        row = [draw(_cells(net, written, f"w_{source}_{unit}")) for source in sources]
        labels.append([label for label, _ in row])
        cells.append([cell for _, cell in row])
    if layout == "in_out":
        cells = [list(column) for column in zip(*cells, strict=True)]
    biases, bias = draw(_biases(net, written, units, place))
    layer = oracle.Layer(units, activation, list(sources), labels, biases, constants)
    rows = ", ".join(f"[{', '.join(row)}]" for row in cells)
    text = f"  - units: {count if by_number else '[' + ', '.join(units) + ']'}\n    activation: {spelled}\n"
    text += f"{feeding}    weights: [{rows}]\n{bias}"
    return layer, text


@st.composite
def _cells(draw, net, written, own_name):
    """A weight: by name, as a number, tied to an earlier one, or no connection."""
    kind = draw(st.sampled_from(["name", "name", "number", "number", "tied", "none"]))
    if kind == "none" or (kind == "tied" and not written):
        return None, "-"
    if kind == "tied":
        label = draw(st.sampled_from(sorted(written)))
        return label, label
    number = draw(decimals())
    if kind == "number":
        net.parameters[own_name] = number
        return own_name, number
    label = f"w{len(written) + 1}"
    written[label] = number
    return label, label


@st.composite
def _biases(draw, net, written, units, place):
    kind = draw(st.sampled_from(["none", "shared name", "shared number", "one each"]))
    if kind == "none":
        return [None] * len(units), ""
    if kind == "one each":
        cells = [draw(_cells(net, written, f"b_{unit}")) for unit in units]
        return [label for label, _ in cells], f"    bias: [{', '.join(cell for _, cell in cells)}]\n"
    number = draw(decimals())
    if kind == "shared number":
        net.parameters[f"b_{place}"] = number
        return [f"b_{place}"] * len(units), f"    bias: {number}\n"
    written[f"b{place}"] = number
    return [f"b{place}"] * len(units), f"    bias: b{place}\n"


@st.composite
def _samples(draw, inputs, outputs, loss, most):
    samples = []
    for _ in range(draw(st.integers(1, most))):
        values = {label: draw(decimals(-200, 200)) for label in inputs}
        if loss == "categorical_cross_entropy" and draw(st.booleans()):
            hot = draw(st.sampled_from(outputs))
            targets = {unit: "1" if unit == hot else "0" for unit in outputs}
        else:
            low, high = (0, 100) if loss.endswith("cross_entropy") else (-150, 150)
            targets = {unit: draw(decimals(low, high)) for unit in outputs}
        samples.append((values, targets))
    return samples


@st.composite
def _heads(draw, net, inputs):
    """Inputs and targets: in columns, or as a list of samples."""
    outputs = net.layers[-1].units
    if len(net.samples) == 1 and draw(st.booleans()):
        values, targets = net.samples[0]
        return f"inputs: {_flow(values)}\ntargets: {_flow(targets)}\n"
    if draw(st.booleans()):
        columns = {label: f"[{', '.join(s[0][label] for s in net.samples)}]" for label in inputs}
        targets = {unit: f"[{', '.join(s[1][unit] for s in net.samples)}]" for unit in outputs}
        return f"inputs: {_flow(columns)}\ntargets: {_flow(targets)}\n"
    rows = [f"  - inputs: {_flow(values)}\n    targets: {_flow(targets)}\n" for values, targets in net.samples]
    return "samples:\n" + "".join(rows)


def _flow(pairs):
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
