"""A slip in force everywhere: the whole listing bent."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_trace.check.slips.backward import is_loss_slope
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.structural import is_structural
from backprop_trace.check.slips.update import bends_of_update
from backprop_trace.formulas.expr import LOSS, ONE, Minus, Name, after
from backprop_trace.model.chain import Equation

WHOLE_RUN = ("updated-weights", "ascent", "no-rate", "no-slope", "sign")
"""The slips that are tried from the givens on, in force in every step."""


def bent_run(equations: Sequence[Equation], slip: str, facts: Facts) -> list[Equation]:
    """The whole listing with one slip in force everywhere."""
    return [_bent_everywhere(equation, slip, facts) for equation in equations]


def _bent_everywhere(equation: Equation, slip: str, facts: Facts) -> Equation:
    name, formula = equation.name, equation.formula
    match slip:
        case "updated-weights":
            if is_structural(name) and isinstance(formula, Name) and formula in facts.weights:
                return equation._replace(formula=after(formula))
        case "ascent" | "no-rate" if name.kind == "+":
            bent = next((bend for bend in bends_of_update(formula, name) if bend.slip == slip), None)
            return equation._replace(formula=bent.formula) if bent else equation
        case "no-slope" if name.kind == "d" and name.of is not None and name.of.kind == "out":
            return equation._replace(formula=ONE)
        case "sign" if name.kind == "d" and name.of == LOSS and is_loss_slope(formula):
            return equation._replace(formula=Minus(formula))
    return equation
