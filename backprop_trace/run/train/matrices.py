"""Training a fully connected network with NumPy's matrices: for networks too large to be worth tracing line by line.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.run.step import trace
    >>> xor = load("xor")
    >>> run = Matrices.of(xor)
    >>> run.advance(1, 101)
    >>> bool(abs(run.loss() - trace(xor, step=101)["E"].value) < 1e-12)
    True

The formulas are the catalogue's, evaluated on whole layers; only the order of summation differs from the traced
listing, so the last digits may. Needs the extra `fast` (NumPy).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import LOSS, Formula, Name, after, derivative, given
from backprop_trace.formulas.notation import ATOM, PYTHON, show
from backprop_trace.formulas.numbers import number
from backprop_trace.model.batches import Samples
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, constants, feels_the_layer, template
from backprop_trace.model.layers import Layer
from backprop_trace.model.network import Network
from backprop_trace.model.update import TIME, constants_used, rule_lines

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example

Array: TypeAlias = NDArray[np.float64]
Letters: TypeAlias = dict[str, Any]


NO_NUMBER = "no finite number comes out: it is beyond a float's 1.8e308, or a division by 0, or a logarithm of 0"


class Unsuited(ValueError):
    """The network has no plain matrices: shared weights, missing connections, layers that skip."""


# --- catalogue formulas on arrays ---

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "abs": np.abs,
    "max": np.maximum, "min": np.minimum, "where": np.where, "sech": lambda x: 1 / np.cosh(x),
    "relu": lambda x: np.maximum(0.0, x), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sum": lambda x: x.sum(axis=-1, keepdims=True),
}  # fmt: skip
_NOTATION = PYTHON._replace(
    cases=lambda test, positive, otherwise: (f"where({test} > 0, {positive}, {otherwise})", ATOM)
)


def _compiled(formula: Formula) -> CodeType:
    source = show(formula, _NOTATION, lambda name: (_word(name.label), ATOM))
    return compile(source, "<formula>", "eval")


@cache
def _entry(text: str) -> CodeType:
    """A formula of the catalogue."""
    return _compiled(template(text))


def _evaluated(code: CodeType, letters: Letters) -> Any:
    """A formula, each letter an array or a number."""
    return eval(code, {**_FUNCTIONS, **{_word(letter): value for letter, value in letters.items()}})


def _word(letter: str) -> str:
    return "v_" + letter.replace("+", "_new")


class _Block(NamedTuple):
    """Parameters that are one array: the weights of a layer (units x sources) or its biases (units, or one)."""

    names: tuple[Name, ...]
    shape: tuple[int, ...]
    trained: NDArray[np.bool_] | None
    """None: all of them."""

    def kept(self, new: Array, old: Array) -> Array:
        """The new numbers, where they are trained."""
        return new if self.trained is None else np.where(self.trained, new, old)


class Matrices:
    """A training run on matrices. `values()` are what the next step starts from."""

    def __init__(self, example: Example, givens: Mapping[Name, float]):
        self.network, self.rule, self.training = network, rule, training = (
            example.network,
            example.rule,
            example.training,
        )
        self.lines = [(line.at, line.letter, _compiled(line.formula)) for line in rule_lines(rule)]
        if network.definitions:
            raise Unsuited("definitions have no matrices")
        self.blocks = [block for layer in network.layers for block in self.blocks_of(layer)]
        names = [name for block in self.blocks for name in block.names]
        if len(set(names)) != len(names):
            raise Unsuited("a parameter stands in several places")
        self.arrays = [self.gather(block, givens) for block in self.blocks]
        self.state = [
            {letter: self.gather(block, givens, letter) for letter in rule.entry.state} for block in self.blocks
        ]
        self.time = givens.get(TIME, 1.0)
        self.constants = {name.label: givens[name] for name in constants_used(rule) - {TIME} if name in givens}
        self.inputs, self.targets = samples(network, training.all_samples, givens)

    @classmethod
    def of(cls, example: Example) -> Matrices:
        givens = {name: float(number(text)) for name, text in example.values.items()}
        return cls(example, givens)

    def blocks_of(self, layer: Layer) -> list[_Block]:
        """The arrays of a layer. Raises Unsuited if it is not a plain one."""
        if layer.recurrent or layer.net_input != "weighted_sum":
            raise Unsuited("a layer is recurrent, or its net input is no weighted sum")
        if layer.activation not in ACTIVATIONS or self.network.loss not in LOSSES:
            raise Unsuited("a function is no entry of the catalogue")
        depth = self.network.layers.index(layer)
        before = self.network.layers[depth - 1].units if depth else ()
        sources = tuple(Name("out", unit) for unit in before) if depth else tuple(map(given, self.network.inputs))
        weights = [weight for row in layer.weights for weight in row if weight is not None]
        if layer.sources != sources or len(weights) != len(layer.units) * len(sources):
            raise Unsuited("a layer skips another one, or a connection is missing")
        biases = list(dict.fromkeys(bias for bias in layer.biases if bias is not None))
        if len(biases) not in (0, 1, len(layer.units)) or (None in layer.biases and biases):
            raise Unsuited("some units share a bias and others do not")
        blocks = [self.block(weights, (len(layer.units), len(sources)))]
        return [*blocks, self.block(biases, (len(biases),))]

    def block(self, names: Sequence[Name], shape: tuple[int, ...]) -> _Block:
        trained = set(self.rule.trained)
        mask = np.array([name in trained for name in names], dtype=bool).reshape(shape)
        return _Block(tuple(names), shape, None if mask.all() else mask)

    def gather(self, block: _Block, givens: Mapping[Name, float], letter: str = "") -> Array:
        names = [Name(letter, name.label) for name in block.names]
        return np.array([givens.get(name, 0.0) for name in names], dtype=float).reshape(block.shape)

    def values(self) -> dict[Name, float]:
        """Every parameter and state by name."""
        found: dict[Name, float] = {TIME: self.time}
        for block, array, state in zip(self.blocks, self.arrays, self.state, strict=True):
            for letter, numbers in (("", array), *state.items()):
                names = (Name(letter, name.label) for name in block.names)
                found.update(zip(names, numbers.ravel().tolist(), strict=True))
        return found

    # --- one step ---

    def advance(self, first: int, last: int) -> None:
        """Runs the steps from `first` up to, but not including, `last`. Raises ComputationError with the step."""
        with np.errstate(all="ignore"):
            for step in range(first, last):
                before = (self.arrays, self.state, self.time)
                self.step(step)
                if not all(np.isfinite(array).all() for array in self.arrays):
                    broken, (self.arrays, self.state, self.time) = self.arrays, before
                    raise ComputationError(NO_NUMBER, self.first_broken(step, broken), step)

    def step(self, step: int) -> None:
        places = self.places(step)
        ahead = self.ahead()
        gradients = self.gradients(ahead, self.inputs[places], self.targets[places])
        shared = self.once()
        kept = zip(self.blocks, self.arrays, ahead, gradients, self.state, strict=True)
        updated = [self.update(*each, shared) for each in kept]
        self.arrays, self.state = [array for array, _ in updated], [state for _, state in updated]
        self.time += 1

    def first_broken(self, step: int, updated: Sequence[Array]) -> Name | None:
        """The first quantity of a step that is no finite number; `updated` are the arrays after it."""
        places, ahead = self.places(step), self.ahead()
        used = self.training.samples_at(step)
        if name := self.first_unbound(ahead, self.inputs[places], self.targets[places], used):
            return name
        gradients = self.gradients(ahead, self.inputs[places], self.targets[places])
        for named, arrays in ((partial(derivative, LOSS), gradients), (after, updated)):
            for block, array in zip(self.blocks, arrays, strict=True):
                for place in np.flatnonzero(~np.isfinite(array))[:1]:
                    return named(block.names[place])
        return None

    def first_unbound(self, arrays: Sequence[Array], inputs: Array, targets: Array, used: Samples) -> Name | None:
        """The first quantity of a forward pass that is no finite number."""
        with np.errstate(all="ignore"):
            passed = self.forward(arrays, inputs)
            losses = _evaluated(_entry(LOSSES[self.network.loss].formula), self.letters(passed[-1][1], targets))
        kinds = [
            (kind, layer.units, numbers)
            for layer, pair in zip(self.network.layers, passed, strict=True)
            for kind, numbers in zip(("net", "out"), pair, strict=True)
        ]
        for row, sample in enumerate(used):
            for kind, units, numbers in (*kinds, ("E", self.network.outputs, losses)):
                for column in np.flatnonzero(~np.isfinite(numbers[row]))[:1]:
                    return Name(kind, units[column], sample=sample)
        return None

    def places(self, step: int) -> Any:
        """Where the samples of a step are."""
        chosen = self.training.samples_at(step)
        if len(chosen) == self.training.samples:
            return slice(None)
        return [sample - 1 for sample in chosen if sample is not None]

    def ahead(self) -> list[Array]:
        """Where the gradient is taken."""
        pairs = zip(self.arrays, self.state, strict=True)
        return [self.computed("ahead", {**self.constants, **state, "w": w}).get("ahead", w) for w, state in pairs]

    def computed(self, at: str, letters: Letters) -> Letters:
        """The letters with those that the lines of the rule there compute."""
        for where, letter, code in self.lines:
            if where == at:
                letters[letter] = _evaluated(code, letters)
        return letters

    def once(self) -> Letters:
        """The learning rate of this step, and what else is computed once."""
        return self.computed("once", {**self.constants, "t": self.time})

    def update(
        self, block: _Block, array: Array, ahead: Array, gradient: Array, state: Letters, shared: Letters
    ) -> tuple[Array, Letters]:
        """A block after the optimizer's lines; `ahead` is where its gradient was taken."""
        letters: Letters = {**shared, **state, "w": array, "at": ahead, "g": gradient}
        letters = self.computed("update", self.computed("decay", letters))
        return block.kept(letters["w+"], array), {
            letter: block.kept(letters[f"{letter}+"], old) for letter, old in state.items()
        }

    # --- forward and backward ---

    def forward(self, arrays: Sequence[Array], inputs: Array) -> list[tuple[Array, Array]]:
        """Net inputs and activations of every layer, a row for each sample."""
        found, feeding = [], inputs
        for layer, weights, biases in zip(self.network.layers, arrays[::2], arrays[1::2], strict=True):
            net = feeding @ weights.T
            net = net + biases if biases.size else net
            feeding = self.activation(layer, ACTIVATIONS[layer.activation].formula, net)
            found.append((net, feeding))
        return found

    def activation(self, layer: Layer, text: str, net: Array, out: Array | None = None) -> Array:
        constants = {letter: float(number(constant.text)) for letter, constant in layer.constants.items()}
        value = _evaluated(_entry(text), {**constants, "z": net, "z_k": net, "a": out})
        return np.broadcast_to(value, net.shape)

    def gradients(self, arrays: Sequence[Array], inputs: Array, targets: Array) -> list[Array]:
        """dE/d every block."""
        passed = self.forward(arrays, inputs)
        letters = self.letters(passed[-1][1], targets)
        share = self.share(self.network.loss, len(inputs), self.training.batch)
        flowing = _evaluated(_entry(LOSSES[self.network.loss].slope), letters) / share
        found: list[Array] = []
        for depth in reversed(range(len(passed))):
            layer, (net, out) = self.network.layers[depth], passed[depth]
            delta = self.delta(layer, flowing, net, out)
            feeding = passed[depth - 1][1] if depth else inputs
            biases = arrays[2 * depth + 1]
            of_biases = delta.sum(axis=0) if biases.size > 1 or len(layer.units) == 1 else delta.sum(keepdims=True)[0]
            found = [delta.T @ feeding, of_biases if biases.size else biases, *found]
            flowing = delta @ arrays[2 * depth] if depth else flowing
        return found

    def delta(self, layer: Layer, flowing: Array, net: Array, out: Array) -> Array:
        """dE/dnet from dE/dout."""
        entry = ACTIVATIONS[layer.activation]
        slope = self.activation(layer, entry.slope_of_net if layer.slope_of_net else entry.slope, net, out)
        if not feels_the_layer(entry):
            return flowing * slope
        letters = {"a": out[:, :, None], "a_k": out[:, None, :]}
        cross = np.array(_evaluated(_entry(entry.cross), letters))
        cross[:, range(out.shape[1]), range(out.shape[1])] = 0
        delta: Array = flowing * slope + np.einsum("ni,nik->nk", flowing, cross)
        return delta

    def letters(self, outputs: Array, targets: Array, loss: str = "") -> dict[str, Array | float]:
        """What stands for the letters of the loss; another loss has its constants from the catalogue."""
        own = self.network.loss_constants if loss in ("", self.network.loss) else constants(LOSSES[loss])
        return {"o": outputs, "t": targets, **{letter: float(number(each.text)) for letter, each in own.items()}}

    def share(self, loss: str, samples: int, batch: str) -> float:
        """What the sum over outputs and samples is divided by to be a mean."""
        outputs = len(self.network.outputs) if LOSSES[loss].mean else 1
        return float(outputs * (samples if batch == "mean" else 1))

    # --- what is looked at ---

    def outputs(self) -> Array:
        with np.errstate(all="ignore"):
            activations: Array = self.forward(self.arrays, self.inputs)[-1][1]
        return activations

    def loss(self, inputs: Array | None = None, targets: Array | None = None) -> float:
        """The loss over these samples, or over all that are trained on."""
        inputs, targets = (self.inputs, self.targets) if inputs is None or targets is None else (inputs, targets)
        return self.loss_of(self.network.loss, inputs, targets, self.training.batch)

    def loss_of(self, loss: str, inputs: Array, targets: Array, batch: str) -> float:
        with np.errstate(all="ignore"):
            letters = self.letters(self.forward(self.arrays, inputs)[-1][1], targets, loss)
            total = float(np.sum(_evaluated(_entry(LOSSES[loss].formula), letters)))
        if not np.isfinite(total):
            broken = self.first_unbound(self.arrays, inputs, targets, self.training.all_samples)
            raise ComputationError(NO_NUMBER, broken)
        return total / self.share(loss, len(inputs), batch)


def samples(network: Network, chosen: Samples, values: Mapping[Name, float]) -> tuple[Array, Array]:
    """Inputs and targets, a row for each sample."""

    def rows(kind: str, labels: Sequence[str]) -> Array:
        found = [[values[Name(kind, label, sample=sample)] for label in labels] for sample in chosen]
        return np.array(found, dtype=float)

    return rows("", network.inputs), rows("target", network.outputs)
