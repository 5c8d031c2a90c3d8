r"""How wide a formula will be: an estimate from its LaTeX, on the safe side.

    >>> width("0.15") < width(r"0.15 \cdot 0.05") < width(r"0.15 \cdot 0.05 + 0.20 \cdot 0.10")
    True
    >>> width(r"\frac{a}{b + c}") < width("a / (b + c)")
    True

In points, for a 10 pt font. TeX itself breaks no displayed formula, so whoever writes one must know beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from backprop_trace.formulas.notation.tex import Tokens

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\\]", re.DOTALL)

SCRIPT = 0.8
"""A subscript's width beside that of the same text; smaller sizes are drawn wider."""

# Computer Modern's own widths at 10 pt
_LETTERS: Mapping[str, float] = {
    "a": 5.3, "b": 4.6, "c": 4.6, "d": 5.3, "e": 4.7, "f": 6.0, "g": 5.2, "h": 5.8, "i": 3.5, "j": 4.8, "k": 5.6,
    "l": 3.2, "m": 8.8, "n": 6.0, "o": 5.2, "p": 5.4, "q": 4.9, "r": 4.8, "s": 4.7, "t": 3.9, "u": 5.8, "v": 5.3,
    "w": 7.5, "x": 5.8, "y": 5.3, "z": 5.2, "I": 5.2, "J": 6.6, "L": 6.9, "M": 10.8, "W": 11.0, "N": 9.2,
}  # fmt: skip
_OTHERS: Mapping[str, float] = {".": 2.8, ",": 4.5, "(": 3.9, ")": 3.9, "/": 5.0, "'": 2.8, " ": 0.0, "-": 12.3,
                                "+": 12.3, "=": 13.4, ">": 13.4, "<": 13.4, "&": 0.0, "[": 2.8, "]": 2.8}  # fmt: skip
ROW_END = "\\\\"
BINARY_SPACE, COLUMN_GAP = 2.2, 11.0
_UNARY_AFTER = frozenset(["{", "(", "=", "&", ROW_END, r"\left", r"\Bigl"])
_DIGIT, _CAPITAL, _UNKNOWN = 5.01, 8.5, 9.0
_SPACES: Mapping[str, float] = {
    r"\,": 1.7, r"\;": 2.8, r"\quad": 10.0, r"\qquad": 20.0, r"\!": 0.0, r"\left": 1.7, r"\right": 1.7,
    r"\displaystyle": 0.0, r"\allowbreak": 0.0, r"\rvert": 3.4, r"\lvert": 3.4, r"\vert": 3.4, r"\limits": 0.0,
    r"\phantom": 0.0,
}  # fmt: skip
_SYMBOLS: Mapping[str, float] = {
    r"\cdot": 7.3, r"\times": 12.3, r"\partial": 5.9, r"\sum": 16.2, r"\approx": 13.4, r"\ldots": 13.4,
    r"\cdots": 15.0, r"\ln": 10.0, r"\max": 18.4, r"\min": 16.8, r"\exp": 16.5, r"\sin": 14.0, r"\cos": 14.5,
    r"\tanh": 23.0, r"\neq": 13.4, r"\in": 13.4, r"\odot": 12.3,
}  # fmt: skip
_BIG: Mapping[str, float] = {r"\Bigl": 2.1, r"\Bigr": 2.1, r"\bigl": 0.8, r"\bigr": 0.8}
_TEXT = (
    r"\text",
    r"\textnormal",
    r"\mathrm",
    r"\textbf",
    r"\ensuremath",
    r"\mathbf",
    r"\boldsymbol",
    r"\mathsf",
)
_ENVIRONMENTS: Mapping[str, float] = {"cases": 12.0, "bmatrix": 11.0, "gathered": 0.0, "aligned": 0.0}


@lru_cache(maxsize=4096)
def width(latex: str) -> float:
    """The estimated width of a piece of LaTeX mathematics."""
    return _Reader(_TOKEN.findall(latex)).run(1.0)


class _Reader(Tokens):
    def run(self, scale: float, end: str = "") -> float:
        """The width of the columns (mostly one), each its widest cell, up to the token that ends the piece."""
        columns, place = [0.0], 0
        cell, raised, before = 0.0, 0.0, "{"
        while self.place < len(self.tokens):
            token = self.take()
            if token in (end, "&", ROW_END):
                columns[place] = max(columns[place], cell + raised)
                if token == end:
                    break
                cell, raised, place = 0.0, 0.0, place + 1 if token == "&" else 0
                columns += [0.0] * (place == len(columns))
            elif token in ("_", "^"):
                raised = max(raised, 0.5 + self.argument(scale * SCRIPT))  # sub- and superscript share their place
            elif not token.isspace():
                cell, raised = cell + raised + self.measure(token, scale), 0.0
                if token == "-" and before in _UNARY_AFTER:
                    cell -= 2 * BINARY_SPACE * scale
            before = before if token.isspace() else token
        columns[place] = max(columns[place], cell + raised)
        return sum(columns) + COLUMN_GAP * scale * (len(columns) - 1)

    def argument(self, scale: float) -> float:
        while self.next.isspace():
            self.take()
        token = self.take()
        return self.run(scale, "}") if token == "{" else self.measure(token, scale)

    def measure(self, token: str, scale: float) -> float:
        match token:
            case "{":
                return self.run(scale, "}")
            case r"\frac" | r"\dfrac":
                return max(self.argument(scale), self.argument(scale)) + 2.6 * scale
            case r"\underset":
                return max(self.argument(scale * SCRIPT), self.argument(scale))
            case r"\sqrt":
                return self.argument(scale) + 10.0 * scale
            case r"\begin":
                return self.environment(scale)
            case r"\left" | r"\right" if self.next in "().":
                return self.bracket(scale)
        if token in _TEXT:
            return self.text(scale)
        return scale * _width_of(token)

    def bracket(self, scale: float) -> float:
        """A parenthesis that grows with what stands inside; `.` is none."""
        if self.take() == ".":
            return 1.3
        around = self.tokens[max(0, self.place - 40) : self.place + 40]
        return (7.6 if {r"\frac", r"\sum", r"\begin"} & set(around) else 6.3) * scale

    def environment(self, scale: float) -> float:
        around = _ENVIRONMENTS.get(self.name(), 20.0) * scale
        inner = self.run(scale, r"\end")
        self.name()
        return around + inner

    def name(self) -> str:
        letters = []
        self.take()
        while (token := self.take()) != "}":
            letters.append(token)
        return "".join(letters)

    def text(self, scale: float) -> float:
        """Upright text: spaces count."""
        start = self.place
        inner = self.argument(scale)
        spaces = sum(token.isspace() for token in self.tokens[start : self.place])
        return inner + (4.0 * spaces + 1.0) * scale


def _width_of(token: str) -> float:
    for table in (_LETTERS, _OTHERS, _SPACES, _SYMBOLS, _BIG):
        if token in table:
            return table[token]
    if token.isdigit():
        return _DIGIT
    if token.startswith("\\"):
        return 6.5 if token[1:].islower() else 8.5
    return _CAPITAL if token.isupper() else _UNKNOWN
