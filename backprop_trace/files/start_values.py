"""Random start values, the same on every machine.

    >>> draw("uniform", {"from": -1, "to": 1}, 3, seed=7, stream=1)
    ['0.3711', '-0.0004', '-0.6326']

The numbers come from `random.Random(n).random()`, which Python keeps the same for ever, and are rounded to a few
decimals: so the last bit of a logarithm, which differs between machines, cannot show, and a person can copy them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from math import cos, log, pi, sqrt
from random import Random
from typing import NamedTuple

from backprop_trace.model.batches import generator

DECIMALS = 4
_FIRST_STREAM = 2**40  # epochs, which are shuffled with the same seeds, have the numbers below


class Distribution(NamedTuple):
    """settings: what the file may set, with defaults. numbers: endless draws, from the settings and a generator;
    `in` and `out` among the settings are the numbers of units a layer comes from and has."""

    settings: Mapping[str, float]
    numbers: Callable[[Mapping[str, float], Random], Iterator[float]]
    description: str


def _uniform(low: float, high: float, random: Random) -> Iterator[float]:
    while True:
        yield low + (high - low) * random.random()


def _normal(mean: float, deviation: float, random: Random) -> Iterator[float]:
    """Box and Muller's method."""
    while True:
        radius = sqrt(-2 * log(1 - random.random()))
        yield mean + deviation * radius * cos(2 * pi * random.random())


def _xavier(settings: Mapping[str, float], random: Random) -> Iterator[float]:
    limit = sqrt(6 / (settings["in"] + settings["out"]))
    return _uniform(-limit, limit, random)


DISTRIBUTIONS: Mapping[str, Distribution] = {
    "uniform": Distribution({"from": -1, "to": 1}, lambda s, r: _uniform(s["from"], s["to"], r), "from `from` to `to`"),
    "normal": Distribution(
        {"mean": 0, "deviation": 1}, lambda s, r: _normal(s["mean"], s["deviation"], r), "around `mean`"
    ),
    "xavier": Distribution({}, _xavier, "uniform, up to the root of 6 / (units in + units out)"),
    "he": Distribution({}, lambda s, r: _normal(0, sqrt(2 / s["in"]), r), "normal, deviation the root of 2 / units in"),
}


def draw(
    name: str, settings: Mapping[str, float], count: int, seed: int, stream: int, decimals: int = DECIMALS
) -> list[str]:
    """So many numbers as text; streams of one seed are independent of each other."""
    distribution = DISTRIBUTIONS[name]
    numbers = distribution.numbers({**distribution.settings, **settings}, generator(seed, _FIRST_STREAM + stream))
    return [_text(number, decimals) for number in islice(numbers, count)]


def _text(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    return text if text.strip("-0.") else "0"
