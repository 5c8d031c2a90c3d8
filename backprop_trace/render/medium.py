"""What a page is written for and on: the manner of a format, and how much room there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

Enclose: TypeAlias = Callable[[str, Iterable[str]], str]
"""Puts a file with this ending and text beside the page, and says what it is called there."""


FLAVORS = ("github", "pandoc")
"""Of Markdown; the first is meant where none is named."""


class Medium(NamedTuple):
    """What a writer writes on.

    manner: `screen` (what is asked for, phase by phase), `lines` (a thing a line, for grep) or `document` (a page to
    be handed out). width None: as wide as needed. colors: the system of colours of a terminal, None for none.
    fragment: a piece to be pasted into a document; frames: as
    frames of a talk; points: for a column so wide. flavor: of Markdown. language: of the words (see
    `words`). comma: as the decimal mark. enclose: where pictures beside the page can go.
    """

    manner: str = "screen"
    width: int | None = None
    ascii: bool = False
    colors: str | None = None
    fragment: bool = False
    frames: bool = False
    points: float = 0.0
    flavor: str = FLAVORS[0]
    language: str = "en"
    comma: bool = False
    enclose: Enclose | None = None


SCREEN = Medium()
