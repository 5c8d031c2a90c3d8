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
    tallest: a drawing. language, comma: see `Medium`.
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

    @property
    def width(self) -> float:
        return self.points / TEXT_SIZE - 2.0


DOCUMENT = TextBlock(points=483.0, digits=28, terms=40)
"""A4 with margins of 2 cm (Letter is wider)."""

FRAGMENT = TextBlock(points=300.0, digits=26, terms=20, in_full=200, listed=600, rows=8, longest_name=13)
"""Narrow enough for a beamer frame (307 pt) and for article's columns of text (345 pt)."""


def column(points: float) -> TextBlock:
    """A piece for a column so wide."""
    return FRAGMENT._replace(points=points, digits=min(FRAGMENT.digits, int(points / NARROWEST_DIGIT)))


NARROWEST_DIGIT = 13.0
"""A number that is put in has a digit for each so many points of a column."""

FORMULAS_OF_A_FRAGMENT = FRAGMENT._replace(points=355.0, rows=9)
"""In a column of text; on a slide they are set in a smaller size."""

SLIDE = FRAGMENT._replace(rows=5, tallest=140.0)
FORMULAS_OF_A_SLIDE = SLIDE._replace(points=364.0, rows=8)
"""A beamer frame, whose formulas are set in a smaller size."""
