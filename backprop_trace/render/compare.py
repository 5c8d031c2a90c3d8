"""Before and after a training step, side by side: the forward pass with the old weights and with the new ones.

>>> from backprop_trace.render.view import View
>>> from backprop_trace.files.spec import load
>>> from backprop_trace.run.step import traces
>>> mazur = load("mazur")
>>> print("".join(render_comparison(*traces(mazur, steps=[1, 2]), View(mazur), "table")).splitlines()[-1])
E falls from 0.298371109 to 0.291027774
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import Value, shown
from backprop_trace.model.styles import speller
from backprop_trace.render.columns import columns
from backprop_trace.render.table import header
from backprop_trace.render.view import View
from backprop_trace.run.step import Trace

HEADINGS = ("quantity", "before", "after", "change")


def render_comparison(before: Trace, after: Trace, view: View, form: str) -> Iterator[str]:
    """Parameters and forward pass before and after a step, and whether the loss fell."""
    rows = list(_rows(before, after, view))
    if form == "plain":
        yield from ("\t".join(row) + "\n" for row in rows)
        return
    yield from (line + "\n" for line in header(before, view))
    yield f"\n{view.paint('heading', f'Before and after training step {before.step}')}\n"
    yield from (line + "\n" for line in columns(HEADINGS, rows, view.width, view.ascii, view.paint))
    yield "\n" + view.paint(*_verdict(before, after)) + "\n"


def _rows(before: Trace, after: Trace, view: View) -> Iterator[tuple[str, ...]]:
    spell = speller(view.style, view.notation[1], before.example.network, before.listing.by_output)
    digits = view.settings.shown_digits
    forward = [line.name for line in before.lines if line.equation.phase in ("forward", "loss")]
    for name in [*before.example.rule.trained, *forward]:
        old, new = before.values[name], after.values[name]
        yield spell(name), shown(old, digits), shown(new, digits), _change(old, new, digits, view)


def _change(old: Value, new: Value, digits: int, view: View) -> str:
    """new - old; nothing where that would have fewer certain digits than the two have."""
    if isinstance(old, float) and isinstance(new, float):
        return shown(new - old, digits)
    if view.settings.engine == "exact" and not (isinstance(old, Fraction) and isinstance(new, Fraction)):
        return ""
    return shown(Fraction(new) - Fraction(old), digits)


def _verdict(before: Trace, after: Trace) -> tuple[str, str]:
    """How it went, and that in words."""
    objective = before.listing.objective
    what, old, new = canonical(objective), before.values[objective], after.values[objective]
    digits = before.settings.shown_digits
    if old == new:
        return "notice", f"{what} stays at {shown(old, digits)}"
    kind, word = ("good", "falls") if new < old else ("bad", "rises")
    return kind, f"{what} {word} from {shown(old, digits)} to {shown(new, digits)}"
