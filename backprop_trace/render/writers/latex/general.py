r"""The general formulas of a network in LaTeX: what the letters look like, and all of them in one display."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from backprop_trace.formulas.notation import LATEX, tex
from backprop_trace.formulas.notation.names import LATEX_NAMES
from backprop_trace.model.general import General, Letters, Pen, written
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.width import width

PEN = Pen(LATEX, LATEX_NAMES, lambda index, body: rf"\sum_{{{index}}} {body}")

LETTERS: Mapping[str, Letters] = {
    "net-out": {
        "z": r"\mathrm{net}_{j}", "z_k": r"\mathrm{net}_{k}", "a": r"\mathrm{out}_{j}", "a_k": r"\mathrm{out}_{k}",
        "x": r"\mathrm{out}_{i}", "o": r"\mathrm{out}_{j}", "t": r"\mathrm{target}_{j}", "E_j": "E_{j}", "E": "E",
        "E_j_s": "E_{j}^{(s)}", "E_s": "E^{(s)}",
        "w_ji": "w_{ji}", "w_kj": "w_{kj}", "b": "b_{j}", "z_above": r"\mathrm{net}_{k}",
        "delta_j": r"\frac{\partial E}{\partial \mathrm{net}_{j}}",
        "delta_k": r"\frac{\partial E}{\partial \mathrm{net}_{k}}",
    },
    "layered": {
        "z": "z_{j}^{l}", "z_k": "z_{k}^{l}", "a": "a_{j}^{l}", "a_k": "a_{k}^{l}", "x": "a_{i}^{l-1}",
        "o": "a_{j}^{L}", "t": "t_{j}", "E_j": "C_{j}", "E": "C", "E_j_s": "C_{j}^{(s)}", "E_s": "C^{(s)}",
        "w_ji": "w_{ji}^{l-1}", "w_kj": "w_{kj}^{l}",
        "b": "b_{j}^{l-1}", "delta_j": r"\delta_{j}^{l}", "delta_k": r"\delta_{k}^{l+1}", "z_above": "z_{k}^{l+1}",
    },
}  # fmt: skip
LETTERS = {
    **LETTERS,
    "nielsen": {**LETTERS["layered"], "w_ji": "w_{ji}^{l}", "w_kj": "w_{kj}^{l+1}", "b": "b_{j}^{l}"},
}


TIED = 2
"""One row more than this stays together at the beginning of a display and at its end."""

Sides: TypeAlias = tuple[str, str, str]
"""What a formula is about, its left and its right side."""


def legend(style: str, language: str = "en") -> str:
    """What the letters mean."""
    c = LETTERS[style]
    layers = "" if style == "net-out" else "; the inputs are layer 1, and $L$ is the last"
    fed = f"Unit $j$ is fed by the units or inputs $i$ and feeds the units $k$; ${c['x']}$ is an output or an input"
    return word(fed, language) + word(layers, language) + "."


def fit_beside(sides: Sequence[Sides], page: TextBlock) -> bool:
    """Is there room for what the formulas are about beside them?"""
    columns = [max(map(width, column)) for column in zip(*sides, strict=True)]
    return sum(columns) + 28.0 <= page.width


def display(rows: Sequence[Sequence[Sides]], between: str = "[1pt]") -> str:
    """Rows of formulas, one or two beside each other: what each is about, its left and its right side."""
    across = max(map(len, rows))
    written = (r" &\quad".join(rf"&{about} &\quad {left} &= {right}" for about, left, right in row) for row in rows)
    *inside, last = written
    ends = (f" \\\\{'*' * (place < TIED or place >= len(inside) - TIED)}{between}\n" for place in range(len(inside)))
    body = "".join(map("".join, zip(inside, ends, strict=True))) + last
    return f"\\begin{{alignat*}}{{{2 * across}}}\n{body}\n\\end{{alignat*}}\n"


def _with_slopes(sides: Sequence[Sides], slopes: Sequence[bool]) -> Iterator[list[Sides]]:
    """A formula and its slope, which needs no words, beside each other."""
    row: list[Sides] = []
    for side, is_slope in zip(sides, slopes, strict=False):
        if row and not (is_slope and len(row) == 1):
            yield row
            row = []
        row.append(("", *side[1:]) if row else side)
    if row:
        yield row


def needed(rows: Sequence[Sequence[Sides]]) -> float:
    """How wide the display is, with its gaps."""
    across = max(map(len, rows), default=0)
    columns = [[row[place] for row in rows if len(row) > place] for place in range(across)]
    each = (sum(max(map(width, cells)) for cells in zip(*column, strict=True)) + 24.0 for column in columns)
    return sum(each) + 10.0 * (across - 1)


def overview(lines: Sequence[General], style: str, page: TextBlock) -> Iterator[str]:
    """The formulas in one display; in a narrow one what they are about stands above each."""
    texts = [written(line, LETTERS[style], PEN) for line in lines]
    sides = [(rf"\text{{{tex.escaped(about)}}}", left, right) for about, left, right in texts]
    if not page.rows and needed([[each] for each in sides]) <= page.width:
        slopes = [line.is_slope for line in lines]
        last = max((place for place, is_slope in enumerate(slopes) if is_slope), default=-1)
        paired = list(_with_slopes(sides[: last + 1], slopes))
        if needed(paired) > page.width:
            paired, last = [], -1
        for rows in (paired, [[each] for each in sides[last + 1 :]]):
            yield display(rows) if rows else ""
        return
    for about, left, right in sides:
        yield f"\\begin{{align*}}\n&{about} \\\\*\n&\\quad {left} = {right}\n\\end{{align*}}\n"
