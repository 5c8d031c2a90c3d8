r"""Text from a file as LaTeX that pdflatex can set, with nothing but ASCII in it.

    >>> escaped("50 % of Café #1 {x_1}")
    "50 \\% of Caf\\'{e} \\#1 \\{x\\_1\\}"
    >>> word("h1"), word("sepal"), word("δ")
    ('h1', '\\mathrm{sepal}', '\\delta')

What pdflatex has no letter for is written by its code point: [U+540D].
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

_SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}",
}  # fmt: skip

_ACCENTS: Mapping[str, str] = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0331": "b",
}  # fmt: skip

_LETTERS: Mapping[str, str] = {
    "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}",
    "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "¡": "!`", "¿": "?`", "\u2018": "`", "\u2019": "'", "\u201c": "``",
    "\u201d": "''", "\u201e": ",,", "–": "--", "—": "---", "…": r"\ldots{}", "\u00a0": "~", "\u202f": r"\,",
    "\u2009": r"\,", "•": r"\textbullet{}", "§": r"\S{}", "©": r"\copyright{}", "€": "EUR", "£": r"\pounds{}",
}  # fmt: skip

_SYMBOLS: Mapping[str, str] = {
    "∂": r"\partial", "∇": r"\nabla", "Σ": r"\Sigma", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "√": r"\surd",
    "∞": r"\infty", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto",
    "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "↦": r"\mapsto",
    "∈": r"\in", "∀": r"\forall", "∃": r"\exists", "∅": r"\emptyset", "⊙": r"\odot", "⊗": r"\otimes",
    "⊕": r"\oplus", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "÷": r"\div", "±": r"\pm", "−": "-",
    "°": r"{}^{\circ}", "µ": r"\mu", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "«": r"\ll",
    "»": r"\gg", "′": "'", "ℓ": r"\ell", "ℝ": r"\mathbf{R}", "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee",
}  # fmt: skip

_GREEK_AS_LATIN: Mapping[str, str] = {
    "ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I", "KAPPA": "K", "MU": "M",
    "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T", "CHI": "X",
}  # fmt: skip
"""Capitals that TeX has no command for, because they look like Latin ones."""

LONGEST_WORD = 16
"""Text may be broken inside a word after so many characters."""


def escaped(text: str) -> str:
    """Text from a file, safe in LaTeX's text mode; a word too long for a line can be broken."""
    words = (_breakable(list(_characters(word))) for word in text.split(" "))
    return " ".join(words).replace("--", "-{}-")


def _breakable(characters: list[str]) -> str:
    runs = [characters[start : start + LONGEST_WORD] for start in range(0, len(characters), LONGEST_WORD)]
    return r"\allowbreak{}".join("".join(run) for run in runs)


def _characters(text: str) -> Iterator[str]:
    """Each character with its accents."""
    for match in re.finditer(r"(.)([\u0300-\u036f]*)", unicodedata.normalize("NFD", text), re.DOTALL):
        base, marks = match[1], match[2]
        written = _character(base)
        for mark in marks:
            if mark in _ACCENTS and base.isascii() and base.isalpha():
                written = f"\\{_ACCENTS[mark]}{{{written}}}"
        yield written


def _character(c: str) -> str:
    if c.isascii():
        return _SPECIAL.get(c, c)
    if c in _LETTERS:
        return _LETTERS[c]
    symbol = _SYMBOLS.get(c) or greek(c)
    if symbol is not None:
        return rf"\ensuremath{{{symbol}}}"
    plain = unicodedata.normalize("NFKC", c)
    if plain != c and plain.isascii():
        return "".join(_SPECIAL.get(part, part) for part in plain)
    return "" if unicodedata.category(c) in ("Mn", "Cf") else f"[U+{ord(c):04X}]"


def greek(letter: str) -> str | None:
    r"""`\delta` for δ; None for what is no Greek letter."""
    match = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (FINAL )?(\w+)", unicodedata.name(letter, ""))
    if match is None:
        return None
    name = {"LAMDA": "LAMBDA"}.get(match[3], match[3])
    if match[1] == "CAPITAL":
        return rf"\mathrm{{{_GREEK_AS_LATIN[name]}}}" if name in _GREEK_AS_LATIN else "\\" + name.capitalize()
    if name == "OMICRON":
        return "o"
    return "\\" + ("var" if match[2] else "") + name.lower()


_NAMED_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega"
)


def word(text: str, escape: Callable[[str], str] = escaped) -> str:
    """A word of a name in math mode: a letter with digits as it is, longer words upright."""
    if _NAMED_GREEK.fullmatch(text):
        return "\\" + text
    if re.fullmatch(r"[A-Za-z]?[0-9]*", text):
        return text
    if re.fullmatch("[A-Za-z0-9]+", text):
        return rf"\mathrm{{{text}}}"
    if len(text) == 1 and (symbol := greek(text)):
        return symbol
    return rf"\textnormal{{{escape(text)}}}"


def specials_escaped(text: str) -> str:
    """For MathJax and the like, which have all of Unicode, and a backslash that begins no command."""
    return "".join(_SPECIAL.get(c, c) if c in "{}$&#_%" else c for c in text.replace("\\", "∖"))


class Tokens:
    """The tokens of a piece of LaTeX, taken one by one."""

    def __init__(self, tokens: list[str]):
        self.tokens, self.place = tokens, 0

    def take(self) -> str:
        token = self.tokens[self.place]
        self.place += 1
        return token

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""
