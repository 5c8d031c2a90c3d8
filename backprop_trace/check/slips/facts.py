"""What a writer could mix up: where every weight, bias and unit of a network stands."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Name
from backprop_trace.model.catalogue import LOSSES, Loss
from backprop_trace.model.layers import Layer

MOST_NEIGHBOURS = 24
"""Mix-ups are tried among so many neighbours at most."""


class Facts:
    """Where every weight, bias and unit of a network stands. `samples`: so many are used in a step (its batch)."""

    def __init__(self, example: Example, samples: int | None = None):
        self.network, self.rule, self.training = example.network, example.rule, example.training
        self.samples = self.training.batch_size if samples is None else samples
        self.weights: dict[Name, tuple[int, int, int]] = {}
        self.biases: dict[Name, list[tuple[int, int]]] = {}
        self.units: dict[str, tuple[int, int]] = {}
        for depth, layer in enumerate(self.network.layers):
            for row, unit in enumerate(layer.units):
                self.units[unit] = (depth, row)
                for column, weight in enumerate(layer.weights[row]):
                    if weight is not None:
                        self.weights.setdefault(weight, (depth, row, column))
                bias = layer.biases[row]
                if bias is not None:
                    self.biases.setdefault(bias, []).append((depth, row))

    @property
    def share(self) -> str:
        """What each sample has of a mean over the samples: 1/3; empty where they are added up."""
        return f"1/{self.samples}" if self.samples > 1 and self.training.batch == "mean" else ""

    @property
    def other_losses(self) -> list[Loss]:
        """Losses the writer may have taken by mistake; none with constants, which nobody has said."""
        return [entry for word, entry in LOSSES.items() if word != self.network.loss and not entry.constants]

    def layer_of(self, unit: str) -> Layer:
        return self.network.layers[self.units[unit][0]]

    def is_output(self, unit: str) -> bool:
        return unit in self.network.outputs

    def transposed(self, weight: Name) -> Name | None:
        """The weight with row and column swapped, if there is one."""
        if weight not in self.weights:
            return None
        depth, row, column = self.weights[weight]
        matrix = self.network.layers[depth].weights
        if column < len(matrix) and row < len(matrix[column]):
            return matrix[column][row]
        return None

    def other_rows(self, weights: Sequence[Name]) -> list[dict[Name, Name]]:
        """What takes the place of the weights of a unit (or of the weights it feeds), unit for unit of its layer."""
        places = [self.weights[weight] for weight in weights]
        if len(places) < 2 or len({depth for depth, _, _ in places}) > 1:
            return []
        matrix = self.network.layers[places[0][0]].weights
        rows, columns = {row for _, row, _ in places}, {column for _, _, column in places}
        if len(rows) == 1:
            others = [[matrix[row][column] for _, _, column in places] for row in range(len(matrix)) if row not in rows]
        elif len(columns) == 1:
            others = [[matrix[row][other] for _, row, _ in places] for other in range(len(matrix[0]))
                      if other not in columns]  # fmt: skip
        else:
            return []
        found = [{weight: other for weight, other in zip(weights, row, strict=True) if other} for row in others]
        return [row for row in found if len(row) == len(weights)] if len(found) <= MOST_NEIGHBOURS else []

    def other_weights(self, weight: Name) -> list[Name]:
        if weight not in self.weights:
            return []
        matrix = self.network.layers[self.weights[weight][0]].weights
        found = [other for row in matrix for other in row if other is not None and other != weight]
        return found if len(found) <= MOST_NEIGHBOURS else []

    def neighbours(self, value: Name) -> list[Name]:
        """The other inputs, activations of the layer or targets (of the same sample)."""
        if value.kind == "" and value.label in self.network.inputs:
            labels: Sequence[str] = self.network.inputs
        elif value.kind in ("out", "net") and value.label in self.units:
            labels = self.layer_of(value.label).units
        elif value.kind == "target":
            labels = self.network.outputs
        else:
            return []
        found = [value._replace(label=label) for label in labels if label != value.label]
        return found if len(found) <= MOST_NEIGHBOURS else []
