r"""Mathematics in Typst, read from the LaTeX of our alphabet: where a line breaks has been decided there, once.

    >>> mathematics(r"\frac{\partial E}{\partial w_{5}} = -0.5 \cdot \mathrm{out}_{h1}")
    'frac(∂ E, ∂ w_(5)) = - 0.5 ⋅ upright("out")_(h 1)'
    >>> mathematics(r"\left(\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}\right)")
    'lr(\\( cases(x & quad x \\> 0, 0 & quad "else") \\))'
    >>> string('say "x"')
    '"say \\"x\\""'

Whatever has a meaning in Typst is escaped, and words are string literals: no text of a file is ever run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from backprop_trace.formulas.notation.tex import Tokens

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:(?:\.|\{,\})\d+)?|\s+|.", re.DOTALL)

_SYMBOLS: Mapping[str, str] = {
    r"\cdot": "⋅", r"\times": "×", r"\partial": "∂", r"\sum": "∑", r"\approx": "≈", r"\ldots": "…", r"\cdots": "⋯",
    r"\vdots": "⋮", r"\odot": "⊙", r"\rightarrow": "→", r"\neq": "≠", r"\in": "∈", r"\nabla": "∇", r"\infty": "∞",
    r"\ln": "ln", r"\max": "max", r"\min": "min", r"\exp": "exp", r"\sin": "sin", r"\cos": "cos", r"\tanh": "tanh",
    r"\,": "thin", r"\;": "med", r"\quad": "quad", r"\qquad": "wide", r"\ ": "space", "~": "space",
    r"\rvert": "bar.v", r"\lvert": "bar.v", r"\vert": "bar.v", "|": "bar.v",
    r"\!": "", r"\displaystyle": "", r"\allowbreak": "", r"\limits": "",
}  # fmt: skip

_FONTS: Mapping[str, str] = {
    r"\text": "{}", r"\textnormal": "{}", r"\mathrm": "upright({})",
    r"\textbf": "bold({})", r"\mathbf": "bold(upright({}))", r"\boldsymbol": "bold({})", r"\mathsf": "sans({})",
}  # fmt: skip
"""What is set in letters of its own: words as they are, symbols as what they stand for."""

_CALLS: Mapping[str, str] = {r"\sqrt": "sqrt({})", r"\hat": "hat({})", r"\phantom": "ghost({})"}
_LARGE = (r"\left", r"\right", r"\Bigl", r"\Bigr", r"\bigl", r"\bigr")
_MATRICES: Mapping[str, str] = {"bmatrix": '"["', "gathered": "#none", "aligned": "#none"}
_MEANING = frozenset('#$"()[]{}/,;:*_^\\@`<>&')
"""Characters that have a meaning in Typst's mathematics, and are written with a backslash for themselves."""


_LETTERS = re.compile("[ -\u024f\u0370-\u04ff\u1e00-\u2038\u2070-\u20bf\u2190-\u22ff\u200b\u2696\u2713\u2717]")
"""What Typst's own fonts have: Latin, Greek and Cyrillic letters, punctuation, arrows, mathematics, verdicts."""


_BEFORE_A_SIGN = "=⋅×+-≈("
"""After these a minus is a sign: a number that is text must hold it."""


def string(text: str) -> str:
    r"""A string literal; what no font has is written by its code point, as in LaTeX.

    >>> string("5 % of Café 名")
    '"5 % of Café [U+540D]"'
    """
    return '"' + shown(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def shown(text: str) -> str:
    """Text in letters that there are."""
    return "".join(map(_shown, unicodedata.normalize("NFC", text)))


def _shown(c: str) -> str:
    if _LETTERS.fullmatch(c):
        return c
    if c.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", c)
    if plain != c and all(map(_LETTERS.fullmatch, plain)):
        return plain
    return "" if unicodedata.category(c) in ("Mn", "Cf") else f"[U+{ord(c):04X}]"


def mathematics(latex: str) -> str:
    """LaTeX mathematics, as this program writes it, in Typst. Raises KeyError for a command that it never writes."""
    return _LatexReader(_TOKEN.findall(latex)).run()


class _LatexReader(Tokens):
    def run(self, *ends: str) -> str:
        """What stands before one of these tokens, which is taken, too."""
        found = list[str]()
        while self.place < len(self.tokens) and (token := self.take()) not in ends:
            if token in ("_", "^"):
                found[-1:] = [f"{''.join(found[-1:])}{token}({self.argument()})"]
            elif token == "-" and "{,}" in self.next and (not found or found[-1][-1] in _BEFORE_A_SIGN):
                found.append(_character(f"\u2212{self.take()}"))
            elif text := self.piece(token):
                found.append(text)
        return " ".join(found)

    def argument(self) -> str:
        while self.next.isspace():
            self.take()
        token = self.take()
        return self.run("}") if token == "{" else self.piece(token)

    def piece(self, token: str) -> str:
        if token == "{":
            return self.run("}") or '""'
        if token in (r"\frac", r"\dfrac"):
            return f"frac({self.argument()}, {self.argument()})"
        if token == r"\underset":
            below, above = self.argument(), self.argument()
            return f"attach(limits({above}), b: {below})"
        if token in _CALLS:
            return _CALLS[token].format(self.argument())
        if token in _FONTS:
            return _FONTS[token].format(self.word())
        if token == r"\begin":
            return self.environment()
        if token == r"\left":
            return f"lr({self.delimiter()} {self.run(chr(92) + 'right')} {self.delimiter()})"
        if token in _LARGE:
            return self.delimiter()
        return _SYMBOLS[token] if token in _SYMBOLS else _character(token)

    def delimiter(self) -> str:
        token = self.take()
        return "" if token == "." else self.piece(token)

    def word(self) -> str:
        """The words of an argument as a string; symbols as what they stand for."""
        start = self.place + 1
        inside = self.argument()
        source = "".join(self.tokens[start : self.place - 1])
        return inside if re.search(r"\\[A-Za-z]", source) else string(re.sub(r"\\(.)", r"\1", source))

    def environment(self) -> str:
        name = self.name()
        rows = [[""]]
        while True:
            start = self.place
            rows[-1][-1] = self.run("&", "\\\\", r"\end")
            end = self.tokens[self.place - 1] if self.place > start else r"\end"
            if end == r"\end":
                break
            rows[-1].append("") if end == "&" else rows.append([""])
        self.name()
        if name == "cases":
            return f"cases({', '.join(' & quad '.join(row) for row in rows)})"
        return f"mat(delim: {_MATRICES[name]}, {'; '.join(', '.join(row) for row in rows)})"

    def name(self) -> str:
        self.take()
        letters = []
        while (token := self.take()) != "}":
            letters.append(token)
        return "".join(letters)


def _character(token: str) -> str:
    """A number, a letter, a sign, or a Greek letter by its name."""
    if token.startswith("\\") and len(token) > 2:
        name, size = token[1:].removeprefix("var"), "CAPITAL" if token[1].isupper() else "SMALL"
        return unicodedata.lookup(f"GREEK {size} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    if "{,}" in token:
        return f'class("normal", {string(token.replace("{,}", ","))})'
    sign = token.removeprefix("\\")
    if token.isspace():
        return ""
    return f"\\{sign}" if sign in _MEANING and token != "&" else sign
