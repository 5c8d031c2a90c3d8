"""Where spellings are looked for: the labels of a network (`Shape`); and what is found: rows of quantities (`Reading`).

>>> one(Name("net", "h1"), "label").size, number_of("h12")
((1, 1), '12')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backprop_trace.formulas.expr import LOSS, Name


class LayerLabels(NamedTuple):
    """The labels of a layer: its units, the weights (a row per unit), the biases."""

    units: tuple[str, ...]
    weights: tuple[tuple[str | None, ...], ...] = ()
    biases: tuple[str | None, ...] = ()
    recurrent: tuple[tuple[str | None, ...], ...] = ()


class Shape(NamedTuple):
    """The labels of a network: inputs, layers, and whatever else is given."""

    inputs: tuple[str, ...]
    layers: tuple[LayerLabels, ...]
    given: tuple[str, ...] = ()
    objective: Name = LOSS
    units: tuple[str, ...] = ()
    """Quantities of the file's own definitions."""

    def layer(self, number: int, first: int) -> LayerLabels | None:
        """The layer of a number, where the first one has that number; None if there is none."""
        return self.layers[number - first] if 0 <= number - first < len(self.layers) else None


class Reading(NamedTuple):
    """What a spelling may stand for: rows of quantities, and the rule of counting by which it does."""

    rows: tuple[tuple[Name, ...], ...]
    rule: str

    @property
    def name(self) -> Name:
        return self.rows[0][0]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    def turned(self) -> Reading:
        return Reading(tuple(zip(*self.rows, strict=True)), self.rule)

    def each(self, mark: Callable[[Name], Name | None]) -> Reading | None:
        rows = tuple(tuple(mark(name) for name in row) for row in self.rows)
        return None if any(name is None for row in rows for name in row) else Reading(rows, self.rule)  # type: ignore[arg-type]


def one(name: Name, rule: str) -> Reading:
    return Reading(((name,),), rule)


def each_marked(found: Iterator[Reading] | tuple[()], mark: Callable[[Name], Name | None]) -> Iterator[Reading]:
    for reading in found:
        marked = reading.each(mark)
        if marked is not None:
            yield marked


def number_of(label: str) -> str:
    found = re.search(r"(\d+)$", label)
    return found[1] if found else ""
