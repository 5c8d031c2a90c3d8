"""Verification: gradient, central difference, autograd, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.network import Listing
from backprop_trace.render.blocks import Block, Column, Math, Naming, Prose, Row, Table, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page
from backprop_trace.render.pages.opening import title_of
from backprop_trace.render.view import View
from backprop_trace.run.verify import Verified

DIGITS = 15
_COLOURS = {"agrees": "good", "kink": "notice", "off": "bad"}
_MEANING = {
    "kink": "kink: the loss has a corner there; the gradient lies between the slopes on both sides of it",
    "off": "off: the gradient is not what the differences say",
}


def verification_page(found: Sequence[Verified], equations: Listing, view: View) -> Page:
    """A row per gradient, and a sentence about them all."""
    names = Naming(view.style, view.example.network, equations.by_output)

    def blocks(medium: Medium) -> Iterator[Block]:
        if medium.manner == "document":
            yield Title(title_of(view.example))
        yield _table(found, names)
        yield Prose(_summary(found))
        yield from (Prose(text) for verdict, text in _MEANING.items() if any(row.verdict == verdict for row in found))

    return Page(blocks, head={"title": view.example.title})


def _table(found: Sequence[Verified], names: Naming) -> Table:
    columns = [Column("gradient"), Column("by the chain rule", number=True),
               Column("by central differences", number=True), Column("apart", number=True)]  # fmt: skip
    autograd = any(row.autograd is not None for row in found)
    if autograd:
        columns += [Column("by autograd", number=True), Column("apart", "apart from autograd", number=True)]
    rows = [Row(((Math((row.name,), names),), *_numbers(row, autograd), row.verdict), _COLOURS[row.verdict])
            for row in found]  # fmt: skip
    return Table((*columns, Column("verdict")), rows)


def _numbers(row: Verified, autograd: bool) -> Iterator[str]:
    yield from (_number(row.gradient), _number(row.difference), _apart(row.gradient - row.difference))
    if autograd and row.autograd is not None:
        yield from (_number(row.autograd), _apart(row.gradient - row.autograd))
    elif autograd:
        yield from ("", "")


def _number(value: object) -> str:
    return shown(value, DIGITS)  # type: ignore[arg-type]


def _apart(difference: object) -> str:
    return shown(difference, 2)  # type: ignore[arg-type]


def _summary(found: Sequence[Verified]) -> str:
    agreeing = sum(row.verdict == "agrees" for row in found)
    against = "central differences"
    if any(row.autograd is not None for row in found):
        against += " and autograd"
    return f"{agreeing} of {len(found)} gradients agree with {against}"
