"""Parameters by any name: their own, and those that say their place (W1, b^2_1, w_21, fc1.weight, w_h1_o1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.spelled.places import (
    LAYERED,
    SQUASHED,
    TWO,
    behind,
    counted,
    counted_back,
    matching,
)
from backprop_trace.formulas.spelled.shape import LayerLabels, Reading, Shape, number_of, one
from backprop_trace.formulas.spelled.words import LAYER_NAMES, MATRIX, RATE_LETTERS, RATE_WORDS, RATES, RECURRENT

_PYTORCH = re.compile(
    r"(?:self\.|model\.|net\.)?(?P<layer>\w+?)[._](?P<what>weight|weights|bias|kernel)s?", re.IGNORECASE
)


class Parameters:
    """The parameters of a network."""

    def __init__(self, shape: Shape):
        self.shape = shape

    def read(self, text: str) -> Iterator[Reading]:
        text = text.strip()
        own = matching(text, self.shape.given)
        yield from (one(Name("", label), "own") for label in own)
        alike = any(label.replace("_", "").lower() == re.sub(r"[_\s]", "", text).lower() for label in own)
        for each in self.by_place(text):
            if not alike or each.size != (1, 1):
                yield each
            elif each.rule.startswith("weights"):  # b2 of the file is not that of layer 2, but for [[0.1]]
                yield each._replace(rule=f"{MATRIX}, {each.rule}")

    def by_place(self, text: str) -> Iterator[Reading]:
        """Parameters that are called by their place: W1, b^2_1, fc1.weight."""
        if text.lower().replace(" ", "_") in RATES or RATE_WORDS.fullmatch(text.lower()):
            yield one(Name("rule", "eta"), "rate")
        if text in RATE_LETTERS:
            yield one(Name("rule", "eta"), "rate, by one letter")
        if match := _PYTORCH.fullmatch(text):
            yield from self.modules(match["layer"], match["what"].lower())
        for letter in ("weights", "weight", "W", "w", "θ", "theta", "v", "V", "u", "U"):
            index = behind(text, letter, exact=letter in ("W", "w", "v", "V", "u", "U"))
            if index is not None:
                yield from self.weights(index)
        for letter in ("biases", "bias", "b", "B", "θ", "theta"):
            index = behind(text, letter, exact=False)
            if index is not None:
                yield from self.biases(index)

    def modules(self, name: str, what: str) -> Iterator[Reading]:
        """fc1.weight, layers.0.bias, hidden.weight, output.kernel"""
        layers = self.shape.layers
        number = re.search(r"(\d+)$", name)
        found: list[tuple[str, LayerLabels]] = []
        if number:
            found += [("module 1", layers[int(number[1]) - 1])] if 1 <= int(number[1]) <= len(layers) else []
            found += [("module 0", layers[int(number[1])])] if int(number[1]) < len(layers) else []
            if int(number[1]) % 2 == 0 and int(number[1]) // 2 < len(layers):
                found.append(("every second module", layers[int(number[1]) // 2]))
        elif re.match(r"h|hid", name, re.IGNORECASE) and len(layers) == 2:
            found.append(("module by name", layers[0]))
        elif re.match(r"o|out|last|fc|linear", name, re.IGNORECASE):
            found.append(("module by name", layers[-1]))
        for rule, layer in found:
            yield from self.whole(layer, rule, "bias" if what == "bias" else "weights")

    def whole(self, layer: LayerLabels, rule: str, what: str) -> Iterator[Reading]:
        """All weights or biases of a layer; a bias that all its units share may stand once."""
        rows = (layer.biases,) if what == "bias" else layer.weights
        if not rows or not rows[0] or any(label is None for row in rows for label in row):
            return
        yield Reading(tuple(tuple(Name("", label) for label in row if label) for row in rows), rule)
        if what == "bias" and len(set(layer.biases)) == 1 and len(layer.biases) > 1 and layer.biases[0]:
            yield one(Name("", layer.biases[0]), rule)

    def named_layer(self, label: str) -> LayerLabels | None:
        """W_hidden, b_out, W_ho: the weights that lead to a layer that is called by name."""
        place = LAYER_NAMES.get(label.lower())
        return self.shape.layers[place] if place is not None and len(self.shape.layers) == 2 else None

    def weights(self, index: str) -> Iterator[Reading]:
        layers, index = self.shape.layers, counted_back(index, len(self.shape.layers))
        if not index:
            if len(layers) <= 2:
                rule = "the only layer" if len(layers) == 1 else "V and W"
                yield from (found for layer in layers for found in self.whole(layer, rule, "weights"))
            return
        label = index.lstrip("_").strip("()[]")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.shape.layer(int(label), first)) is not None:
                    yield from self.whole(layer, f"weights {first}", "weights")
        if (named := self.named_layer(label)) is not None:
            yield from self.whole(named, "weights by name", "weights")
        for layer in layers if label.lower() in RECURRENT else ():
            yield from self.whole(layer._replace(weights=layer.recurrent), "weights by name", "weights")
        yield from self.in_order(label)
        for layer, rule, rest in self.in_layers(index):
            yield from self.whole(layer, rule, "weights") if not rest else self.ends(layer, rule, rest)
        for layer in layers if len(layers) == 1 else ():
            yield from self.ends(layer, "the only layer", label)
        yield from self.by_unit_numbers(label)

    def in_order(self, label: str) -> Iterator[Reading]:
        """w1, w2, ... for weights that have names of another kind: counted as they stand."""
        layers = [layer.weights for layer in self.shape.layers]
        for rule, matrices in (
            ("weights counted by rows", layers),
            ("weights counted by columns", [tuple(zip(*rows, strict=True)) for rows in layers]),
        ):
            labels = list(dict.fromkeys(each for rows in matrices for row in rows for each in row if each))
            if any(re.fullmatch(r"[A-Za-z]_?\d+", each) for each in labels):
                return
            for _, found in counted(label, labels, rule):
                yield one(Name("", found[0]), rule)

    def in_layers(self, index: str) -> Iterator[tuple[LayerLabels, str, str]]:
        for pattern in LAYERED:
            match = pattern.fullmatch(index)
            if match is None:
                match = re.fullmatch(r"\^?\(?\[?(?P<layer>\d+)\]?\)?_(?P<rest>\d+[,_]?\d*)", index)
            if match is None:
                continue
            rest = match["rest"]
            for first in (1, 2):
                if (layer := self.shape.layer(int(match["layer"]), first)) is not None:
                    yield layer, f"weights {first}", rest

    @staticmethod
    def ends(layer: LayerLabels, rule: str, text: str) -> Iterator[Reading]:
        """21 is the weight to unit 2 from unit 1, or the other way round."""
        match = TWO.fullmatch(text)
        if match is None:
            return
        pairs = [(match[1], match[2])] if match[2] else [(text[:1], text[1:])] if len(text) == 2 else []
        if not pairs and len(layer.weights) == 1:
            pairs = [("1", match[1])]
        for first, second in pairs:
            for order, row, column in (("to-from", first, second), ("from-to", second, first)):
                if 1 <= int(row) <= len(layer.weights) and 1 <= int(column) <= len(layer.weights[0]):
                    label = layer.weights[int(row) - 1][int(column) - 1]
                    if label is not None:
                        yield one(Name("", label), f"{rule}, {order}" if first != second else rule)

    def by_unit_numbers(self, label: str) -> Iterator[Reading]:
        """w35 leads from unit 3 to unit 5 where all units are numbered; w_h1_o1 by labels."""
        for layer, before in zip(
            self.shape.layers, [self.shape.inputs, *(each.units for each in self.shape.layers)], strict=False
        ):
            for unit, row in zip(layer.units, layer.weights, strict=False):
                for source, weight in zip(before, row, strict=False):
                    if weight is None:
                        continue
                    squashed = SQUASHED.sub("", label).lower()
                    if squashed == f"{source}{unit}".lower().replace("_", ""):
                        yield one(Name("", weight), "from-to by labels")
                    elif squashed == f"{unit}{source}".lower().replace("_", ""):
                        yield one(Name("", weight), "to-from by labels")
                    elif squashed == number_of(source) + number_of(unit) and number_of(source) and number_of(unit):
                        yield one(Name("", weight), "from-to by numbers")

    def biases(self, index: str) -> Iterator[Reading]:
        layers, index = self.shape.layers, counted_back(index, len(self.shape.layers))
        label = index.lstrip("_").strip("()[]")
        if not label:
            yield from self.whole(layers[-1], "the only layer", "bias") if len(layers) == 1 else ()
            return
        if (named := self.named_layer(label)) is not None:
            yield from self.whole(named, "weights by name", "bias")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.shape.layer(int(label), first)) is not None:
                    yield from self.whole(layer, f"weights {first}", "bias")
        for layer, rule, rest in self.in_layers(index):
            if not rest:
                yield from self.whole(layer, rule, "bias")
            elif rest.isdecimal() and 1 <= int(rest) <= len(layer.biases) and (found := layer.biases[int(rest) - 1]):
                yield one(Name("", found), rule)
        for layer in layers:
            for unit, bias in zip(layer.units, layer.biases, strict=False):
                if bias is not None and matching(label, [unit]):
                    yield one(Name("", bias), "bias by label")
                elif bias is not None and label == number_of(unit):
                    yield one(Name("", bias), "bias by number")
        for layer in layers if len(layers) == 1 else ():
            for _, (bias,) in counted(label, [each or "" for each in layer.biases], ""):
                if bias:
                    yield one(Name("", bias), "bias by number")
