r"""Vectors and matrices in LaTeX: bold letters, numbers in brackets with their shape below.

>>> from backprop_trace.formulas.notation import LATEX
>>> from backprop_trace.formulas.notation.names import LATEX_NAMES
>>> line = MatrixLine(((Letter("W", "1", gradient=True),), (Letter("δ", "1"), ".", Letter("x", mark="T"))))
>>> print(" = ".join(sides(line, Naming(), Ink(LATEX, LATEX_NAMES))))
\partial E/\partial \mathbf{W}_{1} = \boldsymbol{\delta}_{1}\, \mathbf{x}^{\mathsf{T}}
>>> matrix(Matrix((("0.5", "-1"), ("", "0.25"))), Ink(LATEX, LATEX_NAMES))
'\\begin{bmatrix} 0.5 & -1\\phantom{.00} \\\\ \\cdot & \\phantom{-}0.25 \\end{bmatrix}'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import LOSS
from backprop_trace.render.blocks import Amount, Item, Letter, Matrix, MatrixLine, MatrixLines, Naming
from backprop_trace.render.writers.latex import general
from backprop_trace.render.writers.latex.digits import aligned
from backprop_trace.render.writers.latex.display import Row, joined
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.width import width
from backprop_trace.render.writers.spelling import Ink

_SIGNS = {"+": " + ", "-": " - ", ".": r"\, ", "*": r" \cdot ", "⊙": r" \odot ", "(": "(", ")": ")"}
BREAKS = ("+", "-", "⊙", ".")
"""Where a side that is too wide is broken."""

SIGN = 14.0
"""The width of an equals sign with its spaces."""


def sides(line: MatrixLine, names: Naming, ink: Ink) -> list[str]:
    """The sides of an equation, the name first."""
    return ["".join(_items(side, names, ink)).strip() for side in line.sides]


def _items(side: Sequence[Item], names: Naming, ink: Ink) -> list[str]:
    texts = [_item(item, names, ink) for item in side]
    tall = any(isinstance(item, Matrix) for item in side)
    return [{"(": r"\Bigl(", ")": r"\Bigr)"}.get(text, text) if tall else text for text in texts]


def _item(item: Item, names: Naming, ink: Ink) -> str:
    match item:
        case Letter():
            return letter(item, names, ink)
        case Matrix():
            below = r"{\times}".join(map(str, item.shape))
            return rf"\underset{{{below}}}{{{matrix(item, ink)}}}"
        case Amount():
            return ink.amount(item)
        case "f′":
            return "f'"
    return _SIGNS.get(item) or (item if len(item) == 1 else rf"\mathrm{{{item}}}")


def letter(item: Letter, names: Naming, ink: Ink) -> str:
    base = {"δ": r"\boldsymbol{\delta}", "η": r"\eta"}.get(item.letter) or rf"\mathbf{{{item.letter}}}"
    text = base + (f"_{{{item.layer}}}" if item.layer else "")
    text = rf"\partial {ink.name(LOSS, names)}/\partial {text}" if item.gradient else text
    return text + {"T": r"^{\mathsf{T}}", "": ""}.get(item.mark, f"^{{{item.mark}}}")


def matrix(matrix: Matrix, ink: Ink) -> str:
    """Decimal points stand below each other by invisible digits."""
    cells = zip(*matrix.rows, strict=True)
    columns = [aligned([ink.number(cell)[0] if cell else r"\cdot" for cell in column]) for column in cells]
    inside = " \\\\ ".join(" & ".join(row) for row in zip(*columns, strict=True))
    return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"


def display(block: MatrixLines, ink: Ink, page: TextBlock) -> Iterator[str]:
    """One display; where a line is too wide it is broken before an equals sign, or else before another."""
    if any(line.about for line in block.lines):
        yield from _general(block, ink, page)
        return
    for part in _parts(list(_laid_out(block, ink, page)), page):
        written = [[joined(row, row[0]) for row in each] for each in part]
        body = " \\\\\n".join(" \\\\*\n".join(each) for each in written)
        yield f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


def _laid_out(block: MatrixLines, ink: Ink, page: TextBlock) -> Iterator[list[Row]]:
    """The rows of each line; those of two that may and do fit beside each other together."""
    before: list[Row] = []
    widest = max(width(sides(line, block.names, ink)[0]) for line in block.lines)
    for line in block.lines:
        own = list(rows(line, block.names, ink, page, widest))
        if line.beside and before and len(own) == 1 and not page.rows:
            beside = (before[-1][0], rf"{before[-1][1]} \qquad {' '.join(own[0])}")
            if widest + width(beside[1]) <= page.width:
                before[-1] = beside
                continue
        if before:
            yield before
        before = own
    yield before


def _parts(lines: list[list[Row]], page: TextBlock) -> Iterator[list[list[Row]]]:
    """In a narrow page a line each, so that it fits a slide."""
    yield from ([line] for line in lines) if page.rows else [lines]


def _general(block: MatrixLines, ink: Ink, page: TextBlock) -> Iterator[str]:
    """Two beside each other, or in a narrow page one."""
    found = []
    for line in block.lines:
        name, *others = sides(line, block.names, ink)
        found.append((rf"\text{{{line.about}}}", name, " = ".join(others)))
    pairs = [found[place : place + 2] for place in range(0, len(found), 2)]
    fits = not page.rows and general.needed(pairs) <= page.width
    yield general.display(pairs if fits else [[each] for each in found], between="")


def rows(line: MatrixLine, names: Naming, ink: Ink, page: TextBlock, widest: float = 0.0) -> Iterator[Row]:
    """The rows of an equation, the first with its name; beside names of this width at most."""
    name, *others = sides(line, names, ink)
    room = page.width - max(width(name), widest) - SIGN
    row, start = "", name
    for side, text in zip(line.sides[1:], others, strict=True):
        pieces = [text] if width(text) <= room else list(_pieces(side, names, ink))
        for place, piece in enumerate(pieces):
            whole = f"= {piece}" if place == 0 else rf"\quad {piece}"
            if row and width(row) + width(whole) > room:
                yield start, row
                row, start = "", ""
            row += whole if not row else f" {whole}" if place == 0 else f" {piece}"
    yield start, row


def _pieces(side: Sequence[Item], names: Naming, ink: Ink) -> Iterator[str]:
    piece = ""
    for item, text in zip(side, _items(side, names, ink), strict=True):
        if item in BREAKS and piece:
            yield piece
            piece, text = "{}" if item != "." else "", text.strip().removeprefix(r"\,")
        piece += f" {text}"
    yield piece
