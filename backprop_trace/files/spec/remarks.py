"""What is no mistake in a file, and yet worth a word."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from backprop_trace.files.spec.reader import Reader
from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.numbers import number
from backprop_trace.model.network import Network
from backprop_trace.model.update import UpdateRule


def targets_add_up(values: Mapping[Name, str]) -> bool:
    """Do the targets of every sample sum to 1 (or stand there without numbers)? p - t needs it."""
    sums: dict[object, Fraction] = {}
    for name, text in values.items():
        if name.kind == "target":
            place = (name.sample, name.time)
            sums[place] = sums.get(place, Fraction(0)) + number(text)
    return all(total == 1 for total in sums.values())


def warn(reader: Reader, network: Network, rule: UpdateRule) -> None:
    for label, entry in reader.parameters.items():
        if label not in reader.used:
            reader.warnings.append(f"{label} (line {entry.place.line}) is defined and not used")
    if network.loss == "categorical_cross_entropy" and not targets_add_up(reader.values):
        reader.warnings.append("the targets do not add up to 1, so dE/dnet is not simply out - target")
    if network.output_activation == "softmax" and network.loss == "binary_cross_entropy":
        reader.warnings.append(
            "binary cross-entropy takes each output for itself, and those of softmax are not: "
            "categorical_cross_entropy is the loss that goes with softmax"
        )
    for label, depth in reader.start_at_zero:
        if given(label) not in rule.fixed:
            reader.warnings.append(
                f"layer {depth} has 'bias: 0', a bias that starts at 0 and is trained; leave it out for none"
            )
    for depth, first, second in twins(network, reader.values):
        reader.warnings.append(
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
