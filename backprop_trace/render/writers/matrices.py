"""Vectors and matrices in plain text: side by side as they stand on paper, or on one line.

>>> from backprop_trace.render.writers.spelling import TEXT_INK
>>> line = MatrixLine(((Letter("z", "1"),), (Matrix((("0.5", "-0.2"), ("-1", "3"))), ".", Matrix((("1",), ("2",))))))
>>> print("\\n".join(upright(line, Naming(), TEXT_INK, None)))
z1 = ⎡ 0.5   -0.2⎤ ⎡1⎤
     ⎣-1      3  ⎦ ⎣2⎦
          2×2      2×1
>>> flat(line, Naming(), TEXT_INK)
'z1 = [0.5, -0.2; -1, 3] [1; 2]'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import LOSS
from backprop_trace.formulas.notation.names import ASCII_NAMES
from backprop_trace.formulas.notation.numbers import parted
from backprop_trace.render.blocks import Amount, Item, Letter, Matrix, MatrixLine, Naming
from backprop_trace.render.writers.spelling import Ink

NO_ENTRY = "."
"""Stands where there is no connection."""

_SIGNS = {"+": " + ", "-": " - ", ".": " ", "*": " · ", "⊙": " ⊙ ", "(": "(", ")": ")"}
_ASCII_SIGNS = _SIGNS | {"*": " * ", "⊙": " (*) ", "f′": "f'"}

Rows = list[str]


class Picture(NamedTuple):
    """Rows of equal width; the one at `middle` stands beside signs and names."""

    rows: Rows
    middle: int = 0

    @property
    def width(self) -> int:
        return len(self.rows[0])


def flat(line: MatrixLine, names: Naming, ink: Ink) -> str:
    """The whole equation on one line."""
    return " = ".join("".join(_flat(item, names, ink) for item in side) for side in line.sides)


def _flat(item: Item, names: Naming, ink: Ink) -> str:
    match item:
        case Matrix(rows):
            return f"[{'; '.join(', '.join(cell or NO_ENTRY for cell in row) for row in rows)}]"
        case Letter():
            return letter(item, names, ink)
        case Amount():
            return ink.amount(item)
        case _:
            return (_ASCII_SIGNS if ink.alphabet is ASCII_NAMES else _SIGNS).get(item, item)


def letter(item: Letter, names: Naming, ink: Ink) -> str:
    """W2, δ1, ∂E/∂W2, W2ᵀ."""
    plain = {"δ": ink.alphabet.delta, "η": "eta"} if ink.alphabet is ASCII_NAMES else {}
    name = plain.get(item.letter, item.letter) + (item.layer if len(item.layer) < 2 else f"({item.layer})")
    if item.gradient:
        name = ink.alphabet.derivative(ink.name(LOSS, names), name)
    return name + (item.mark if ink.alphabet is ASCII_NAMES else item.mark.replace("T", "ᵀ").replace("+", "⁺"))


def upright(line: MatrixLine, names: Naming, ink: Ink, width: int | None) -> Iterator[str]:
    """The equation as on paper; what does not fit beside its name goes on below, from an equals sign or another on."""
    (name,), *sides = line.sides
    drawn = [_picture(name, names, ink)]
    indent = Picture([" " * drawn[0].width])
    for side in sides:
        whole = [Picture([" = "]), *(_picture(item, names, ink) for item in side)]
        fits = width is None or indent.width + _beside(whole).width <= width
        for piece in [whole] if fits else _divided(whole, side):
            picture = _beside(piece)
            if width is None or len(drawn) == 1 == len(drawn[0].rows) or drawn[-1].width + picture.width <= width:
                drawn[-1] = _beside([drawn[-1], picture])
            else:
                drawn.append(_beside([indent, picture]))
    yield from (row.rstrip() for picture in drawn for row in picture.rows)


def _divided(pictures: Sequence[Picture], side: Sequence[Item]) -> Iterator[list[Picture]]:
    """The equals sign with the first term; each further one with its sign."""
    piece = [pictures[0]]
    for item, picture in zip(side, pictures[1:], strict=True):
        if item in ("+", "-", "⊙", "."):
            yield piece
            piece = []
        piece.append(picture)
    yield piece


def _picture(item: Item, names: Naming, ink: Ink) -> Picture:
    """A matrix with its shape below; anything else on one row."""
    if not isinstance(item, Matrix):
        return Picture([_flat(item, names, ink)])
    ascii_ = ink.alphabet is ASCII_NAMES
    inside = ["   ".join(cells) for cells in zip(*map(aligned, zip(*item.rows, strict=True)), strict=True)]
    left, right = (_bracket(sign, tall, len(inside), ascii_) for sign, tall in (("[", "⎡⎢⎣"), ("]", "⎤⎥⎦")))
    rows = [f"{start}{text}{end}" for start, text, end in zip(left, inside, right, strict=True)]
    shape = ("x" if ascii_ else "×").join(map(str, item.shape))
    width = max(len(rows[0]), len(shape))
    return Picture([*(row.center(width) for row in rows), shape.center(width)], (len(rows) - 1) // 2)


def _bracket(sign: str, tall: str, height: int, ascii_: bool) -> str:
    """A bracket, a character for each row."""
    return sign * height if ascii_ or height == 1 else tall[0] + tall[1] * (height - 2) + tall[2]


def aligned(cells: Sequence[str]) -> Rows:
    """Numbers in a column, their decimal points below each other.

    >>> aligned(["-0.25", "3", ""])
    ['-0.25', ' 3   ', ' .   ']
    """
    wholes = [parted(cell or NO_ENTRY)[0] if cell else NO_ENTRY for cell in cells]
    before = max(map(len, wholes))
    texts = [" " * (before - len(whole)) + (cell or NO_ENTRY) for cell, whole in zip(cells, wholes, strict=True)]
    return [text.ljust(max(map(len, texts))) for text in texts]


def _beside(pictures: Sequence[Picture]) -> Picture:
    """Pictures beside each other, their middle rows in one line."""
    above = max(picture.middle for picture in pictures)
    height = above + max(len(picture.rows) - picture.middle for picture in pictures)
    columns = []
    for picture in pictures:
        empty = " " * picture.width
        column = [empty] * (above - picture.middle) + picture.rows
        columns.append(column + [empty] * (height - len(column)))
    return Picture(["".join(row) for row in zip(*columns, strict=True)], above)
