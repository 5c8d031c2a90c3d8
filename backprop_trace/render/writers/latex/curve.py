"""A curve in TikZ: axes, their ends, and points joined by straight lines."""

from __future__ import annotations

import math
from collections.abc import Iterator

from backprop_trace.formulas.notation import latex_number
from backprop_trace.render.blocks import Curve
from backprop_trace.render.writers.latex.page import TextBlock

ROW = 12.0
"""The height of a row of the picture in a terminal, in points."""

WIDEST = 400.0
MARGIN = 60.0


def picture(curve: Curve, page: TextBlock) -> Iterator[str]:
    wide, high = min(WIDEST, page.points - MARGIN), ROW * curve.height
    points = [(x, y) for each in curve.series for x, y in each.points if not curve.log or y > 0]
    (low_x, high_x), (low_y, high_y) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))

    def height(y: float) -> float:
        return math.log(y) if curve.log else y

    def place(x: float, y: float) -> str:
        along = (x - low_x) / (high_x - low_x or 1) * wide
        return f"({along:.1f},{(height(y) - height(low_y)) / (height(high_y) - height(low_y) or 1) * high:.1f})"

    yield "\\begin{center}\n\\begin{tikzpicture}[x=1pt, y=1pt, font=\\footnotesize]\n"
    yield f"\\draw[black!45] (0,{high:.0f}) -- (0,0) -- ({wide:.0f},0);\n"
    for text, at in ((low_y, "(0,0)"), (high_y, f"(0,{high:.0f})")):
        yield f"\\node[left] at {at} {{${latex_number(curve.tick(text))[0]}$}};\n"
    for text, at in ((low_x, "(0,0)"), (high_x, f"({wide:.0f},0)")):
        yield f"\\node[below] at {at} {{${latex_number(curve.tick(text, 6))[0]}$}};\n"
    for each in curve.series:
        kept = [place(x, y) for x, y in each.points if not curve.log or y > 0]
        yield f"\\draw[{'dotted' if each.sparse else 'thick'}] {' -- '.join(kept)};\n"
    yield "\\end{tikzpicture}\n\\end{center}\n"
