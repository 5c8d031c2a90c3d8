"""What a page is written for and on: the manner of a format, and how much room there is."""

from __future__ import annotations

from typing import NamedTuple


class Medium(NamedTuple):
    """What a writer writes on.

    manner: `screen` (what is asked for, phase by phase), `lines` (a thing a line, for grep) or `document` (a page to
    be handed out). width None: as wide as needed. colors: the system of colours of a terminal, None for none.
    fragment: a piece to be pasted into a document.
    """

    manner: str = "screen"
    width: int | None = None
    ascii: bool = False
    colors: str | None = None
    fragment: bool = False


SCREEN = Medium()
