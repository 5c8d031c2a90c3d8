"""Slips: formulas one mistake away from the true one, and what they are called.

    >>> from backprop_trace.formulas.expr import Difference, Product, given
    >>> update = Difference(given("w"), Product((given("eta"), given("g"))))
    >>> [bend.slip for bend in bends_of_update(update, given("w"))][:3]
    ['ascent', 'no-rate', 'rate-twice']

`bends(equation, formula, facts)` bends a line's formula in every way that has a name; whoever checks evaluates them and
sees which gives the writer's number. They are generated from the formula's own shape and from what kind of line it is,
so that a new layer or loss has its slips at once. To add a kind of mistake: an entry in `known.SLIPS`, and a case that
makes it in the module of its lines: `forward`, `loss`, `backward` or `update`. `edits` and `mix_ups` are what these
have in common; `runs` bends whole listings, `structural` puts lines together that writers hardly ever write out.
"""

from __future__ import annotations

from itertools import chain

from backprop_trace.check.slips.backward import of_derivative
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.forward import of_definition, of_net, of_out
from backprop_trace.check.slips.known import SLIPS, Bend, Slip
from backprop_trace.check.slips.loss import of_loss
from backprop_trace.check.slips.mix_ups import at_other_samples, at_other_times
from backprop_trace.check.slips.runs import WHOLE_RUN, bent_run
from backprop_trace.check.slips.structural import is_structural, written_out
from backprop_trace.check.slips.update import bends_of_update, of_update
from backprop_trace.formulas.expr import Formula
from backprop_trace.model.chain import Equation


def bends(equation: Equation, formula: Formula, facts: Facts) -> list[Bend]:
    """Every way to bend a line that has a name.

    `formula` is the line's formula, possibly with skipped lines written out in it (dE/dnet_o1 * w5 for
    dE/dnet_o1 * dnet_o1/dout_h1).
    """
    name = equation.name
    match name.kind:
        case "net":
            found = of_net(formula, facts)
        case "out":
            found = of_out(name, formula, facts)
        case "E":
            found = of_loss(name, formula, facts)
        case "d":
            found = of_derivative(name, formula, facts)
        case "" if equation.phase != "update":
            found = of_definition(formula)
        case _:
            found = of_update(name, formula, facts)
    seen: list[Formula] = [formula]
    if facts.network.times:
        found = chain(found, at_other_times(formula))
    if facts.network.samples > 1:
        found = chain(found, at_other_samples(formula, facts))
    return [bend for bend in found if not _seen(bend.formula, seen)]


def _seen(formula: Formula, seen: list[Formula]) -> bool:
    if any(formula == other for other in seen):
        return True
    if len(seen) < 200:
        seen.append(formula)
    return False


__all__ = [
    "SLIPS",
    "WHOLE_RUN",
    "Bend",
    "Facts",
    "Slip",
    "bends",
    "bends_of_update",
    "bent_run",
    "is_structural",
    "written_out",
]
