"""A new worked example to start from, with pleasant numbers and a comment for each key.

    >>> from backprop_trace.files.spec import read_example
    >>> text = "".join(blueprint((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", samples=4, seed=7))
    >>> read_example(text).training.samples
    4

Numbers have one decimal, so that a person can calculate with them; the same seed gives the same numbers everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from random import Random

from backprop_trace.model.batches import generator

MOST_WEIGHTS = 400
MOST_SAMPLES = 100
_LINE = 100
_TARGETS: dict[str, Callable[[Random], str]] = {
    "sigmoid": lambda random: str(int(random.random() * 2)),
    "tanh": lambda random: "1" if random.random() < 0.5 else "-1",
    "relu": lambda random: _tenths(random, 0, 15),
    "softplus": lambda random: _tenths(random, 1, 15),
}
"""What an output of this activation can be asked to be; any number where it is not said."""


def blueprint(
    shape: Sequence[int],
    activations: Sequence[str],
    loss: str,
    samples: int = 1,
    seed: int = 0,
    numbers: bool = True,
) -> Iterator[str]:
    """The text of a file; without numbers it serves `derive`. `activations` has one for each layer after the inputs."""
    random = generator(seed, 0)
    inputs = [f"x{place}" for place in range(1, shape[0] + 1)]
    layers = _units(shape[1:])
    weights, biases = _labels(shape)
    title = "-".join(map(str, shape))
    yield "# yaml-language-server: $schema=./schema.json\n"
    yield "# ('backprop-trace schema > schema.json' lets an editor complete and check this file)\n"
    yield f"title: A {title} network\n"
    between_0_and_1 = loss.endswith("cross_entropy") and activations[-1] != "softmax"
    kind = "sigmoid" if between_0_and_1 else activations[-1]
    yield from _given(inputs, layers[-1], kind, samples, random if numbers else None)
    labels = [label for matrix in weights for row in matrix for label in row]
    start = {label: _signed_tenths(random) for label in labels} | {
        label: _tenths(random, 1, 5) for row in biases for label in row
    }
    yield from _parameters(start, numbers)
    yield "# weights: a row per unit of the layer, a column per unit that feeds it; '-' is no connection\n"
    yield "# bias: one for each unit, or one name for all of them; leave the line out for none\n"
    yield "layers:\n"
    for units, activation, matrix, row in zip(layers, activations, weights, biases, strict=True):
        yield from _layer(units, activation, matrix, row)
    yield f"loss: {loss}\n"
    if numbers:
        yield "learning_rate: 0.5   # eta: how far a training step goes\n"


def weights_in(shape: Sequence[int]) -> int:
    """How many weights and biases a network of this shape has."""
    return sum((before + 1) * count for before, count in pairwise(shape))


def _units(counts: Sequence[int]) -> list[list[str]]:
    """h1, h2, ... and o1, ...; h1_1, h2_1, ... where there are several hidden layers."""
    letters = ["h"] if len(counts) == 2 else [f"h{depth}_" for depth in range(1, len(counts))]
    return [
        [f"{letter}{place}" for place in range(1, count + 1)]
        for letter, count in zip([*letters, "o"], counts, strict=True)
    ]


def _labels(shape: Sequence[int]) -> tuple[list[list[list[str]]], list[list[str]]]:
    """w1, w2, ... and b1, b2, ..., counted through all layers."""
    weight = (f"w{count}" for count in range(1, MOST_WEIGHTS + 1))
    bias = (f"b{count}" for count in range(1, MOST_WEIGHTS + 1))
    weights = [[[next(weight) for _ in range(before)] for _ in range(count)]
               for before, count in pairwise(shape)]  # fmt: skip
    return weights, [[next(bias) for _ in range(count)] for count in shape[1:]]


def _given(
    inputs: Sequence[str], outputs: Sequence[str], activation: str, samples: int, random: Random | None
) -> Iterator[str]:
    """Inputs and targets; with several samples in columns."""
    if random is None:
        yield f"inputs: [{', '.join(inputs)}]   # without numbers: for 'derive'\n"
        return
    rows: list[Sequence[str]] = [[_signed_tenths(random) for _ in inputs] for _ in range(samples)]
    if samples == 2 ** len(inputs):
        rows = [*product("01", repeat=len(inputs))]
    wanted = [_wanted(activation, len(outputs), random) for _ in range(samples)]
    note = "" if samples == 1 else f"   # {samples} samples, a column each"
    yield f"inputs: {_columns(inputs, rows)}{note}\n"
    yield f"targets: {_columns(outputs, wanted)}\n"
    if samples > 1:
        yield "batch: mean   # of the losses of the samples; or sum\n"


def _wanted(activation: str, outputs: int, random: Random) -> list[str]:
    if activation == "softmax":
        place = int(random.random() * outputs)
        return ["1" if k == place else "0" for k in range(outputs)]
    return [_TARGETS.get(activation, _signed_tenths)(random) for _ in range(outputs)]


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """{x1: 0.5, x2: 0.1}, or {x1: [0, 1], x2: [1, 1]}."""
    columns = [[row[place] for row in rows] for place in range(len(names))]
    cells = [column[0] if len(rows) == 1 else f"[{', '.join(column)}]" for column in columns]
    return "{" + ", ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True)) + "}"


def _parameters(start: dict[str, str], numbers: bool) -> Iterator[str]:
    """The start values in lines that fit a page."""
    entries = [f"{label}: {value}" if numbers else label for label, value in start.items()]
    lines, opening = [""], "{" if numbers else "["
    for entry in entries:
        if len(lines[-1]) + len(entry) > _LINE:
            lines.append("")
        lines[-1] += f"{entry}, "
    text = ("\n" + " " * len("parameters: {")).join(line.rstrip() for line in lines).rstrip(",")
    yield f"parameters: {opening}{text}{'}' if numbers else ']'}\n"


def _layer(
    units: Sequence[str], activation: str, weights: Sequence[Sequence[str]], biases: Sequence[str]
) -> Iterator[str]:
    rows = ", ".join(f"[{', '.join(row)}]" for row in weights)
    yield f"  - units: [{', '.join(units)}]\n"
    yield f"    activation: {activation}\n"
    yield f"    weights: [{rows}]\n"
    yield f"    bias: [{', '.join(biases)}]\n"


def _tenths(random: Random, least: int, most: int) -> str:
    """A number with one decimal from so many tenths to so many."""
    count = least + int(random.random() * (most - least + 1))
    return str(count // 10) if count % 10 == 0 else f"{count / 10:.1f}"


def _signed_tenths(random: Random) -> str:
    """0.1 to 0.9 or -0.1 to -0.9."""
    sign = "-" if random.random() < 0.4 else ""
    return sign + _tenths(random, 1, 9)
