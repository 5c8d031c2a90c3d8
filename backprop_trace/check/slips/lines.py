"""The slips of a line, whatever line it is."""

from __future__ import annotations

from itertools import chain

from backprop_trace.check.slips.backward import of_derivative
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.forward import of_definition, of_net, of_out
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.check.slips.loss import of_error, of_loss
from backprop_trace.check.slips.mix_ups import at_other_samples, at_other_times
from backprop_trace.check.slips.update import of_update
from backprop_trace.formulas.expr import Formula, Name, walk_names
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
        case "error":
            found = of_error(formula, facts)
        case "d":
            found = of_derivative(name, formula, facts)
        case "":
            found = of_definition(formula, facts)
        case _:
            found = of_update(name, formula, facts)
    seen = {tuple(walk_names(formula)): [formula]}
    if facts.training.times:
        found = chain(found, at_other_times(formula))
    if facts.training.samples > 1:
        found = chain(found, at_other_samples(formula, facts))
    return [bend for bend in found if not _seen(bend.formula, seen)]


def _seen(formula: Formula, seen: dict[tuple[Name, ...], list[Formula]]) -> bool:
    """Was there one like it? Only those with the same names are compared."""
    alike = seen.setdefault(tuple(walk_names(formula)), [])
    if any(formula == other for other in alike):
        return True
    alike.append(formula)
    return False
