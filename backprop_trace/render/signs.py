"""Verdicts as they are printed: a sign in each alphabet, a colour, and what they mean where that is not plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    sign: str
    ascii: str
    latex: str
    colour: str
    meaning: str = ""


KINDS: Mapping[str, Kind] = {
    "right": Kind("✓", "ok", r"\checkmark", "good"),
    "rounded": Kind("≈", "~", r"\approx", "good", "right within the rounding of the lines before it"),
    "follows": Kind(
        "→", "->", r"\rightarrow", "notice", "follows from earlier lines of the sheet that are off: no new mistake"
    ),
    "convention": Kind(
        "⚖", "=", r"\rightleftharpoons", "good", "right under the convention of this sheet, which is not the example's"
    ),
    "slip": Kind("✗", "x", r"\times", "bad"),
    "wrong": Kind("✗", "x", r"\times", "bad"),
    "undecided": Kind("?", "?", "?", "notice", "what is on the sheet is not enough to tell"),
    "missing": Kind("·", "-", r"\cdot", "faint"),
    "unknown": Kind("?", "?", "?", "bad"),
    "unreadable": Kind("!", "!", "!", "bad"),
}
"""By verdict, as `check` gives them; and what a sheet is that cannot be read."""
