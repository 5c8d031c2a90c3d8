"""A training session on NumPy's matrices (`train --fast`), for networks of thousands of weights and more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.numbers import number
from backprop_trace.model.batches import all_samples
from backprop_trace.run.train.matrices import Matrices, samples
from backprop_trace.run.train.session import Running, Session

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example


class _MatrixRun:
    """Matrices with their numbers by name."""

    def __init__(self, example: Example):
        self.matrices = Matrices.of(example)
        self.fixed = {name: float(number(text)) for name, text in example.values.items()}
        self.known: dict[Name, float] | None = None

    @property
    def givens(self) -> Mapping[Name, Any]:
        if self.known is None:
            self.known = {**self.fixed, **self.matrices.values()}
        return self.known

    def advance(self, first: int, last: int) -> None:
        self.known = None
        self.matrices.advance(first, last)


class FastSession(Session):
    """The same reports; the numbers agree with the traced ones but for the order of summation.

    Raises matrices.Unsuited where the network has no plain matrices.
    """

    run: _MatrixRun

    def begin(self) -> Running:
        return _MatrixRun(self.example)

    @property
    def matrices(self) -> Matrices:
        return self.run.matrices

    def loss(self) -> float:
        return self.matrices.loss()

    def validation(self) -> float | None:
        held_out = self.example.held_out
        if not held_out.samples:
            return None
        values = {name: float(number(text)) for name, text in held_out.values.items()}
        inputs, targets = samples(self.network, all_samples(held_out.samples), values)
        return self.matrices.loss(inputs, targets)

    def metric(self) -> float | None:
        if not self.plan.metric:
            return None
        return self.matrices.loss_of(self.plan.metric, self.matrices.inputs, self.matrices.targets, "mean")

    def gradients(self) -> dict[Name, float]:
        matrices = self.matrices
        with np.errstate(all="ignore"):
            arrays = matrices.gradients(matrices.arrays, matrices.inputs, matrices.targets)
        pairs = zip(matrices.blocks, arrays, strict=True)
        trained = set(self.rule.trained)
        return {
            name: value
            for block, array in pairs
            for name, value in zip(block.names, array.ravel().tolist(), strict=True)
            if name in trained
        }

    def predictions(self) -> dict[Name, float]:
        return dict(zip(self.outputs, self.matrices.outputs().ravel().tolist(), strict=True))

    def net_inputs(self, units: Collection[str]) -> Iterator[tuple[str, float]]:
        matrices = self.matrices
        with np.errstate(all="ignore"):
            found = matrices.forward(matrices.arrays, matrices.inputs)
        for layer, (nets, _) in zip(self.network.layers, found, strict=True):
            highest = zip(layer.units, nets.max(axis=0).tolist(), strict=True)
            yield from ((unit, net) for unit, net in highest if unit in units)
