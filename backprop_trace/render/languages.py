"""How formulas are written in reports of a format."""

from __future__ import annotations

from backprop_trace.check.wording import Language
from backprop_trace.formulas.notation import LATEX, TEXT
from backprop_trace.formulas.notation.names import (
    ASCII_NAMES,
    FLAT_LATEX_NAMES,
    MATHJAX_NAMES,
    TEXT_NAMES,
    TYPST_NAMES,
    flat,
)


def language_of(form: str, ascii_: bool) -> Language:
    """In files for programs, and where only ASCII is wanted, as in a sheet."""
    match form:
        case "latex":
            return Language(LATEX, FLAT_LATEX_NAMES, ASCII_NAMES)
        case "pdf":
            return Language(LATEX, flat(TYPST_NAMES), TEXT_NAMES)
        case "markdown":
            return Language(LATEX, MATHJAX_NAMES, TEXT_NAMES)
        case "json" | "csv":
            return Language()
    return Language() if ascii_ else Language(TEXT, TEXT_NAMES, TEXT_NAMES)
