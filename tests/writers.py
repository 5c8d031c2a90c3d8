"""Simulated writers: random networks worked out by hand, honestly, in several styles.

A writer is simulated on its own: every line is computed here from what the writer has so far, rounded in their style.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from backprop_trace.files.spec import Example, read_example
from backprop_trace.formulas.arithmetic import FLOAT, Arithmetic, evaluate
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.network import Listing

STYLES = ("rounds", "carries", "mixed", "rounds products", "truncates")


class Exercise(NamedTuple):
    example: Example

    def listing(self, step: int) -> Listing:
        return self.example.listing(self.example.training.samples_at(step))


def random_exercise(draw: random.Random) -> Exercise:
    """Two or three layers of weights, several activations, biases of every kind, sometimes samples in batches."""
    sizes = [draw.randint(1, 3) for _ in range(draw.choice((3, 3, 4)))]
    samples = draw.choice((1, 1, 1, 3))
    softmax = sizes[-1] > 1 and draw.random() < 0.3
    inputs = {f"x{i}": [_number(draw) for _ in range(samples)] for i in range(1, sizes[0] + 1)}
    text = f"inputs: {_mapping(inputs, samples)}\n"
    last = len(sizes) - 2
    outputs = [f"o{i}" for i in range(1, sizes[-1] + 1)]
    targets: dict[str, list[str]] = {o: [] for o in outputs}
    for _ in range(samples):
        hot = draw.choice(outputs)
        for o in outputs:
            targets[o].append(("1" if o == hot else "0") if softmax else f"{draw.randint(1, 99) / 100:.2f}")
    text += f"targets: {_mapping(targets, samples)}\nlayers:\n"
    for depth, (before, units) in enumerate(pairwise(sizes)):
        names = outputs if depth == last else [f"h{depth}{chr(97 + i)}" for i in range(units)]
        activation = draw.choice(("sigmoid", "tanh") if depth == last else ("sigmoid", "sigmoid", "tanh", "relu"))
        if softmax and depth == last:
            activation = "softmax"
        rows = [[_number(draw) for _ in range(before)] for _ in range(units)]
        text += f"  - units: [{', '.join(names)}]\n    activation: {activation}\n    weights: {rows}\n".replace("'", "")
        bias = draw.choice(("none", "shared", "each"))
        if bias == "shared":
            text += f"    bias: {_number(draw)}\n"
        elif bias == "each":
            text += f"    bias: [{', '.join(_number(draw) for _ in range(units))}]\n"
    text += f"loss: {'categorical_cross_entropy' if softmax else 'half_squared_error'}\n"
    text += f"learning_rate: {draw.choice(('0.1', '0.5', '1'))}\n"
    if draw.random() < 0.3:  # with the usual epsilon four decimals are far too few
        rule = draw.choice(("momentum", "nesterov", "adagrad", "rmsprop", "adam"))
        text += f"optimizer: {{name: {rule}{'' if rule in ('momentum', 'nesterov') else ', epsilon: 0.1'}}}\n"
    if samples > 1:
        text += f"batch: {draw.choice(('sum', 'mean'))}\n"
        text += draw.choice(("", "", "batch_size: 1\n", "batch_size: 2\nshuffle: 4\n"))
    return Exercise(read_example(text, "random"))


def _number(draw: random.Random) -> str:
    return f"{draw.choice((-1, 1, 1)) * draw.randint(5, 99) / 100:.2f}"


def _mapping(columns: Mapping[str, list[str]], samples: int) -> str:
    cells = (
        f"{name}: {values[0] if samples == 1 else '[' + ', '.join(values) + ']'}" for name, values in columns.items()
    )
    return "{" + ", ".join(cells) + "}"


class Writer(NamedTuple):
    decimals: int
    style: str
    draw: random.Random

    def written(self, value: float) -> str:
        rounding = ROUND_DOWN if self.style == "truncates" else ROUND_HALF_UP
        number = Decimal(repr(value)).quantize(Decimal(1).scaleb(-self.decimals), rounding=rounding)
        return str(number if number else abs(number))

    def computed(self, formula: Formula, values: Mapping[Name, Any]) -> float:
        if self.style != "rounds products":
            return evaluate(formula, values, FLOAT)
        return evaluate(formula, values, self._rounding())

    def _rounding(self) -> Arithmetic:
        def rounded(operation: Any) -> Any:
            return lambda *operands: round(operation(*operands), self.decimals)

        functions = {name: rounded(function) for name, function in FLOAT.functions.items()}
        return FLOAT._replace(
            functions=functions,
            multiply=rounded(FLOAT.multiply),
            divide=rounded(FLOAT.divide),
            power=rounded(FLOAT.power),
        )

    def goes_on_with(self, value: float) -> float:
        keeps = self.style == "carries" or (self.style == "mixed" and self.draw.random() < 0.5)
        return value if keeps else float(self.written(value))


def work_out(exercise: Exercise, writer: Writer, steps: int = 1) -> dict[tuple[int, Name], str]:
    """A whole sheet, (step, name) -> number. Raises ArithmeticError, ValueError."""
    values: dict[Name, Any] = {name: float(Decimal(text)) for name, text in exercise.example.values.items()}
    lines: dict[tuple[int, Name], str] = {}
    for step in range(1, steps + 1):
        for equation in exercise.listing(step).equations:
            value = writer.computed(equation.formula, values)
            if not math.isfinite(value):
                raise ArithmeticError
            lines[step, equation.name] = writer.written(value)
            values[equation.name] = writer.goes_on_with(value)
        for new, old in exercise.listing(step).carried:
            values[old] = values[new]
    return lines


SPELLINGS = ("numbers", "sections", "bare")


def sheet_text(lines: Mapping[tuple[int, Name], str], spelling: str = "numbers", lone: bool = False) -> str:
    """A sheet. Samples are numbers behind the names, sections, or (where a step has one alone) left out."""
    return "\n".join(f"{_spelled(step, name, spelling, lone)} = {text}" for (step, name), text in lines.items())


def _spelled(step: int, name: Name, spelling: str, lone: bool) -> str:
    heading = f"step {step}: " if step > 1 else ""
    if spelling == "sections" and name.sample is not None:
        return f"{heading}sample {name.sample}: {canonical(name._replace(sample=None))}"
    is_total = name.kind == "E" and not name.label  # E[2] and E of a step with one sample
    bare = spelling == "bare" and lone and not is_total
    return heading + canonical(name._replace(sample=None) if bare else name)


def partial(lines: Mapping[tuple[int, Name], str], share: float, draw: random.Random) -> dict[tuple[int, Name], str]:
    kept = {key: text for key, text in lines.items() if draw.random() < share}
    return kept or dict(lines)


def honest_sheets(seed: int, networks: int) -> Iterator[tuple[Exercise, str, str]]:
    """Exercise, what kind of writer, and the sheet."""
    draw = random.Random(seed)
    for _ in range(networks):
        exercise = random_exercise(draw)
        steps = draw.choice((2, 3)) if exercise.example.training.batching.size else draw.choice((1, 1, 2))
        for style in STYLES:
            decimals, share = draw.randint(2, 5), draw.choice((0.2, 0.5, 0.8, 1.0))
            try:
                lines = work_out(exercise, Writer(decimals, style, draw), steps)
            except (ArithmeticError, ValueError):
                continue
            kind = f"{style}, {decimals} decimals, {share:.0%}, {steps} steps"
            lone = exercise.example.training.batching.size == 1
            yield exercise, kind, sheet_text(partial(lines, share, draw), draw.choice(SPELLINGS), lone)
