"""What is too long for a page: a name gets a short one, a number that is put in loses its last digits, and both are
said at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from backprop_trace.formulas.notation import LATEX, NEGATIVE, PRODUCT, Piece, latex_cases, tex
from backprop_trace.formulas.notation.names import Alphabet, Symbol
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.steps import LONGEST_VALUE, short_number
from backprop_trace.render.writers.spelling import Ink


class Shortened:
    """What was shortened on a page so far. `short`: a short name for each long one."""

    def __init__(self, page: TextBlock):
        self.page, self.short = page, dict[str, str]()
        self.cut, self.longest = False, 0

    def ink(self, alphabet: Alphabet, in_line: bool = False) -> Ink:
        """Writes formulas in an alphabet, and keeps account; in_line: among words, where fractions would touch."""

        def symbol(whole: Symbol) -> str:
            if len(whole.text) > self.page.longest_name:
                return alphabet.symbol(Symbol(self.name(whole.text), mark=whole.mark))
            return alphabet.symbol(whole._replace(lower=self.name(whole.lower)))

        other = tex.escaped(word("else", self.page.language))
        notation = LATEX._replace(
            number=self.in_line if in_line else self.put_in, cases=partial(latex_cases, other=other)
        )
        return Ink(notation, alphabet._replace(symbol=symbol))

    def name(self, word: str) -> str:
        longest = self.page.longest_name
        if len(word) <= longest:
            return word
        return self.short.setdefault(word, f"{word[: longest - 6]}\u2026{len(self.short) + 1}")

    def put_in(self, text: str) -> Piece:
        """A number that is put in; the first digits of a very long one."""
        piece = short_number(text, self.page.digits)
        self.cut = self.cut or r"\ldots" in piece[0]
        return piece

    def in_line(self, text: str) -> Piece:
        """A number among words."""
        return (text, NEGATIVE if text.startswith("-") else PRODUCT) if "/" in text else self.put_in(text)

    def saw(self, digits: Iterable[int]) -> None:
        """Values with so many digits."""
        self.longest = max([self.longest, *digits])

    def remarks(self) -> Iterator[str]:
        """What the reader is told at the end."""
        if self.cut:
            yield self.word(f"Numbers that are put in are cut to {self.page.digits} digits, marked by dots.")
        if self.longest > LONGEST_VALUE:
            yield self.word(f"Values are shown with {LONGEST_VALUE} digits; --format json has them all.")
        if self.short:
            pairs = (f"{short} = {long}" for long, short in self.short.items())
            yield self.word("Long names are abbreviated:") + f" {', '.join(pairs)}."

    def word(self, text: str) -> str:
        return word(text, self.page.language)
