"""Slips: formulas one mistake away from the true one, and what they are called.

    >>> from backprop_trace.formulas.expr import Difference, Product, given, rule_letter
    >>> update = Difference(given("w"), Product((rule_letter("eta"), given("g"))))
    >>> [bend.slip for bend in bends_of_update(update, given("w"))][:3]
    ['ascent', 'no-rate', 'rate-twice']

`bends(equation, formula, facts)` bends a line's formula in every way that has a name; whoever checks evaluates them and
sees which gives the writer's number. They are generated from the formula's own shape and from what kind of line it is,
so that a new layer or loss has its slips at once. To add a kind of mistake: an entry in `kinds.SLIPS`, and a case that
makes it in the module of its lines: `forward`, `loss`, `backward` or `update`. `edits` and `mix_ups` are what these
have in common; `lines` finds the module of a line, `runs` bends whole listings,
`structural` puts lines together that writers hardly ever write out.
"""

from __future__ import annotations

from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.kinds import SLIPS, Bend, Slip
from backprop_trace.check.slips.lines import bends
from backprop_trace.check.slips.runs import ALL_LINES, WHOLE_RUN, bent_run, with_targets_swapped
from backprop_trace.check.slips.structural import flat, is_structural, written_out
from backprop_trace.check.slips.update import bends_of_update

__all__ = [
    "ALL_LINES",
    "SLIPS",
    "WHOLE_RUN",
    "Bend",
    "Facts",
    "Slip",
    "bends",
    "bends_of_update",
    "bent_run",
    "flat",
    "is_structural",
    "with_targets_swapped",
    "written_out",
]
