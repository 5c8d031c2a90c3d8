"""Atoms of a notation: a letter or word and an index, such as net_h1, a1, E_o1, delta_o1, hidden_layer_input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.formulas.spelled.parameters import Parameters
from backprop_trace.formulas.spelled.places import LAYERED, behind, counted, counted_back, matching
from backprop_trace.formulas.spelled.shape import Reading, Shape, each_marked, number_of, one
from backprop_trace.formulas.spelled.words import (
    DELTAS,
    ERRORS,
    HIDDEN,
    KIND_BEHIND,
    LAYER_NAMES,
    LOSS_OF,
    LOSS_WORDS,
    LOSSES,
    NET,
    OUT,
    OUTPUTS,
    SLOPES,
    TARGETS,
    NameNotation,
)

LONGEST_NAME = 60
"""No quantity is called anything longer."""
_SPACE = re.compile(r"(?<![-+]) (?![-+])")
"""What `net h1` has for a `_`; `y - a` is a difference."""


BY_NUMBER = "by its number"
"""How a rule begins that is believed only where a number speaks for it, whatever other lines say."""


def gradient_of(objective: Name) -> Callable[[Name], Name]:
    return lambda name: derivative(objective, name)


class Atoms:
    """Atoms of one notation: net_h1, a1, w5, W1, E_o1, delta_o1."""

    def __init__(self, shape: Shape, notation: NameNotation):
        self.shape, self.notation = shape, notation
        self.parameters = Parameters(shape)
        self.units = [unit for layer in shape.layers for unit in layer.units]

    def read(self, text: str) -> Iterator[Reading]:
        text = text.strip()
        if not text or len(text) > LONGEST_NAME:
            return
        yield from self.parameters.read(text)
        if self.is_loss(text):
            yield one(self.shape.objective, "loss")
        yield from self.bare_units(text)
        spaceless = _SPACE.sub("_", text)
        is_own = bool(matching(text, self.units))  # whatever its letter and number may mean elsewhere
        for kind, letters in self.letters():
            for letter in letters:
                index = behind(text, letter) or behind(spaceless, letter)
                if index is not None:
                    found = self.indexed(kind, index)
                    if (kind, letter) == ("slope", "error"):  # most mean its delta
                        found = (each._replace(rule=f"{BY_NUMBER}, {each.rule}") for each in found)
                    yield from (each for each in found if not is_own or each.size != (1, 1))
        yield from () if is_own else self.kind_behind(text)

    def kind_behind(self, text: str) -> Iterator[Reading]:
        """h1_out, hidden_layer_input; a layer alone is its activations: layer_1, predictions."""
        for kind, words in KIND_BEHIND.items():
            for word in words:
                of, _, more = text.rpartition(word) if text.lower().endswith((f"_{word}", f" {word}")) else ("", "", "")
                if of and not more:
                    yield from self.indexed(kind, f"_{of.strip('_ ')}")
        if len(text) > 1 and not text.isdigit():
            yield from (
                Reading((tuple(Name("out", unit) for unit in units),), rule) for rule, units in self.words(text)
            )

    def is_loss(self, text: str) -> bool:
        text = text.lower()
        if match := LOSS_OF.fullmatch(text):
            text = match[1]
        return text.replace(" ", "_") in LOSSES or LOSS_WORDS.fullmatch(text) is not None

    def letters(self) -> Iterator[tuple[str, Sequence[str]]]:
        """The kinds of quantities, each with the letters that stand for it."""
        own = self.notation
        taken = {*own.net, *own.out, *own.delta}
        yield "net", (*own.net, *(word for word in NET if word not in taken))
        yield "out", (*own.out, *(word for word in OUT if word not in taken))
        yield "delta", (*own.delta, *DELTAS)
        yield "hidden", HIDDEN
        yield "outputs", OUTPUTS
        yield "target", TARGETS
        yield "E", LOSSES
        yield "error", ERRORS
        yield "slope", SLOPES

    def bare_units(self, text: str) -> Iterator[Reading]:
        """`h1` alone is the activation of h1."""
        for unit in matching(text, self.units):
            yield one(Name("out", unit), "unit")
            if unit in self.shape.layers[-1].units:
                yield one(Name("target", unit), "unit's target")
        for label in matching(text, self.shape.units):
            yield one(Name("", label), "own")

    # --- units ---

    def indexed(self, kind: str, index: str) -> Iterator[Reading]:
        if not self.shape.layers:
            return
        whole = {"hidden": "out", "outputs": "out", "delta": "net", "slope": "out"}.get(kind, kind)
        for rule, units in self.places(kind, counted_back(index, len(self.shape.layers))):
            if kind != "hidden" or rule not in ("output", "the outputs"):
                yield from self.of_kind(kind, Reading((tuple(Name(whole, unit) for unit in units),), rule))

    def of_kind(self, kind: str, reading: Reading) -> Iterator[Reading]:
        """The quantities, or the gradients with respect to them."""
        if kind in ("delta", "slope"):
            yield from each_marked(iter((reading,)), gradient_of(self.shape.objective))
        else:
            yield reading

    def places(self, kind: str, index: str) -> Iterator[tuple[str, Sequence[str]]]:
        """The units an index may mean, each time with the rule by which it does."""
        layers = self.shape.layers
        hidden, outputs = layers[:-1], layers[-1].units
        only_outputs = kind in ("outputs", "target", "E", "error")
        pool = outputs if only_outputs else self.units
        label = index.lstrip("_").strip("()[]")
        for unit in matching(label, pool) if label else ():
            yield "label", (unit,)
            return
        if not label:
            yield from self.without_index(kind) if kind != "E" else ()
            return
        if only_outputs or kind == "out":
            yield from counted(label, outputs, "output")
        if kind in ("hidden", "net", "out", "delta") and len(hidden) == 1:
            yield from counted(label, hidden[0].units, "hidden")
        if kind in ("net", "delta"):
            yield from counted(label, outputs, "output")
        yield from self.numbered(label, pool)
        if only_outputs:
            yield from (found for found in self.words(label) if found[0] == "output")
        else:
            yield from self.running(label)
            yield from self.layered(index)
            yield from self.words(label)

    def without_index(self, kind: str) -> Iterator[tuple[str, Sequence[str]]]:
        """With one output or one hidden unit the index may be missing; else the letter stands for the layer."""
        *hidden, last = self.shape.layers
        if kind == "hidden":
            yield from (("the only hidden layer", layer.units) for layer in hidden if len(hidden) == 1)
            return
        yield "the outputs", last.units
        if kind in ("net", "out", "delta") and len(hidden) == 1 and len(hidden[0].units) == 1:
            yield "the hidden unit", hidden[0].units
        elif kind in ("net", "out", "delta") and len(hidden) == 1:
            yield "the only hidden layer", hidden[0].units

    def numbered(self, label: str, pool: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Where each unit has a number of its own (I4 of unit h4), it alone may stand for the unit."""
        if not label.isdecimal():
            return
        numbers = [number_of(unit) for unit in self.units]
        if len(set(numbers)) == len(numbers) and "" not in numbers:
            yield from (("unit's number", (unit,)) for unit in pool if number_of(unit) == label)

    def running(self, label: str) -> Iterator[tuple[str, Sequence[str]]]:
        """Units numbered throughout: the first hidden one is 1, or comes after the inputs."""
        if len(self.shape.layers) > 1:
            yield from counted(label, self.units, "running number")
            after_inputs = [*self.shape.inputs, *self.units]
            for rule, (unit,) in counted(label, after_inputs, "running number after the inputs"):
                if unit in self.units:
                    yield rule, (unit,)

    def layered(self, index: str) -> Iterator[tuple[str, Sequence[str]]]:
        """z^2_1, z[1], a_1^(2), z12: a layer, and a unit in it or all of them."""
        label = index.lstrip("_").strip("()[]")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.shape.layer(int(label), first)) is not None:
                    yield f"layer {first}", layer.units
        for pattern in LAYERED:
            match = pattern.fullmatch(index)
            if match is None:
                continue
            unit = match["rest"]
            for first in (1, 2):
                layer = self.shape.layer(int(match["layer"]), first)
                if layer is None:
                    continue
                if not unit:
                    yield f"layer {first}", layer.units
                yield from ((f"layer {first}", found) for _, found in counted(unit.strip("_"), layer.units, ""))

    def words(self, label: str) -> Iterator[tuple[str, Sequence[str]]]:
        """net_hidden, delta_output, out_output_2; layer_1 and l1, with or without what it gives."""
        if not self.shape.layers:
            return
        *hidden, last = self.shape.layers
        label = re.sub(r"[_ ]?layer$|(?<=[a-z])s$", "", re.sub(r"(?<=predicted)_output$", "", label.lower()))
        label = re.sub(r"^hidden[_ ](?=layer)", "", label)
        name, number = re.fullmatch(r"(.*?)[_, ]?(\d*)", label).groups()  # type: ignore[union-attr]
        if name in ("layer", "l") and number:
            for first in (1, 2):
                if (layer := self.shape.layer(int(number), first)) is not None:
                    yield f"layer {first}", layer.units
        elif name in ("hidden", "h", "hid") and len(hidden) == 1:
            units = hidden[0].units
            yield from counted(number, units, "hidden") if number else [("the only hidden layer", units)]
        elif LAYER_NAMES.get(name) == -1:
            yield from counted(number, last.units, "output") if number else [("the outputs", last.units)]
