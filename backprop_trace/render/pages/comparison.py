"""Before and after a training step, side by side: the forward pass with the old weights and with the new ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_trace.formulas.notation import ASCII
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import Value, shown
from backprop_trace.render.blocks import Block, Column, Heading, Math, Prose, Row, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page
from backprop_trace.render.pages.opening import opening
from backprop_trace.render.view import Numbers, View, naming
from backprop_trace.run.step import Trace

COLUMNS = (Column("quantity"), *(Column(word, number=True) for word in ("before", "after", "change")))


def comparison_page(before: Trace, after: Trace, view: View) -> Page:
    """Parameters and forward pass before and after a step, and whether the loss fell."""

    def blocks(medium: Medium) -> Iterator[Block]:
        yield from opening(view, before)
        yield Heading(f"Before and after training step {before.step}")
        yield Table(COLUMNS, list(_rows(before, after, view)), long=True)
        yield _verdict(before, after)

    return Page(blocks, head={"title": view.example.title})


def _rows(before: Trace, after: Trace, view: View) -> Iterator[Row]:
    names, numbers = naming(before, view), Numbers(before, ASCII, view.decimals)
    forward = [line.name for line in before.lines if line.equation.phase in ("forward", "loss")]
    for name in [*before.example.rule.trained, *forward]:
        old, new = before.values[name], after.values[name]
        yield Row(((Math((name,), names),), numbers.shown(old), numbers.shown(new), _change(old, new, numbers, view)))


def _change(old: Value, new: Value, numbers: Numbers, view: View) -> str:
    """new - old; nothing where that would have fewer certain digits than the two have."""
    if isinstance(old, float) and isinstance(new, float):
        return numbers.shown(new - old)
    if view.settings.engine == "exact" and not (isinstance(old, Fraction) and isinstance(new, Fraction)):
        return ""
    return numbers.shown(Fraction(new) - Fraction(old))


def _verdict(before: Trace, after: Trace) -> Prose:
    """How it went, in words."""
    objective = before.listing.objective
    what, old, new = canonical(objective), before.values[objective], after.values[objective]
    digits = before.settings.shown_digits
    if old == new:
        return Prose(f"{what} stays at {shown(old, digits)}", "notice")
    kind, word = ("good", "falls") if new < old else ("bad", "rises")
    return Prose(f"{what} {word} from {shown(old, digits)} to {shown(new, digits)}", kind)
