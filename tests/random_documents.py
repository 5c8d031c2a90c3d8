"""Random worked examples that are hard to set: wide, deep, with samples, time steps, long names and many digits.

>>> print(hard_to_set(1).splitlines()[0])
title: Random example 1
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

WIDEST, DEEPEST, SAMPLES, STEPS, DIGITS = 12, 5, 4, 3, 50
LONG = "a_rather_long_name_of_the_unit_"
HIDDEN = ("tanh", "sigmoid", "relu", "elu", "leaky_relu", "softplus", "identity")


def hard_to_set(seed: int) -> str:
    """A worked example as text; over twenty seeds each kind of what is hard comes several times."""
    draw = Random(seed)
    wide, deep, long, precise, many, recurrent, softmax = (
        draw.random() < share for share in (0.5, 0.5, 0.35, 0.3, 0.4, 0.3, 0.5)
    )
    depth = DEEPEST if deep else draw.randint(1, 3)
    sizes = [draw.randint(1, 4) for _ in range(depth + 1)]
    for _ in range(2 * wide):
        sizes[draw.randrange(depth + 1)] = WIDEST
    decimals = DIGITS if precise else draw.choice((1, 2, 4))

    def numbers(count: int) -> str:
        return f"[{', '.join(_number(draw, decimals) for _ in range(count))}]"

    softmax = softmax and sizes[-1] > 1
    named = list(enumerate(sizes))
    columns = [[f"{LONG * long}{'x' if not layer else f'u{layer}_'}{k + 1}" for k in range(n)] for layer, n in named]
    times = STEPS if recurrent else 0
    rows = times or (SAMPLES if many else 1)
    lines = [f"title: Random example {seed}", "learning_rate: 0.1"]
    lines.append(f"loss: {'categorical_cross_entropy' if softmax else 'half_squared_error'}")
    targets = [_hot(draw, sizes[-1]) for _ in range(rows)]
    lines += _data(columns[0], [numbers(rows) for _ in columns[0]], columns[-1], targets, bool(times))
    lines.append("layers:")
    for layer, (fed_by, units) in enumerate(pairwise(columns), 1):
        activation = "softmax" if softmax and units is columns[-1] else draw.choice(HIDDEN)
        lines += [f"  - units: [{', '.join(units)}]", f"    activation: {activation}"]
        lines.append(f"    weights: [{', '.join(numbers(len(fed_by)) for _ in units)}]")
        if times and layer == 1:
            lines.append(f"    recurrent: [{', '.join(numbers(len(units)) for _ in units)}]")
        lines.append(f"    bias: {numbers(len(units))}")
    return "\n".join(lines) + "\n"


def _number(draw: Random, decimals: int) -> str:
    return f"{draw.choice(('-', '', ''))}0.{draw.randrange(1, 10**decimals):0{decimals}d}"


def _hot(draw: Random, count: int) -> list[int]:
    right = draw.randrange(count)
    return [int(unit == right) for unit in range(count)]


def _data(inputs: list[str], given: list[str], outputs: list[str], targets: list[list[int]], times: bool) -> list[str]:
    """Inputs and targets: a number each, or a list for the samples or the time steps."""
    alone = len(targets) == 1
    values = [
        f"{label}: {numbers.strip('[]') if alone else numbers}" for label, numbers in zip(inputs, given, strict=True)
    ]
    wanted = [
        f"{label}: {column[0] if alone else list(column)}"
        for label, column in zip(outputs, zip(*targets, strict=True), strict=True)
    ]
    indent = "  " if times else ""
    lines = [f"{indent}inputs: {{{', '.join(values)}}}", f"{indent}targets: {{{', '.join(wanted)}}}"]
    return ["sequence:", *lines] if times else lines
