"""The page: how much room there is, and how much of a large network is written out.

Widths are those of a 10 pt font (see `width`); the text is set in 11 pt.
"""

from __future__ import annotations

from typing import NamedTuple

TEXT_SIZE = 1.095
"""11 pt text beside 10 pt text."""


class TextBlock(NamedTuple):
    """Limits of a document, or of a piece that is pasted somewhere narrower.

    points: the width of the text. digits: of a number that is put in, beside a name. terms: in a sum. in_full: so many
    lines are worked out in full, of more than that the first `each` of each kind. listed: values in a table. rows: of
    one display or half a table, 0 for any number. samples: in a table. longest_name: a longer one is abbreviated.
    tallest: a drawing. language, comma: see `Medium`. size: of the letters, beside 10 pt.
    """

    points: float
    digits: int
    terms: int
    in_full: int = 400
    each: int = 3
    listed: int = 3000
    rows: int = 0
    samples: int = 20
    longest_name: int = 22
    tallest: float = 320.0
    language: str = "en"
    comma: bool = False
    size: float = TEXT_SIZE

    @property
    def width(self) -> float:
        return self.points / self.size - 2.0


DOCUMENT = TextBlock(points=483.0, digits=28, terms=40)
"""A4 with margins of 2 cm (Letter is wider)."""

FRAGMENT = TextBlock(points=300.0, digits=26, terms=20, in_full=200, listed=600, rows=8, longest_name=13, size=0.926)
"""Narrow enough for a beamer frame (307 pt), where all is set in 9 pt, and for article's columns of text: 345 pt at
10 pt, 390 pt at 12 pt."""


def column(points: float) -> TextBlock:
    """A piece for a column so wide."""
    return FRAGMENT._replace(
        points=points,
        size=TEXT_SIZE,
        digits=min(FRAGMENT.digits, int(points / NARROWEST_DIGIT)),
        longest_name=min(FRAGMENT.longest_name, int(points / NARROWEST_LETTER)),
    )


NARROWEST_DIGIT = 13.0
"""A number that is put in has a digit for each so many points of a column."""

NARROWEST_LETTER = 28.0
"""And a name a letter: beside two of them stands a value."""

FORMULAS_OF_A_FRAGMENT = FRAGMENT._replace(rows=9)

SLIDE = FRAGMENT._replace(rows=5, tallest=140.0)
FORMULAS_OF_A_SLIDE = SLIDE._replace(rows=8)
"""A beamer frame."""
