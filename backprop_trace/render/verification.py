"""The table of `verify`: gradient, central difference, autograd, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import speller
from backprop_trace.render.columns import columns
from backprop_trace.render.view import View
from backprop_trace.run.verify import Verified

DIGITS = 15
_COLOURS = {"agrees": "good", "kink": "notice", "off": "bad"}
_MEANING = {
    "kink": "kink: the loss has a corner there; the gradient lies between the slopes on both sides of it",
    "off": "off: the gradient is not what the differences say",
}


def render(found: Sequence[Verified], equations: Listing, view: View) -> Iterator[str]:
    """A line per gradient, and a sentence about them all."""
    spell = speller(view.style, view.notation[1], view.example.network, equations.by_output)
    headings = ["gradient", "by the chain rule", "by central differences", "apart"]
    rows = [[spell(row.name), _number(row.gradient), _number(row.difference), _apart(row.gradient - row.difference)]
            for row in found]  # fmt: skip
    if any(row.autograd is not None for row in found):
        headings += ["by autograd", "apart"]
        for cells, row in zip(rows, found, strict=True):
            cells += (
                ["", ""] if row.autograd is None else [shown(row.autograd, DIGITS), _apart(row.gradient - row.autograd)]
            )
    rows = [[*cells, row.verdict] for cells, row in zip(rows, found, strict=True)]
    kinds = [_COLOURS[row.verdict] for row in found]
    table = columns([*headings, "verdict"], rows, view.width, view.ascii, view.paint, kinds)
    yield from (line + "\n" for line in table)
    yield f"\n{_summary(found)}\n"
    yield from (f"{text}\n" for verdict, text in _MEANING.items() if any(row.verdict == verdict for row in found))


def _number(value: object) -> str:
    return shown(value, DIGITS)  # type: ignore[arg-type]


def _apart(difference: object) -> str:
    return shown(float(difference), 2)  # type: ignore[arg-type]


def _summary(found: Sequence[Verified]) -> str:
    agreeing = sum(row.verdict == "agrees" for row in found)
    against = "central differences"
    if any(row.autograd is not None for row in found):
        against += " and autograd"
    return f"{agreeing} of {len(found)} gradients agree with {against}"
