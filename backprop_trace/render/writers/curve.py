"""A curve in the terminal: dots of Braille, or stars where there is no Unicode.

>>> for line in drawn(Curve((Series([(x, x * x) for x in range(11)]),), "", 4), 30, ascii_=True):
...     print(line)
100 |                        *
    |                   *  *
    |             * * *
  0 | * *  * * *
    +-------------------------
      0                     10
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from backprop_trace.render.blocks import Curve, Series

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class _Grid(NamedTuple):
    """Dots: so many columns and rows of cells, each of `across` x `down` dots."""

    columns: int
    rows: int
    across: int
    down: int
    dots: dict[tuple[int, int], str]


def drawn(curve: Curve, width: int, ascii_: bool = False) -> Iterator[str]:
    """The lines of a picture with axes, `width` columns wide."""
    series, _, height, log, _ = curve
    points = [(x, y) for each in series for x, y in each.points if not log or y > 0]
    lows, highs = (tuple(choose(axis) for axis in zip(*points, strict=True)) for choose in (min, max))
    labels = [curve.tick(highs[1]), curve.tick(lows[1])]
    margin = max(map(len, labels))
    across, down = (1, 1) if ascii_ else (2, 4)
    grid = _Grid(max(8, width - margin - 3), height, across, down, {})
    for each in series:
        _draw(grid, each, (lows, highs), log)
    bar, corner, rule = ("|", "+", "-") if ascii_ else ("│", "└", "─")
    for row in range(height):
        label = labels[0] if row == 0 else labels[1] if row == height - 1 else ""
        yield f"{label:>{margin}} {bar} {_cells(grid, row)}".rstrip()
    yield f"{'':{margin}} {corner}{rule * (grid.columns + 1)}"
    left, right = curve.tick(lows[0], 6), curve.tick(highs[0], 6)
    yield f"{'':{margin}}   {left}{right:>{grid.columns - len(left)}}"


def _draw(grid: _Grid, series: Series, limits: tuple[tuple[float, ...], tuple[float, ...]], log: bool) -> None:
    """Sets the dots of a series, the points joined by straight lines."""
    place = _scale(grid, limits, log)
    dots = [place(x, y) for x, y in series.points if not log or y > 0]
    found = dots[:1]
    for (x, y), (to_x, to_y) in pairwise(dots):
        steps = max(abs(to_x - x), abs(to_y - y), 1) if grid.across > 1 else 1
        found += [(x + round((to_x - x) * k / steps), y + round((to_y - y) * k / steps)) for k in range(1, steps + 1)]
    kept = [dot for k, dot in enumerate(dict.fromkeys(found)) if not series.sparse or k % 4 == 0]
    mark = "." if series.sparse else "*"
    grid.dots.update({dot: mark for dot in kept if 0 <= dot[1] < grid.rows * grid.down and dot not in grid.dots})


def _scale(
    grid: _Grid, limits: tuple[tuple[float, ...], tuple[float, ...]], log: bool
) -> Callable[[float, float], tuple[int, int]]:
    (low_x, low_y), (high_x, high_y) = limits
    last_x, last_y = grid.columns * grid.across - 1, grid.rows * grid.down - 1

    def height(y: float) -> float:
        return math.log(y) if log else y

    def place(x: float, y: float) -> tuple[int, int]:
        along = (x - low_x) / (high_x - low_x) if high_x > low_x else 0.0
        up = (height(y) - height(low_y)) / (height(high_y) - height(low_y)) if high_y > low_y else 0.0
        return round(along * last_x), round((1 - up) * last_y)

    return place


def _cells(grid: _Grid, row: int) -> str:
    """A row of the picture as text."""
    if grid.across == 1:
        return "".join(grid.dots.get((column, row), " ") for column in range(grid.columns))
    return "".join(_braille(grid, column, row) for column in range(grid.columns))


def _braille(grid: _Grid, column: int, row: int) -> str:
    code = sum(
        bit
        for down, bits in enumerate(_DOTS)
        for across, bit in enumerate(bits)
        if (2 * column + across, 4 * row + down) in grid.dots
    )
    return chr(0x2800 + code) if code else " "
