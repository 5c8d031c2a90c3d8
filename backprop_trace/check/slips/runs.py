"""A slip in force everywhere: the whole listing bent."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_trace.check.slips.backward import is_loss_slope
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.lines import bends
from backprop_trace.check.slips.structural import is_structural
from backprop_trace.check.slips.update import bends_of_update
from backprop_trace.formulas.expr import LOSS, ONE, Formula, Minus, Name, after, names_in, substitute
from backprop_trace.model.chain import Equation

WHOLE_RUN = ("updated-weights", "ascent", "no-rate", "no-slope", "sign", "targets-swapped")
"""The slips that are tried from the givens on, in force in every step, besides those of ALL_LINES."""

ALL_LINES = (
    "no-scale", "no-penalty", "softmax-twice", "n-minus-1", "no-velocity", "wrong-beta", "hard-target", "log-base-ten",
    "log-base-two", "power-of-ten", "no-brackets", "no-bias", "bias-twice", "no-correction", "change-times-weight",
)  # fmt: skip
"""The slips of lines that who makes them makes in every line of the kind."""


def bent_run(equations: Sequence[Equation], slip: str, facts: Facts) -> list[Equation]:
    """The whole listing with one slip in force everywhere."""
    return [
        equation if (formula := _bent(equation, slip, facts)) is None else equation._replace(formula=formula)
        for equation in equations
    ]


def _bent(equation: Equation, slip: str, facts: Facts) -> Formula | None:
    """The line's formula bent, if the slip concerns it."""
    name, formula = equation.name, equation.formula
    match slip:
        case "updated-weights":
            moved = is_structural(name) and isinstance(formula, Name) and formula in facts.weights
            return after(formula) if moved and isinstance(formula, Name) else None
        case "ascent" | "no-rate":
            found = bends_of_update(formula, name) if name.kind == "+" else ()
            return next((bend.formula for bend in found if bend.slip == slip), None)
        case "no-slope":
            return ONE if name.kind == "d" and name.of is not None and name.of.kind == "out" else None
        case "sign":
            return Minus(formula) if name.kind == "d" and name.of == LOSS and is_loss_slope(formula) else None
        case "targets-swapped":
            return with_targets_swapped(formula, facts)
    return next((bend.formula for bend in bends(equation, formula, facts) if bend.slip == slip), None)


def with_targets_swapped(formula: Formula, facts: Facts) -> Formula | None:
    """The targets the other way round: the first output's for the last."""
    outputs = facts.network.outputs
    other = dict(zip(outputs, reversed(outputs), strict=True))
    targets = [name for name in names_in(formula) if name.kind == "target" and len(outputs) > 1]
    swapped: dict[Name, Formula] = {name: name._replace(label=other[name.label]) for name in targets}
    return substitute(formula, swapped) if swapped else None
